"""The lab's figures: counted from the event log, cached for a while, written to files."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ..catalogs.cache import CatalogCache
from ..domain.job_track import ReportQuery, Unit
from ..domain.rights import Right
from ..domain.worklist import JobQuery, Sort
from ..errors import InvalidInput, PrintflowError
from ..ports import Clock, Database
from ..runtime.latest import Latest
from ..runtime.permits import needs
from ..said import say
from .changes import Changes
from .figures import figures_of
from .job_list import JobLists, check_ending

if TYPE_CHECKING:
    from ..reports.presets import Period
    from ..reports.summary import Summary
    from ..reports.table import Figures

_REMEMBERED = 16
_FRESH_SECONDS = 60.0
JOB_LIST = "jobs"
"""The name of the export that has one row for each job."""


class Reports:
    """Reports. None of them tells who a student is, but the list of jobs."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogs: CatalogCache,
        lists: JobLists,
        changes: Changes,
    ) -> None:
        self._database = database
        self._clock = clock
        self._catalogs = catalogs
        self._lists = lists
        self._changes = changes
        self._remembered: OrderedDict[ReportQuery, Latest[Figures | PrintflowError]] = OrderedDict()
        self._remembering = threading.Lock()

    @needs(Right.REPORTS)
    def figures(self, query: ReportQuery | None = None) -> Figures:
        """All reports of a query (of everything, without one), counted now.

        Raises InvalidInput for a period that ends before it begins.
        """
        query = query or ReportQuery()
        _check(query)
        catalog, now = self._catalogs.newest(), self._clock()
        with self._database.read() as tx:
            return figures_of(tx, query, catalog, now)

    @needs(Right.REPORTS)
    def latest_figures(self, query: ReportQuery, *, patience: float = 0.15) -> Figures | None:
        """As :meth:`figures`, but a minute old at most where that can be had in ``patience``
        seconds; else what was counted last, or None until the first count is done.
        """
        _check(query)
        with self._remembering:
            look = self._remembered.pop(query, None)
            if look is None:
                look = Latest(lambda: self._counted(query), every=_FRESH_SECONDS)
            self._remembered[query] = look
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        found = look.latest(patience=patience, newer_than=_FRESH_SECONDS).value
        if isinstance(found, PrintflowError):
            with self._remembering:
                self._remembered.pop(query, None)
            raise found
        return found

    @needs(Right.REPORTS)
    def presets(self) -> tuple[str, ...]:
        """The ready-made periods that there are today: terms only where the catalog has them."""
        from ..reports.presets import PRESETS, period_named

        today, terms = self._today(), self._catalogs.newest().terms
        return tuple(name for name in PRESETS if period_named(name, today, terms) is not None)

    @needs(Right.REPORTS)
    def period(self, preset: str) -> Period:
        """A ready-made period, as of today in the lab's time zone.

        Raises InvalidInput (field period) for a name that is none, and for a term that isn't.
        """
        from ..reports.presets import PRESETS, period_named

        if preset not in PRESETS:
            raise InvalidInput.of(
                "period",
                "period_unknown",
                say("There's no period “{name}”.", name=preset[:40]),
                say("Choose from: {names}.", names=", ".join(PRESETS)),
            )
        found = period_named(preset, self._today(), self._catalogs.newest().terms)
        if found is None:
            raise InvalidInput.of(
                "period",
                "no_such_term",
                say("The catalog has no term for this period."),
                say("Choose another period, or add the term to the catalog."),
            )
        return found

    @needs(Right.REPORTS)
    def chosen_period(self, since: date | None, until: date | None) -> Period:
        """The period of days that someone chose. Raises InvalidInput where it ends before it starts."""
        from ..reports.presets import period_between

        _check(ReportQuery(since=since, until=until))
        return period_between(since, until, self._today())

    def _today(self) -> date:
        from ..reports.period import today

        return today(self._clock(), ZoneInfo(self._catalogs.newest().time_zone))

    @needs(Right.REPORTS)
    def latest_summary(
        self, query: ReportQuery, before: tuple[date, date] | None, *, patience: float = 0.15
    ) -> Summary | None:
        """The summary of a query, compared with the same of the days ``before``; as fresh as
        :meth:`latest_figures`, and None until all is counted.
        """
        from ..reports.summary import summary_of

        figures = self.latest_figures(query, patience=patience)
        if before is None:
            return None if figures is None else summary_of(figures, None)
        since, until = before
        earlier = self.latest_figures(replace(query, since=since, until=until), patience=patience)
        if figures is None or earlier is None:
            return None
        return summary_of(figures, earlier)

    @needs(Right.REPORTS)
    def summary(self, period: Period) -> Summary:
        """The summary of a period, counted now."""
        from ..reports.summary import summary_of

        found = self.figures(_query(period.since, period.until, period.unit))
        if period.before is None:
            return summary_of(found, None)
        return summary_of(found, self.figures(_query(*period.before, period.unit)))

    def _counted(self, query: ReportQuery) -> Figures | PrintflowError:
        try:
            return self.figures(query)
        except PrintflowError as error:
            return error

    @needs(Right.REPORTS)
    def file(
        self,
        name: str,
        ending: str,
        query: ReportQuery | None = None,
        *,
        by: str = "",
        station: str = "",
    ) -> Iterator[bytes]:
        """A report, or with ``jobs`` the list of jobs submitted in the period, as "csv" or "xlsx".

        Who exports it, ``by`` and ``station``, is written down in the lab's record.
        Raises InvalidInput at once for a name, ending or period that is none; the rows then come
        as they are asked for, in constant memory.
        """
        from ..reports.export import csv_bytes, xlsx_bytes
        from ..reports.table import cell_value

        query = query or ReportQuery()
        _check(query)
        self.expect(name)
        check_ending(ending)
        if name == JOB_LIST:
            return self._lists.file(
                self._jobs_submitted(query),
                ending,
                class_number=query.class_number,
                by=by,
                station=station,
            )
        figures = self.figures(query)
        table = figures.table(name)
        rows = [
            [
                cell_value(cell, column, figures.currency)
                for cell, column in zip(row, table.columns, strict=True)
            ]
            for row in table.rows
        ]
        what = say("the report “{name}”", name=name)
        self._changes.note_export(what, by=by, station=station, format=ending)
        if ending == "csv":
            return csv_bytes(table.columns, rows)
        return xlsx_bytes(table.columns, rows, title=table.title)

    @needs(Right.REPORTS)
    def workbook(
        self,
        query: ReportQuery,
        before: tuple[date, date] | None,
        *,
        by: str = "",
        station: str = "",
    ) -> Iterator[bytes]:
        """All reports of a period as one XLSX file, the summary first; compared with the days
        ``before``. The list of jobs, which tells who students are, is not in it.

        Who exports it, ``by`` and ``station``, is written down in the lab's record.
        Raises InvalidInput for a period that ends before it begins.
        """
        from ..reports.export import workbook_bytes
        from ..reports.summary import summary_of

        earlier = None
        if before is not None:
            earlier = self.figures(replace(query, since=before[0], until=before[1]))
        found = summary_of(self.figures(query), earlier)
        what = say("all reports in one workbook")
        self._changes.note_export(what, by=by, station=station, format="xlsx")
        return workbook_bytes(found, self._about(found))

    def _about(self, found: Summary) -> list[tuple[str, str]]:
        """What a workbook's first sheet says of itself: lab, period, filters, and the time zone."""
        from ..domain.job_track import FILTERS
        from ..language.times import local_time
        from ..reports.figures import field_label

        figures = found.figures
        query, zone = figures.query, figures.time_zone
        lines = [(say("Lab"), self._catalogs.newest().lab_name)]
        lines.append((say("Period"), _days(query)))
        if found.before is not None:
            lines.append((say("Compared with"), _days(found.before.query)))
        lines.append((say("As of"), local_time(figures.at, zone)))
        lines.append((say("Time zone of days and times"), zone))
        lines.append((say("Currency"), figures.currency))
        filters = ((field_label(name), getattr(query, name)) for name in FILTERS)
        return lines + [(label, value) for label, value in filters if value]

    @needs(Right.REPORTS)
    def expect(self, name: str) -> None:
        """Raises InvalidInput unless there is a report of that name, or it is the list of jobs."""
        from ..reports.figures import REPORTS

        if name not in (*REPORTS, JOB_LIST):
            raise InvalidInput.of(
                "name",
                "report_unknown",
                say("There's no report “{name}”.", name=name[:40]),
                say("Choose from: {names}.", names=", ".join((*REPORTS, JOB_LIST))),
            )

    def _jobs_submitted(self, query: ReportQuery) -> JobQuery:
        from ..reports.period import bounds

        since, until = bounds(query, ZoneInfo(self._catalogs.newest().time_zone))
        return JobQuery(
            discipline=query.discipline,
            method=query.method,
            printer=query.printer,
            material=query.material,
            color=query.color,
            since=since,
            until=until,
            sort=Sort.OLDEST,
        )


def _query(since: date | None, until: date | None, unit: Unit) -> ReportQuery:
    return ReportQuery(since=since, until=until, unit=unit)


def _days(query: ReportQuery) -> str:
    """The days of a query in words."""
    from ..language.times import day_text

    if query.since and query.until:
        first, last = day_text(query.since), day_text(query.until)
        return say("{first} to {last}", first=first, last=last)
    if query.since:
        return say("From {first}", first=day_text(query.since))
    if query.until:
        return say("Through {last}", last=day_text(query.until))
    return say("All time")


def _check(query: ReportQuery) -> None:
    if query.since is not None and query.until is not None and query.until < query.since:
        raise InvalidInput.of(
            "until",
            "period_backwards",
            say("The period ends before it starts."),
            say("Swap the two dates."),
        )
