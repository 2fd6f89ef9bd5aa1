"""``archive``, ``purge`` and ``person``."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from printflow.domain.status import Trigger
from printflow.runtime.named_paths import writing
from printflow.said import say

from .documents import details_document, incoming_document, print_json
from .limits import decision_document
from .session import by_option, json_option, session
from .streams import tell, warn
from .tables import print_table
from .triggers import pull

if TYPE_CHECKING:
    from printflow import JobFile, Printflow, PurgeReport, Removal


_dry_run = click.option("--dry-run", is_flag=True, help="Only show what would be done.")
_ahead = click.option(
    "--ahead",
    type=click.IntRange(0, 3650),
    default=0,
    metavar="DAYS",
    help="With --dry-run: also show what will be due within this many days.",
)


@click.command("archive")
@click.argument("job_id", metavar="[ID]", required=False, default="")
@click.option("--by", default="", metavar="NAME", help="Your name, for the history; with ID.")
@_dry_run
@_ahead
@json_option
def archive(job_id: str, by: str, dry_run: bool, ahead: int) -> None:
    """Archive the job ID, or all jobs that have been finished long enough."""
    if job_id and dry_run:
        raise click.UsageError(say("--dry-run covers all jobs. Leave out ID."))
    if job_id and not by:
        raise click.UsageError(say("With ID, give your name for the history: --by NAME."))
    if job_id:
        pull(Trigger.ARCHIVE, job_id, by, {})
        return
    _run(dry_run, ahead, archive_only=True)


@click.command("purge")
@_dry_run
@_ahead
@click.option("--archive-only", is_flag=True, help="Only archive; delete nothing.")
@json_option
def purge(dry_run: bool, ahead: int, archive_only: bool) -> None:
    """Archive finished jobs, and delete data that has been kept long enough."""
    _run(dry_run, ahead, archive_only=archive_only)


def _run(dry_run: bool, ahead: int, *, archive_only: bool) -> None:
    from printflow import PurgeReport

    with session().lab() as lab:
        if dry_run:
            plan = lab.retention.plan(ahead=timedelta(days=ahead))
            wanted = [one for one in plan if one.part is None or not archive_only]
            audit = 0 if archive_only else lab.retention.audit_due(ahead=timedelta(days=ahead))
            _tell_plan(lab, wanted, audit)
        elif archive_only:
            _tell_report(PurgeReport(archived=lab.retention.archive_due()))
        else:
            _tell_report(lab.retention.purge())


def _tell_plan(lab: Printflow, plan: list[Removal], audit: int) -> None:
    from printflow import local_date

    if session().json:
        print_json([{"due_at": one.due_at, "job": one.job_id, "what": _what(one)} for one in plan])
        return
    if audit:
        tell(f"{audit} entries of the lab's record would be deleted")
    if not plan:
        if not audit:
            tell("Nothing is due.")
        return
    zone = lab.catalog.current.time_zone
    rows = [(local_date(one.due_at, zone), one.job_id or "(none)", _label(one)) for one in plan]
    print_table(("Due", "Job", "What will be done"), rows, title="Dry run: nothing was changed.")
    for what, count in Counter(_label(one) for one in plan).items():
        tell(f"{what}: {count}")


def _what(one: Removal) -> str:
    return one.part.value if one.part else "archive"


def _label(one: Removal) -> str:
    return one.part.label if one.part else "job archived"


def _tell_report(report: PurgeReport) -> None:
    if session().json:
        print_json(
            {
                "archived": list(report.archived),
                "removed": [{"job": job, "what": part} for job, part in report.removed],
                "waiting": [{"job": job, "what": part} for job, part in report.waiting],
                "mails_of_no_job": report.mails,
                "audit": report.audit,
            }
        )
        return
    tell(f"{len(report.archived)} jobs archived")
    for part, count in Counter(part for _, part in report.removed).items():
        tell(f"{part.label} of {count} jobs deleted")
    if report.mails:
        tell(f"{report.mails} emails that weren't about a single job deleted")
    if report.audit:
        tell(f"{report.audit} entries of the lab's record deleted")
    if report.waiting:
        tell(
            f"{len(report.waiting)} are waiting until the model files are deleted. Run this command again."
        )


@click.group("person")
def person() -> None:
    """Export or erase a student's data."""


@person.command("export")
@click.argument("email")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.zip",
              help="Write a ZIP file that also contains the model files and the emails.")  # fmt: skip
@json_option
def export(email: str, to: Path | None) -> None:
    """Print everything stored about EMAIL as JSON, with the paths of the model files."""
    with session().lab() as lab:
        found = lab.personal_data.export(email)
        jobs = [details_document(lab, details) for details in found]
        emails = lab.personal_data.emails(email)
        told = [incoming_document(mail) for mail, _original in emails if mail.job_id is None]
        known = [
            {"person": one, "sign_ins": records}
            for one, records in lab.personal_data.sign_ins(email)
        ]
        decided = [decision_document(one) for one in lab.personal_data.decisions(email)]
        document = {
            "email": email,
            "jobs": jobs,
            "incoming": told,
            "people": known,
            "decisions": decided,
        }
        if to is None:
            print_json(document)
            return
        originals = {f"emails/{mail.id}.eml": original for mail, original in emails if original}
        files = [file for one in found for file in one.job.files]
        missing = _write_zip(lab, to, document, files, originals)
    tell(f"{len(jobs)} jobs written to {to}")
    for name in missing:
        warn(f"  {name} is not in the store")


def _write_zip(
    lab: Printflow,
    path: Path,
    document: dict[str, Any],
    files: list[JobFile],
    originals: dict[str, bytes],
) -> list[str]:
    """Write data.json, the models and the emails that came in; gives the names of those that are not there."""
    import json
    import shutil
    import zipfile

    from printflow.errors import InvalidInput, NotFound

    from .documents import plain

    missing = []
    if path.exists():
        raise InvalidInput.of("to", "file_exists", say("{path} already exists.", path=str(path)))
    with writing(path), zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as archived:
        data = json.dumps(plain(document), ensure_ascii=False, indent=2)
        archived.writestr("data.json", data)
        for name, original in originals.items():
            archived.writestr(name, original)
        for file in files:
            try:
                with lab.files.open(file) as model:
                    member = zipfile.ZipInfo.from_file(model.fileno(), f"models/{file.name}")  # type: ignore[arg-type]
                    member.compress_type = zipfile.ZIP_DEFLATED
                    with archived.open(member, "w") as copy:
                        shutil.copyfileobj(model, copy, 1 << 20)
            except NotFound:
                missing.append(file.name)
    return missing


@person.command("erase")
@click.argument("email")
@by_option
@json_option
def erase(email: str, by: str) -> None:
    """Delete the files, emails and data of EMAIL. Payments are kept without a name."""
    with session().lab() as lab:
        _tell_report(lab.personal_data.erase(email, by=by))
