"""`TrimModel`: a model as a function of the coefficients of any transform (TRIM)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["TrimModel"]


class TrimModel(nn.Module):
    """A model reparametrised by transform coefficients: f'(w) = f(inverse(w) + r).

    The residual r = x - inverse(w0) is that of the original coefficients w0 of each example, and
    stays what it is when they are perturbed. So f' at w0 is f at x itself, however well the
    transform can be inverted, and any attribution method, gradient or perturbation, attributes to
    coefficients: of wavelets, Fourier, PCA, NMF or the code of an autoencoder.

    Parameters
    ----------
    model : torch.nn.Module
        f. Nothing about it is changed; put it in evaluation mode first.
    inverse : callable or torch.nn.Module
        Takes a tensor of coefficients, shape (batch, ...), to one of signals as the model takes
        them; differentiable for gradient methods. It must treat rows alike and apart, since
        attribution methods repeat, perturb and drop them.
    residual : bool
        False leaves r out, so that f' is f at what the transform restores.
    where : index, optional
        Attribute these coefficients and hold the others at their values: an index of the
        coefficients of one example, such as an integer, a slice, a boolean mask, an array of
        integers, or a tuple of those for several axes. All of them if not given.

    Raises
    ------
    TypeError
        If `model` is not a module, or `inverse` cannot be called.

    See Also
    --------
    Attributions.coefficients : The same for gradients in any wavelet, from one visit of the model.

    Notes
    -----
    The residual and the values held travel with the examples as further arguments of the model,
    and not on the module: so attribution libraries repeat and select them along with the rows
    (Captum's ``additional_forward_args``), and one `TrimModel` serves any number of batches.

    References
    ----------
    .. [1] C. Singh et al. (2020), Transformation importance with applications to cosmology: TRIM;
       Eq. 7 of W. Ha et al. (2021), Adaptive wavelet distillation from neural networks through
       interpretations.

    Examples
    --------
    The lowest eight frequencies of a signal:

    >>> import torch
    >>> from captum.attr import IntegratedGradients
    >>> from wavedistill.attribution import TrimModel
    >>> teacher, x = torch.nn.Linear(64, 1).eval(), torch.randn(5, 64)
    >>> def inverse(w):
    ...     return torch.fft.irfft(torch.view_as_complex(w), n=64)
    >>> trim = TrimModel(teacher, inverse, where=slice(8))
    >>> w, held = trim.split(torch.view_as_real(torch.fft.rfft(x)), x)
    >>> IntegratedGradients(trim).attribute(w, additional_forward_args=held).shape
    torch.Size([5, 8, 2])
    """

    def __init__(
        self,
        model: nn.Module,
        inverse: Callable[[Tensor], Tensor],
        *,
        residual: bool = True,
        where: Any = None,
    ) -> None:
        if not isinstance(model, nn.Module):
            raise TypeError(
                f"model is of type {type(model).__name__}; give a torch.nn.Module, such as one "
                "whose forward calls your function."
            )
        if not callable(inverse):
            raise TypeError(
                f"inverse is of type {type(inverse).__name__}; give a function that takes a tensor "
                "of coefficients to one of signals, such as lambda w: w @ basis."
            )
        super().__init__()
        self.model = model
        self.inverse = inverse
        self.residual = residual
        self.where = where

    def split(self, w: Tensor, x: Tensor | None = None) -> tuple[Tensor, tuple[Tensor, ...]]:
        """What to attribute, and what is held while that varies.

        Parameters
        ----------
        w : Tensor, shape (batch, ...)
            The coefficients of each example.
        x : Tensor, shape (batch, ...)
            The signals; if not given, those that `inverse` returns, without a residual.

        Returns
        -------
        attributed : Tensor
            `w`, or the coefficients chosen by `where`.
        held : tuple of Tensor
            The residual, and `w` if only some coefficients are attributed: further arguments of
            this model, detached.

        Raises
        ------
        TypeError
            If `inverse` does not return a tensor.
        ValueError
            If `inverse` of `w` has another shape than `x`.
        IndexError
            If `where` names coefficients that `w` does not have.
        """
        with torch.no_grad():
            signals = self._signals(w)
            if x is not None and signals.shape != x.shape:
                raise ValueError(
                    f"inverse returns shape {tuple(signals.shape)} for coefficients of shape "
                    f"{tuple(w.shape)}, and x has shape {tuple(x.shape)}; they must be the same: "
                    "crop or reshape in inverse, or give the coefficients of these examples."
                )
            residual = torch.zeros_like(signals)
            if x is not None and self.residual:
                residual = x.detach() - signals
            if self.where is None:
                return w.detach().clone(), (residual,)
            held = w.detach().clone()
            return held[self._index()].clone(), (residual, held)

    def forward(
        self, attributed: Tensor, residual: Tensor | None = None, held: Tensor | None = None
    ) -> Any:
        """The model's output where the coefficients are `attributed`; see `split` for the rest."""
        signals = self._signals(self._coefficients(attributed, held))
        if residual is None:
            return self.model(signals)
        if residual.shape != signals.shape:
            raise ValueError(
                f"inverse returns shape {tuple(signals.shape)} and the residual has shape "
                f"{tuple(residual.shape)}; they must be the same: pass what split returned for "
                "these examples."
            )
        return self.model(signals + residual)

    def _coefficients(self, attributed: Tensor, held: Tensor | None) -> Tensor:
        if self.where is None:
            return attributed
        if held is None:
            raise ValueError(
                f"where={self.where!r} leaves coefficients to hold, and none are given; pass on "
                "the tuple that split returned (additional_forward_args in Captum)."
            )
        whole = held.to(attributed.dtype, copy=True)
        whole[self._index()] = attributed
        return whole

    def _index(self) -> tuple[Any, ...]:
        where = self.where if isinstance(self.where, tuple) else (self.where,)
        return (slice(None), *where)

    def _signals(self, w: Tensor) -> Tensor:
        signals = self.inverse(w)
        if not isinstance(signals, Tensor):
            raise TypeError(
                f"inverse returns a value of type {type(signals).__name__}; it must return a "
                "tensor, made from its argument by PyTorch operations."
            )
        return signals
