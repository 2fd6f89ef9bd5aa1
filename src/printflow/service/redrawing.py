"""Has a job's pictures drawn again when what they show has changed."""

from __future__ import annotations

from collections.abc import Iterable

from ..ports import Transaction

_DRAWN_IN = frozenset({"color", "method"})
"""A color is one of its method."""


def redraw(tx: Transaction, job_id: str, changed: Iterable[str]) -> None:
    """Ask for new pictures where one of the job's ``changed`` attributes is seen in them."""
    if not _DRAWN_IN.isdisjoint(changed):
        tx.files.inspect_again([job_id])
