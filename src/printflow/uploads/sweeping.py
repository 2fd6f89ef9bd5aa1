"""What is left of uploads that came to nothing."""

from __future__ import annotations

from datetime import datetime

from ..ports import Database, FileStore
from .staging import kept_notes


def abandoned(store: FileStore, database: Database, before: datetime) -> list[str]:
    """Uploads that nobody wrote to since ``before`` and that came to nothing.

    The file of a job is none of them, however long it waits for its placement.
    """
    stale = store.stale_incoming(before)
    with database.read() as tx:
        kept = {*tx.files.incoming(), *kept_notes(store, stale)}
    return [name for name in stale if name not in kept]
