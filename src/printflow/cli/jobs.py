"""``list``, ``show`` and ``note``."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import click

from .documents import details_document, job_document, print_json, stream_json
from .session import by_option, json_option, session
from .streams import tell
from .tables import print_facts, print_table

if TYPE_CHECKING:
    from printflow import JobDetails, Printflow
    from printflow.domain.job_line import JobLine
    from printflow.service.listing import Which

_COLUMNS = ("ID", "Status", "Student", "File", "Printer", "Color", "Material", "Cost", "Since")


@click.command("list")
@click.option("--status", default="", metavar="STATUS", help="Only jobs with this status.")
@click.option(
    "--search", default="", metavar="WORDS", help="Search names, emails, IDs, classes and files."
)
@click.option(
    "--together-with", default="", metavar="ID", help="Only the jobs of that job's request."
)
@click.option(
    "--older-than", metavar="TIME", help="In their status longer than this, such as 36h, 2d or 3w."
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most N jobs.")
@click.option("--attention", is_flag=True, help="Only jobs that need attention, and why.")
@json_option
def list_jobs(
    status: str,
    search: str,
    together_with: str,
    older_than: str | None,
    limit: int | None,
    attention: bool,
) -> None:
    """List jobs, newest first."""
    from .words import price_words

    which: Which = {
        "status": status,
        "search": search,
        "together_with": together_with,
        "older_than": older_than,
        "limit": limit,
        "attention": attention,
    }
    with session().lab() as lab:
        if session().json:
            documents = (
                [dict(job_document(lab, job), attention=sorted(flags)) for job, flags in batch]
                for batch in lab.listing.jobs(**which)
            )
            stream_json(documents, session())
            return
        priced = lru_cache(maxsize=1000)(price_words)  # many jobs cost the same
        lines = (line for batch in lab.listing.lines(**which) for line in batch)
        first = next(lines, None)
        if first is None:
            tell("No jobs.")
        elif attention:
            rows = (
                (*_row(job, priced), ", ".join(flag.label for flag in flags))
                for job, flags in chain([first], lines)
            )
            print_table((*_COLUMNS, "Needs attention"), rows, right="Cost")
        else:
            every = (_row(job, priced) for job, _flags in chain([first], lines))
            print_table(_COLUMNS, every, right="Cost")


def _row(job: JobLine, priced: Callable[[int | None, str], str]) -> tuple[str, ...]:
    from printflow import shortened

    from .words import age

    return (
        job.id,
        job.status.label,
        job.student_name,
        shortened(job.original_name, 40),
        job.shown_printer,
        job.color,
        job.material,
        priced(job.cost_cents, job.currency),
        age(job.status_since),
    )


@click.command("show")
@click.argument("job_id", metavar="ID")
@json_option
def show(job_id: str) -> None:
    """Show a job with its files and history."""
    with session().lab() as lab:
        details = lab.jobs.details(job_id)
        if session().json:
            print_json(details_document(lab, details))
        else:
            _print_details(lab, details)


def _print_details(lab: Printflow, details: JobDetails) -> None:
    from printflow import local_time

    from .event_details import detail_words
    from .words import event_words, facts_of, part_words, role_words, state_words

    job, zone = details.job, lab.catalog.current.time_zone
    print_facts(facts_of(job, details, lab.catalog.current))
    tell()
    print_table(
        ("Role", "Printed", "State", "Path"),
        [
            (
                role_words(file.role),
                "yes" if file.authoritative else "",
                state_words(file.state),
                str(lab.files.path(file)),
            )
            for file in job.files
        ],
        title="Files",
    )
    if details.plates:
        tell()
        print_table(
            ("Plate", "State", "Machine", "Copies", "Results", "Started"),
            [
                (
                    str(plate.id),
                    plate.state.value,
                    plate.machine.name,
                    str(part.copies),
                    part_words(part),
                    local_time(plate.started_at, zone) if plate.started_at else "–",
                )
                for plate in details.plates
                if (part := plate.part_of(job.id)) is not None
            ],
            title="Plates",
        )
    tell()
    print_table(
        ("When", "Who", "What", "Details"),
        [
            (
                local_time(event.at, zone),
                event.actor.name,
                event_words(event),
                detail_words(event.details, job.currency, zone),
            )
            for event in details.events
        ],
        title="History",
    )
    if details.notes:
        tell()
        rows = [
            (local_time(note.at, zone), note.author, "yes" if note.for_student else "", note.text)
            for note in details.notes
        ]
        print_table(("When", "Who", "For student", "Text"), rows, title="Notes")


@click.command("note")
@click.argument("job_id", metavar="ID")
@by_option
@click.option("--text", required=True, metavar="TEXT", help="The note's text.")
@click.option("--for-student", is_flag=True, help="Send it to the student.")
@json_option
def note(job_id: str, by: str, text: str, for_student: bool) -> None:
    """Add a note to a job."""
    with session().lab() as lab:
        lab.notes.add(job_id, by=by, text=text, for_student=for_student)
        details = lab.jobs.details(job_id)
        if session().json:
            print_json(details_document(lab, details))
        else:
            tell(f"{details.job.id}: note added")
