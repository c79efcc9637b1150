"""The cosmology study: what is trained goes on, what is chosen is fair, what is told is so."""

import csv
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import r2_score

import wavedistill as wd
from tests.helpers import normal
from wavedistill.datasets.lensing import TABLE_D1, LensingMaps, simulate_lensing
from wavedistill.students.map_statistics import skewness_spectrum

torch = pytest.importorskip("torch")
pytest.importorskip("skorch")
pytest.importorskip("monai")

from wavedistill.studies.cosmology import (  # noqa: E402
    Amount,
    Architecture,
    Training,
    candidates,
    run,
    students,
    through,
)
from wavedistill.studies.cosmology.network import FaceMean, MapNetwork, size  # noqa: E402
from wavedistill.studies.cosmology.report import reproduce  # noqa: E402
from wavedistill.studies.cosmology.scores import (  # noqa: E402
    Scores,
    gains,
    resampled_rmse,
)
from wavedistill.studies.cosmology.statistics import bands, counts, simple_statistics  # noqa: E402
from wavedistill.studies.cosmology.students import (  # noqa: E402
    choose,
    cosmologies,
    measure,
    ridge,
    rmse,
)
from wavedistill.studies.cosmology.teacher import train_teacher  # noqa: E402

TINY = Architecture((4, 4, 4, 4), stem=3, pool=True)
AMOUNT = Amount(
    size=32, realisations=12, validation=0.25, test=0.25, architecture=TINY, training=Training(2),
    distilled_from=20, supports=(4,), balances=(1.0,), screened_by=50, resamples=200,
    learned_from=60, learned_supports=(4,), between=2,
)  # fmt: skip


@pytest.fixture(scope="module")
def maps():
    return simulate_lensing(12, size=32)


@pytest.fixture(scope="module")
def split(maps):
    return maps.split(0.25, 0.25)


class Killed(Exception):
    pass


def kill_after(epochs):
    def notify(message):
        if message.startswith(f"epoch {epochs} "):
            raise Killed

    return notify


@pytest.mark.slow
def test_a_killed_training_goes_on_as_if_it_had_not_been(split, tmp_path):
    told: list[str] = []
    train: Any = {"architecture": TINY, "training": Training(4, batch_size=16), "seed": 1}
    before = torch.get_rng_state()
    whole = train_teacher(split.train, split.validation, **train)
    assert torch.equal(before, torch.get_rng_state())
    file = tmp_path / "fits" / "teacher.pt"
    with pytest.raises(Killed):
        train_teacher(split.train, split.validation, file=file, notify=kill_after(2), **train)
    again = train_teacher(split.train, split.validation, file=file, notify=told.append, **train)
    assert [message[:12] for message in told] == ["epoch 3 of 4", "epoch 4 of 4"]
    for name, tensor in whole.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], tensor, rtol=0, atol=0)
    train_teacher(split.train, split.validation, file=file, notify=kill_after(4), **train)

    with pytest.raises(ValueError, match="another seed"):
        train_teacher(split.train, split.validation, file=file, **{**train, "seed": 2})
    with pytest.raises(ValueError, match="another maps"):
        train_teacher(split.train, split.test, file=file, **train)
    file.write_bytes(b"no zip file")
    with pytest.raises(ValueError, match="holds no training"):
        train_teacher(split.train, split.validation, file=file, **train)


@pytest.mark.slow
def test_the_teacher_learns_and_speaks_in_the_units_of_the_parameters(maps):
    # Maps that are as bright as their Omega_m.
    easy = LensingMaps(
        (maps.maps * 0.1 + maps.params[:, 1, None, None]).astype(np.float32),
        maps.params, maps.realisation, maps.pixel_arcmin,
    ).split(0.25, 0.25)  # fmt: skip
    teacher = train_teacher(easy.train, easy.validation, TINY, Training(40, batch_size=16))
    predicted = teacher.predict(easy.test.maps)
    assert r2_score(easy.test.params[:, 1], predicted[:, 1]) > 0.7
    assert size(MapNetwork(Architecture())) == pytest.approx(11.2e6, rel=0.01)


@pytest.mark.slow
def test_the_mean_over_faces_is_the_same_for_each_of_them():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        mean = FaceMean(MapNetwork(TINY, centre=(1, 2, 3), spread=(4, 5, 6)))
    maps = normal(2, 32, 32).astype(np.float32)
    expected = mean.predict(maps)
    for face in (np.rot90(maps, 1, (1, 2)), maps[:, ::-1], maps.transpose(0, 2, 1)):
        np.testing.assert_allclose(mean.predict(face), expected, rtol=1e-4)
    turned = mean.network.predict(np.rot90(maps, 1, (1, 2)))
    assert not np.allclose(mean.network.predict(maps), turned, rtol=1e-2)


def test_the_choice_is_made_on_the_validation_maps(split):
    maps = split.train, split.validation
    wavelet = wd.Wavelet.from_name("db2")
    measured = list(measure(counts(wavelet), *maps))
    chosen = choose(measured, cosmologies(), *maps)
    assert chosen.rmse == rmse(split.validation, chosen.model.predict(split.validation.maps))
    assert chosen.wavelet == chosen.filters == wavelet
    assert chosen.numbers == 4
    for statistic in measured:
        one = choose([statistic], {"one": cosmologies()["one covariance"]}, *maps)
        assert one.rmse >= chosen.rmse
    assert len(list(counts("laplace"))) == len(measured) + 1
    with pytest.raises(ValueError, match="no statistics"):
        choose([], cosmologies(), *maps)


