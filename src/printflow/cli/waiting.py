"""``waiting``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .documents import job_document, print_json
from .session import json_option, session
from .streams import tell
from .tables import print_table

if TYPE_CHECKING:
    from printflow import WaitingJob

_COLUMNS = ("ID", "Student", "Shelf", "Days", "Due", "Reminded", "Discard after")


@click.command("waiting")
@click.option("--overdue", is_flag=True, help="Only prints that may be discarded.")
@click.option("--limit", type=click.IntRange(min=1), default=100, metavar="N", show_default=True,
              help="At most N jobs.")  # fmt: skip
@json_option
def waiting(overdue: bool, limit: int) -> None:
    """List prints that are waiting to be picked up, longest wait first."""
    with session().lab() as lab:
        page, zone = lab.shelf.waiting(overdue=overdue, limit=limit), lab.catalog.current.time_zone
        if session().json:
            print_json(
                [
                    {
                        **job_document(lab, one.job),
                        "due_cents": one.due_cents,
                        "days": one.days,
                        "disposal_at": one.disposal_at,
                        "overdue": one.overdue,
                    }
                    for one in page.jobs
                ]
            )
        elif page.jobs:
            print_table(_COLUMNS, [_row(one, zone) for one in page.jobs], right="Due")
        else:
            tell("No prints are waiting.")


def _row(one: WaitingJob, zone: str) -> tuple[str, ...]:
    from printflow import local_date, money

    return (
        one.job.id,
        one.job.student_name,
        one.job.shelf or "–",
        str(one.days),
        money(one.due_cents, one.job.currency),
        local_date(one.reminded_at, zone) if one.reminded_at else "–",
        local_date(one.disposal_at, zone) if one.disposal_at else "–",
    )
