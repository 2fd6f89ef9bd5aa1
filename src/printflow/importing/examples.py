"""What a list said, beside what was read: for people to see that numbers and days are right."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..domain.import_report import ImportExample
from ..language.formats import money
from ..language.times import local_time
from .mapping import ImportMapping
from .one_row import OldJob
from .rows import OldRow

_FIRST = 2


class Examples:
    """Gathers, for each column, its first values and its longest one."""

    def __init__(self, mapping: ImportMapping, time_zone: str, currency: str) -> None:
        self._mapping = mapping
        self._zone = mapping.time_zone or time_zone
        self._currency = currency
        self._found: dict[str, dict[str, str]] = {}

    def add(self, row: OldRow, job: OldJob) -> None:
        """Look at a row that became a job."""
        for name, listed in row.listed.items():
            if not listed.strip():
                continue
            found = self._found.setdefault(name, {})
            if len(found) > _FIRST and len(listed) > len(last := list(found)[-1]):
                del found[last]
            if len(found) <= _FIRST and listed not in found:
                found[listed] = self._read(name, job)

    def all(self) -> tuple[ImportExample, ...]:
        """The examples, column by column as the mapping has them."""
        return tuple(
            ImportExample(name, column, listed, read)
            for name, column in self._mapping.columns.items()
            for listed, read in self._found.get(name, {}).items()
        )

    def _read(self, name: str, job: OldJob) -> str:
        if name in job.texts:
            return job.texts[name]
        readers: Mapping[str, Callable[[], str]] = {
            "key": lambda: job.key,
            "status": lambda: job.status.label,
            "grams": lambda: f"{job.grams} g" if job.grams is not None else "",
            "hours": lambda: f"{job.hours} h" if job.hours is not None else "",
            "cost": lambda: (
                money(job.cost_cents, self._currency) if job.cost_cents is not None else ""
            ),
            "created_at": lambda: local_time(job.created_at, self._zone),
            "status_since": lambda: local_time(job.status_since, self._zone),
            "confirmed_at": lambda: (
                local_time(job.confirmed_at, self._zone) if job.confirmed_at else ""
            ),
            "reasons": lambda: "; ".join(job.reasons),
            "file": lambda: job.file,
            "file_name": lambda: job.file_name,
            "note": lambda: job.note,
        }
        return readers[name]()
