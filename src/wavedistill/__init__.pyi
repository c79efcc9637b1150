"""The public names of `wavedistill`: `__init__.py` loads each from here when it is first used."""

from wavedistill._version import __version__ as __version__
from wavedistill.attribution import Attributions as Attributions
from wavedistill.attribution import TrimModel as TrimModel
from wavedistill.attribution import attribute as attribute
from wavedistill.checks import BorderWarning as BorderWarning
from wavedistill.checks import InvalidWaveletWarning as InvalidWaveletWarning
from wavedistill.checks import PaddedWaveletWarning as PaddedWaveletWarning
from wavedistill.checks import WaveletWarning as WaveletWarning
from wavedistill.distillation import PenalizedSettings as PenalizedSettings
from wavedistill.distillation import WaveletDistiller as WaveletDistiller
from wavedistill.distillation import distill_path as distill_path
from wavedistill.students import DistilledClassifier as DistilledClassifier
from wavedistill.students import DistilledRegressor as DistilledRegressor
from wavedistill.students import PeakCounts as PeakCounts
from wavedistill.students import TopCoefficients as TopCoefficients
from wavedistill.students import UndecimatedSummary as UndecimatedSummary
from wavedistill.students import WaveletCoefficients as WaveletCoefficients
from wavedistill.students import activation_map as activation_map
from wavedistill.students import compare as compare
from wavedistill.students import compression_factor as compression_factor
from wavedistill.students import contributions as contributions
from wavedistill.students import distill as distill
from wavedistill.students import load_student as load_student
from wavedistill.students import stability as stability
from wavedistill.wavelets import Wavelet as Wavelet
from wavedistill.wavelets import WaveletTransform as WaveletTransform
