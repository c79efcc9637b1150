"""Signals in other forms: xarray's labelled arrays, and lists of signals of unequal length."""

from wavedistill.interop.labelled import Labelled, from_xarray, to_xarray
from wavedistill.interop.unequal import StackedSignals, stack_signals

__all__ = ["Labelled", "StackedSignals", "from_xarray", "stack_signals", "to_xarray"]
