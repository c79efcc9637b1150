"""The paper's own formulation: all terms of Eq. 8, with a filter of N free numbers.

`objective`, `minimize` and `penalties` need PyTorch, so they are loaded only when they are used.
"""

from wavedistill.distillation.penalized.settings import PenalizedSettings

__all__ = ["PenalizedSettings"]
