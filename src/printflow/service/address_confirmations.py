"""Confirming the address of a submission: by its link, or by staff who let it in without."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from ..domain.effects import MailTemplate
from ..domain.event_kind import Correction
from ..domain.history import Mail, RequestJob
from ..domain.job import Actor, Job, LinkState
from ..domain.marking import mark
from ..domain.retention import Part
from ..domain.rights import Right
from ..domain.status import ActorKind, Status
from ..domain.unconfirmed import AddressPage, AddressToConfirm, AddressWait
from ..errors import LinkExpired, LinkOvertaken, PrintflowError, StaleJob, TooManyRequests
from ..ports import Clock, Database, Transaction
from ..runtime.permits import needs
from ..runtime.tokens import token_hash
from ..said import say, say_n
from .acting import staff_actor
from .address_asking import AddressAsking
from .limits import wait_words
from .links import Links
from .lookup import ids_together, job_of, no_link
from .mail_queue import MailQueue
from .received import MAILED_WITH, WITHHELD, mail_received
from .removal import Removal
from .rounds import AT_ONCE
from .stale import stale

_log = logging.getLogger(__name__)

_TRIES = 5
_AGAIN, _AGAIN_AFTER = 3, timedelta(minutes=10)
_CLEANING = Actor(ActorKind.SYSTEM, mark("Retention"))


class AddressConfirmations:
    """What waits for its address, what the link does, and letting it in without one."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        asking: AddressAsking,
        mails: MailQueue,
        links: Links,
        removal: Removal,
        wake: Callable[[], None],
        *,
        days: int,
    ) -> None:
        self._database = database
        self._clock = clock
        self._asking = asking
        self._mails = mails
        self._links = links
        self._removal = removal
        self._wake = wake
        self._period = timedelta(days=days)

    # -- the student's link -----------------------------------------------------------------------

    def page(self, token: str) -> AddressPage:
        """What the link shows; looking changes nothing, however often a mail scanner looks.

        Raises NotFound for a link that's none.
        """
        with self._database.read() as tx:
            return self._page(tx, self._asked(tx, token))

    def confirm(self, token: str) -> AddressPage:
        """The student confirms the address: staff see the jobs from now on. Again it does nothing.

        Raises NotFound, LinkExpired, LinkOvertaken when all the jobs were canceled.
        """
        for _ in range(_TRIES):
            try:
                with self._database.write() as tx:
                    page = self._confirm(tx, self._asked(tx, token))
            except StaleJob:
                continue  # canceled at the same moment, perhaps
            self._wake()
            return page
        raise LinkOvertaken(say("The jobs just changed."), next_step=say("Open the link again."))

    def _asked(self, tx: Transaction, token: str) -> AddressToConfirm:
        asked = tx.addresses.of_link(token_hash(token))
        if asked is None:
            raise no_link()
        return asked

    def _confirm(self, tx: Transaction, asked: AddressToConfirm) -> AddressPage:
        now = self._clock()
        jobs = tx.jobs.of_request(asked.request_id)
        state = asked.state(jobs, now)
        if state is LinkState.EXPIRED:
            raise LinkExpired(
                say("This link has expired, and nobody at the lab saw what you submitted."),
                next_step=say("Submit it again."),
            )
        if state is LinkState.VOID:
            raise LinkOvertaken(
                say("You canceled this request, so there's nothing to confirm."),
                next_step=say("You're welcome to submit another model anytime."),
            )
        if state is LinkState.OPEN and tx.addresses.confirm(asked.request_id, by="", now=now):
            actor = Actor(ActorKind.STUDENT, jobs[0].student_name)
            self._bring_in(tx, jobs, actor, Correction.ADDRESS_CONFIRMED)
            self._asking.remember(tx, asked, jobs[0].student_email, now)
        return self._page(tx, tx.addresses.of_request(asked.request_id) or asked)

    def _page(self, tx: Transaction, asked: AddressToConfirm) -> AddressPage:
        jobs = tx.jobs.of_request(asked.request_id)
        return AddressPage(
            state=asked.state(jobs, self._clock()),
            address=jobs[0].student_email if jobs else "",
            until=asked.until,
            confirmed_at=asked.confirmed_at,
            confirmed_by=asked.confirmed_by,
            jobs=tuple(RequestJob(job=job, url=self._links.of_job(job)) for job in jobs),
        )

    def _bring_in(
        self, tx: Transaction, jobs: Sequence[Job], actor: Actor, kind: Correction
    ) -> None:
        """The jobs are with staff: an event for each, and the email that says that they came."""
        now = self._clock()
        here = [job for job in jobs if job.status is Status.UPLOADED]
        events: dict[str, int] = {}
        for job in jobs:
            if not tx.jobs.update(
                job,
                now=now,
                actor=actor.name,
                status=job.status,
                values={"unconfirmed_since": None},
            ):
                raise stale(job, kind, tx.history.last_event(job.id))
            told: dict[str, object] = {WITHHELD: True} if job not in here else {}
            if here and job in here[1:]:
                told = {MAILED_WITH: here[0].id}
            events[job.id] = tx.history.add_event(
                job.id,
                at=now,
                trigger=kind,
                source=job.status,
                dest=job.status,
                actor=actor,
                details=told,
            )
        if here:
            ids = [job.id for job in here]
            to = here[0].student_email
            mail_received(self._mails, tx, to, ids, events[ids[0]], now)

    # -- after submitting -------------------------------------------------------------------------

    def waiting(self, job: Job) -> AddressWait | None:
        """What the student is told who sent that job; None once it no longer waits. Call it only
        for jobs that a browser is known to have sent.
        """
        with self._database.read() as tx:
            asked = tx.addresses.of_request(job.request_id)
            if asked is None or asked.state((job,), self._clock()) is not LinkState.OPEN:
                return None
            mailed = bool(_mailed(tx, ids_together(tx, job)[0]))
            return AddressWait(address=job.student_email, until=asked.until, mailed=mailed)

    def send_again(self, job_id: str, *, sender: str = "") -> None:
        """Mail the link of that job's request again: three times, ten minutes apart. Both emails'
        links work. Nothing happens once it no longer waits.

        ``sender`` is the network address that asks. Raises NotFound, TooManyRequests.
        """
        with self._database.read() as tx:
            job = job_of(tx, job_id)
        if self.waiting(job) is None:
            return
        with self._database.write() as tx:
            now = self._clock()
            jobs = tx.jobs.of_request(job.request_id)
            _expect_rare(tx, jobs[0], now)
            if not self._asking.may_mail(tx, jobs[0].student_email, sender, now):
                raise TooManyRequests(
                    say("We've sent many emails to this address, or from your network, recently."),
                    retry_after=600,
                    next_step=say("Try again later, or ask the lab to let it in."),
                )
            self._asking.mail(tx, jobs, now)
        self._wake()

    # -- staff ------------------------------------------------------------------------------------

    @needs(Right.APPROVE)
    def let_in(self, job_id: str, *, by: str, station: str = "") -> list[Job]:
        """Bring the job, and all that were submitted with it, to staff without a confirmed address;
        gives them. Once they are there it does nothing.

        Raises NotFound, InvalidInput without a name, StaleJob, LinkExpired when it was kept too
        long and is being deleted.
        """
        actor = staff_actor(by, station)
        with self._database.write() as tx:
            job, now = job_of(tx, job_id), self._clock()
            jobs = tx.jobs.of_request(job.request_id)
            if any(tx.retention.removed(one.id) for one in jobs if one.unconfirmed):
                raise LinkExpired(
                    say("Nobody confirmed the address in time. This job is being deleted."),
                    next_step=say("Ask the student to submit it again."),
                )
            if job.unconfirmed and tx.addresses.confirm(job.request_id, by=actor.name, now=now):
                self._bring_in(tx, jobs, actor, Correction.LET_IN)
        self._wake()
        with self._database.read() as tx:
            return list(tx.jobs.of_request(job.request_id))

    # -- sweeping ---------------------------------------------------------------------------------

    def sweep(self) -> int:
        """Delete what nobody confirmed in time, some at a time; gives how many jobs went. Work for
        the dispatcher: what has to wait for a file or the share goes in a later round.
        """
        now = self._clock()
        with self._database.read() as tx:
            due = tx.addresses.overdue(now - self._period, limit=AT_ONCE)
            old_browsers = tx.addresses.some_browsers(until=now)
        if old_browsers:
            with self._database.write() as tx:
                tx.addresses.forget_browsers(until=now)
        gone = 0
        why = say_n(
            "not confirmed for {count} day", "not confirmed for {count} days", self._period.days
        )
        try:
            for part in (Part.FILES, Part.MAILS):
                self._removal.of_jobs(due, part, _CLEANING, why)
            for job_id in due:
                gone += self._forget(job_id)
        except PrintflowError as error:
            _log.warning("unconfirmed jobs are deleted later: %s", error)
        return gone

    def _forget(self, job_id: str) -> bool:
        with self._database.write() as tx:
            job = tx.jobs.get(job_id)
            if job is None or not job.unconfirmed or tx.retention.files_left(job_id):
                return False
            if not {Part.FILES, Part.MAILS} <= set(tx.retention.removed(job_id)):
                return False
            tx.addresses.forget_job(job_id)
        _log.info("job %s was deleted: nobody confirmed its address", job_id)
        return True


