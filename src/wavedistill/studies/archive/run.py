"""The archive study's work: one file for each set and seed, so that a stopped run goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from joblib import delayed
from threadpoolctl import threadpool_limits

from wavedistill.files import fingerprint, read_json, replacing, write_json
from wavedistill.studies.archive.models import Row, Settings, rows_of
from wavedistill.studies.archive.problems import (
    Limits,
    Problem,
    Source,
    found_archives,
    problem,
    read,
    sources,
)
from wavedistill.studies.archive.teachers import Outputs, Training, outputs_of
from wavedistill.studies.output import Notify, in_parallel

__all__ = ["Amount", "Record", "run"]

_FORMAT, _WRITER = "wavedistill archive result", "wavedistill reproduce archive"


@dataclass(frozen=True)
class Amount:
    """How much of the study to do."""

    seeds: int = 1
    #: How many sets, the smallest first; None for all.
    sets: int | None = None
    #: Seeds beyond the first are for sets of which none took more processor time, in seconds.
    cheap: float = 120.0
    limits: Limits = field(default_factory=Limits)
    training: Training = field(default_factory=Training)
    settings: Settings = field(default_factory=Settings)

    @classmethod
    def quick(cls, seeds: int = 1) -> Amount:
        """Eight sets."""
        return cls(seeds, sets=8)

    @property
    def digest(self) -> str:
        """To tell whether a result was made with the same settings."""
        return fingerprint(self.limits, self.training, self.settings)[:16]


@dataclass(frozen=True)
class Record:
    """What was found for one set and seed, or why there is nothing."""

    name: str
    seed: int
    #: Why the set was left out.
    skipped: str = ""
    train: int = 0
    test: int = 0
    channels: int = 0
    length: int = 0
    classes: int = 0
    #: What was changed about the set.
    note: str = ""
    #: Whether all models were fitted, or only the main ones.
    whole: bool = False
    rows: tuple[Row, ...] = ()

    @property
    def seconds(self) -> float:
        """Processor time of all models."""
        return sum(row.seconds or 0.0 for row in self.rows)

    def accuracy(self, model: str) -> float | None:
        """Of a model, if it has one."""
        return next((row.accuracy for row in self.rows if row.model == model), None)


def run(
    folder: Path,
    amount: Amount,
    archives: Sequence[Path] = (),
    *,
    first_seed: int = 0,
    jobs: int = 1,
    notify: Notify = lambda message: None,
) -> list[Record]:
    """Fit all models to all sets, the cheapest first, and keep each result in the folder.

    What is there already is kept: a run that was stopped goes on where it was. Sets that cannot be
    used have a record that tells why.

    Parameters
    ----------
    folder : path
    amount : Amount
    archives : sequence of path
        Folders of the archive; by default those of installed packages.
    first_seed : int
        Seed 0 is the archive's own split, others are drawn anew.
    jobs : int
        Processes.
    notify : callable
    """
    wanted = sources(archives or found_archives())
    if amount.sets is not None:
        wanted = _usable(wanted, amount)
    records: list[Record] = []
    slow: set[str] = set()
    for seed in range(first_seed, first_seed + amount.seeds):
        todo = [source for source in wanted if source.name not in slow]
        # What is asked of every set first, before what takes as long again.
        for whole, told in ((False, "main models"), (True, "all models")):
            tasks = [
                delayed(_solve)(folder, source, seed, amount, whole=whole)
                for source in todo
                if not _is_done(_kept(folder, source.name, seed, amount), whole)
            ]
            in_parallel(tasks, jobs, f"seed {seed}, {told}", notify)
        kept = [_kept(folder, source.name, seed, amount) for source in todo]
        records += [record for record in kept if record is not None]
        slow |= {record.name for record in records if record.seconds > amount.cheap}
    return records


def _is_done(record: Record | None, whole: bool) -> bool:
    return record is not None and (bool(record.skipped) or record.whole or not whole)


def _usable(wanted: Sequence[Source], amount: Amount) -> list[Source]:
    """The first sets that can be used, in order of size."""
    found: list[Source] = []
    for source in wanted:
        if len(found) == amount.sets:
            break
        try:
            problem(read(source), 0, amount.limits)
        except ValueError:
            continue
        found.append(source)
    return found


def _solve(folder: Path, source: Source, seed: int, amount: Amount, *, whole: bool) -> None:
    """Fit all models to a set, and keep what they made of it."""
    import torch

    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        with threadpool_limits(limits=1):
            record = _record(folder, source, seed, amount, whole)
    except Exception as error:  # A set that fails must not stop the others.
        record = Record(source.name, seed, f"failed: {type(error).__name__}: {error}")
    finally:
        torch.set_num_threads(before)
    content = {**asdict(record), "digest": amount.digest}
    write_json(_path(folder, source.name, seed), _FORMAT, content)


def _record(folder: Path, source: Source, seed: int, amount: Amount, whole: bool) -> Record:
    try:
        given = problem(read(source), seed, amount.limits)
    except (OSError, ValueError) as error:
        # A path would tell where the archive lies on this machine.
        told = str(error).replace(f"{source.parts[0][0].parent}/", "")
        return Record(source.name, seed, told)
    earlier = _kept(folder, source.name, seed, amount)
    rows = rows_of(
        given,
        _Teachers(folder / "teachers", given, seed, amount.training),
        amount.settings,
        earlier.rows if earlier else (),
        whole=whole,
    )
    count, channels, length = given.X_train.shape
    facts = (count, len(given.X_test), channels, length, given.classes, given.note)
    return Record(source.name, seed, "", *facts, whole, tuple(rows))


@dataclass(frozen=True)
class _Teachers:
    """Outputs of teachers by name, trained when first asked for, and kept in a folder."""

    folder: Path
    given: Problem
    seed: int
    training: Training

    def __call__(self, network: str) -> Outputs:
        given = self.given
        path = self.folder / f"{given.name}-{self.seed}-{network.split()[0]}.npz"
        digest = fingerprint(given.X_train, given.y_train, given.X_test, self.training, self.seed)
        if path.exists():
            with np.load(path) as file:
                if file["digest"] == digest:
                    return Outputs(*(file[name] for name in Outputs._fields))
        found = outputs_of(
            network,
            given.X_train,
            given.y_train,
            given.X_test,
            training=self.training,
            seed=self.seed,
        )
        with replacing(path) as temporary:
            np.savez(temporary, digest=digest, **found._asdict())
        return found


def _path(folder: Path, name: str, seed: int) -> Path:
    return folder / "results" / f"{name}-{seed}.json"


def _kept(folder: Path, name: str, seed: int, amount: Amount) -> Record | None:
    """What an earlier run with the same settings found."""
    path = _path(folder, name, seed)
    if not path.exists():
        return None
    content = read_json(path, _FORMAT, _WRITER, ("digest", "name", "rows"))
    if content.pop("digest") != amount.digest:
        return None
    rows = tuple(Row(**row) for row in content["rows"])
    fields = {name: content[name] for name in Record.__dataclass_fields__}
    return Record(**{**fields, "rows": rows})
