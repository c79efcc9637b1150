"""`wavedistill reproduce`: studies, each with its figures and tables."""

import typer

from wavedistill.cli.reproduce.archive import reproduce_archive
from wavedistill.cli.reproduce.cosmology import reproduce_cosmology
from wavedistill.cli.reproduce.digits import reproduce_digits
from wavedistill.cli.reproduce.endocytosis import reproduce_endocytosis
from wavedistill.cli.reproduce.engines import reproduce_engines
from wavedistill.cli.reproduce.faithfulness import reproduce_faithfulness
from wavedistill.cli.reproduce.synthetic import reproduce_synthetic

__all__ = ["studies"]

studies = typer.Typer(help="Reproduce a study: its figures and tables.")
studies.command("synthetic")(reproduce_synthetic)
studies.command("endocytosis")(reproduce_endocytosis)
studies.command("cosmology")(reproduce_cosmology)
studies.command("engines")(reproduce_engines)
studies.command("digits")(reproduce_digits)
studies.command("archive")(reproduce_archive)
studies.command("faithfulness")(reproduce_faithfulness)
