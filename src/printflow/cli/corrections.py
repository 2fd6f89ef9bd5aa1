"""``undo`` and ``edit``: what is not a step of the lifecycle."""

from __future__ import annotations

from typing import Any

import click

from .documents import details_document, print_json
from .session import by_option, json_option, question_options, session
from .streams import say


@click.command("undo")
@click.argument("job_id", metavar="ID")
@by_option
@json_option
def undo(job_id: str, by: str) -> None:
    """Take back the last action of staff on a job, while its mail waits."""
    with session().lab() as lab:
        job = lab.corrections.undo(job_id, by=by)
        if session().json:
            print_json(details_document(lab, lab.jobs.details(job.id)))
        else:
            say(f"{job.id}: taken back; {job.status} again")


@click.command("edit")
@click.argument("job_id", metavar="ID")
@by_option
@click.option("--student", "student_name", metavar="NAME", help="First and last name.")
@click.option("--email", "student_email", metavar="ADDRESS", help="Where mails go.")
@question_options("{label}, of the catalog.", new=False)
@click.option("--class", "class_number", metavar="TEXT", help="Class number, or N/A.")
@click.option("--color", metavar="NAME", help="Color, of the catalog (before the quote).")
@click.option("--printer", metavar="NAME", help="Printer, of the catalog (before the quote).")
@click.option("--shelf", metavar="NAME", help="Where the print lies.")
@json_option
def edit(job_id: str, by: str, **typed: str | None) -> None:
    """Mend what the form of a job said; history keeps the old."""
    fields: dict[str, Any] = {name: value for name, value in typed.items() if value is not None}
    if not fields:
        raise click.UsageError("Nothing to change: give one of the options, as --email.")
    with session().lab() as lab:
        job = lab.corrections.edit(job_id, by=by, **fields)
        if session().json:
            print_json(details_document(lab, lab.jobs.details(job.id)))
        else:
            say(f"{job.id}: changed")
