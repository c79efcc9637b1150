"""
Motions: six channels, four classes, forty examples
===================================================

BasicMotions has the three accelerations and the three turning rates of a watch, for badminton,
running, standing and walking. The package sktime ships it. The model is a forest of 300 trees.
"""

import matplotlib.pyplot as plt
from sklearn.ensemble import ExtraTreesClassifier
from sktime.datasets import load_basic_motions

import wavedistill as wd

X, y = load_basic_motions(split="train", return_type="numpy3D")
X_test, y_test = load_basic_motions(split="test", return_type="numpy3D")
trees = ExtraTreesClassifier(300, random_state=0).fit(X.reshape(len(X), -1), y)


def probabilities(signals):
    """The model as a function of signals with channels."""
    return trees.predict_proba(signals.reshape(len(signals), -1))


right = trees.predict(X_test.reshape(40, -1)) == y_test
print(f"X: {X.shape}; trees, on test data: {right.mean():.3f}")

# %%
# Each channel has the loudness of three bands. The watch takes ten samples a second, which gives
# the bands their frequencies.

result = wd.distill(
    probabilities,
    X,
    y,
    X_test=X_test,
    y_test=y_test,
    reading="energy",
    levels=2,
    support=6,
    cv=4,
    compare_cv=4,
    refits=None,
    sampling_rate=10.0,
)
print(result.verdict)
print(result.test)

# %%
# The student is as good as the trees. So is a plain spectrum, and with forty examples the learned
# wavelet gains nothing over a known one. What is left is a model that can be read, channel by
# channel:

figure, axes = plt.subplots(2, 2, figsize=(12, 7), layout="constrained")
for output, ax in enumerate(axes.flat):
    result.plot("weights", output=output, count=8, ax=ax)
    ax.set_title(result.contributions.outputs[output], loc="left")
plt.show()
