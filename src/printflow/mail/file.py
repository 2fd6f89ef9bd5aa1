"""Mails as ``.eml`` files, for trying Printflow without a mail server."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from ..ports import FailureKind, MailFailure


class FileMailer:
    """Writes each mail into a folder; any mail program opens the files."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def send(self, message: EmailMessage) -> None:
        """Write the mail, whole or not at all. The same Message-ID gives the same one file."""
        identity = _identity(str(message["Message-ID"]))
        sent = parsedate_to_datetime(str(message["Date"]))
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            earlier = next(self._directory.glob(f"*_{identity}.eml"), None)
            name = f"{sent:%Y%m%dT%H%M%S%fZ}_{identity}.eml"
            path = earlier or self._directory / name
            temporary = path.with_suffix(".tmp")
            with temporary.open("wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            raise MailFailure(
                FailureKind.TRANSIENT, f"{self._directory} cannot be written: {error}"
            ) from error

    def forget(self, message_ids: Collection[str]) -> None:
        """Delete the files of these mails; raises OSError."""
        for message_id in message_ids:
            for path in self._directory.glob(f"*_{_identity(message_id)}.*"):
                path.unlink(missing_ok=True)


def _identity(message_id: str) -> str:
    """What of a Message-ID stands in the name of its file."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", message_id.partition("@")[0]).strip("-")
