"""The ResNet that predicts cosmological parameters from convergence maps (Sec 4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

__all__ = ["OMEGA_M", "Architecture", "FaceMean", "MapNetwork", "Predictor", "faces", "size"]

#: The output, and column of the parameters, that is Ω_m.
OMEGA_M = 1
#: Maps that are predicted at a time.
_BATCH = 128


@dataclass(frozen=True)
class Architecture:
    """A residual network of four stages of two blocks; by default ResNet-18 (He et al. 2016)."""

    #: Channels of the stages.
    planes: tuple[int, ...] = (64, 128, 256, 512)
    #: Size and stride of the first convolution.
    stem: int = 7
    stride: int = 2
    #: Whether a maximum over 3 x 3 pixels, every second of them, follows it.
    pool: bool = True

    @classmethod
    def narrow(cls, *, pool: bool = False) -> Architecture:
        """For a CPU: an eighth of the channels, and a stem that keeps the peaks of maps apart.

        With `pool` an epoch takes a quarter of the time.
        """
        return cls((8, 16, 32, 64), stem=3, pool=pool)

    @property
    def label(self) -> str:
        """What a table calls it."""
        width = "" if self == Architecture() else f", {self.planes[0]} to {self.planes[-1]} planes"
        return f"ResNet-18{width}"


class Predictor(torch.nn.Module):
    """A network from maps (n, height, width) to standardised M_ν, Ω_m and 10⁹ A_s, shape (n, 3).

    Its outputs are in units of the `spread`, the standard deviation of the parameters, about their
    mean, the `centre`.
    """

    centre: torch.Tensor
    spread: torch.Tensor

    def __init__(self, centre: Sequence[float], spread: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("centre", torch.tensor(centre, dtype=torch.float32))
        self.register_buffer("spread", torch.tensor(spread, dtype=torch.float32))

    def predict(self, maps: NDArray[np.float32]) -> NDArray[np.float64]:
        """Parameters of maps (n, height, width) in their own units, shape (n, 3)."""
        parts = []
        with torch.no_grad():
            for start in range(0, len(maps), _BATCH):
                batch = torch.from_numpy(np.array(maps[start : start + _BATCH]))
                outputs = self(batch.to(self.centre.device))
                parts.append((outputs * self.spread + self.centre).cpu().double().numpy())
        return np.concatenate(parts)


class MapNetwork(Predictor):
    """MONAI's ResNet on maps of one channel, divided by a scale."""

    scale: torch.Tensor

    def __init__(
        self,
        architecture: Architecture,
        scale: float = 1.0,
        centre: Sequence[float] = (0, 0, 0),
        spread: Sequence[float] = (1, 1, 1),
    ) -> None:
        super().__init__(centre, spread)
        # Takes seconds to import.
        from monai.networks.nets.resnet import ResNet

        self.resnet = ResNet(
            "basic",
            layers=[2, 2, 2, 2],
            block_inplanes=list(architecture.planes),
            spatial_dims=2,
            n_input_channels=1,
            conv1_t_size=architecture.stem,
            conv1_t_stride=architecture.stride,
            no_max_pool=not architecture.pool,
            num_classes=3,
            bias_downsample=False,
        )
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Standardised parameters of maps."""
        return self.resnet(maps[:, None] / self.scale)  # type: ignore[no-any-return]


class FaceMean(Predictor):
    """The mean of a network's outputs for the eight faces of a map.

    The cosmology has no direction, so this can only be nearer to the truth; and the gradient of a
    network with strides, most of which depends on where its grid happens to lie, gets smooth.
    """

    def __init__(self, network: Predictor) -> None:
        super().__init__(network.centre.tolist(), network.spread.tolist())
        self.network = network
        self.to(network.centre.device)
        self.eval()

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Standardised parameters of maps."""
        return torch.stack([self.network(each) for each in faces(maps)]).mean(dim=0)


def faces(maps: torch.Tensor) -> list[torch.Tensor]:
    """The eight turned and mirrored faces of maps (n, size, size)."""
    return [torch.rot90(each, turns, (1, 2)) for each in (maps, maps.mT) for turns in range(4)]


def size(teacher: torch.nn.Module) -> int:
    """How many numbers it was trained in."""
    return sum(parameter.numel() for parameter in teacher.parameters())
