"""The list of jobs as a file that spreadsheets open: a row for each job, read as it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from ..domain.job import Job
from ..domain.worklist import JobQuery, place
from ..errors import InvalidInput
from ..reports.export import FORMATS, csv_bytes, xlsx_bytes
from ..reports.table import Cell, Column, Kind
from .desk import Desk

_PAGE = 500
_COLUMNS = (
    Column("id", "Job", Kind.TEXT),
    Column("status", "Status", Kind.TEXT),
    Column("submitted", "Submitted (UTC)", Kind.TEXT),
    Column("student_name", "Student", Kind.TEXT),
    Column("student_email", "E-mail", Kind.TEXT),
    Column("discipline", "Discipline", Kind.TEXT),
    Column("class_number", "Class", Kind.TEXT),
    Column("method", "Method", Kind.TEXT),
    Column("printer", "Printer", Kind.TEXT),
    Column("color", "Color", Kind.TEXT),
    Column("material", "Material", Kind.TEXT),
    Column("grams", "Grams", Kind.GRAMS),
    Column("hours", "Hours", Kind.HOURS),
    Column("cost", "Cost", Kind.CENTS),
    Column("currency", "Currency", Kind.TEXT),
    Column("file", "File", Kind.TEXT),
    Column("in_status_since", "In its status since (UTC)", Kind.TEXT),
)


class JobListDesk(Desk):
    """Lists of jobs, whole, with the names and addresses of the students."""

    def job_list_file(
        self, query: JobQuery, ending: str, *, class_number: str = ""
    ) -> Iterator[bytes]:
        """All jobs of a list (pages and limits do not count) as "csv" or "xlsx".

        Raises InvalidInput at once for another ending; the rows then come as they are asked for,
        in constant memory.
        """
        check_ending(ending)
        rows = self._job_rows(query, class_number)
        if ending == "csv":
            return csv_bytes(_COLUMNS, rows)
        return xlsx_bytes(_COLUMNS, rows, title="Jobs")

    def _job_rows(self, query: JobQuery, class_number: str) -> Iterator[tuple[Cell, ...]]:
        wanted = replace(query, after=None, offset=0, limit=_PAGE)
        attention = timedelta(days=self.settings.attention_days)
        while True:
            now = self._ports.clock()
            with self._ports.database.read() as tx:
                jobs = tx.jobs.find(wanted, now, now - attention)
            for job in jobs:
                if class_number in ("", job.class_number):
                    yield _row(job)
            if len(jobs) < _PAGE:
                return
            wanted = replace(wanted, after=place(jobs[-1], query.sort))


def check_ending(ending: str) -> None:
    """Raises InvalidInput for a file's ending that is none of those that can be written."""
    if ending not in FORMATS:
        raise InvalidInput.of(
            "format", "format_unknown", f"There is no format {ending[:10]!r}.", "csv or xlsx."
        )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _row(job: Job) -> tuple[Cell, ...]:
    return (
        job.id,
        job.status.value,
        _moment(job.created_at),
        job.student_name,
        job.student_email,
        job.discipline,
        job.class_number,
        job.method,
        job.printer,
        job.color,
        job.material,
        job.grams,
        job.hours,
        job.cost_cents,
        job.currency,
        job.original_name,
        _moment(job.status_since),
    )
