"""How a function that needs a transform reads its arguments."""

from __future__ import annotations

from collections.abc import Sequence

from wavedistill.wavelets.bank import WaveletTransform
from wavedistill.wavelets.decomposition import Decomposition
from wavedistill.wavelets.wavelet import Wavelet, WaveletLike

__all__ = ["as_transform"]


def as_transform(
    value: WaveletTransform | WaveletLike | Sequence[Wavelet | str],
    levels: int | None = None,
    mode: str | None = None,
    axes: int | Sequence[int] | None = None,
) -> WaveletTransform:
    """Make a `WaveletTransform` of a wavelet, or of one for each level; keep one that is one.

    A learned wavelet is used as it was learned: other levels or another mode are refused, since
    they are more often forgotten than meant. To mean them, give a `WaveletTransform`.

    Parameters
    ----------
    value : WaveletTransform, or what `WaveletTransform` takes as its wavelet
    levels, mode, axes : optional
        As for `WaveletTransform`.

    Raises
    ------
    TypeError, ValueError
        If an argument contradicts the transform, or if levels or mode contradict those that the
        wavelet was learned with; and for all that `WaveletTransform` refuses.
    """
    named = {"levels": levels, "mode": mode, "axes": axes}
    given = {name: argument for name, argument in named.items() if argument is not None}
    if isinstance(value, WaveletTransform):
        wanted = Decomposition(**{**vars(value.decomposition), **given})
        for name, argument in given.items():
            if getattr(wanted, name) != getattr(value, name):
                raise ValueError(
                    f"{name}={argument!r} and the transform has {name}={getattr(value, name)!r}; "
                    f"leave {name} out, or give WaveletTransform(wavelet, {name}={argument!r})."
                )
        return value
    if isinstance(value, Wavelet):
        for name in ("levels", "mode"):
            learned = value.origin.get(name)
            if name in given and learned is not None and given[name] != learned:
                raise ValueError(
                    f"{name}={given[name]!r} and the wavelet was learned with {name}={learned!r}: "
                    f"it may be a poor choice there. Leave {name} out, or give "
                    f"WaveletTransform(wavelet, {name}={given[name]!r}) if you mean it."
                )
    return WaveletTransform(value, levels, mode, axes)
