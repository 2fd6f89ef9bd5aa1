"""Taking the last action on a job back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ..errors import Refusal, TransitionRefused
from ..said import Said, say, say_n
from .edits import DAYS
from .event_kind import EventKind
from .history import Event, Note
from .job import Job
from .status import ActorKind, Status, Trigger

_DECIMALS = frozenset({"grams", "hours"})
_MOMENTS = frozenset({"held_at", "released_at", "cancel_asked_at"})


@dataclass(frozen=True, slots=True)
class Reversal:
    """How a job was before its last event: status, values of its row, and its files' places."""

    event_id: int
    trigger: EventKind
    at: datetime
    dest: Status
    values: Mapping[str, Any]
    places: Mapping[int, tuple[str, bool]]
    """By file id: the folder, and whether it was the authoritative file."""
    planned: tuple[tuple[int, int], ...] | None = None
    """For which machines it was planned, with how many copies; None where that did not change."""
    order: str | None = None
    """Before which job it waited ("" = last); None where that did not change."""
    machine: tuple[int, int] | None = None
    """The plate whose machine was corrected, and the machine that was recorded before."""
    quote: tuple[int, datetime] | None = None
    """The quote that was extended, and when it expired before."""


def before(job: Job, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What an undo will need, as plain values for the event's details."""
    return {
        "values": {key: _plain(getattr(job, key)) for key in changes},
        "status_since": job.status_since.isoformat(),
        "files": {str(file.id): [file.folder, file.authoritative] for file in job.files},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _value(key: str, plain: Any) -> Any:
    if plain is not None and key in _DECIMALS:
        return Decimal(plain)
    if plain is not None and key in _MOMENTS:
        return datetime.fromisoformat(plain)
    if plain is not None and key in DAYS:
        return date.fromisoformat(plain)
    return tuple(plain) if isinstance(plain, list) else plain


def reversal(
    last: Event | None, *, event_id: int | None, now: datetime, window: timedelta, mail_left: bool
) -> Reversal:
    """How to take back the job's ``last`` event, which must be ``event_id`` if that is given.

    Raises TransitionRefused: someone acted since, it is too long ago, its mail has left, or
    it is nothing that can be taken back.
    """
    if last is None or "before" not in last.details:
        raise _refused("nothing_to_undo", say("There's nothing to undo."))
    if event_id not in (None, last.id):
        raise _refused(
            "acted_since",
            say("{name} has changed this job since then.", name=last.actor.name),
            say("Check the job. Only the last action can be undone."),
        )
    if last.actor.kind is not ActorKind.STAFF or last.source is None:
        raise _refused("not_staffs", say("Only staff actions can be undone."))
    if now - last.at > window:
        raise _refused(
            "too_late",
            _too_late(window),
            say("Use “{action}” instead. The history keeps both.", action=Trigger.OVERRIDE.label),
        )
    if mail_left:
        raise _refused(
            "mail_left",
            say("The email has already been sent."),
            say("Use “{action}” instead, and write to the student.", action=Trigger.OVERRIDE.label),
        )
    kept = last.details["before"]
    values = {key: _value(key, plain) for key, plain in kept["values"].items()}
    values["status_since"] = datetime.fromisoformat(kept["status_since"])
    places = {int(key): (str(place[0]), bool(place[1])) for key, place in kept["files"].items()}
    planned, machine = kept.get("planned"), kept.get("machine")
    quote = kept.get("quote")
    return Reversal(
        last.id,
        last.trigger,
        last.at,
        last.source,
        values,
        places,
        planned=None if planned is None else tuple((int(a), int(b)) for a, b in planned),
        order=kept.get("order"),
        machine=(int(machine[0]), int(machine[1])) if machine else None,
        quote=(int(quote[0]), datetime.fromisoformat(quote[1])) if quote else None,
    )


def expect_removable(
    note: Note | None, *, now: datetime, window: timedelta, mail_left: bool
) -> None:
    """Whether a note of staff can be taken back at ``now``; raises TransitionRefused if not."""
    if note is None or note.from_student:
        raise _refused("no_such_note", say("This note no longer exists."))
    if now - note.at > window:
        raise _refused("too_late", _too_late(window))
    if mail_left:
        raise _refused(
            "mail_left", say("The email has already been sent."), say("Write to the student again.")
        )


def _too_late(window: timedelta) -> Said:
    return say_n(
        "That was more than {count} second ago.",
        "That was more than {count} seconds ago.",
        int(window.total_seconds()),
    )


def _refused(code: str, message: Said, next_step: str = "") -> TransitionRefused:
    return TransitionRefused([Refusal(code, message, "", next_step)])
