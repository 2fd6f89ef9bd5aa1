"""``audit``: the lab's own record as JSON lines, for programs that watch over a campus (SIEM)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from .documents import plain
from .session import json_option, session
from .working import until_told

if TYPE_CHECKING:
    from printflow import Change, Printflow

_LOOK_SECONDS = 2.0


@click.command("audit")
@click.option("--since", default="", metavar="WHEN", help="From then on: 2026-11-01, or 7d.")
@click.option("--after", type=click.IntRange(min=0), default=0, metavar="ID",
              help="Only entries after the one with this ID.")  # fmt: skip
@click.option("--kind", default="", metavar="KIND", help="Only entries of this kind.")
@click.option("--name", default="", metavar="NAME", help="Only what NAME did, or was done to it.")
@click.option("--follow", is_flag=True, help="Wait for new entries until you press Ctrl-C.")
@json_option
def audit(since: str, after: int, kind: str, name: str, follow: bool) -> None:
    """Print who signed in, was refused, changed or exported what: one JSON object per line."""
    from printflow import ChangeQuery
    from printflow.domain.people import kind_of

    with session().lab() as lab:
        query = ChangeQuery(
            kind=kind_of(kind, "kind") if kind else None,
            name=name,
            since=_moment(since, lab) if since else None,
        )
        if not follow:
            for change in lab.changes.each(query, after=after):
                click.echo(line(change))
            return
        with until_told() as stopped:
            for change in _followed(lab, query, after, stopped):
                click.echo(line(change))


def _followed(lab: Printflow, query: Any, after: int, stopped: threading.Event) -> Iterator[Change]:
    while not stopped.is_set():
        for change in lab.changes.each(query, after=after):
            yield change
            after = change.id
        stopped.wait(_LOOK_SECONDS)


def line(change: Change) -> str:
    """An entry as one line of JSON. Its field names are a promise: docs/administrators.md."""
    document = {
        "id": change.id,
        "at": change.at,
        "kind": change.kind,
        "text": change.kind.words % {"subject": change.subject},
        "by": change.by,
        "station": change.station,
        "address": change.address,
        "right": change.right,
        "times": change.times,
        "subject": change.subject,
        "details": change.details,
    }
    return json.dumps(plain(document))


def _moment(typed: str, lab: Printflow) -> datetime:
    """The moment of a date (as it begins in the lab), a time with its zone, or so long ago."""
    from printflow import parse_date
    from printflow.service.job_query import duration

    if typed[-1:].isalpha() and typed[:-1].isdigit():
        return datetime.now(UTC) - (duration(typed, "since") or timedelta())
    if "T" in typed:
        try:
            return datetime.fromisoformat(typed).astimezone(UTC)
        except ValueError:
            pass  # what is said of a date is said of this
    day = parse_date(typed, "since")
    zone = ZoneInfo(lab.catalog.current.time_zone)
    return datetime.combine(day or datetime.now(zone).date(), time(), zone).astimezone(UTC)
