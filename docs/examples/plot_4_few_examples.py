"""
Few examples: the temperature of the Pacific
============================================

PyWavelets ships 66 years of sea-surface temperatures (the Nino index), four values a year. A model
predicts the coming half-year from the last four years. There are 264 values, so there is little to
learn a wavelet from.

This is what the package says where nothing is to be gained.
"""

import matplotlib.pyplot as plt
import numpy as np
import pywt.data
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.model_selection import GroupKFold

import wavedistill as wd

time, index = pywt.data.nino()
X = np.lib.stride_tricks.sliding_window_view(index, 16)[:-2]
y = index[17:]  # two values after the end of each window
year = time[15:-2]

figure, ax = plt.subplots(figsize=(9, 2.6), layout="constrained")
ax.plot(time, index, color="#1f6f8b")
ax.set(xlabel="year", ylabel="Nino index (deg C)")
plt.show()

# %%
# Windows overlap. A group is a stretch of six years: the folds then differ, but for the windows at
# their ends.

groups = ((year - year[0]) // 6).astype(int)
train = groups < 8
kernel = RBF(3.0) + WhiteKernel(0.5)
process = GaussianProcessRegressor(kernel, normalize_y=True).fit(X[train], y[train])
print(f"{train.sum()} windows to learn from, {(~train).sum()} to judge on")

result = wd.distill(
    process.predict,
    X[train],
    y[train],
    groups=groups[train],
    X_test=X[~train],
    y_test=y[~train],
    sampling_rate=(4, "cycles per year"),
    reading="means",
    parts=4,
    mode="periodization",
    levels=2,
    support=4,
    compare_cv=GroupKFold(4),
    refits=None,
    cv=3,
)
print(result)

# %%
# What lost
# ---------
#
# Look at the intervals: gain, low and high are the distilled student minus the model of the row.

table = result.comparison.table()
table[["model", "R2", "R2 gain", "R2 low", "R2 high", "numbers"]].round(3)

# %%

figure, ax = plt.subplots(figsize=(9, 3), layout="constrained")
ax.plot(year[~train], y[~train], color="0.6", label="what happened")
ax.plot(year[~train], process.predict(X[~train]), color="black", label="model")
ax.plot(year[~train], result.student.predict(X[~train]), color="#b5541c", label="student")
ax.set(xlabel="year", ylabel="Nino index (deg C)")
ax.legend(frameon=False, ncols=3)
plt.show()
