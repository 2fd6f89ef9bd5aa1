"""The mail “we have your model”: one for each submission, and not without end to one mailbox.

Anyone can write any address into the form, so these mails may reach someone who asked for nothing.
Beyond a few an hour a submission is still taken, since its sender may be the address's owner, but
no mail leaves for it: the page after it says so and shows the links.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from ..domain.effects import MailTemplate
from ..domain.history import Mail
from ..domain.job import Job
from ..domain.limits import Limit
from ..domain.told_together import tells_of
from ..ports import Transaction
from .addresses import mailbox_of
from .limits import admitted
from .mail_queue import MailQueue

_MAILS = (Limit("received", 5, timedelta(hours=1)), Limit("received-day", 20, timedelta(days=1)))
"""To one mailbox, for forms that came from browsers."""

WITHHELD = "mail_withheld"
"""In the details of a submission: no mail left for it."""
MAILED_WITH = "mailed_with"
"""The same: the job whose email names it, too."""


def may_mail(tx: Transaction, address: str, now: datetime) -> bool:
    """Count one mail to the address and say that it may leave, or count nothing."""
    bounds = [bound for one in _MAILS for bound in one.for_account(mailbox_of(address))]
    return admitted(tx, bounds, now)


def mail_received(
    mails: MailQueue, tx: Transaction, to: str, job_ids: Sequence[str], event_id: int, now: datetime
) -> None:
    """One mail for all jobs of a submission; it belongs to the first of them and its event."""
    mails.add(
        tx,
        template=MailTemplate.RECEIVED,
        recipient=to,
        job_id=job_ids[0],
        event_id=event_id,
        confirmation_id=None,
        context={"job_ids": list(job_ids)},
        now=now,
    )


def mails_about(
    tx: Transaction,
    job: Job,
    together: Sequence[str],
    *,
    newest: int | None = None,
    before: int | None = None,
) -> list[Mail]:
    """The mails of a job, and those that tell of several jobs of its submission, too; oldest first.
    ``together`` has the ids of all those jobs.

    With ``newest`` the last so many of them, or of those with an id below ``before``.
    """
    some_more = newest and newest * min(len(together), 2)
    found: list[Mail] = []
    while True:
        some = tx.outbox.of_jobs(together, newest=some_more, before=before)
        told = [mail for mail in some if mail.job_id == job.id or tells_of(mail.context, job.id)]
        found = [*told, *found]
        if newest is None or some_more is None:
            return found
        if len(found) >= newest or len(some) < some_more:
            return found[-newest:]
        before = some[0].id
