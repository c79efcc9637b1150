"""The LSTM that predicts auxilin from clathrin (Appendix C): trained here, or read from a file."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from skorch import NeuralNetRegressor
from skorch.callbacks import EarlyStopping
from skorch.dataset import Dataset
from skorch.helper import predefined_split
from threadpoolctl import threadpool_limits

from wavedistill.datasets import EndocytosisTable

__all__ = ["ClathrinLSTM", "load_teacher", "predict", "train_teacher"]

#: Of minibatches, found on the training cells: larger steps than these overshoot, smaller ones take
#: three times as long to the same score.
_BATCH, _LEARNING_RATE, _PATIENCE = 128, 0.005, 25


class ClathrinLSTM(torch.nn.Module):
    """The paper's teacher: one recurrent layer, whose last state goes to one linear output."""

    def __init__(self, hidden: int = 40) -> None:
        super().__init__()
        self.lstm = torch.nn.LSTM(1, hidden, batch_first=True)
        self.fc = torch.nn.Linear(hidden, 1)

    def forward(self, traces: torch.Tensor) -> torch.Tensor:
        """Traces of shape (n, frames) to predictions of shape (n,)."""
        states, _ = self.lstm(traces.unsqueeze(-1))
        return self.fc(states[:, -1]).squeeze(-1)  # type: ignore[no-any-return]


def train_teacher(
    table: EndocytosisTable, *, hidden: int = 40, max_epochs: int = 200, seed: int = 0
) -> ClathrinLSTM:
    """Train an LSTM by Adam on a table of two cells or more.

    The seed picks a cell that is set aside. Training stops 25 epochs after the best for this cell,
    and the weights of that best epoch are returned. Raises a `ValueError` if there is one cell
    only.
    """
    cells = np.unique(table.cell)
    if len(cells) < 2:
        raise ValueError(
            f"the table has rows of cell {cells.tolist()} only, and training needs another cell to "
            "know when to stop."
        )
    aside = table.cell == cells[seed % len(cells)]
    with torch.random.fork_rng(devices=[]), threadpool_limits(limits=1, user_api="openmp"):
        torch.manual_seed(seed)
        net = NeuralNetRegressor(
            ClathrinLSTM,
            module__hidden=hidden,
            optimizer=torch.optim.Adam,
            lr=_LEARNING_RATE,
            batch_size=_BATCH,
            max_epochs=max_epochs,
            iterator_train__shuffle=True,
            train_split=predefined_split(Dataset(table.X[aside], table.y[aside])),
            callbacks=[
                EarlyStopping(patience=_PATIENCE, load_best=True, sink=lambda message: None)
            ],
            verbose=0,
        )
        net.fit(table.X[~aside], table.y[~aside])
    teacher: ClathrinLSTM = net.module_.eval()
    return teacher


def load_teacher(path: str | os.PathLike[str]) -> ClathrinLSTM:
    """Read the weights of a `ClathrinLSTM` from an .npz of its state."""
    with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as content:
        state = {name: torch.from_numpy(content[name]) for name in content}
    teacher = ClathrinLSTM(hidden=state["fc.weight"].shape[1])
    teacher.load_state_dict(state)
    return teacher.eval()


def predict(teacher: torch.nn.Module, traces: NDArray[np.float32]) -> NDArray[np.float32]:
    """The teacher's outputs, shape (n,)."""
    with torch.no_grad():
        return teacher(torch.from_numpy(traces)).numpy()  # type: ignore[no-any-return]
