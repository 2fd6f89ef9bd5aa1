"""What people ask of a list of jobs, made into a query."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from ..domain.status import Status
from ..domain.worklist import JobQuery
from ..errors import InvalidInput
from ..ports import Transaction
from ..said import say
from .lookup import job_of

_DURATION = re.compile(r"(?P<count>[0-9]{1,5})\s*(?P<unit>[mhdw])", re.IGNORECASE)
_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def job_query(
    tx: Transaction,
    now: datetime,
    *,
    status: Status | str | None = None,
    search: str = "",
    together_with: str = "",
    older_than: str | timedelta | None = None,
    limit: int | None = None,
    attention: bool = False,
    offset: int = 0,
) -> JobQuery:
    """The query; see :meth:`printflow.service.jobs.Jobs.find` for what is asked.

    Raises InvalidInput for a status or duration that is none, NotFound for the job of
    ``together_with``.
    """
    age = duration(older_than)
    return JobQuery(
        status=_status(status),
        request=job_of(tx, together_with).request_id if together_with else None,
        search=search,
        before=None if age is None else now - age,
        limit=limit,
        offset=offset,
        attention=attention,
    )


def _status(given: Status | str | None) -> Status | None:
    if given is None or given == "":
        return None
    try:
        return Status(str(given).upper())
    except ValueError:
        raise InvalidInput.of(
            "status",
            "status_unknown",
            say("There's no status “{name}”.", name=str(given)[:40]),
            say("Choose from: {names}.", names=", ".join(Status)),
        ) from None


def duration(given: str | timedelta | None, field: str = "older_than") -> timedelta | None:
    """How long "45m", "36h", "2d" or "3w" is; None for None. Raises InvalidInput at ``field``."""
    if given is None or isinstance(given, timedelta):
        return given
    match = _DURATION.fullmatch(given.strip())
    if match is None:
        raise InvalidInput.of(
            field,
            "duration_invalid",
            say("“{text}” isn't a duration.", text=given[:40]),
            say("Enter one like 45m, 36h, 2d, or 3w."),
        )
    return int(match["count"]) * _UNITS[match["unit"].lower()]
