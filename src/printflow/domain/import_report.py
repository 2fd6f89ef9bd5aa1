"""What an import came to, or would come to."""

from __future__ import annotations

from dataclasses import dataclass

from .status import Status


@dataclass(frozen=True, slots=True)
class ImportNote:
    """Something about one row: where it stands, which field ("" = the whole row), and what."""

    place: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportExample:
    """A value of a column as the list has it, and what was read: for people to compare."""

    field: str
    column: str
    listed: str
    read: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """Counts of rows, what did not become a job and why, and what was taken with a note.

    ``bytes`` is the size of the files taken in (or to be taken in), ``removed`` counts files that
    were removed from the older system after their copy was proved. ``examples`` show each column.
    """

    dry_run: bool
    rows: int
    imported: int
    already: int
    by_status: dict[Status, int]
    bytes: int
    removed: int
    refused: tuple[ImportNote, ...]
    notes: tuple[ImportNote, ...]
    unused_columns: tuple[str, ...]
    examples: tuple[ImportExample, ...] = ()
