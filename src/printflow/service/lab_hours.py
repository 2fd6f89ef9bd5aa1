"""When the lab is open: closing it, importing holidays, and what follows from that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ..catalogs.calendar_file import CalendarDays, read_calendar
from ..domain.catalog import Catalog, PickUp, catalog_from
from ..domain.form_times import closed_next, closed_words, pause_words
from ..domain.opening import ClosedDays
from ..domain.pick_up import ON_SHELF
from ..domain.rights import Right
from ..domain.text import clean_line
from ..domain.worklist import JobQuery
from ..errors import CatalogChanged, InvalidInput
from ..language.opening_text import next_day, pick_up_at
from ..ports import Clock, Database
from ..runtime.permits import needs
from ..said import Said, say
from ..settings import Settings
from .catalogs import Catalogs

_TRIES = 5
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class LabNow:
    """How the lab stands: whether it is open, why not, and on which day it opens next."""

    open: bool
    today: date
    reason: str
    next_day: date | None
    counted: bool
    """Whether the lab has entered hours or closed days at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """What the form shows: ``words`` and ``next_step`` while it warns or is closed, ``banners``, and
    by their names, in words, the print methods and printers that take nothing.
    """

    state: str
    text: str
    reopens: date | None
    words: str
    next_step: str
    banners: tuple[str, ...]
    paused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Moved:
    """Something that would happen at another time: of which job, what, and both times (UTC)."""

    job_id: str
    what: str
    before: datetime
    after: datetime


