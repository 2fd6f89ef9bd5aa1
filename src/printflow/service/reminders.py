"""Reminds students of a quote before it expires, and of a print that is waiting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from ..catalogs.cache import CatalogCache
from ..domain.effects import MailTemplate
from ..domain.job import Quote
from ..domain.open_days import OpenDays
from ..domain.pick_up import PickUpPolicy
from ..domain.status import Status
from ..ports import Clock, Database
from .mail_queue import MailQueue
from .rounds import AT_ONCE


class PickUpReminders:
    """Work for the dispatcher: one mail for each print and each of the reminders' days."""

    def __init__(
        self, database: Database, clock: Clock, mails: MailQueue, policy: Callable[[], PickUpPolicy]
    ) -> None:
        self._database = database
        self._clock = clock
        self._mails = mails
        self._policy = policy

    def __call__(self) -> int:
        """Put the reminders that are due into the outbox; gives how many."""
        policy, now = self._policy(), self._clock()
        if not policy.reminder_days:
            return 0
        with self._database.read() as tx:
            waiting = list(tx.jobs.waiting(policy.days.before(now, policy.reminder_days[0])))
        count = 0
        for job_id, since, reminded in waiting:
            if count < AT_ONCE and policy.due(since, reminded, now):
                count += self._remind(job_id, policy, now)
        return count

    def _remind(self, job_id: str, policy: PickUpPolicy, now: datetime) -> bool:
        with self._database.write() as tx:
            job = tx.jobs.get(job_id)
            if job is None or not policy.reminder_due(job, now):
                return False  # picked up, held, changed or reminded since we looked
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

    def __init__(
        self,
        database: Database,
        clock: Clock,
        mails: MailQueue,
        catalogs: CatalogCache,
        hours: int,
    ) -> None:
        self._database = database
        self._clock = clock
        self._mails = mails
        self._catalogs = catalogs
        self._hours = hours

    def __call__(self) -> int:
        """Put the reminders that are due into the outbox; gives how many."""
        hours, now = self._hours, self._clock()
        if not hours:
            return 0
        days, rest = self._catalogs.newest().open_days, timedelta(hours=hours % 24)
        # One day more: those that end on a closed day, whose reminder leaves before it.
        farthest = days.after(now + rest, hours // 24 + days.counted)
        with self._database.read() as tx:
            found = tx.quotes.to_remind(farthest, now)
        return sum(self._remind(quote, now) for quote in found if _due(quote, days, hours) <= now)

    def _remind(self, quote: Quote, now: datetime) -> bool:
        with self._database.write() as tx:
            job = tx.jobs.get(quote.job_id)
            newest = tx.quotes.newest(quote.job_id)
            if job is None or job.status is not Status.PENDING or newest != quote or job.on_hold:
                return False  # answered, held or overtaken since we looked
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


def _due(quote: Quote, days: OpenDays, hours: int) -> datetime:
    """So many hours before the end, but not in the first half of a short quote's time."""
    half = quote.issued_at + (quote.expires_at - quote.issued_at) / 2
    return max(days.hours_before(quote.expires_at, hours), half)
