"""Weak-lensing convergence maps, simulated or read: the data of the cosmology study (Sec 4.3)."""

from wavedistill.datasets.lensing.calibration import CalibrationRow, calibration_table
from wavedistill.datasets.lensing.cosmology import (
    TABLE_D1,
    Cosmology,
    as_cosmologies,
    parameter_range,
)
from wavedistill.datasets.lensing.files import load_lensing, read_convergence, rebinned
from wavedistill.datasets.lensing.maps import LensingMaps, LensingSplit
from wavedistill.datasets.lensing.simulation import simulate_lensing
from wavedistill.datasets.lensing.simulator import PIXEL_ARCMIN, HaloModel, MapSimulator
from wavedistill.datasets.lensing.survey import Survey

__all__ = [
    "PIXEL_ARCMIN",
    "TABLE_D1",
    "CalibrationRow",
    "Cosmology",
    "HaloModel",
    "LensingMaps",
    "LensingSplit",
    "MapSimulator",
    "Survey",
    "as_cosmologies",
    "calibration_table",
    "load_lensing",
    "parameter_range",
    "read_convergence",
    "rebinned",
    "simulate_lensing",
]