class LabHours:
    """Opening hours and closed days."""

    def __init__(
        self, database: Database, clock: Clock, settings: Settings, catalogs: Catalogs
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._catalogs = catalogs

    @property
    def today(self) -> date:
        """The lab's day."""
        return self._catalogs.current.open_days.day_of(self._clock())

    def now(self) -> LabNow:
        """Whether the lab is open now."""
        days, now = self._catalogs.spoken.open_days, self._clock()
        return LabNow(
            days.is_open(now),
            days.day_of(now),
            days.reason(days.day_of(now)),
            next_day(days, now),
            days.counted,
        )

    def form(self) -> FormView:
        """What the form shows now: its state, banners, and what is paused."""
        catalog, now = self._catalogs.spoken, self._clock()
        state = catalog.form_at(now)
        return FormView(
            state=state.state,
            text=state.text,
            reopens=state.reopens,
            words=closed_words(state)
            if state.state == "closed"
            else say("{text}", text=state.text),
            next_step=closed_next(state) if state.state == "closed" else "",
            banners=catalog.banners_at(now),
            paused={
                name: pause_words(pause, catalog.shown(name))
                for name, pause in (
                    *(
                        (one.name, catalog.pause_at(now, method=one.name))
                        for one in catalog.methods
                    ),
                    *(
                        (one.name, catalog.pause_at(now, printer=one.name))
                        for one in catalog.printers
                    ),
                )
                if pause is not None
            },
        )

    def pick_up(self) -> PickUp:
        """Where and when finished prints are handed out, with the next open day."""
        return pick_up_at(self._catalogs.spoken, self._clock())

    def closed(self, *, past: bool = False) -> tuple[ClosedDays, ...]:
        """The closed days that aren't over yet, the earliest first; with ``past`` all of them."""
        today = self.today
        return tuple(one for one in self._catalogs.current.closed_days if past or one.ends >= today)

    @needs(Right.TEXTS)
    def close(
        self,
        starts: date,
        ends: date,
        *,
        reason: str,
        by: str,
        station: str = "",
        form: bool = False,
    ) -> ClosedDays:
        """Close the lab from one day to another; both belong to it. With ``form`` the form is
        closed for as long, too.

        Raises InvalidInput for days that are over or the wrong way round, CatalogInvalid where
        there are too many, and Forbidden.
        """
        made = ClosedDays(starts, ends, clean_line(reason))
        self._check(made)
        first = max(starts, self.today)

        def changed(catalog: Mapping[str, Any]) -> dict[str, Any]:
            sections: dict[str, Any] = {"closed_days": _with(catalog, [made])}
            if form:
                entry = {"state": "closed", "starts": str(first), "ends": str(ends)}
                entry["text"] = made.reason
                sections["form_times"] = [entry, *catalog["form_times"]]
            return sections

        self._change(changed, by, station)
        return made

    @needs(Right.TEXTS)
    def open_again(
        self, starts: date, ends: date, *, by: str, station: str = ""
    ) -> tuple[ClosedDays, ...]:
        """Take the entries with exactly these days out; gives them. The form's entries of the same
        days go, too. Raises InvalidInput where there is none.
        """
        gone = tuple(
            one
            for one in self._catalogs.current.closed_days
            if (one.starts, one.ends) == (starts, ends)
        )
        if not gone:
            raise InvalidInput.of(
                "from",
                "not_closed",
                say("There's no closed time with exactly these days."),
                say("Choose one from the list: printflow closed"),
            )
        days = {(str(starts), str(ends))}

        def changed(catalog: Mapping[str, Any]) -> dict[str, Any]:
            return {
                "closed_days": [
                    row
                    for row in catalog["closed_days"]
                    if (row["starts"], row["ends"]) not in days
                ],
                "form_times": [
                    row
                    for row in catalog["form_times"]
                    if row["state"] != "closed" or (row["starts"], row["ends"]) not in days
                ],
            }

        self._change(changed, by, station)
        return gone

    @needs(Right.SEE)
    def read_calendar(self, content: bytes) -> CalendarDays:
        """What a calendar file (.ics) would add: events that are known already aren't in it.

        Raises InvalidInput for what isn't a calendar file, or is too much of one.
        """
        catalog = self._catalogs.current
        read = read_calendar(content, catalog.time_zone, self.today)
        known = set(catalog.closed_days)
        return replace(read, found=tuple(one for one in read.found if one not in known))

    @needs(Right.TEXTS)
    def add(
        self, closed: Sequence[ClosedDays], *, by: str, station: str = ""
    ) -> tuple[ClosedDays, ...]:
        """Add closed days in one version of the catalog; gives those that weren't there yet.

        Raises as :meth:`close`.
        """
        for one in closed:
            self._check(one)
        known = set(self._catalogs.current.closed_days)
        new = tuple(dict.fromkeys(one for one in closed if one not in known))
        if new:
            self._change(lambda catalog: {"closed_days": _with(catalog, new)}, by, station)
        return new

    @needs(Right.SEE)
    def moved_by(self, sections: Mapping[str, Any]) -> tuple[Moved, ...]:
        """Which pickup reminders and removals of prints that wait now would move if these sections
        of the catalog were changed, the earliest first.

        Raises CatalogInvalid.
        """
        old = self._catalogs.current
        new = catalog_from({**self._catalogs.export(), **sections})
        now = self._clock()
        found: list[Moved] = []
        with self._database.read() as tx:
            waiting = [
                job
                for status in ON_SHELF
                for job in tx.jobs.find(JobQuery(status=status, limit=200))
            ]
        for job in waiting:
            for days in self._settings.pickup_reminder_days:
                found += _moved(job.id, say("Pickup reminder"), job.status_since, days, old, new)
        found = [one for one in found if max(one.before, one.after) > now]
        return tuple(sorted(found, key=lambda one: one.after)[:_SHOWN])

    def _check(self, one: ClosedDays) -> None:
        if one.ends < one.starts:
            raise InvalidInput.of(
                "to", "ends_before_start", say("The last day is before the first day.")
            )
        if one.ends < self.today:
            raise InvalidInput.of(
                "to",
                "closed_in_the_past",
                say("These days are over."),
                say("Choose a last day that is today or later."),
            )

    def _change(
        self, changed: Callable[[Mapping[str, Any]], dict[str, Any]], by: str, station: str
    ) -> None:
        """Change sections of the newest version, again where someone was faster."""
        for tries_left in reversed(range(_TRIES)):
            version, catalog = self._catalogs.version(), self._catalogs.export()
            try:
                self._catalogs.change(
                    changed(catalog), by=by, station=station, expected_version=version
                )
            except CatalogChanged:
                if not tries_left:
                    raise
            else:
                return


def _with(catalog: Mapping[str, Any], closed: Sequence[ClosedDays]) -> list[Any]:
    """The rows of a plain catalog with more of them."""
    rows = [
        {
            "starts": one.starts.isoformat(),
            "ends": one.ends.isoformat(),
            "reason": one.reason,
            "from_time": one.from_time,
            "to_time": one.to_time,
        }
        for one in closed
    ]
    return [*catalog["closed_days"], *(row for row in rows if row not in catalog["closed_days"])]


def _moved(
    job_id: str, what: Said, since: datetime, days: int, old: Catalog, new: Catalog
) -> list[Moved]:
    before, after = old.open_days.after(since, days), new.open_days.after(since, days)
    return [Moved(job_id, what, before, after)] if before != after else []
