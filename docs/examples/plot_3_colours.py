"""
Channels: pieces of two colour photographs
==========================================

scikit-learn ships two colour photographs, a temple and a flower. Gradient boosting tells apart
pieces of 16 x 16 pixels with three channels. Its student says which channel it reads, and in which
band.

A channel axis needs no setting: every axis that is neither the first nor in ``axes`` is a channel.
Neighbouring pieces look alike, so pieces of a column of 80 pixels form a group.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_sample_images
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GroupShuffleSplit

import wavedistill as wd

photographs = load_sample_images().images
pieces, labels, columns = [], [], []
for number, photograph in enumerate(photographs):
    for top in range(0, 416, 32):
        for left in range(0, 640, 32):
            piece = photograph[top : top + 16, left : left + 16] / 255.0
            pieces.append(piece.transpose(2, 0, 1))
            labels.append(number)
            columns.append(10 * number + left // 80)
X, y, groups = np.array(pieces), np.array(labels), np.array(columns)
X -= X.mean(axis=(2, 3), keepdims=True)  # the colour of a piece alone shall not tell
print(X.shape)

train, test = next(GroupShuffleSplit(1, test_size=0.3, random_state=0).split(X, y, groups))

figure, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
for ax, photograph, title in zip(axes, photographs, ["class 0", "class 1"]):
    ax.imshow(photograph)
    ax.set_title(title)
    ax.set_axis_off()
plt.show()

# %%
# The model to explain
# --------------------
#
# Gradient boosting of the spread and the mean slopes of each channel.


def numbers(images):
    slopes = [np.abs(np.diff(images, axis=axis)).mean(axis=(2, 3)) for axis in (2, 3)]
    return np.concatenate([images.std(axis=(2, 3)), *slopes], axis=1)


boosting = HistGradientBoostingClassifier(max_iter=60, random_state=0)
boosting.fit(numbers(X[train]), y[train])


def teacher(images):
    return boosting.decision_function(numbers(images))


print(f"boosting: accuracy {boosting.score(numbers(X[test]), y[test]):.3f}")

# %%
# Distil
# ------
#
# One log-energy for each of four sub-bands of each channel: twelve features.

result = wd.distill(
    teacher,
    X[train],
    y[train],
    groups=groups[train],
    X_test=X[test],
    y_test=y[test],
    task="classification",
    axes=(-2, -1),
    reading="energy",
    levels=1,
    support=4,
    cv=3,
    compare_cv=3,
    refits=None,
)
print(result)

# %%
# What each feature adds
# ----------------------
#
# Which channel and which band moves the decision most.

result.plot("weights")
plt.show()

# %%
# What lost
# ---------
#
# "Permuted teacher" learns from the right outputs in random order: a student has to be better.

result.plot("comparison")
plt.show()

# %%

score = result.comparison.measure
result.comparison.table()[["model", score, "fidelity", "numbers", "choice"]].round(3)
