"""The list of jobs as a spreadsheet file, written row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ..catalogs.cache import CatalogCache
from ..domain.price_rows import course_key
from ..domain.rights import Right
from ..domain.worklist import JobQuery, place
from ..errors import InvalidInput
from ..ports import Clock, Database
from ..runtime.permits import needs
from ..said import say
from ..settings import Settings
from .changes import Changes
from .needing import attention_at

if TYPE_CHECKING:
    from ..reports.table import Cell

_PAGE = 500


class JobLists:
    """Lists of jobs, whole, with the names and addresses of the students."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        changes: Changes,
        catalogs: CatalogCache,
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._changes = changes
        self._catalogs = catalogs

    @needs(Right.REPORTS)
    def file(
        self,
        query: JobQuery,
        ending: str,
        *,
        class_number: str = "",
        by: str = "",
        station: str = "",
    ) -> Iterator[bytes]:
        """All jobs of a list (pages and limits do not count) as "csv" or "xlsx".

        Who exports it, ``by`` and ``station``, is written down in the lab's record.

        Raises InvalidInput at once for another ending; the rows then come as they are asked for,
        in constant memory.
        """
        from ..reports.export import csv_bytes, xlsx_bytes
        from ..reports.job_list import columns

        check_ending(ending)
        what = say("a list of jobs with names and addresses")
        self._changes.note_export(what, by=by, station=station, format=ending)
        zone = ZoneInfo(self._catalogs.newest().time_zone)
        rows = self._job_rows(query, class_number, zone)
        if ending == "csv":
            return csv_bytes(columns(zone), rows)
        return xlsx_bytes(columns(zone), rows, title="Jobs")

    def _job_rows(
        self, query: JobQuery, class_number: str, zone: ZoneInfo
    ) -> Iterator[tuple[Cell, ...]]:
        from ..reports.job_list import cells

        wanted = replace(query, after=None, offset=0, limit=_PAGE)
        while True:
            now = self._clock()
            with self._database.read() as tx:
                attention = attention_at(now, self._catalogs.newest(tx), self._settings)
                jobs = tx.jobs.find(wanted, attention)
            for job in jobs:
                if not class_number or course_key(class_number) == course_key(job.class_number):
                    yield cells(job, zone)
            if len(jobs) < _PAGE:
                return
            wanted = replace(wanted, after=place(jobs[-1], query.sort))


def check_ending(ending: str) -> None:
    """Raises InvalidInput for a file's ending that is none of those that can be written."""
    from ..reports.export import FORMATS

    if ending not in FORMATS:
        raise InvalidInput.of(
            "format",
            "format_unknown",
            say("There's no format “{name}”.", name=ending[:10]),
            say("Use csv or xlsx."),
        )
