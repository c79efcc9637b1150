"""The paper's own formulation: all terms of Eq. 8, with a filter of N free numbers.

`objective` and `penalties` need PyTorch, so that they load when they are first used.
"""

from wavedistill.distillation.penalized.settings import PenalizedSettings

__all__ = ["PenalizedSettings"]
