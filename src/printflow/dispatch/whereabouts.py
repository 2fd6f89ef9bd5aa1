"""Where a job's file is just now, as far as a quick look tells."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.job import JobFile
from ..ports import FileStore, Place


def whereabouts(store: FileStore, file: JobFile) -> Sequence[Place]:
    """The places of the file; its last known one alone where it's there. Raises OSError as the share
    gives it.
    """
    for name in dict.fromkeys((file.on_disk, *file.may_be_called)):
        if folders := store.where(name, hint=file.last_seen or file.folder):
            return [Place(folder, name) for folder in folders]
    return []
