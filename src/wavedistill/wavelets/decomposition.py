"""`Decomposition`: how deep a transform goes, how it extends, and along which axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wavedistill.checks import axis_numbers, integer, signal_axes
from wavedistill.modes import Mode, check_mode
from wavedistill.wavelets.layout import CoefficientLayout, described

__all__ = ["Decomposition"]


@dataclass(frozen=True, init=False)
class Decomposition:
    """The settings of a wavelet transform, without its filters.

    Parameters
    ----------
    levels : int
        Depth J, at least 1.
    mode : str
        PyWavelets' signal extension mode.
    axes : int or sequence of int
        The axis of time, -1 for arrays (n, length); the two axes of images; or the three of
        volumes. They are kept in ascending order.

    Raises
    ------
    TypeError, ValueError
        For a depth below 1, an unknown mode, no axis, or an axis named twice.
    """

    levels: int
    mode: Mode
    axes: tuple[int, ...]

    def __init__(self, levels: int, mode: str = "zero", axes: int | Sequence[int] = -1) -> None:
        object.__setattr__(self, "levels", integer(levels, "levels", minimum=1))
        object.__setattr__(self, "mode", check_mode(mode))
        object.__setattr__(self, "axes", tuple(sorted(axis_numbers(axes))))

    def along(self, shape: Sequence[int], name: str = "X") -> tuple[int, ...]:
        """The transformed axes of an array of examples, non-negative and ascending.

        Raises
        ------
        ValueError
            If the array lacks one, if one is the first axis, which runs over examples, or if two
            numbers name the same axis.
        """
        return signal_axes(shape, self.axes, name)

    def lengths(self, shape: Sequence[int], name: str = "X") -> tuple[int, ...]:
        """Samples along each transformed axis of an array of examples."""
        return tuple(shape[axis] for axis in self.along(shape, name))

    def layout(self, lengths: Sequence[int], taps: int | Sequence[int]) -> CoefficientLayout:
        """Where the coefficients lie.

        Parameters
        ----------
        lengths : sequence of int
            Samples along each transformed axis.
        taps : int or sequence of int
            Length N of the filters: one for all levels, or one for each, the finest level first.
        """
        each = (taps,) * self.levels if isinstance(taps, int) else tuple(taps)
        return CoefficientLayout(tuple(lengths), each, self.mode)

    def check_depth(self, lengths: Sequence[int]) -> None:
        """Refuse more levels than signals of these lengths can have.

        Raises
        ------
        ValueError
            Unless 2^(levels - 1) is less than the shortest length.
        """
        length = min(lengths)
        if 2 ** (self.levels - 1) < length:
            return
        deepest = max(1, (length - 1).bit_length())
        remedy = f"levels={deepest} is the most" if length > 1 else "a single sample has none"
        rule = "the length" if len(lengths) == 1 else "the shortest side"
        count = f" (n_features={length})" if len(lengths) == 1 else ""
        raise ValueError(
            f"levels={self.levels} is too deep for {described(lengths)}{count}: 2^(levels-1) = "
            f"{2 ** (self.levels - 1)} must be less than {rule}; {remedy}. Does axes name the "
            "axes of time or space?"
        )
