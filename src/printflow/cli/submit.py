"""``submit``: makes a job from a model."""

from __future__ import annotations

from pathlib import Path

import click

from .documents import details_document, print_json
from .session import json_option, question_options, session
from .streams import tell


@click.command("submit")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--student", required=True, metavar="NAME", help="The student's name.")
@click.option("--email", required=True, metavar="ADDRESS", help="The student's email address.")
@click.option("--method", required=True, metavar="METHOD", help="Print method, such as Filament.")
@click.option("--color", required=True, metavar="COLOR", help="A color available for the method.")
@click.option(
    "--printer", required=True, metavar="PRINTER", help="A printer for the method, or “any”."
)
@question_options("{label}, such as {example}.", new=True)
@click.option(
    "--class-number", required=True, metavar="CLASS", help="Class number, such as ARCH 4000."
)
@click.option("--payer", default="", metavar="CODE", help="Code of who pays for it.")
@click.option("--quantity", default=1, metavar="COUNT", help="Number of copies.")
@click.option("--note", default="", metavar="TEXT", help="A note for staff.")
@click.option("--needed-by", default="", metavar="DATE", help="Date it's needed by: 2026-03-02.")
@click.option("--own-material", is_flag=True, help="The student brings the material.")
@click.option("--group", default="", metavar="NAME", help="Group that the student is in.")
@click.option("--accept-minimum", is_flag=True, help="The student accepts the minimum charge.")
@click.option("--by", default="", metavar="NAME", help="Your name, if you submit for the student.")
@json_option
def submit(
    file: Path,
    student: str,
    email: str,
    method: str,
    color: str,
    printer: str,
    class_number: str,
    payer: str,
    quantity: int,
    note: str,
    needed_by: str,
    own_material: bool,
    group: str,
    accept_minimum: bool,
    by: str,
    **answers: str,
) -> None:
    """Submit a model for a student."""
    with session().lab() as lab:
        job = lab.intake.submit(
            file,
            student=student,
            email=email,
            method=method,
            color=color,
            printer=printer,
            class_number=class_number,
            payer_code=payer,
            acknowledge_minimum=accept_minimum,
            quantity=quantity,
            note=note,
            needed_by=needed_by,
            own_material=own_material,
            group=group,
            by=by,
            **answers,
        )
        if session().json:
            print_json(details_document(lab, lab.jobs.details(job.id)))
        else:
            tell(f"{job.id}: {job.status.label}, {job.file.name}")
