"""Rows of the print room as HTML, kept as those of the dashboard's list are (:mod:`.row_texts`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import current_app, request

from printflow import Catalog, InRequest, Job, ModelRoom, Note, Right, spoken_language

from .acting import rights_of_reader
from .catalog_shown import catalog_shown
from .live_parts import Part, part_of
from .row_texts import RowTexts, given_by


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A job as the queue of its printer shows it."""

    job: Job
    copies: int
    """So many of it wait."""
    hours: Decimal | None
    again: bool
    late: bool
    age: str
    """How long it has been ready, in words."""
    ends: str
    """When it should be done, in words; "" where that's unknown."""
    in_service: bool
    """Whether any machine could print it now."""
    up: str | None
    """Before which job it stands when it's moved up; None where it's the first."""
    down: str | None
    """Before which one when it's moved down; "" for the end, None where it's the last."""
    request: InRequest | None = None
    notes: tuple[Note, ...] = ()

    @property
    def key(self) -> str:
        """Its job's number."""
        return self.job.id


@dataclass(frozen=True, slots=True)
class QueueFrame:
    """What all rows of a page have in common."""

    language: str
    rights: tuple[Right, ...]
    root: str
    """The path under which the lab's pages are."""
    catalog: Catalog | None = field(hash=False)


def queue_row_rendered(row: QueueRow, frame: QueueFrame) -> Part:
    """The row as a part of the page. Its template is given the row and the frame, and nothing else."""
    template = current_app.jinja_env.get_template("_queue_row.html")
    return part_of(template.render(row=row, **given_by(frame)))


class QueueRowTexts(RowTexts[QueueRow, QueueFrame, Part]):
    """The rows of queues that were shown last."""

    def __init__(self) -> None:
        super().__init__(queue_row_rendered)


def queue_frame() -> QueueFrame:
    """The frame of a page that is asked for now."""
    return QueueFrame(
        spoken_language(),
        rights_of_reader(),
        request.root_path,
        catalog_shown(),
    )


def queue_rows(
    model: ModelRoom,
    most: int,
    frame: QueueFrame,
    requests: Mapping[str, InRequest],
    notes: Mapping[str, Sequence[Note]],
) -> list[Part]:
    """The rows of a printer's queue, at most so many."""
    texts: QueueRowTexts = current_app.extensions["printflow_queue_rows"]
    return [texts.text(row, frame) for row in _rows(model, most, requests, notes)]


def when(moment: datetime | None) -> str:
    """The moment as the print room says it; "" where it isn't known."""
    filters: dict[str, Any] = current_app.jinja_env.filters
    return "" if moment is None else str(filters["near_time"](moment))


def _rows(
    model: ModelRoom,
    most: int,
    requests: Mapping[str, InRequest],
    notes: Mapping[str, Sequence[Note]],
) -> Iterator[QueueRow]:
    filters: dict[str, Any] = current_app.jinja_env.filters
    ids = [one.job.id for one in model.waiting]
    for at, one in enumerate(model.waiting[:most]):
        after = ids[at + 2] if at + 2 < len(ids) else ""
        yield QueueRow(
            one.job,
            one.copies,
            one.hours,
            one.again,
            one.late,
            str(filters["age"](one.job.status_since)),
            when(one.ends_at),
            model.in_service > 0,
            ids[at - 1] if at else None,
            after if at + 1 < model.count else None,
            requests.get(one.job.id),
            tuple(notes.get(one.job.id, ())),
        )
