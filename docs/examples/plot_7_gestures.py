"""
Gestures: a learned wavelet that matters, and what it costs
===========================================================

GunPoint is the path of a hand that draws a gun, or only points. The package sktime ships it. The
model is a support-vector machine of the whole path, of which only the decision function is used.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sktime.datasets import load_gunpoint

import wavedistill as wd

parts = [load_gunpoint(split=part, return_type="numpy3D") for part in ("train", "test")]
X, y = (np.concatenate(each) for each in zip(*parts))
X, y = X[:, 0], y.astype(int)
order = np.random.default_rng(0).permutation(len(X))
train, test = order[:120], order[120:]
machine = make_pipeline(StandardScaler(), SVC(C=10)).fit(X[train], y[train])
print(f"support-vector machine, on test data: {machine.score(X[test], y[test]):.3f}")

figure, ax = plt.subplots(figsize=(9, 2.8), layout="constrained")
for label, colour, name in ((1, "#0072B2", "gun"), (2, "#D55E00", "point")):
    ax.plot(X[train][y[train] == label][:8].T, color=colour, linewidth=0.9, alpha=0.7)
    ax.plot([], color=colour, label=name)
ax.set(xlabel="sample", ylabel="height of the hand, standardised")
ax.legend(frameon=False)
plt.show()

# %%
# ``"events"`` reads the largest and the smallest coefficient of each band, and its sums, wherever
# they lie. With 25 numbers:

result = wd.distill(
    machine.decision_function,
    X[train],
    y[train],
    X_test=X[test],
    y_test=y[test],
    task="classification",
    reading="events",
    levels=3,
    support=8,
    max_numbers=25,
    cv=4,
    compare_cv=4,
    refits=None,
)
print(result)

# %%
# The learned wavelet is clearly better than the best known one. The verdict also says what it does
# not beat: a student of the labels alone, which needs no machine, and a linear model of all
# samples, which has more numbers.

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
result.plot("wavelet", ax=left)
result.plot("comparison", ax=right)
plt.show()

# %%
# What moved the first example, and what the leading feature saw of it:

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
result.plot("component", example=0, ax=left)
result.plot("prediction", example=0, ax=right)
plt.show()
