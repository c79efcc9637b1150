"""`distill`: from a model and signals to a readable student, in one call."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.metrics import accuracy_score, r2_score

from wavedistill.attribution import Attributions, attribute
from wavedistill.checks import Floats, float_array, integer
from wavedistill.frequencies import Sampling, SamplingRate
from wavedistill.students.arguments import seed_of
from wavedistill.students.classifier import DistilledClassifier
from wavedistill.students.compare import check_student, compare
from wavedistill.students.distillation import Distillation
from wavedistill.students.progress import Progress, Verbose
from wavedistill.students.regressor import DistilledRegressor
from wavedistill.students.run import RunLog
from wavedistill.students.stability import is_learned, stability
from wavedistill.students.teachers import (
    as_logits,
    attributed,
    is_classification,
    is_module,
    random_outputs,
    teacher_outputs,
)
from wavedistill.students.weights import decided

__all__ = ["distill"]

Array = NDArray[np.float64]

#: Arguments of `distill` that a call to repeat it names if they differ.
_DEFAULTS: dict[str, Any] = {
    "task": "auto",
    "method": "saliency",
    "compare_cv": 5,
    "refits": 5,
    "sampling_rate": None,
}


def distill(
    model: Any,
    X: ArrayLike,
    y: ArrayLike | None = None,
    *,
    X_test: ArrayLike | None = None,
    y_test: ArrayLike | None = None,
    task: str = "auto",
    groups: ArrayLike | None = None,
    method: str | None = "saliency",
    attributions: Attributions | None = None,
    batch_size: int = 256,
    device: Any = None,
    compare_cv: Any = 5,
    refits: int | None = 5,
    n_jobs: int | None = None,
    random_state: int | np.random.Generator | np.random.RandomState | None = 0,
    sampling_rate: SamplingRate = None,
    verbose: Verbose = False,
    **parameters: Any,
) -> Distillation:
    """Distil a model into a readable student, and find out whether its wavelet matters.

    The model is run and attributed once; the student is fitted to its outputs, with the wavelets
    in which the attributions are sparse as starts; everything is compared with simpler models in
    nested cross-validation (`compare`), and fitted anew to see what stays (`stability`). Where the
    comparison shows no gain of the learned wavelet, the student gets the best known one. The result
    writes a page (`Distillation.report`).

    Parameters
    ----------
    model : torch.nn.Module, callable or array_like
        The teacher. A module is run in evaluation mode and left as it was found. A function of
        arrays gets batches of X. An array holds the outputs themselves. Outputs have shape (n,) or
        (n, outputs); those of a classifier are logits or probabilities, in the order of the sorted
        classes.
    X : array_like, shape (n, ...)
        Signals or images, as the model takes them; images need ``axes=(-2, -1)``.
    y : array_like, shape (n,) or (n, outputs), optional
        Classes or responses.
    X_test, y_test : array_like, optional
        Data to score student and model on. The model's outputs for them are not known if `model`
        is an array.
    task : str
        ``"classification"``, ``"regression"`` or ``"auto"``: classes, if y holds names or two
        values, or as many classes as the model has outputs; without y, if the model has several
        outputs, or two values.
    groups : array_like, shape (n,), optional
        Examples of a group are never on both sides of a split.
    method : str or None
        How a module is attributed (`attribute`); None leaves it out. A function is not attributed.
    attributions : Attributions, optional
        Of the model for X, made with `attribute`: in the place of those that `method` would make,
        and the way to have those of a function.
    batch_size : int
        Rows that the model gets at once, at most.
    device : str or torch.device, optional
        Where a module gets its batches; by default where its first parameter is.
    compare_cv : int, splitter, iterable or None
        The outer folds of the comparison, which takes several times as long as a fit. None leaves
        it out.
    refits : int or None
        How often the student is fitted anew, to see what stays (`stability`): two fits of five with
        other seeds, the others to bootstrap samples. None leaves it out.
    n_jobs : int, optional
        Processes of the comparison.
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None
        Of student and comparison.
    sampling_rate : float or (float, str), optional
        In hertz, or pixels per unit length of images, for the names of features and for pictures.
        In other units give a pair, such as ``(24, "cycles per day")`` for a sample an hour.
    verbose : bool or callable
        True writes what begins, how much is done and about how long the rest will take to stderr; a
        function gets each such line.
    **parameters
        Those of `DistilledClassifier` or `DistilledRegressor`. Unlike theirs, ``reading="auto"`` is
        the default. It is chosen once, on all examples, and the verdict says so. The comparison
        has learned wavelets with that reading, and chooses the best known wavelet's own in each
        fold.

    Returns
    -------
    Distillation

    Raises
    ------
    TypeError, ValueError
        For arguments that cannot be used, for a model that fails, and for whatever `attribute`,
        `compare` or the student's fit refuses.

    Examples
    --------
    >>> import numpy as np
    >>> import wavedistill as wd
    >>> X = np.random.default_rng(0).standard_normal((60, 32)).cumsum(axis=1)
    >>> found = wd.distill(
    ...     lambda x: np.log(np.mean(x**2, axis=1)),
    ...     X,
    ...     reading="energy",
    ...     levels=1,
    ...     support=2,
    ...     compare_cv=2,
    ...     refits=1,
    ... )
    >>> found.verdict.startswith("The wavelet does not matter here: use ")
    True
    """
    asked = {"task": task, "method": method, "compare_cv": compare_cv, "refits": refits}
    asked |= {"sampling_rate": sampling_rate}
    arguments = {name: value for name, value in asked.items() if _is_other(name, value)}
    given = {"y": y, "X_test": X_test, "y_test": y_test, "groups": groups}
    given |= {"attributions": attributions}
    arrays = tuple(name for name, value in given.items() if value is not None)
    steps = _steps(Progress.of(verbose), compare_cv, refits)
    data = float_array(X, "X", min_ndim=2)
    Sampling.of(sampling_rate)
    unseen = _test_data(X_test, y_test, data)
    rows = integer(batch_size, "batch_size", minimum=1)
    again = 0 if refits is None else integer(refits, "refits", minimum=0)
    settings = {"reading": "auto", **parameters, "random_state": seed_of(random_state)}
    if compare_cv is not None:
        # Before any work, so that what cannot be compared costs nothing.
        check_student(DistilledRegressor(**settings))
    _check_attributions(model, method, attributions, data)
    log = RunLog()
    with log.noting_warnings():
        with log.timing("outputs of the model"):
            steps[0]("outputs of the model")
            raw = teacher_outputs(model, data, batch_size=rows, device=device)
        classify = is_classification(task, y, raw)
        student = (DistilledClassifier if classify else DistilledRegressor)(**settings)
        if attributions is None and method is not None and is_module(model):
            steps[1]("attributions")
            target: Any = attributed(raw, classify)
            with log.timing("attributions"):
                attributions = attribute(
                    model, data, method, target=target, batch_size=rows, device=device
                )
        outputs = as_logits(raw) if classify else raw
        lesson: dict[str, Any] = {
            "teacher": outputs,
            "attributions": attributions,
            "groups": groups,
        }
        with log.timing("student"):
            student.set_params(verbose=steps[2].named("student"))
            student.fit(data, y, **lesson).set_params(verbose=verbose)
        comparison = stable = None
        if compare_cv is not None:
            blank = random_outputs(model, data, batch_size=rows, device=device)
            with log.timing("comparison"):
                comparison = compare(
                    _with_its_reading(student),
                    data,
                    y,
                    **lesson,
                    random_teacher=as_logits(blank) if classify and blank is not None else blank,
                    cv=compare_cv,
                    n_jobs=n_jobs,
                    random_state=random_state,
                    sampling_rate=sampling_rate,
                    known_reading="auto" if student.reading == "auto" else None,
                    verbose=steps[3],
                )
        learned = None
        if comparison is not None and not comparison.matters and is_learned(student):
            # Held-out folds do not confirm what the search on all examples promised.
            learned, student = student, _with_a_known_wavelet(student)
            with log.timing("student with a known wavelet"):
                student.fit(data, y, **lesson).set_params(verbose=verbose)
        if again:
            kinds = {"seeds": 2 * again // 5, "bootstrap": again - 2 * again // 5}
            with log.timing("stability"):
                stable = stability(
                    student,
                    data,
                    y,
                    **lesson,
                    **kinds,
                    random_state=random_state,
                    verbose=steps[4],
                )
        test: dict[str, float] = {}
        if unseen is not None:
            taught = None
            if callable(model):
                taught = teacher_outputs(model, unseen, batch_size=rows, device=device)
            test = _scores(student, unseen, y_test, taught)
        parts = student.contributions(data, sampling_rate)
    return Distillation(
        student,
        outputs,
        attributions,
        comparison,
        parts,
        test,
        None if y is None else np.asarray(y),
        stable,
        sampling_rate,
        log.run(model, classify, attributions, data.shape, settings, arguments, arrays),
        learned,
        0 if unseen is None else len(unseen),
    )


def _is_other(name: str, value: Any) -> bool:
    """Whether an argument is not the default; it may be of any type, such as a list of splits."""
    default = _DEFAULTS[name]
    return type(value) is not type(default) or bool(value != default)


def _check_attributions(
    model: Any, method: str | None, attributions: Attributions | None, data: Floats
) -> None:
    """Refuse a method for a function, and attributions of other examples."""
    if attributions is not None:
        attributions.require_examples(data)
    elif method not in (None, "saliency") and not is_module(model):
        raise ValueError(
            f"method={method!r} attributes a torch.nn.Module, and the model is none; make the "
            "attributions with wd.attribute(...), and give them as attributions=..."
        )


def _with_its_reading(student: Any) -> Any:
    """The student to compare: one whose reading was open keeps the one that was chosen."""
    if student.reading != "auto":
        return student
    return clone(student).set_params(reading=student.reading_, parts=None)


def _with_a_known_wavelet(student: Any) -> Any:
    """The student to fit where no learned wavelet is shown to matter."""
    # An open reading is chosen anew: what suits a learned wavelet may not suit a known one.
    return clone(student).set_params(wavelet="known", verbose=False)


def _steps(progress: Progress, compare_cv: Any, refits: int | None) -> list[Progress]:
    """Outputs, attributions, student, comparison, refits: about how much work each of them is."""
    folds = 0 if compare_cv is None else compare_cv if isinstance(compare_cv, int) else 5
    # Three models of each fold of the comparison have to learn a wavelet.
    return progress.parts([0.05, 0.1, 1.0, 3.0 * folds, 1.0 * (refits or 0)])


def _test_data(X_test: ArrayLike | None, y_test: ArrayLike | None, data: Floats) -> Floats | None:
    if X_test is None:
        if y_test is not None:
            raise ValueError("y_test is given without X_test; give both, or X_test alone.")
        return None
    unseen = float_array(X_test, "X_test", min_ndim=2)
    if unseen.shape[1:] != data.shape[1:]:
        raise ValueError(
            f"X_test has examples of shape {unseen.shape[1:]} and X of {data.shape[1:]}; they must "
            "be the same."
        )
    if y_test is not None and len(np.asarray(y_test)) != len(unseen):
        raise ValueError(
            f"y_test has {len(np.asarray(y_test))} rows and X_test has {len(unseen)} examples."
        )
    return unseen


def _scores(
    student: Any, unseen: Floats, y_test: ArrayLike | None, taught: Array | None
) -> dict[str, float]:
    """What student and teacher reach on test data."""
    scores: dict[str, float] = {}
    if taught is not None and isinstance(student, DistilledClassifier):
        taught = as_logits(taught)
    if y_test is not None:
        scores["student"] = float(student.score(unseen, y_test))
        if taught is not None:
            scores["teacher"] = _teacher_score(student, y_test, taught)
    if taught is not None:
        scores["fidelity"] = student.fidelity(unseen, taught)
    return scores


def _teacher_score(student: Any, y_test: ArrayLike, taught: Array) -> float:
    if not isinstance(student, DistilledClassifier):
        return float(r2_score(y_test, taught))
    classes: NDArray[Any] = student.classes_[decided(taught.reshape(len(taught), -1))]
    return float(accuracy_score(y_test, classes))
