"""What the form takes today: open, open with a warning, or closed; what is paused; banners. Pure.

Days are the lab's days. An entry without a first day holds from now on, one without a last day
until someone takes it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from ..said import Day, Said, say, sentences

if TYPE_CHECKING:
    from .catalog_reader import CatalogReader

MOST_ENTRIES = 100
FORM_STATES = ("open", "warning", "closed")
FormState = Literal["open", "warning", "closed"]
_TEXT = 500


@dataclass(frozen=True, slots=True)
class FormTime:
    """From ``starts`` to ``ends`` the form is in ``state``, and says ``text``."""

    state: FormState
    starts: date | None = None
    ends: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A print method or a printer model that takes no new models; one of the two is named."""

    method: str = ""
    printer: str = ""
    starts: date | None = None
    ends: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Banner:
    """The lab's words above the public pages."""

    text: str
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class FormNow:
    """What the form does on a day. ``reopens`` is the first day on which it isn't closed; None while
    nobody said.
    """

    state: FormState
    text: str = ""
    reopens: date | None = None


Entry = FormTime | Pause | Banner
_One = TypeVar("_One", FormTime, Pause, Banner)


def holds(entry: Entry, day: date) -> bool:
    """Whether an entry is in force on a day."""
    starts, ends = entry.starts, entry.ends
    return (starts is None or starts <= day) and (ends is None or day <= ends)


def form_on(times: tuple[FormTime, ...], day: date) -> FormNow:
    """What the form does on a day: the first entry that is in force counts."""
    entry = _entry_on(times, day)
    if entry is None:
        return FormNow("open")
    if entry.state != "closed":
        return FormNow(entry.state, entry.text)
    return FormNow("closed", entry.text, _reopens(times, day))


def _entry_on(times: tuple[FormTime, ...], day: date) -> FormTime | None:
    return next((one for one in times if holds(one, day)), None)


def _reopens(times: tuple[FormTime, ...], day: date) -> date | None:
    """The first day that isn't closed. It changes only where an entry begins or ends."""
    turns = {one.ends + timedelta(days=1) for one in times if one.ends is not None}
    turns |= {one.starts for one in times if one.starts is not None}
    for turn in sorted(one for one in turns if one > day):
        entry = _entry_on(times, turn)
        if entry is None or entry.state != "closed":
            return turn
    return None


def pause_of(pauses: tuple[Pause, ...], day: date, *, method: str, printer: str) -> Pause | None:
    """What keeps a method or a printer from taking models on a day."""
    named = (one for one in pauses if holds(one, day))
    return next(
        (
            one
            for one in named
            if (one.method and one.method == method) or (one.printer == printer and printer)
        ),
        None,
    )


def closed_words(now: FormNow) -> Said:
    """That the form is closed, until when, and the lab's own words."""
    if now.reopens is None:
        closed = say("The form is closed for now.")
    else:
        closed = say("The form is closed until {day}.", day=Day(now.reopens))
    return sentences((closed, now.text))


def closed_next(now: FormNow) -> Said:
    """What to do while the form is closed."""
    if now.reopens is None:
        return say("Keep your files and entries, and try again later.")
    return say("Keep your files and entries, and submit them on {day}.", day=Day(now.reopens))


def pause_words(pause: Pause, name: str) -> Said:
    """What takes no models now, until when, and why; ``name`` is what people call it."""
    if pause.ends is None:
        words = say("{name} isn't available right now.", name=name)
    else:
        again = pause.ends + timedelta(days=1)
        words = say("{name} isn't available until {day}.", name=name, day=Day(again))
    return sentences((words, pause.reason))


def read_form_times(read: CatalogReader, data: Mapping[str, Any]) -> tuple[FormTime, ...]:
    """The form's entries of a plain catalog; problems go to ``read``."""
    found = []
    for spot, row in read.tables(data, "form_times", "", empty=True):
        read.known(row, spot, ("state", "starts", "ends", "text"))
        state = row.get("state")
        if state not in FORM_STATES:
            read.problem(f"{spot}.state", say("Enter open, warning, or closed."))
            continue
        starts, ends = _days(read, spot, row)
        text = read.text(row, "text", spot, limit=_TEXT, empty=state != "warning")
        found.append(FormTime(state, starts, ends, text))
    return _bounded(read, "form_times", found)


def read_pauses(
    read: CatalogReader, data: Mapping[str, Any], methods: list[str], printers: list[str]
) -> tuple[Pause, ...]:
    """The pauses of a plain catalog; problems go to ``read``."""
    found = []
    for spot, row in read.tables(data, "paused", "", empty=True):
        read.known(row, spot, ("method", "printer", "starts", "ends", "reason"))
        method = read.text(row, "method", spot, limit=60, empty=True)
        printer = read.text(row, "printer", spot, limit=60, empty=True)
        if bool(method) == bool(printer):
            read.problem(spot, say("Name a print method or a printer, not both."))
        for key, name, known in (("method", method, methods), ("printer", printer, printers)):
            if name and name not in known:
                read.problem(f"{spot}.{key}", say("The catalog has no “{name}”.", name=name))
        starts, ends = _days(read, spot, row)
        reason = read.text(row, "reason", spot, limit=_TEXT, empty=True)
        found.append(Pause(method, printer, starts, ends, reason))
    return _bounded(read, "paused", found)


def read_banners(read: CatalogReader, data: Mapping[str, Any]) -> tuple[Banner, ...]:
    """The banners of a plain catalog; problems go to ``read``."""
    found = []
    for spot, row in read.tables(data, "banners", "", empty=True):
        read.known(row, spot, ("text", "starts", "ends"))
        starts, ends = _days(read, spot, row)
        found.append(Banner(read.text(row, "text", spot, limit=_TEXT), starts, ends))
    return _bounded(read, "banners", found)


def _days(
    read: CatalogReader, spot: str, row: Mapping[str, Any]
) -> tuple[date | None, date | None]:
    starts, ends = (read.day(row, key, spot) if row.get(key) else None for key in _ENDS)
    if starts is not None and ends is not None and ends < starts:
        read.problem(f"{spot}.ends", say("The last day is before the first day."))
    return starts, ends


_ENDS = ("starts", "ends")
_TOO_MANY: Said = say("Use at most {most} entries.", most=MOST_ENTRIES)


def _bounded(read: CatalogReader, key: str, found: list[_One]) -> tuple[_One, ...]:
    if len(found) > MOST_ENTRIES:
        read.problem(key, _TOO_MANY)
    return tuple(found)
