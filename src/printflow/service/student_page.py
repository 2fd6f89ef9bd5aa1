"""The student's own page of a job: where it stands, messages, taking it back, links by mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..domain.attempt import Arguments
from ..domain.effects import MailTemplate
from ..domain.history import Event, RequestJob, StudentPage, along
from ..domain.job import Actor, Job
from ..domain.lifecycle import allowed
from ..domain.limits import Limit, wait_for
from ..domain.mail_record import mail_record
from ..domain.status import ActorKind, Status, Trigger
from ..domain.text import clean_text
from ..errors import InvalidInput
from ..ports import Transaction
from ..runtime.tokens import token_hash
from .addresses import email_problem, normal_email
from .answering import QuoteDesk
from .carry_out import add_mail
from .desk import no_job
from .limits import admitted, count
from .received import mails_about
from .transition import Request

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


class StudentPageDesk(QuoteDesk):
    """What the link to a job's status page opens."""

    def job_by_token(self, token: str) -> Job:
        """The job of a status page's link; raises NotFound."""
        with self._ports.database.read() as tx:
            return self._of_token(tx, token)

    def _of_token(self, tx: Transaction, token: str) -> Job:
        job = tx.jobs.of_token(token_hash(token))
        if job is None:
            raise no_job()
        return job

    def status_url(self, job: Job) -> str:
        """The address of the student's own page of the job."""
        return f"{self.settings.effective_base_url}/jobs/{self._ports.tokens.of_job(job.id)}"

    def student_page(self, token: str) -> StudentPage:
        """Everything that the student may see of the job; raises NotFound."""
        with self._ports.database.read() as tx:
            job = self._of_token(tx, token)
            quote = tx.quotes.newest(job.id) if job.status.record.quoted else None
            events = tx.history.events(job.id)
            return StudentPage(
                job=job,
                along=along(events),
                disposed=job.status is Status.ARCHIVED and _was_disposed(events),
                request=tuple(
                    RequestJob(job=one, url=self.status_url(one))
                    for one in tx.jobs.of_request(job.request_id)
                ),
                messages=tuple(note for note in tx.history.notes(job.id) if note.for_student),
                mails=tuple(
                    mail
                    for mail in mails_about(tx, job)
                    if not mail_record(mail.template).to_staff
                    and mail.state not in ("canceled", "overtaken")
                ),
                quote=quote,
                quote_state=quote.state(self._ports.clock()) if quote else None,
                confirm_url=self.confirm_url(quote) if quote else "",
                balance=self._balance(tx, job),
                can_withdraw=Trigger.WITHDRAW in allowed(job.status, ActorKind.STUDENT),
            )

    def request_of(self, job_id: str) -> tuple[RequestJob, ...]:
        """The jobs that came in with that one, itself among them, in the order of their models.

        Raises NotFound.
        """
        with self._ports.database.read() as tx:
            job = self._job(tx, job_id)
            return tuple(
                RequestJob(job=one, url=self.status_url(one))
                for one in tx.jobs.of_request(job.request_id)
            )

    def withdraw(self, token: str, *, text: str = "") -> Job:
        """The student takes the model back, with a word why if they like.

        Raises NotFound, TransitionNotAllowed once it is confirmed, TransitionRefused.
        """
        job = self.job_by_token(token)
        return self._pull(
            Request(
                trigger=Trigger.WITHDRAW,
                job_id=job.id,
                actor=Actor(ActorKind.STUDENT, job.student_name),
                args=Arguments(text=text, by_link=True),
            )
        )

    def send_message(self, token: str, text: str) -> None:
        """A message from the student to staff: on the job's page, and by mail where the lab has a
        shared address.

        Raises NotFound, InvalidInput, TooManyRequests.
        """
        said = clean_text(text)
        if not said or len(said) > MESSAGE_LIMIT:
            raise InvalidInput.of(
                "message",
                "message_invalid",
                "Write a message." if not said else f"At most {MESSAGE_LIMIT:,} characters fit.",
            )
        now = self._ports.clock()
        with self._ports.database.write() as tx:
            job = self._of_token(tx, token)
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
            if staff := self.settings.mail.staff_address:
                add_mail(
                    self._ports,
                    tx,
                    template=MailTemplate.STUDENT_MESSAGE,
                    recipient=staff,
                    job_id=job.id,
                    event_id=None,
                    confirmation_id=None,
                    context={"note": said},
                    now=now,
                )
        self._ports.dispatcher.wake()

    def _count_message(self, tx: Transaction, job: Job) -> None:
        count(
            tx,
            _MESSAGES.for_account(job.id),
            self._ports.clock(),
            "You have sent many messages within the last hour.",
            next_step="Staff will read them all; write again later, or call the lab.",
        )

    def mail_my_links(self, email: str, *, sender: str = "") -> LinksAnswer:
        """Mail the links of all jobs of an address to it, if it is known; says what is true of
        known and unknown addresses alike, and takes the same time for them.

        One mail in ten minutes, and so many a day, leave to one address; only those are counted,
        so that nobody can keep a person's links from that person by asking for them.
        ``sender`` is the network address that asks; its limit fits a campus behind one address.
        Raises InvalidInput when it cannot be an address, TooManyRequests.
        """
        if problem := email_problem(email, ()):
            raise InvalidInput.of("student_email", "student_email_invalid", problem)
        address, now = normal_email(email), self._ports.clock()
        with self._ports.database.write() as tx:
            count(
                tx,
                _QUESTIONS.for_address(sender),
                now,
                "Your network address has asked for links very often within the last hour.",
                next_step="Try again in {wait}, or ask the lab.",
            )
            answer = _admit_links(tx, address, now)
            jobs = tx.jobs.of_email(address)
            if answer.mailed and jobs:
                add_mail(
                    self._ports,
                    tx,
                    template=MailTemplate.FIND_JOBS,
                    recipient=jobs[0].student_email,
                    job_id=None,
                    event_id=None,
                    confirmation_id=None,
                    context={"job_ids": [job.id for job in jobs]},
                    now=now,
                )
        self._ports.dispatcher.wake()
        return answer


def _admit_links(tx: Transaction, address: str, now: datetime) -> LinksAnswer:
    """Count one mail to the address, known or not, where it may leave."""
    newest, day = _LINKS.for_account(address), _LINKS_A_DAY.for_account(address)
    bounds = (*newest, *day)
    known = tx.lab.counts([bound.key for bound in bounds])
    if wait_for(bounds, known, now, more=1) is None and admitted(tx, bounds, now):
        return LinksAnswer(mailed=True, at=now)
    begun = (known[one.key].until - one.window for one in newest if one.key in known)
    return LinksAnswer(mailed=False, at=next(begun, None))


def _was_disposed(events: Sequence[Event]) -> bool:
    """Whether that is what archived the job, whatever was noted or removed since."""
    ends = [e for e in events if e.dest is Status.ARCHIVED and e.source is not e.dest]
    return bool(ends) and ends[-1].trigger is Trigger.DISPOSE
