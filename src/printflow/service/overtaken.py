"""Checks whether an email still means something: the rule of ``domain.mail_meaning``, with the facts
of a transaction.
"""

from __future__ import annotations

from datetime import datetime

from ..domain.history import Mail
from ..domain.mail_meaning import MailAbout
from ..domain.mail_meaning import overtaken as rule
from ..domain.told_together import joined, lines_of
from ..ports import Transaction

_OUT = ("canceled", "overtaken")


def overtaken(tx: Transaction, mail: Mail, now: datetime) -> str:
    """Why the mail no longer means anything ("" = it still does); one about several jobs does as
    long as one of its lines does.
    """
    whys = [overtaken_line(tx, line, now) for line in lines_of(mail) or (mail,)]
    return whys[0] if all(whys) else ""


def still_told(tx: Transaction, mail: Mail, now: datetime) -> tuple[Mail, ...]:
    """The lines of a mail about several jobs that still mean something."""
    return tuple(line for line in lines_of(mail) if not overtaken_line(tx, line, now))


def overtaken_line(tx: Transaction, mail: Mail, now: datetime) -> str:
    """The same of a mail about one job, or a line of one about several."""
    quote = tx.quotes.get(mail.confirmation_id) if mail.confirmation_id else None
    payment_id = mail.context.get("payment_id")
    job = tx.jobs.get(mail.job_id) if mail.job_id else None
    siblings = tx.outbox.of_job(mail.job_id) if mail.job_id else ()
    about = MailAbout(
        job=job,
        more=tuple(
            job
            for job_id in mail.context.get("job_ids", ())
            if job_id != mail.job_id and (job := tx.jobs.get(job_id)) is not None
        ),
        link=quote.state(job.clock(now) if job else now) if quote else None,
        payment=tx.ledger.get(payment_id) if payment_id else None,
        newer=any(
            one.id > mail.id
            and one.template == mail.template
            and (one.state not in _OUT or joined(one))
            for one in siblings
        ),
    )
    return rule(mail, about)
