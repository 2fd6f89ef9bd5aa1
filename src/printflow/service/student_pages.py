"""A job's page for its student: status, messages, canceling, and links by email."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.attempt import Arguments
from ..domain.history import Event, RequestJob, RequestLine, RequestPage, StudentPage, along
from ..domain.job import Actor, Job
from ..domain.ledger import Balance
from ..domain.lifecycle import allowed
from ..domain.mail_record import mail_record
from ..domain.own_changes import looked_at, way_to_change
from ..domain.progress import told_of
from ..domain.status import ActorKind, Status, Trigger
from ..domain.whose_turn import turn_of
from ..ports import Clock, Database, Transaction
from ..settings import Settings
from .links import Links
from .lookup import balance_of, job_of, job_of_link, jobs_of_link
from .pay_links import PayLinks
from .received import mails_about
from .transitions import Request, Transitions


class StudentPages:
    """What the link to a job's status page opens."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        links: Links,
        transitions: Transitions,
        settings: Settings,
        pay_links: PayLinks,
    ) -> None:
        self._database = database
        self._clock = clock
        self._links = links
        self._transitions = transitions
        self._settings = settings
        self._pay_links = pay_links

    def job(self, token: str) -> Job:
        """The job of a status page's link; raises NotFound."""
        with self._database.read() as tx:
            return job_of_link(tx, token)

    def url(self, job: Job) -> str:
        """The address of the student's own page of the job."""
        return self._links.of_job(job)

    def request_url(self, job: Job) -> str:
        """The address of the page of all jobs that were sent with this one."""
        return self._links.of_request(job)

    def page(self, token: str) -> StudentPage:
        """Everything that the student may see of the job; raises NotFound."""
        with self._database.read() as tx:
            job, together = jobs_of_link(tx, token)
            quote = tx.quotes.newest(job.id) if job.status.record.quoted else None
            events, notes = tx.history.events(job.id), tx.history.notes(job.id)
            balance = balance_of(tx, job)
            plates = tx.plates.find(job_id=job.id) if job.status.record.to_print else ()
            return StudentPage(
                job=job,
                along=along(events),
                disposed=job.status is Status.ARCHIVED and _was_disposed(events),
                request=tuple(RequestJob(job=one, url=self.url(one)) for one in together),
                messages=tuple(note for note in notes if note.for_student),
                mails=tuple(
                    mail
                    for mail in mails_about(tx, job, [one.id for one in together])
                    if not mail_record(mail.template).to_staff
                    and mail.state not in ("canceled", "overtaken")
                ),
                quote=quote,
                quote_state=quote.state(job.clock(self._clock())) if quote else None,
                confirm_url=self._links.of_quote(quote) if quote else "",
                balance=balance,
                pay_url=self._pay_links.of(job, balance.due_cents),
                can_withdraw=Trigger.WITHDRAW in allowed(job.status, ActorKind.STUDENT),
                cancel=self._cancel(job),
                told=told_of(job, plates, self._clock()),
                change=way_to_change(
                    job, looked_at(job, events, notes) or any(tx.history.openings(job.id))
                )
                if job.status.record.takes_versions
                else "",
            )

    def _cancel(self, job: Job) -> str:
        if job.cancel_asked_at is not None:
            return "asked"
        if Trigger.ASK_TO_CANCEL not in allowed(job, ActorKind.STUDENT):
            return ""
        return {"until_print": "cancel", "ask": "ask"}.get(self._settings.students_cancel, "")

    def request(self, token: str) -> RequestPage:
        """All jobs that were sent with the one of a status page's link; raises NotFound."""
        with self._database.read() as tx:
            _, jobs = jobs_of_link(tx, token)
            ids = [one.id for one in jobs]
            written, settled = tx.history.written_to(ids), tx.ledger.settled_of(ids)
            return RequestPage(
                lines=tuple(
                    self._line(tx, one, one.id in written, settled.get(one.id, (0, 0)))
                    for one in jobs
                )
            )

    def _line(
        self, tx: Transaction, job: Job, written_to: bool, settled: tuple[int, int]
    ) -> RequestLine:
        record = job.status.record
        quote = tx.quotes.newest(job.id) if record.quoted else None
        owed = Balance(job.cost_cents or 0, *settled).due_cents if record.owes else 0
        return RequestLine(
            job=job,
            url=self.url(job),
            turn=turn_of(job, written_to=written_to),
            confirm_url=self._links.of_quote(quote) if quote else "",
            lapsed=quote is not None and quote.lapsed(job, self._clock()),
            due_cents=owed,
        )

    def sent_from(self, job_ids: Sequence[str], *, most: int = 8) -> tuple[RequestJob, ...]:
        """The newest jobs of a browser that was told their ids, newest first. As
        :meth:`request_of`, it is for ids that this browser is known to have sent.
        """
        with self._database.read() as tx:
            return with_turns(tx, self._links, tx.jobs.of_ids(job_ids[-most:][::-1]))

    def request_of(self, job_id: str) -> tuple[RequestJob, ...]:
        """The jobs that came in with that one, itself among them, in the order of their models.

        Nothing is checked here: call it only for ids that a browser is known to have sent. Raises
        NotFound.
        """
        with self._database.read() as tx:
            job = job_of(tx, job_id)
            return tuple(
                RequestJob(job=one, url=self.url(one)) for one in tx.jobs.of_request(job.request_id)
            )

    def withdraw(self, token: str, *, text: str = "") -> Job:
        """The student takes the model back, with a word why if they like.

        Raises NotFound, TransitionNotAllowed once it is confirmed, TransitionRefused.
        """
        return self._pull(Trigger.WITHDRAW, token, text)

    def cancel(self, token: str, *, text: str = "") -> Job:
        """The student cancels a print that they confirmed, where the settings allow it until it
        starts.

        Raises NotFound, TransitionNotAllowed once it has started, TransitionRefused: only staff
        can, or money was paid.
        """
        return self._pull(Trigger.CANCEL, token, text)

    def ask_to_cancel(self, token: str, *, text: str = "") -> Job:
        """The student asks to cancel a print that they confirmed; staff decide. The print isn't
        started before they have.

        Raises NotFound, TransitionNotAllowed once it has started, TransitionRefused: asked before,
        or the lab takes no such requests.
        """
        return self._pull(Trigger.ASK_TO_CANCEL, token, text)

    def _pull(self, trigger: Trigger, token: str, text: str) -> Job:
        job = self.job(token)
        return self._transitions.pull(
            Request(
                trigger=trigger,
                job_id=job.id,
                actor=Actor(ActorKind.STUDENT, job.student_name),
                args=Arguments(text=text, by_link=True),
            )
        )


def _was_disposed(events: Sequence[Event]) -> bool:
    """Whether that is what archived the job, whatever was noted or removed since."""
    ends = [e for e in events if e.dest is Status.ARCHIVED and e.source is not e.dest]
    return bool(ends) and ends[-1].trigger is Trigger.DISPOSE


def with_turns(tx: Transaction, links: Links, jobs: Sequence[Job]) -> tuple[RequestJob, ...]:
    """Jobs with the addresses of their students' pages, and whose turn it is."""
    written = tx.history.written_to([job.id for job in jobs])
    return tuple(
        RequestJob(job=job, url=links.of_job(job), turn=turn_of(job, written_to=job.id in written))
        for job in jobs
    )
