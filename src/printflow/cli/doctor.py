"""``doctor``: checks files, database, work and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from printflow.errors import DatabaseDamaged

from .documents import print_json
from .session import json_option, session
from .streams import on_terminal, tell, warn

if TYPE_CHECKING:
    from printflow.doctor import Examination, Finding

_FINDINGS, _UNCHECKED = 1, 2


@click.command("doctor")
@click.option("--fix", is_flag=True, help="Fix safe problems, and set unknown files aside.")
@click.option("--quick", is_flag=True, help="Compare sizes only, without reading every file.")
@json_option
def doctor(fix: bool, quick: bool) -> None:
    """Check the store, database, work and settings.

    Exit code 0: no problems found. 1: problems found. 2: something could not be checked.
    """
    try:
        found = _examined(fix, quick)
    except DatabaseDamaged:
        found = _of_damaged_database(fix, quick)
    if session().json:
        print_json(_document(found))
    else:
        _tell(found)
    if found.unchecked:
        raise click.exceptions.Exit(_UNCHECKED)
    if found.left:
        raise click.exceptions.Exit(_FINDINGS)


def _examined(fix: bool, quick: bool) -> Examination:
    with session().lab() as lab:
        total = lab.files.count() if on_terminal() and not session().json else 0
        if total:
            with click.progressbar(length=total, label="Files") as bar:
                return lab.doctor.examine(
                    fix=fix, hashes=not quick, progress=lambda count: bar.update(count - bar.pos)
                )
        return lab.doctor.examine(fix=fix, hashes=not quick)


def _of_damaged_database(fix: bool, quick: bool) -> Examination:
    """A lab that is too damaged to be opened: what is damaged, and what to do about it."""
    from printflow.db.database import SqlDatabase
    from printflow.doctor import examine_database

    settings = session().settings or session().load()
    database = SqlDatabase(settings.database)
    try:
        found = examine_database(database, fix=fix)
    finally:
        database.close()
    return found if found.left else _examined(fix, quick)


def _plain(finding: Finding, mended: bool) -> dict[str, Any]:
    return {
        "code": finding.code,
        "place": finding.place,
        "message": finding.message,
        "next_step": finding.next_step,
        "job_id": finding.job_id,
        "can_mend": finding.mend is not None,
        "mended": mended,
    }


def _document(found: Examination) -> dict[str, Any]:
    return {
        "clean": not found.left and not found.unchecked,
        "findings": [_plain(finding, finding in found.mended) for finding in found.findings],
        "unchecked": list(found.unchecked),
        "unguarded": list(found.unguarded),
    }


def _tell(found: Examination) -> None:
    for finding in found.findings:
        mark = "fixed" if finding in found.mended else finding.code
        tell(f"{mark}: {finding.place}: {finding.message}")
        if finding not in found.mended:
            hint = finding.next_step or "To fix it, run: printflow doctor --fix"
            tell(f"    {hint}")
    for words in found.unchecked:
        warn(f"Could not check {words}")
    for words in found.unguarded:
        tell(f"sandbox: {words}")
    if not found.findings and not found.unchecked:
        tell(
            "No problems found in files, database and settings."
            if found.unguarded
            else "No problems found."
        )
