"""Checks whether an email is still relevant when it's about to be sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..dispatch.outbox import Held
from ..domain.history import Mail
from ..domain.status import ActorKind
from ..domain.told_together import lines_of, told_in
from ..ports import Transaction
from ..settings import Settings
from .mail_queue import MailQueue
from .overtaken import overtaken_line
from .together import Together

UNDO_GRACE_SECONDS = 5
"""What a click takes to arrive; a mail that has left by then still refuses the undo."""


class MailTiming:
    """The rules of :mod:`printflow.domain.mail_meaning` and :mod:`printflow.domain.told_together`,
    with the facts of a transaction.
    """

    def __init__(self, settings: Settings, mails: MailQueue) -> None:
        self._window = timedelta(seconds=settings.undo_seconds + UNDO_GRACE_SECONDS)
        self._together = Together(settings, mails)

    def __call__(self, tx: Transaction, mail: Mail, now: datetime) -> Held | None:
        """Why the mail should not leave; None where it may.

        What overtook it may still be undone: until then it waits rather than being dropped. One
        about a job that was submitted with others may wait for theirs.
        """
        lines = lines_of(mail) or (mail,)
        whys = {line.id: overtaken_line(tx, line, now) for line in lines}
        gone = [line for line in lines if whys[line.id]]
        if not gone:
            return self._together(tx, mail, now)
        untils = [until for line in gone if (until := self._undoable_until(tx, line, now))]
        if untils or len(gone) == len(lines):
            return Held(whys[gone[0].id], max(untils, default=None))
        tx.outbox.set_context(mail.id, told_in(line for line in lines if not whys[line.id]))
        return None

    def _undoable_until(self, tx: Transaction, mail: Mail, now: datetime) -> datetime | None:
        """Until when what overtook it may be undone; None once that is over."""
        last = tx.history.last_event(mail.job_id) if mail.job_id else None
        undoable = last is not None and last.actor.kind is ActorKind.STAFF
        # A step that is dated ahead, by a clock that was wrong, is asked about once a window.
        until = min(last.at, now) + self._window if last and undoable else None
        return until if until and until > now else None
