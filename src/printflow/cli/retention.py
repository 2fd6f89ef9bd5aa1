"""``purge`` and ``person``."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from .documents import details_document, print_json
from .session import by_option, json_option, session
from .streams import say
from .tables import print_table

if TYPE_CHECKING:
    from printflow import Printflow, PurgeReport, Removal


@click.command("purge")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--ahead", type=click.IntRange(0, 3650), default=0, metavar="DAYS",
              help="With --dry-run: what will be due within so many days, too.")  # fmt: skip
@click.option("--archive-only", is_flag=True, help="Archive what is over, and remove nothing.")
@json_option
def purge(dry_run: bool, ahead: int, archive_only: bool) -> None:
    """Archive jobs that are over, and remove the data that were kept long enough."""
    from printflow import PurgeReport

    with session().lab() as lab:
        if dry_run:
            plan = lab.retention_plan(ahead=timedelta(days=ahead))
            _tell_plan(lab, [one for one in plan if one.part is None or not archive_only])
        elif archive_only:
            _tell_report(PurgeReport(archived=lab.archive_due()))
        else:
            _tell_report(lab.purge())


def _tell_plan(lab: Printflow, plan: list[Removal]) -> None:
    from printflow import local_date

    if session().json:
        print_json([{"due_at": one.due_at, "job": one.job_id, "what": _what(one)} for one in plan])
        return
    if not plan:
        say("Nothing is due.")
        return
    zone = lab.catalog.time_zone
    rows = [(local_date(one.due_at, zone), one.job_id, _label(one)) for one in plan]
    print_table(("From", "Job", "What goes"), rows, title="Nothing was changed.")


def _what(one: Removal) -> str:
    return one.part.value if one.part else "archive"


def _label(one: Removal) -> str:
    return one.part.label if one.part else "the job is archived"


def _tell_report(report: PurgeReport) -> None:
    if session().json:
        print_json(
            {
                "archived": list(report.archived),
                "removed": [{"job": job, "what": part} for job, part in report.removed],
                "waiting": [{"job": job, "what": part} for job, part in report.waiting],
            }
        )
        return
    say(f"{len(report.archived)} jobs archived")
    for part, count in Counter(part for _, part in report.removed).items():
        say(f"{part.label} of {count} jobs removed")
    if report.waiting:
        say(f"{len(report.waiting)} wait until the model files are gone; run this again")


@click.group("person")
def person() -> None:
    """Export or erase what is stored of one student."""


@person.command("export")
@click.argument("email")
@json_option
def export(email: str) -> None:
    """Print all that is stored of EMAIL, as JSON; the paths of the model files are in it."""
    with session().lab() as lab:
        found: list[dict[str, Any]] = [
            details_document(lab, details) for details in lab.person_export(email)
        ]
        print_json({"email": email, "jobs": found})


@person.command("erase")
@click.argument("email")
@by_option
@json_option
def erase(email: str, by: str) -> None:
    """Remove files, mails and data of EMAIL; payments stay, without a name."""
    with session().lab() as lab:
        _tell_report(lab.person_erase(email, by=by))
