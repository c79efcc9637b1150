"""
Electricity: hours of a day, in units of your own
=================================================

ItalyPowerDemand has the demand for electricity of a day in Italy, hour by hour, from October to
March or from April to September. The package sktime ships it. The model is a support-vector
machine, of which only the decision function is used.
"""

import matplotlib.pyplot as plt
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sktime.datasets import load_italy_power_demand

import wavedistill as wd

X, y = load_italy_power_demand(split="train", return_type="numpy3D")
X_test, y_test = load_italy_power_demand(split="test", return_type="numpy3D")
X, X_test = X[:, 0], X_test[:, 0]
machine = make_pipeline(StandardScaler(), SVC(C=10)).fit(X, y)
print(f"X: {X.shape}; support-vector machine, on test data: {machine.score(X_test, y_test):.3f}")

# %%
# A day has 24 samples. Name the unit of frequencies, and names and pictures have it. ``"means"``
# with ``parts=6`` reads four hours at a time, so that the student can tell morning from evening.

result = wd.distill(
    machine.decision_function,
    X,
    y,
    X_test=X_test,
    y_test=y_test,
    sampling_rate=(24, "cycles per day"),
    reading="means",
    parts=6,
    levels=2,
    support=4,
    max_numbers=14,
    mode="periodization",
    cv=3,
    compare_cv=3,
    refits=None,
)
print(result)

# %%
# The student's weights, and a day taken apart:

figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3.8), layout="constrained")
result.plot("weights", ax=left)
result.plot("component", example=0, ax=right)
plt.show()
