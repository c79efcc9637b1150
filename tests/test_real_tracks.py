"""Real recordings of clathrin-coated pits: distil the published LSTM, and predict auxilin."""

import os
from pathlib import Path

import pytest

pytest.importorskip("torch")

from wavedistill.datasets import load_endocytosis_table
from wavedistill.experiments.endocytosis import compare, load_teacher

FOLDER = Path(os.environ.get("WAVEDISTILL_DATA", "")) / "endocytosis"
TABLE, TEACHER = FOLDER / "cme_clath_aux_gak_40.npz", FOLDER / "lstm_teacher.npz"

needs_data = pytest.mark.skipif(
    "WAVEDISTILL_DATA" not in os.environ or not TABLE.exists() or not TEACHER.exists(),
    reason="no recordings: set WAVEDISTILL_DATA to a folder that holds endocytosis/",
)


@needs_data
def test_distilled_wavelet_beats_db5_on_held_out_cells(capsys):
    awd, db5, lstm = compare(load_endocytosis_table(TABLE), load_teacher(TEACHER))
    with capsys.disabled():
        print(f"\n{'model':<34}{'R2, cells 7-8':>14}{'R2, cross-validated':>22}{'numbers':>9}")
        for row in (awd, db5, lstm):
            print(f"{row.model:<34}{row.r2_test:>14.3f}{row.r2_cv:>22.3f}{row.parameters:>9}")
    assert lstm.r2_test == pytest.approx(0.422, abs=5e-4)
    assert db5.r2_test == pytest.approx(0.302, abs=5e-4)
    assert db5.r2_test < awd.r2_test
    assert awd.parameters <= 41


@needs_data
def test_training_and_held_out_cells_do_not_mix():
    table = load_endocytosis_table(TABLE)
    assert set(table.cell[table.is_test]) == {7, 8}
    assert set(table.cell[~table.is_test]) == {1, 2, 3, 4, 5, 6}


def test_a_table_with_other_arrays_is_refused(tmp_path):
    import numpy as np

    np.savez(tmp_path / "table.npz", X=np.zeros((2, 40)))
    with pytest.raises(ValueError, match="has no array y, cell, is_test"):
        load_endocytosis_table(tmp_path / "table.npz")
