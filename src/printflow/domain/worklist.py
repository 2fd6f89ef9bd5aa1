"""Which jobs a list shows, in which order, and from where on."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from ..errors import InvalidInput
from ..said import say
from .attention import Flag
from .status import Status

if TYPE_CHECKING:
    from .history import Note
    from .in_request import InRequest
    from .job import Job
    from .job_line import JobLine

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
ACTIVE = tuple(status for status in Status if not status.closed)
"""The statuses in which someone has to do something yet."""


class Sort(StrEnum):
    """The orders of a list."""

    NEWEST = "newest"
    OLDEST = "oldest"
    WAITING = "waiting"
    """Longest in their status first."""
    NAME = "name"
    NEEDED = "needed"
    """What is needed first, first; what has no date, last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQuery:
    """Which jobs are wanted. Empty texts and None ask nothing."""

    status: Status | None = None
    attention: bool = False
    """Only jobs with a :class:`~printflow.domain.attention.Flag`."""
    held: bool = False
    """Only jobs on hold."""
    unconfirmed: bool = False
    """Only jobs whose address is to be confirmed yet; else none of them."""
    request: int | None = None
    """Only the jobs that were submitted together in that request."""
    search: str = ""
    """Words that name, e-mail, id, class or file names hold."""
    printer: str = ""
    method: str = ""
    color: str = ""
    material: str = ""
    discipline: str = ""
    since: datetime | None = None
    """Submitted at that moment or later."""
    until: datetime | None = None
    """Submitted before that moment."""
    before: datetime | None = None
    """Only jobs whose status dates from before this time."""
    sort: Sort = Sort.NEWEST
    after: tuple[str, str] | None = None
    """The place in the order of the last job of the page before; see :func:`cursor`."""
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One page of a list; ``next`` is the cursor of the page after it, "" on the last."""

    jobs: tuple[Job, ...]
    flags: Mapping[str, frozenset[Flag]]
    next: str = ""
    requests: Mapping[str, InRequest] = field(default_factory=dict)
    """By id, the place of those that were submitted together with others."""
    notes: Mapping[str, Sequence[Note]] = field(default_factory=dict)
    """By id, what staff noted for each other about those that aren't closed, the newest first."""


@dataclass(frozen=True, slots=True)
class Aside:
    """How many jobs are ``new`` (uploaded, and nobody has marked them as reviewed), ``on_hold``, or
    ``unconfirmed`` (their address is to be confirmed yet); and the newest of all that happens.
    """

    new: int
    on_hold: int
    unconfirmed: int
    event: int
    """The ID of the newest event; it grows with every change of any job."""
    note: int
    """The ID of the newest note."""
    inspection: datetime | None
    """When the last look at a file ended."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many jobs there are: by status, and those that need attention."""

    by_status: Mapping[Status, int]
    attention: int
    unreviewed: int
    """Uploaded jobs that nobody has marked as reviewed."""
    held: int
    """Jobs on hold."""
    unconfirmed: int
    """Jobs whose address is to be confirmed yet; they're in none of the other counts."""
    pulse: str = ""
    """A short text that changes whenever a list might look different."""
    since: datetime = _LONG_AGO
    """When that text was first seen."""


def place(job: Job | JobLine, sort: Sort) -> tuple[str, str]:
    """Where a job stands in an order."""
    if sort is Sort.NAME:
        return job.student_name, job.id
    if sort is Sort.NEEDED:
        return (job.needed_by or date.max).isoformat(), job.id
    moment = job.status_since if sort is Sort.WAITING else job.created_at
    return moment.isoformat(), job.id


def cursor(job: Job, sort: Sort) -> str:
    """That place as a text for addresses."""
    return cursor_at(*place(job, sort))


def cursor_at(value: str, job_id: str) -> str:
    """A place as a text for addresses; ``value`` is what the list is ordered by."""
    plain = json.dumps((value, job_id), ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def place_of(text: str, sort: Sort) -> tuple[str, str] | None:
    """What :func:`cursor` wrote; None for "". Raises InvalidInput."""
    if not text:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        value, job_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if sort is not Sort.NAME:
            datetime.fromisoformat(value)
        if not isinstance(value, str) or not isinstance(job_id, str) or "\x00" in value + job_id:
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        raise no_such_page() from None
    return value, job_id


def no_such_page() -> InvalidInput:
    """What is said of a cursor that nobody wrote."""
    return InvalidInput.of(
        "after",
        "cursor_invalid",
        say("That page of the list doesn't exist."),
        say("Start at the top."),
    )


def parse_date(text: str, field: str) -> date | None:
    """A date as ``2026-03-02``; None for "". Raises InvalidInput."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput.of(
            field,
            "date_invalid",
            say("“{text}” isn't a date.", text=text.strip()[:40]),
            say("Enter it like 2026-03-02."),
        ) from None
