"""The notice of what can be undone: it follows to the next pages, in every tab, as long as it can."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import current_app, g, session, url_for

from printflow import NotFound

from .acting import staff_session
from .remembered import asks_nothing
from .request import lab_of

_KEPT = "undo"
_LONGEST = 2400
"""Characters that the cookie has room for, beside all else."""


@dataclass(frozen=True, slots=True)
class UndoNotice:
    """What was done, where it's undone, and for how many seconds more."""

    message: str
    seconds: int
    address: str
    events: Sequence[str]


def undo_notices(flashed: Iterable[tuple[str, str]]) -> list[UndoNotice]:
    """Those of this page: what was just done, else what was done last, if it can still be undone."""
    fresh = [(category, message) for category, message in flashed if category.startswith("undo")]
    found = [_notice(category, message) for category, message in fresh]
    if fresh:
        remember(*fresh[-1])
        return found
    if _KEPT not in session or g.get("undo_is_here") or asks_nothing() or staff_session() is None:
        return found
    category, message, until = session[_KEPT]
    notice = _notice(category, message, min(until - time.time(), _left(category)))
    if notice.seconds <= 0:
        session.pop(_KEPT)
        return []
    return [notice]


def remember(category: str, message: str) -> None:
    """Let the next pages show it, too."""
    seconds = _notice(category, message).seconds
    if seconds and len(category) + len(message) <= _LONGEST:
        session[_KEPT] = [category, message, time.time() + seconds]
    else:
        session.pop(_KEPT, None)


def undo_of_many(message: str, events: Iterable[tuple[str, int]]) -> None:
    """This page has the button itself; the next ones get the notice."""
    pairs = ",".join(f"{job_id}:{event_id}" for job_id, event_id in events)
    if pairs:
        g.undo_is_here = True
        remember(f"undo-bulk:{lab_of(current_app).settings.undo_seconds}:{pairs}", message)


def forget_undo() -> None:
    """What it was about is undone."""
    session.pop(_KEPT, None)


def _notice(category: str, message: str, left: float | None = None) -> UndoNotice:
    """As the category says it: its kind, what it's about, and for how many seconds in all."""
    kind, *rest = category.split(":", 2)
    events: list[str] = []
    if kind in ("undo-many", "undo-bulk"):
        seconds, events = rest[0], rest[1].split(",")
        address = url_for("plates.undo" if kind == "undo-many" else "bulk.undo")
    else:
        about, _colon, seconds = ":".join(rest).rpartition(":")
        one, _colon, two = about.partition(":")
        if kind == "undo-note":
            address = url_for("notes.undo", job_id=one, note_id=int(two))
        elif kind == "undo-email":
            address = url_for("inbox.put_back", mail_id=int(one))
        else:
            address, events = url_for("jobs.undo", job_id=one), [two]
    whole = int(seconds) if left is None else max(0, int(min(left, float(seconds))))
    return UndoNotice(message, whole, address, events)


def _left(category: str) -> float:
    """Seconds for which the lab would still undo it. Of many, the first stands for all."""
    kind, *rest = category.split(":", 2)
    if kind in ("undo-note", "undo-email"):
        return float("inf")
    first = ":".join(rest) if kind == "undo" else rest[1].split(",")[0].replace(".", ":")
    job_id, event_id = first.split(":")[:2]
    try:
        return lab_of(current_app).corrections.undo_left(job_id, int(event_id))
    except NotFound:
        return 0.0
