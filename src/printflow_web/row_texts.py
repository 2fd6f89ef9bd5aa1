"""Rows of the dashboard's list as HTML: a row is made once, and used again while all that it's made
of is the same.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, Final, Generic, Protocol, TypeVar

from flask import current_app, request

from printflow import Catalog, Flag, InRequest, Job, Note, Right, Trigger, spoken_language

from .acting import rights_of_reader
from .catalog_shown import catalog_shown
from .live_parts import Part, part_of

MOST_ROWS = 1_000
"""So many are kept, the ones that were shown last: a few megabytes."""
_BETWEEN: Final = re.compile(r">\s+<")
"""What's in a row stands in boxes, where spaces between them don't count."""
_FLAG_WORDS: Final = {flag.value: flag.label for flag in Flag}


class HasKey(Protocol):
    """What a row is made of."""

    @property
    def key(self) -> str:
        """What tells it from the others of its page."""


Row = TypeVar("Row", bound=HasKey)
Frame = TypeVar("Frame")
Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class RowView:
    """A job as a row of the list shows it."""

    job: Job
    allowed: tuple[Trigger, ...]
    flags: frozenset[Flag]
    age: str
    """How long it has had its status, in words: the only thing in a row that a clock changes."""
    age_level: str
    """How urgent that looks."""
    path: str = ""
    """Where its file is for the reader's PC; "" where that isn't known."""
    request: InRequest | None = None
    """Its place, where it was submitted together with others."""
    warning: str = ""
    """The first thing to know before the model is printed."""
    notes: tuple[Note, ...] = ()
    """What staff noted for each other, the newest first."""

    @property
    def key(self) -> str:
        """Its job's number."""
        return self.job.id


@dataclass(frozen=True, slots=True)
class RowFrame:
    """What all rows of a page have in common."""

    view: str
    """Cards or a dense table."""
    one_status: bool
    """Whether the list is of one status, which rows then don't name."""
    attention: bool
    """Whether it's the list of what needs attention."""
    language: str
    rights: tuple[Right, ...]
    """Those of the reader."""
    root: str
    """The path under which the lab's pages are."""
    catalog: Catalog | None = field(hash=False)
    """Whose colors and clock they show. Compared, too; only its hash would take too long."""


def frame_of(view: str, *, one_status: bool, attention: bool) -> RowFrame:
    """The frame of a page that is asked for now."""
    return RowFrame(
        view,
        one_status,
        attention,
        spoken_language(),
        rights_of_reader(),
        request.root_path,
        catalog_shown(),
    )


def row_rendered(row: RowView, frame: RowFrame) -> Part:
    """The row as a part of the page. Its template is given the row and the frame, and nothing else."""
    template = current_app.jinja_env.get_template("_job_row.html")
    text = template.render(row=row, flag_words=_FLAG_WORDS, **given_by(frame))
    return part_of(_BETWEEN.sub("><", text))


def given_by(frame: Any) -> dict[str, Any]:
    """The frame as a template gets it."""
    return {one.name: getattr(frame, one.name) for one in fields(frame)}


class RowTexts(Generic[Row, Frame, Shown]):
    """The rows that were shown last, each with the values that it was made of."""

    def __init__(self, render: Callable[[Row, Frame], Shown], most: int = MOST_ROWS) -> None:
        self._render = render
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, Frame], tuple[Row, Shown]] = OrderedDict()

    def text(self, row: Row, frame: Frame) -> Shown:
        """The row's HTML: what is kept, if it was made of equal values."""
        key = (row.key, frame)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0] == row:
                self._kept.move_to_end(key)
                return kept[1]
        text = self._render(row, frame)
        with self._lock:
            self._kept[key] = (row, text)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return text
