"""The lab's figures: counted from the event log, cached for a while, written to files."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ..catalogs.cache import CatalogCache
from ..domain.job_track import ReportQuery
from ..domain.rights import Right
from ..domain.worklist import JobQuery, Sort
from ..errors import InvalidInput, PrintflowError
from ..ports import Clock, Database
from ..runtime.latest import Latest
from ..runtime.permits import needs
from ..said import say
from .changes import Changes
from .job_list import JobLists, check_ending

if TYPE_CHECKING:
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
        from ..reports.figures import tables
        from ..reports.print_tally import PrintTally
        from ..reports.table import Figures
        from ..reports.tally import Tally

        query = query or ReportQuery()
        _check(query)
        zone, now = ZoneInfo(self._catalogs.newest().time_zone), self._clock()
        tally = Tally(query, zone, now)
        with self._database.read() as tx:
            for track in tx.reports.tracks(query, tally.since, tally.until):
                tally.add(track)
            printed = PrintTally(query, zone, now, tx.plates.machines())
            for run in tx.reports.runs(query, tally.since, tally.until):
                printed.add_run(run)
            for part in tx.reports.parts(query, tally.since, tally.until):
                printed.add_part(part)
            limits = tx.limits.counted(query.since or date.min, query.until or date.max)
        return Figures(query, now, self._catalogs.newest().currency, tables(tally, printed, limits))

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


def _check(query: ReportQuery) -> None:
    if query.since is not None and query.until is not None and query.until < query.since:
        raise InvalidInput.of(
            "until",
            "period_backwards",
            say("The period ends before it starts."),
            say("Swap the two dates."),
        )
