"""Mails as ``.eml`` files, for trying Printflow without a mail server."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from ..ports import FailureKind, MailFailure
from ..runtime.named_paths import said_by_system
from ..said import say
from ..store.folder import Folder


class FileMailer:
    """Writes each mail into a folder; any mail program opens the files."""

    def __init__(self, root: Path, *names: str) -> None:
        """Into the folder of those names below ``root``; of them, none may be a link."""
        self._root, self._names = root, names
        self._directory = root.joinpath(*names)

    def send(self, message: EmailMessage) -> None:
        """Write the mail, whole or not at all. The same Message-ID gives the same one file."""
        identity = _identity(str(message["Message-ID"]))
        sent = parsedate_to_datetime(str(message["Date"]))
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            with Folder(self._root, *self._names) as folder:
                mine = (one.name for one in folder.scan() if one.name.endswith(f"_{identity}.eml"))
                name = next(mine, f"{sent:%Y%m%dT%H%M%S%fZ}_{identity}.eml")
                folder.write(name, message.as_bytes())
        except OSError as error:
            raise MailFailure(
                FailureKind.TRANSIENT,
                say(
                    "{path} can't be written. {why}",
                    path=str(self._directory),
                    why=said_by_system(error),
                ),
            ) from error

    def check(self) -> None:
        """Nobody has to be asked."""

    def forget(self, message_ids: Collection[str]) -> None:
        """Delete the files of these mails; raises OSError."""
        wanted = tuple(f"_{_identity(message_id)}." for message_id in message_ids)
        try:
            with Folder(self._root, *self._names) as folder:
                for name in [entry.name for entry in folder.scan()]:
                    if any(one in name for one in wanted):
                        with contextlib.suppress(FileNotFoundError):
                            folder.unlink(name)
        except FileNotFoundError:
            return  # no mail was ever written


def _identity(message_id: str) -> str:
    """What of a Message-ID stands in the name of its file."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", message_id.partition("@")[0]).strip("-")
