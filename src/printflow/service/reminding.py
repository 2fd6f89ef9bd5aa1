"""Reminding students of a quote before it lapses."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..domain.effects import MailTemplate
from ..domain.job import Quote
from ..domain.status import Status
from .carry_out import add_mail
from .desk import Ports


class Reminders:
    """Work for the dispatcher: one mail for each quote that is about to lapse unanswered."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def __call__(self) -> int:
        """Put the reminders that are due into the outbox; gives how many."""
        hours, now = self._ports.settings.reminder_hours, self._ports.clock()
        if not hours:
            return 0
        ahead = timedelta(hours=hours)
        with self._ports.database.read() as tx:
            found = tx.quotes.to_remind(now + ahead, now)
        return sum(self._remind(quote, now) for quote in found if _due(quote, ahead) <= now)

    def _remind(self, quote: Quote, now: datetime) -> bool:
        with self._ports.database.write() as tx:
            job = tx.jobs.get(quote.job_id)
            newest = tx.quotes.newest(quote.job_id)
            if job is None or job.status is not Status.PENDING or newest != quote:
                return False  # answered or overtaken since we looked
            if not tx.quotes.remind(quote.id, now):
                return False
            add_mail(
                self._ports,
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
