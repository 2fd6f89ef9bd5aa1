"""Decides what an email that came in becomes: a message of its job, or something else.

Only an email that answers one of the lab's own, from the address of the job's student, goes into a
job by itself. All else that a person wrote waits in the tray for staff; what no one wrote, and what
mail servers report, never becomes a message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import cached_property

from ..domain.effects import MailTemplate
from ..domain.history import Mail
from ..domain.incoming import ArrivedMail, Fate, Report, Why, automatic
from ..domain.job import Job
from ..domain.limits import Limit
from ..domain.told_together import lines_of
from ..ports import Transaction
from ..runtime.tokens import Tokens
from ..said import say
from ..settings import Settings
from .addresses import mailbox_of, normal_email
from .limits import admitted
from .mail_queue import MailQueue

_TAG = re.compile(r"\+([0-9a-z]{8}-[a-z2-7]{10})@", re.IGNORECASE)
_TO_THE_TRAY = Limit("incoming", 30, timedelta(hours=1))
"""From one sender; all else is written down without its text."""
TOO_LARGE = say("(This email is too large to be read here. Open it in the mailbox.)")
NO_TEXT = say("(This email has no text.)")


class MailIntake:
    """Takes in one email, in the transaction that also writes down that it came."""

    def __init__(self, settings: Settings, tokens: Tokens, mails: MailQueue) -> None:
        self._tokens = tokens
        self._mails = mails
        self._settings = settings
        self._staff_address = settings.mail.staff_address
        self._per_job = Limit("reply", settings.inbox.emails_per_hour, timedelta(hours=1))

    # Addresses are looked at when a mail comes: what reads them takes its time to load.

    @cached_property
    def _sender(self) -> str:
        return _bare(self._settings.mail.sender)

    @cached_property
    def _same_mailbox(self) -> bool:
        """Whether staff read their mail in the mailbox that is read here."""
        own, staffs = self._settings.inbox.address, self._settings.mail.staff_address
        return bool(own and staffs) and mailbox_of(own) == mailbox_of(staffs)

    def __call__(self, tx: Transaction, mail: ArrivedMail, now: datetime) -> None:
        """Decide, and write it down."""
        if mail.report is not None:
            self._report(tx, mail, mail.report, now)
            return
        why = self._written_by_no_one(tx, mail)
        if why is not None:
            tx.incoming.add(mail, fate=Fate.IGNORED, why=why, now=now, keep=False)
            return
        job, why = self._match(tx, mail)
        if job is not None and why in (Why.REPLY, Why.TAG) and not mail.unreadable:
            if admitted(tx, self._per_job.for_account(job.id), now):
                self._message(tx, mail, job, why, now)
                return
            why = Why.TOO_MANY
        if mail.unreadable:
            why = Why.UNREADABLE
        if admitted(tx, _TO_THE_TRAY.for_account(mail.sender or "nobody"), now):
            job_id = job.id if job is not None else None
            tx.incoming.add(mail, fate=Fate.TRAY, why=why, now=now, job_id=job_id)
        else:
            tx.incoming.add(mail, fate=Fate.IGNORED, why=Why.FLOOD, now=now, keep=False)

    def _written_by_no_one(self, tx: Transaction, mail: ArrivedMail) -> Why | None:
        if mail.message_id and tx.outbox.of_message_ids([mail.message_id]):
            return Why.OWN
        if (why := automatic(mail)) is not None:
            return why
        return Why.OWN if mail.sender and mail.sender.lower() == self._sender else None

    def _match(self, tx: Transaction, mail: ArrivedMail) -> tuple[Job | None, Why]:
        """The job that the email seems to be about, and why it's that one, or why it stays out."""
        job, why = self._by_headers(tx, mail)
        if job is None and why is Why.NO_MATCH:
            job, why = self._by_tag(tx, mail)
        if job is None:
            return None, why if mail.sender else Why.NO_SENDER
        if not job.student_email:
            return None, Why.JOB_REMOVED
        if not mail.sender:
            return job, Why.NO_SENDER
        if job.unconfirmed:
            return job, Why.UNCONFIRMED
        same = normal_email(mail.sender).lower() == normal_email(job.student_email).lower()
        return job, why if same else Why.OTHER_SENDER

    def _by_headers(self, tx: Transaction, mail: ArrivedMail) -> tuple[Job | None, Why]:
        if not mail.references:
            return None, Why.NO_MATCH
        known = {one.message_id: one for one in tx.outbox.of_message_ids(mail.references)}
        why = Why.NO_MATCH
        for reference in mail.references:
            if reference not in known:
                continue
            job = _job_about(tx, known[reference])
            if job is not None:
                return job, Why.REPLY
            why = Why.SEVERAL_JOBS
        return None, why

    def _by_tag(self, tx: Transaction, mail: ArrivedMail) -> tuple[Job | None, Why]:
        for address in mail.recipients:
            if (found := _TAG.search(address)) and (job_id := self._tokens.job_of_tag(found[1])):
                job = tx.jobs.get(job_id)
                return (job, Why.TAG) if job else (None, Why.JOB_REMOVED)
        return None, Why.NO_MATCH

    def _message(
        self, tx: Transaction, mail: ArrivedMail, job: Job, why: Why, now: datetime
    ) -> None:
        text = words_of(mail.text, too_large=mail.too_large, subject=mail.subject)
        note_id = write_message(tx, job, text, now)
        tx.incoming.add(mail, fate=Fate.MESSAGE, why=why, now=now, job_id=job.id, note_id=note_id)
        if self._staff_address and not self._same_mailbox:
            self._mails.add(
                tx,
                template=MailTemplate.STUDENT_MESSAGE,
                recipient=self._staff_address,
                job_id=job.id,
                event_id=None,
                confirmation_id=None,
                context={"note": text},
                now=now,
            )

    def _report(self, tx: Transaction, mail: ArrivedMail, report: Report, now: datetime) -> None:
        if report.action != "failed":
            why = Why.DELAYED if report.action == "delayed" else Why.AUTOMATIC
            tx.incoming.add(mail, fate=Fate.IGNORED, why=why, now=now, keep=False)
            return
        known = {one.message_id: one for one in tx.outbox.of_message_ids(report.about)}
        ours = next((known[one] for one in report.about if one in known), None)
        if ours is None:
            tx.incoming.add(mail, fate=Fate.IGNORED, why=Why.RETURNED_UNKNOWN, now=now, keep=False)
            return
        words = report.reason or mail.subject
        error = say("The recipient's email server returned it: {why}", why=words)
        tx.outbox.bounced(ours.id, error=error, now=now)
        tx.incoming.add(
            mail, fate=Fate.BOUNCE, why=Why.RETURNED, now=now, job_id=ours.job_id, outbox_id=ours.id
        )


def words_of(text: str, *, too_large: bool, subject: str) -> str:
    """What a message of an email says."""
    if too_large:
        return say("{subject}\n{note}", subject=subject, note=TOO_LARGE) if subject else TOO_LARGE
    return text or NO_TEXT


def write_message(tx: Transaction, job: Job, text: str, now: datetime) -> int:
    """A message of the job's student, which waits for an answer; gives its id."""
    note_id = tx.history.add_note(
        job.id, at=now, author=job.student_name, text=text, for_student=True, from_student=True
    )
    tx.jobs.asked(job.id, now)
    return note_id


def _job_about(tx: Transaction, mail: Mail) -> Job | None:
    """The job that an email of the lab's was about; of several of one request, the first."""
    ids: Sequence[str] = [mail.job_id] if mail.job_id else list(mail.context.get("job_ids", ()))
    ids = ids or [line.job_id for line in lines_of(mail) if line.job_id]
    jobs = [job for job_id in ids if (job := tx.jobs.get(job_id)) is not None]
    if len(jobs) > 1 and len({job.request_id for job in jobs}) > 1:
        return None
    return jobs[0] if jobs else None


def _bare(address: str) -> str:
    return normal_email(parseaddr(address)[1]).lower()