def test_a_model_that_reads_the_spectrum(split):
    maps = split.train, split.validation
    spectrum = simple_statistics(split.train)["power spectrum"]
    chosen = choose(measure(spectrum, *maps), ridge(), *maps)
    assert chosen.model.predict(split.test.maps).shape == (len(split.test), 3)
    spread = split.validation.params[:, 1].std()
    assert chosen.rmse < 0.9 * spread


def test_the_bootstrap_has_the_standard_error_of_large_samples():
    errors = normal(2000)
    found = resampled_rmse({"a": errors, "b": 2 * errors}, count=4000)
    # The delta method: a root mean square of n normal errors has variance 1 / (2 n).
    assert found["a"].std() == pytest.approx(1 / np.sqrt(2 * 2000), rel=0.1)
    np.testing.assert_allclose(found["b"], 2 * found["a"])
    rms = np.sqrt(np.mean(errors**2))
    (gain,) = gains("a", ("b",), Scores({}, {"a": rms, "b": 2 * rms}, found))
    assert gain.gain == pytest.approx(rms)
    assert gain.low < gain.gain < gain.high
    # Twice an error is larger on every resample: the interval is that of the root mean square.
    assert gain.low == pytest.approx(np.percentile(found["a"], 2.5))


@pytest.mark.parametrize("pixels", [16, 32, 64, 256])
def test_every_band_holds_modes(pixels):
    found = skewness_spectrum(normal(1, pixels, pixels), 0.8, bands(pixels, 0.8))
    assert np.isfinite(found).all()


@pytest.mark.slow
def test_the_whole_study_and_that_it_is_resumed(tmp_path, monkeypatch):
    monkeypatch.setattr(students, "_SHORTLIST", 1)
    found = reproduce(tmp_path, AMOUNT, jobs=1)
    study = found.study
    assert {"AWD", "DB5", "Laplace", "raw peaks"} <= {row.model for row in study.rows}
    assert len({row.model for row in (*study.rows, *study.beyond)}) == len(study.predicted)
    for row in (*study.rows, *study.beyond):
        assert 0 < row.rmse_se < row.rmse
        student = study.students[row.model]
        predicted = student.model.predict(study.split.test.maps)
        assert row.rmse == pytest.approx(100 * rmse(study.split.test, predicted))
        assert row.rmse_validation == 100 * student.rmse
        np.testing.assert_array_equal(predicted, study.predicted[row.model])
        assert np.isfinite(row.compression) == bool(row.wavelet)
    numbers = {row.model: row.numbers for row in (*study.rows, *study.beyond)}
    fixed = ("power spectrum", "raw peaks", "Roberts cross", "Laplace", "fixed filters together")
    assert [numbers[name] for name in fixed] == [0, 1, 8, 9, 18]
    assert numbers["DB5"] == numbers["DB5, as in the paper"] == 10
    assert numbers[study.rows[-1].model] == size(study.teacher)
    assert {gain.over for gain in study.gains} >= {"DB5", study.rows[-1].model}
    everywhere = students.at_all_pixels(students.THROUGH)
    assert {gain.model for gain in study.gains} >= {"AWD", students.THROUGH, everywhere}
    assert students.THROUGH in study.students[students.THROUGH].wavelet.name
    assert f"{everywhere}, ridge" in study.students
    assert [each.model for each in study.between] == [*study.students]
    for each in study.between:
        off = 100 * (study.between_predicted[each.model] - study.between_maps.params)[:, 1]
        assert each.rmse == pytest.approx(np.sqrt(np.mean(off**2)))
    assert not {*study.between_maps.params[:, 1]} & {*study.split.test.params[:, 1]}
    assert {"between.csv", "between.png"} <= {path.name for path in found.files}
    assert study.split.train.realisation.max() < study.split.validation.realisation.min()
    assert all(path.stat().st_size for path in found.files)
    with (tmp_path / "models.csv").open(newline="") as file:
        (first, *_) = csv.DictReader(file)
    assert list(first) == list(vars(study.rows[0]))
    assert float(first["rmse"]) == study.rows[0].rmse
    assert float(first["r2"]) == study.rows[0].r2

    def refuse(*_, **__):
        raise AssertionError("fitted again")

    monkeypatch.setattr(wd.WaveletDistiller, "fit", refuse)
    monkeypatch.setattr(through, "minimize", refuse)
    told: list[str] = []
    again = reproduce(tmp_path, AMOUNT, jobs=1, notify=told.append).study
    assert not [message for message in told if "epoch" in message]
    assert again.rows == study.rows


def test_wavelets_of_other_data_are_refused(split, tmp_path):
    fit: Any = {"supports": (4,), "balances": (1.0,), "folder": tmp_path}
    list(candidates.distilled(split.train.maps[:5], None, **fit))
    (tmp_path / "blind" / "db5.json").unlink()
    with pytest.raises(ValueError, match="other data or settings"):
        list(candidates.distilled(split.test.maps[:5], None, **fit))


def test_maps_of_one_cosmology_are_refused():
    maps = simulate_lensing(4, TABLE_D1[:1], size=32)
    with pytest.raises(ValueError, match="two or more"):
        run(maps, AMOUNT)


def test_options_that_exclude_one_another_are_refused(tmp_path):
    pytest.importorskip("typer")
    from wavedistill.cli.reproduce.cosmology import reproduce_cosmology

    with pytest.raises(ValueError, match="leave it out"):
        reproduce_cosmology(out=tmp_path, rebin=64)
    with pytest.raises(FileNotFoundError):
        reproduce_cosmology(out=tmp_path, data=str(tmp_path / "nothing.npz"))
    with pytest.raises(ValueError, match="try 'cpu'"):
        reproduce_cosmology(out=tmp_path, device="abacus")
    assert not list(tmp_path.iterdir())
