"""Students' messages to staff, and emails with a student's links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..domain.effects import MailTemplate
from ..domain.job import Job
from ..domain.limits import Limit, wait_for
from ..domain.text import clean_text
from ..domain.unconfirmed import WAITING_FOR_CONFIRMATION
from ..errors import InvalidInput, Refusal, TransitionRefused
from ..ports import Clock, Database, Transaction
from ..said import say
from .addresses import email_problem, normal_email
from .limits import admitted, count
from .lookup import job_of_link
from .mail_queue import MailQueue

MESSAGE_LIMIT = 2000
"""Characters of a message."""
_MESSAGES = Limit("message", 10, timedelta(hours=1))
_LINKS = Limit("links", 1, timedelta(minutes=10))
_LINKS_A_DAY = Limit("links-day", 12, timedelta(days=1))
_QUESTIONS = Limit("find", 1000, timedelta(hours=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksAnswer:
    """What came of asking for one's links: whether a mail leaves now, where the address is known,
    and when the newest one left, or would have left to an address that is not (None: hours ago).
    """

    mailed: bool
    at: datetime | None


class StudentMessages:
    """What students write, and what they ask for; ``staff_address`` is the lab's mailbox or ""."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        mails: MailQueue,
        wake: Callable[[], None],
        *,
        staff_address: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._mails = mails
        self._wake = wake
        self._staff_address = staff_address

    def send(self, token: str, text: str) -> None:
        """A message from the student to staff: on the job's page, and by mail where the lab has a
        shared address.

        Raises NotFound, InvalidInput, TooManyRequests, TransitionRefused until the student has
        confirmed the address.
        """
        said = clean_text(text)
        if not said or len(said) > MESSAGE_LIMIT:
            raise InvalidInput.of(
                "message",
                "message_invalid",
                say("Enter a message.")
                if not said
                else say("Enter a message of up to {most} characters.", most=MESSAGE_LIMIT),
            )
        now = self._clock()
        with self._database.write() as tx:
            job = job_of_link(tx, token)
            _expect_confirmed(job)
            self._count_message(tx, job)
            tx.history.add_note(
                job.id,
                at=now,
                author=job.student_name,
                text=said,
                for_student=True,
                from_student=True,
            )
            tx.jobs.asked(job.id, now)
            if staff := self._staff_address:
                self._mails.add(
                    tx,
                    template=MailTemplate.STUDENT_MESSAGE,
                    recipient=staff,
                    job_id=job.id,
                    event_id=None,
                    confirmation_id=None,
                    context={"note": said},
                    now=now,
                )
        self._wake()

    def _count_message(self, tx: Transaction, job: Job) -> None:
        count(
            tx,
            _MESSAGES.for_account(job.id),
            self._clock(),
            say("You've sent many messages in the last hour."),
            next_step=say("Staff will read all of them. Write again later, or call the lab."),
        )

    def mail_links(self, email: str, *, sender: str = "") -> LinksAnswer:
        """Mail the links of all jobs of an address to it, if it is known; says what is true of
        known and unknown addresses alike, and takes the same time for them.

        One mail in ten minutes, and so many a day, leave to one address; only those are counted,
        so that nobody can keep a person's links from that person by asking for them.
        ``sender`` is the network address that asks; its limit fits a campus behind one address.
        Raises InvalidInput when it cannot be an address, TooManyRequests.
        """
        if problem := email_problem(email, ()):
            raise InvalidInput.of("student_email", "student_email_invalid", problem)
        address, now = normal_email(email), self._clock()
        with self._database.write() as tx:
            count(
                tx,
                _QUESTIONS.for_address(sender),
                now,
                say("Your network address has asked for too many links in the last hour."),
                next_step=say("Try again in {wait}, or ask the lab."),
            )
            answer = _admit_links(tx, address, now)
            jobs = tx.jobs.of_email(address)
            if answer.mailed and jobs:
                self._mails.add(
                    tx,
                    template=MailTemplate.FIND_JOBS,
                    recipient=jobs[0].student_email,
                    job_id=None,
                    event_id=None,
                    confirmation_id=None,
                    context={"job_ids": [job.id for job in jobs]},
                    now=now,
                )
        self._wake()
        return answer


def _expect_confirmed(job: Job) -> None:
    if job.unconfirmed:
        refusal = Refusal(
            WAITING_FOR_CONFIRMATION,
            say("Staff can't read messages until you confirm your email address."),
            "message",
            say("Open the link that we emailed you, then write again."),
        )
        raise TransitionRefused([refusal])


def _admit_links(tx: Transaction, address: str, now: datetime) -> LinksAnswer:
    """Count one mail to the address, known or not, where it may leave."""
    newest, day = _LINKS.for_account(address), _LINKS_A_DAY.for_account(address)
    bounds = (*newest, *day)
    known = tx.lab.counts([bound.key for bound in bounds])
    if wait_for(bounds, known, now, more=1) is None and admitted(tx, bounds, now):
        return LinksAnswer(mailed=True, at=now)
    begun = (known[one.key].until - one.window for one in newest if one.key in known)
    return LinksAnswer(mailed=False, at=next(begun, None))
