"""The protocols that come to mind first, each as a Printflow of its own.

All of them work as long as nothing goes wrong; a test asserts that, too. None may be used for
anything but to show that the harness catches what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from email.message import EmailMessage
from typing import Any

from printflow import Job, Printflow
from printflow.domain import lifecycle
from printflow.domain.status import Status
from printflow.ports import Placement


def _never_repair(lab: Printflow) -> None:
    """Files are moved in the call that wants it, or not at all."""
    lab._parts.placer.place_due = lambda *, limit=50: (0, 0)  # type: ignore[method-assign]


class CommitThenMove(Printflow):
    """Write the row, then rename, and leave it at that."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        _never_repair(self)


class MoveThenCommit(CommitThenMove):
    """Rename first, so that the row never speaks of what is not there."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._plain = self._transitions._commit
        self._transitions._commit = self._commit  # type: ignore[method-assign]

    def _commit(self, seen: Job, request: Any, chosen: Any) -> Sequence[Placement] | None:
        self._move(seen, request)
        return self._plain(seen, request, chosen)

    def _move(self, seen: Job, request: Any) -> tuple[str, str, str] | None:
        fixed = lifecycle.row(request.trigger).dest
        dest = fixed if isinstance(fixed, Status) else Status(request.args.to)
        name, source = seen.file.name, seen.file.folder
        if dest.folder == source:
            return None
        self._parts.store.move(name, source, dest.folder)
        return name, source, dest.folder


class UndoOnException(MoveThenCommit):
    """Rename first, and back again when the row cannot be written."""

    def _commit(self, seen: Job, request: Any, chosen: Any) -> Sequence[Placement] | None:
        moved = self._move(seen, request)
        try:
            return self._plain(seen, request, chosen)
        except BaseException:
            if moved is not None:
                name, source, dest = moved
                self._parts.store.move(name, dest, source)
            raise


class MailBeforeCommit(Printflow):
    """Send the mail while the transaction is open, so that none is forgotten."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._plain = self._transitions._firing._write
        self._transitions._firing._write = self._write  # type: ignore[method-assign,assignment]

    def _write(self, tx: Any, *given: Any) -> None:
        self._plain(tx, *given)
        postman = self._parts.postman
        while (mail := tx.outbox.claim(self._parts.clock(), postman._lease)) is not None:
            message = EmailMessage()
            message["Message-ID"] = mail.message_id
            message.set_content("The price, and a link.")
            with suppress(Exception):
                postman._mailer.send(message)
                tx.outbox.sent(mail, self._parts.clock())


MUTANTS = (CommitThenMove, MoveThenCommit, UndoOnException, MailBeforeCommit)
