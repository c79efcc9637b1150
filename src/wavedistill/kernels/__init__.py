"""The fused kernel: sums of absolute wavelet coefficients and their gradient by the filters."""

from wavedistill.kernels.l1 import L1Gradient, coefficient_l1, product_l1
from wavedistill.kernels.packing import PackedSignals, prepare

__all__ = ["L1Gradient", "PackedSignals", "coefficient_l1", "prepare", "product_l1"]
