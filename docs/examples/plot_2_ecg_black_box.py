"""
An electrocardiogram and a black box
====================================

PyWavelets ships 1,024 samples of an electrocardiogram: three heartbeats at 360 samples per second.
The model to explain is a function that nobody looks into: it says how sure it is that a window has
a beat in it. It has no gradients and knows nothing of wavelets.

Three heartbeats are no study. The example shows how a black box is taken apart, and how to tell
whether what came out may be believed.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
import pywt.data

import wavedistill as wd
from wavedistill.plotting import Axis, plot_component, plot_prediction

RATE = 360.0  # samples per second
recording = pywt.data.ecg().astype(float)

# Windows of 64 samples (0.18 s), one at every second sample.
starts = np.arange(0, len(recording) - 64, 2)
X = np.stack([recording[start : start + 64] for start in starts])
X -= X.mean(axis=1, keepdims=True)


def black_box(windows):
    """A beat detector: the logarithm of the steepest climb within 5 samples."""
    climbs = windows[:, 5:] - windows[:, :-5]
    return np.log(1 + np.maximum(climbs, 0).max(axis=1))


figure, (above, below) = plt.subplots(2, 1, figsize=(9, 4), sharex=True, layout="constrained")
above.plot(np.arange(len(recording)) / RATE, recording, color="#1f6f8b")
above.set_ylabel("recording")
below.plot((starts + 32) / RATE, black_box(X), color="#b5541c")
below.set(ylabel="black box", xlabel="middle of the window (s)")
plt.show()

# %%
# A student of the black box
# --------------------------
#
# Overlapping windows share samples. The groups are therefore the stretches between the beats: in
# cross-validation a beat is never on both sides. A splitter with three folds keeps them apart.

beats = np.digitize(starts + 32, [350, 680])
student = wd.DistilledRegressor("events", levels=3, support=6, cv=3)
student.fit(X, teacher=black_box(X), groups=beats)

print(student.verdict_)
print(f"{student.n_numbers_} numbers")
for weight, name in zip(student.coef_, student.feature_names(sampling_rate=RATE)):
    print(f"{weight:+.3f} * {name}")

# %%
# Does it hold on a beat that it has not seen?
# --------------------------------------------
#
# Learn from two beats, and predict the third.

fidelities = []
for beat in range(3):
    seen = beats != beat
    fresh = wd.DistilledRegressor("events", levels=3, support=6, cv=2)
    fresh.fit(X[seen], teacher=black_box(X[seen]), groups=beats[seen])
    fidelities.append(fresh.fidelity(X[~seen], black_box(X[~seen])))
print("R2 against the black box, beat by beat:", np.round(fidelities, 3))

# %%
# A prediction taken apart
# ------------------------
#
# The window with the second beat. Each step is a weight times a number, told against its mean over
# all windows; together they lead from the mean output to that of this window. The curve is the part
# of the signal that the leading number reads.

parts = student.contributions(X, sampling_rate=RATE)
window = int(np.argmin(np.abs(starts + 32 - 516)))
figure, (terms, curve) = plt.subplots(1, 2, figsize=(12, 4.2), layout="constrained")
plot_prediction(parts, window, count=5, ax=terms)
plot_component(parts, window, axis=Axis("time in the window", "ms", 1000 / RATE), ax=curve)
plt.show()

# %%
# Gradients of a black box
# ------------------------
#
# ``wd.attribute`` estimates the gradient of any function from its values, at up to four predictions
# for each sample. The standard errors say whether that was enough. Here it was not, and a warning
# says so: the box answers by its one steepest climb, so its gradient jumps from place to place.

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    found = wd.attribute(black_box, X[::32], method="blackbox", random_state=0)
size = np.sqrt(np.mean(found.multipliers**2))
error = np.sqrt(np.mean(found.standard_error**2))
print(f"gradient {size:.4f}, standard error {error:.4f} (root mean squares)")
for warning in caught:
    print(warning.message)
