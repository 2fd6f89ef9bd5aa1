"""Checks whether an email is still relevant when it's about to be sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..dispatch.outbox import Held
from ..domain.history import Mail
from ..domain.mail_meaning import MailAbout, overtaken
from ..domain.status import ActorKind
from ..ports import Transaction
from ..settings import Settings

UNDO_GRACE_SECONDS = 5
"""What a click takes to arrive; a mail that has left by then still refuses the undo."""

_OUT = ("canceled", "overtaken")


class MailTiming:
    """The rule of :mod:`printflow.domain.mail_meaning`, with the facts of a transaction."""

    def __init__(self, settings: Settings) -> None:
        self._window = timedelta(seconds=settings.undo_seconds + UNDO_GRACE_SECONDS)

    def __call__(self, tx: Transaction, mail: Mail, now: datetime) -> Held | None:
        """Why the mail should not leave; None where it may.

        What overtook it may still be undone: until then it waits rather than being dropped.
        """
        why = self.overtaken(tx, mail, now)
        if not why:
            return None
        last = tx.history.last_event(mail.job_id) if mail.job_id else None
        undoable = last is not None and last.actor.kind is ActorKind.STAFF
        # A step that is dated ahead, by a clock that was wrong, is asked about once a window.
        until = min(last.at, now) + self._window if last and undoable else None
        return Held(why, until if until and until > now else None)

    def overtaken(self, tx: Transaction, mail: Mail, now: datetime) -> str:
        """Why the mail no longer means anything ("" = it still does)."""
        quote = tx.quotes.get(mail.confirmation_id) if mail.confirmation_id else None
        payment_id = mail.context.get("payment_id")
        siblings = tx.outbox.of_job(mail.job_id) if mail.job_id else ()
        about = MailAbout(
            job=tx.jobs.get(mail.job_id) if mail.job_id else None,
            more=tuple(
                job
                for job_id in mail.context.get("job_ids", ())
                if job_id != mail.job_id and (job := tx.jobs.get(job_id)) is not None
            ),
            link=quote.state(now) if quote else None,
            payment=tx.ledger.get(payment_id) if payment_id else None,
            newer=any(
                one.id > mail.id and one.template == mail.template and one.state not in _OUT
                for one in siblings
            ),
        )
        return overtaken(mail, about)