def _mailed(tx: Transaction, first: str) -> list[Mail]:
    """The emails that asked for the address of a request; ``first`` is the id of its first job."""
    return [
        mail for mail in tx.outbox.of_job(first) if mail.template == MailTemplate.CONFIRM_ADDRESS
    ]


def _expect_rare(tx: Transaction, first: Job, now: datetime) -> None:
    """Raises TooManyRequests if the link was mailed often enough, or a short time ago."""
    mails = _mailed(tx, first.id)
    if len(mails) > _AGAIN:
        raise TooManyRequests(
            say_n(
                "We've already sent the link again {count} time.",
                "We've already sent the link again {count} times.",
                _AGAIN,
            ),
            retry_after=3600,
            next_step=say("Check your spam folder, too, or ask the lab to let it in."),
        )
    ago = now - max((mail.created_at for mail in mails), default=now - _AGAIN_AFTER)
    if timedelta() <= ago < _AGAIN_AFTER:
        seconds = max(1, math.ceil((_AGAIN_AFTER - ago).total_seconds()))
        raise TooManyRequests(
            say("We sent the link a short time ago."),
            retry_after=seconds,
            next_step=say(
                "Check your spam folder, too. You can send it again in {wait}.",
                wait=wait_words(seconds),
            ),
        )
