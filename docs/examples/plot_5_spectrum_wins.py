"""
When a plain spectrum wins: lines of photographs
================================================

The signals are lines of 128 pixels, cut from three photographs that PyWavelets ships: a field from
the air, stairs, and a man with a camera. A scikit-learn model tells from which photograph a line
comes. It looks at the whole spectrum of a line. A student that reads five bands cannot keep up,
and the comparison says so.

Neighbouring lines look alike. Therefore all lines of a strip of 32 rows form one group, and no
group is on both sides of a split.
"""

import matplotlib.pyplot as plt
import numpy as np
import pywt.data
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import GroupShuffleSplit

import wavedistill as wd

names = ["aero", "ascent", "camera"]
photographs = [getattr(pywt.data, name)().astype(float) for name in names]

lines, labels, strips = [], [], []
for number, photograph in enumerate(photographs):
    for row in range(0, 512, 8):
        for column in range(0, 512, 128):
            lines.append(photograph[row, column : column + 128])
            labels.append(number)
            strips.append(100 * number + row // 32)
X, y, groups = np.array(lines), np.array(labels), np.array(strips)
X -= X.mean(axis=1, keepdims=True)  # brightness alone shall not tell

figure, axes = plt.subplots(3, 2, figsize=(9, 5), layout="constrained", width_ratios=[1, 3])
for number, (photo, signal) in enumerate(axes):
    photo.imshow(photographs[number], cmap="gray")
    photo.set_axis_off()
    signal.plot(X[y == number][100], color="#1f6f8b")
    signal.set_ylabel(names[number])
axes[2, 1].set_xlabel("pixel")
plt.show()

# %%
# The model to explain
# --------------------
#
# Trees see the logarithm of a line's spectrum. They have tens of thousands of numbers.

train, test = next(GroupShuffleSplit(1, test_size=0.3, random_state=0).split(X, y, groups))


def spectra(signals):
    return np.log(np.abs(np.fft.rfft(signals, axis=1)) + 1)


trees = ExtraTreesClassifier(200, min_samples_leaf=3, random_state=0)
trees.fit(spectra(X[train]), y[train])


def teacher(signals):
    return trees.predict_proba(spectra(signals))


print(f"trees: accuracy {trees.score(spectra(X[test]), y[test]):.3f}")

# %%
# Distil
# ------
#
# Any function of arrays is a model. Probabilities become their logarithms. ``groups`` keeps the
# lines of a strip together in every cross-validation.

result = wd.distill(
    teacher,
    X[train],
    y[train],
    groups=groups[train],
    X_test=X[test],
    y_test=y[test],
    sampling_rate=1.0,
    reading="energy",
    levels=4,
    support=6,
    cv=3,
    compare_cv=3,
    refits=None,
)
print(result)

# %%
# What lost
# ---------
#
# The gain is the distilled student's score minus that of the model in the row. Intervals are 95 %
# bootstrap intervals over groups. Where an interval contains 0, the difference may be chance.

result.plot("comparison")
plt.show()

# %%
# The table has the same scores, and how many numbers each model has. What to do now: use the
# spectrum, or read more bands (``"packets"``) and compare again. A wavelet whose student loses to a
# spectrum is nothing to write a paper about.

score = result.comparison.measure
result.comparison.table()[["model", score, "fidelity", "numbers", "choice"]].round(3)
