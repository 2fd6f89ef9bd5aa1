"""Reminds students of a quote before it expires, and of a print that is waiting."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..domain.effects import MailTemplate
from ..domain.job import Quote
from ..domain.pick_up import PickUpPolicy
from ..domain.status import Status
from ..ports import Clock, Database
from .mail_queue import MailQueue
from .rounds import AT_ONCE


class PickUpReminders:
    """Work for the dispatcher: one mail for each print and each of the reminders' days."""

    def __init__(
        self, database: Database, clock: Clock, mails: MailQueue, policy: PickUpPolicy
    ) -> None:
        self._database = database
        self._clock = clock
        self._mails = mails
        self._policy = policy

    def __call__(self) -> int:
        """Put the reminders that are due into the outbox; gives how many."""
        days, now = self._policy.reminder_days, self._clock()
        if not days:
            return 0
        with self._database.read() as tx:
            waiting = list(tx.jobs.waiting(now - timedelta(days=days[0])))
        count = 0
        for job_id, since, reminded in waiting:
            if count < AT_ONCE and self._policy.due(since, reminded, now):
                count += self._remind(job_id, now)
        return count

    def _remind(self, job_id: str, now: datetime) -> bool:
        with self._database.write() as tx:
            job = tx.jobs.get(job_id)
            if job is None or not self._policy.reminder_due(job, now):
                return False  # picked up, changed or reminded since we looked
            if not tx.jobs.remind(job, now):
                return False
            self._mails.add(
                tx,
                template=MailTemplate.PICK_UP_REMINDER,
                recipient=job.student_email,
                job_id=job.id,
                event_id=None,
                confirmation_id=None,
                context={"cost_cents": job.cost_cents},
                now=now,
            )
        return True


class QuoteReminders:
    """Work for the dispatcher: one mail for each quote that is about to lapse unanswered."""

    def __init__(self, database: Database, clock: Clock, mails: MailQueue, hours: int) -> None:
        self._database = database
        self._clock = clock
        self._mails = mails
        self._hours = hours

    def __call__(self) -> int:
        """Put the reminders that are due into the outbox; gives how many."""
        hours, now = self._hours, self._clock()
        if not hours:
            return 0
        ahead = timedelta(hours=hours)
        with self._database.read() as tx:
            found = tx.quotes.to_remind(now + ahead, now)
        return sum(self._remind(quote, now) for quote in found if _due(quote, ahead) <= now)

    def _remind(self, quote: Quote, now: datetime) -> bool:
        with self._database.write() as tx:
            job = tx.jobs.get(quote.job_id)
            newest = tx.quotes.newest(quote.job_id)
            if job is None or job.status is not Status.PENDING or newest != quote:
                return False  # answered or overtaken since we looked
            if not tx.quotes.remind(quote.id, now):
                return False
            self._mails.add(
                tx,
                template=MailTemplate.REMINDER,
                recipient=job.student_email,
                job_id=job.id,
                event_id=None,
                confirmation_id=quote.id,
                context={"cost_cents": quote.cost_cents},
                now=now,
            )
        return True


def _due(quote: Quote, ahead: timedelta) -> datetime:
    """So long before the end, but not in the first half of a short quote's time."""
    half = quote.issued_at + (quote.expires_at - quote.issued_at) / 2
    return max(quote.expires_at - ahead, half)
