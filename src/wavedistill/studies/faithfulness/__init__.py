"""Faithfulness of attributions in learned and fixed wavelets, samples and Fourier."""

from wavedistill.studies.faithfulness.candidates import LEARNED
from wavedistill.studies.faithfulness.cases import CASES, Case
from wavedistill.studies.faithfulness.study import Amount, CaseStudy, run

__all__ = ["CASES", "LEARNED", "Amount", "Case", "CaseStudy", "run"]
