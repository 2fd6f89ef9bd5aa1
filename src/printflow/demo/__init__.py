"""Fills a lab with sample jobs: real models, every status, some history."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..domain.job import Job
    from ..lab.printflow import Printflow

Progress = Callable[[int, int], None]


def fill(lab: Printflow, *, progress: Progress | None = None) -> list[Job]:
    """Fill the lab with the demo's jobs; gives them as they stand at the end.

    They were submitted over the last weeks, by their dates, and all went through the public
    methods of :class:`~printflow.Printflow`. Their mails are written as files, never sent: the
    students are invented. ``progress`` is called with the steps done and the steps there are.
    """
    from .telling import tell

    return tell(lab, progress)
