"""``closed``: days on which the lab is closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from printflow.said import say

from .documents import print_json
from .session import json_option, session
from .streams import tell
from .tables import print_table

if TYPE_CHECKING:
    from printflow import ClosedDays

_DAY = click.DateTime(["%Y-%m-%d"])
_by = click.option(
    "--by", default="command line", metavar="NAME", help="Your name, for the history."
)


@click.group("closed", invoke_without_command=True)
@click.option("--from", "first", type=_DAY, metavar="DATE", help="First closed day (YYYY-MM-DD).")
@click.option("--to", "last", type=_DAY, metavar="DATE", help="Last closed day; it's closed, too.")
@click.option("--reason", default="", metavar="TEXT", help="Why; students read it.")
@click.option("--form", is_flag=True, help="Close the form for these days, too.")
@click.option("--all", "past", is_flag=True, help="List days that are over, too.")
@_by
@json_option
@click.pass_context
def closed(
    context: click.Context,
    first: datetime | None,
    last: datetime | None,
    reason: str,
    form: bool,
    past: bool,
    by: str,
) -> None:
    """List the days on which the lab is closed. With --from and --to, close it.

    Reminders, the expiry of quotes, and estimates don't count closed days.
    """
    if context.invoked_subcommand is not None:
        if first or last or reason:
            raise click.UsageError(say("Put the options after the subcommand."))
        return
    if first is None and last is None:
        if reason or form:
            raise click.UsageError(say("Give the days, too: --from and --to."))
        with session().lab() as lab:
            _show(lab.hours.closed(past=past), say("The lab has no closed days ahead."))
        return
    if first is None or last is None:
        raise click.UsageError(say("Give both --from and --to."))
    with session().lab() as lab:
        made = lab.hours.close(first.date(), last.date(), reason=reason, by=by, form=form)
    if session().json:
        print_json(closed_document(made))
    else:
        tell(f"Closed: {_words(made)}")


@closed.command("remove")
@click.option("--from", "first", type=_DAY, required=True, metavar="DATE", help="Its first day.")
@click.option("--to", "last", type=_DAY, required=True, metavar="DATE", help="Its last day.")
@_by
@json_option
def remove(first: datetime, last: datetime, by: str) -> None:
    """Open the lab again on days that were closed. Give exactly the days that the list shows."""
    with session().lab() as lab:
        gone = lab.hours.open_again(first.date(), last.date(), by=by)
    if session().json:
        print_json({"removed": [closed_document(one) for one in gone]})
    else:
        for one in gone:
            tell(f"Removed: {_words(one)}")


@closed.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.ics")
@click.option("--dry-run", is_flag=True, help="Only show what would be added.")
@_by
@json_option
def import_(file: Path, dry_run: bool, by: str) -> None:
    """Add the events of a calendar file as closed days, such as the school's holidays."""
    from printflow.catalogs.calendar_file import MOST_BYTES
    from printflow.runtime.named_paths import beginning_of

    content = beginning_of(file, MOST_BYTES)
    with session().lab() as lab:
        read = lab.hours.read_calendar(content)
        added = read.found if dry_run else lab.hours.add(read.found, by=by)
    if session().json:
        print_json(
            {
                "dry_run": dry_run,
                "added": [closed_document(one) for one in added],
                "past": read.past,
                "skipped": [str(one) for one in read.skipped],
            }
        )
        return
    _show(added, say("The file adds nothing."))
    for one in read.skipped:
        tell(f"Skipped: {one}")
    if read.past:
        tell(f"{read.past} events are over.")
    if dry_run and added:
        tell("Nothing was added: this was a dry run.")


def closed_document(one: ClosedDays) -> dict[str, Any]:
    """Closed days for ``--json``."""
    return {
        "from": one.starts.isoformat(),
        "to": one.ends.isoformat(),
        "reason": one.reason,
        "from_time": one.from_time,
        "to_time": one.to_time,
    }


def _show(found: Iterable[ClosedDays], nothing: str) -> None:
    rows = list(found)
    if session().json:
        print_json([closed_document(one) for one in rows])
    elif rows:
        print_table(
            ("From", "To", "Reason"),
            [
                (_at(one.starts, one.from_time), _at(one.ends, one.to_time), one.reason)
                for one in rows
            ],
        )
    else:
        tell(nothing)


def _at(day: date, clock: str) -> str:
    return f"{day} {clock}".strip()


def _words(one: ClosedDays) -> str:
    days = f"{_at(one.starts, one.from_time)} to {_at(one.ends, one.to_time)}"
    return f"{days}, {one.reason}" if one.reason else days
