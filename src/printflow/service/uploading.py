"""Receives files with the lab's own limits."""

from __future__ import annotations

from pathlib import Path

from ..ports import FileStore, Ids
from ..settings import Settings
from ..uploads.receiving import Upload, receive, receive_path

_MEGABYTE = 1 << 20
_NO_LIMIT = 1 << 50


class Uploads:
    """Uploads of up to the settings' ``max_upload_mb`` that leave ``disk_reserve_mb`` free."""

    def __init__(self, store: FileStore, ids: Ids, settings: Settings) -> None:
        self._store = store
        self._ids = ids
        self._settings = settings

    def of_bytes(
        self, file_name: str, *, declared_size: int | None = None, of_any_size: bool = False
    ) -> Upload:
        """A sink for bytes that their sender calls ``file_name``; raises as ``receive``."""
        return receive(
            self._store,
            self._ids,
            file_name,
            limit=_NO_LIMIT if of_any_size else self._settings.max_upload_mb * _MEGABYTE,
            reserve=self._settings.disk_reserve_mb * _MEGABYTE,
            endings=self._settings.model_endings,
            declared_size=declared_size,
        )

    def of_path(self, path: Path, *, of_any_size: bool = False) -> Upload:
        """The bytes of a file on this machine; raises as ``receive_path``."""
        return receive_path(
            self._store,
            self._ids,
            path,
            limit=_NO_LIMIT if of_any_size else self._settings.max_upload_mb * _MEGABYTE,
            reserve=self._settings.disk_reserve_mb * _MEGABYTE,
            endings=self._settings.model_endings,
        )
