"""``undo`` and ``edit``: what is not a step of the lifecycle."""

from __future__ import annotations

from typing import Any

import click

from printflow.said import say

from .documents import details_document, print_json
from .session import by_option, json_option, question_options, session
from .streams import tell


@click.command("undo")
@click.argument("job_id", metavar="ID")
@by_option
@json_option
def undo(job_id: str, by: str) -> None:
    """Undo the last staff action on a job. Possible until its email is sent."""
    with session().lab() as lab:
        job = lab.corrections.undo(job_id, by=by)
        if session().json:
            print_json(details_document(lab, lab.jobs.details(job.id)))
        else:
            tell(f"{job.id}: undone, now {job.status.label}")


@click.command("edit")
@click.argument("job_id", metavar="ID")
@by_option
@click.option("--student", "student_name", metavar="NAME", help="First and last name.")
@click.option("--email", "student_email", metavar="ADDRESS", help="Email address.")
@question_options("{label} from the catalog.", new=False)
@click.option("--class", "class_number", metavar="TEXT", help="Class number, or N/A.")
@click.option("--method", "print_method", metavar="NAME", help="Print method, such as Filament.")
@click.option("--color", metavar="NAME", help="Color from the catalog.")
@click.option("--material", metavar="NAME", help="Material from the catalog.")
@click.option("--printer", metavar="NAME", help="Printer from the catalog.")
@click.option("--copies", "quantity", metavar="COUNT", help="How many copies.")
@click.option("--note", metavar="TEXT", help="The student's note on the model.")
@click.option("--needed-by", metavar="DATE", help="Date it's needed by, or an empty text.")
@click.option("--own-material", metavar="YES", help="yes if the student brings the material.")
@click.option("--group", metavar="NAME", help="Group that the student is in.")
@click.option("--shelf", metavar="NAME", help="Shelf where the print is kept.")
@json_option
def edit(job_id: str, by: str, **typed: str | None) -> None:
    """Edit job details. The history keeps the old values.

    If the price or the print changes, the student's link stops working.
    """
    fields: dict[str, Any] = {name: value for name, value in typed.items() if value is not None}
    if not fields:
        raise click.UsageError(say("Nothing to change. Give at least one option, such as --email."))
    with session().lab() as lab:
        job = lab.corrections.edit(job_id, by=by, **fields)
        if session().json:
            print_json(details_document(lab, lab.jobs.details(job.id)))
        else:
            tell(f"{job.id}: changed")
