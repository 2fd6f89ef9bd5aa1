"""Pulling a trigger: ask the lifecycle, and write everything it answers in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..domain import lifecycle
from ..domain.attempt import Arguments, Facts, FileFact, Outcome
from ..domain.correction import before
from ..domain.effects import MailTemplate
from ..domain.event_kind import EventKind
from ..domain.history import Event
from ..domain.job import Actor, Job, Quote
from ..domain.naming import PRINTABLE_ENDINGS, carries_job_id, ending_of, is_plain_file_name
from ..domain.status import ActorKind, Status, Trigger
from ..errors import StaleJob, StoreUnavailable, TransitionNotAllowed
from ..ports import FileStore, Placement, RenderedMail, Transaction
from ..runtime.deadline import TookTooLong, within
from ..runtime.exhausted import is_exhausted, server_busy
from .carry_out import CarryOut
from .desk import PATIENCE_SECONDS, Desk
from .receipt_numbers import receipt_used

_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who wants what of which job. ``quote_of`` gives the quote of a presented link."""

    trigger: Trigger
    job_id: str
    actor: Actor
    args: Arguments
    expected_version: int | None = None
    hold: timedelta = timedelta()
    """How long the mails wait before they leave, so that the action can be taken back."""
    quote_of: Callable[[Transaction], Quote | None] | None = None


class _OnlyLooking(Exception):
    """Ends a transaction that was never meant to be kept."""


class TransitionDesk(Desk):
    """The one way in which a job changes its status."""

    def _pull(self, request: Request) -> Job:
        """Pull the trigger; gives the job as it is afterwards.

        Raises NotFound, StaleJob, TransitionNotAllowed, TransitionRefused, StoreUnavailable,
        DatabaseBusy. After any of them nothing has changed.
        """
        for _ in range(_TRIES):
            seen = self._look(request)
            chosen = self._chosen_file(seen, request)
            leased = self._commit(seen, request, chosen)
            if leased is not None:
                break
        else:
            with self._ports.database.read() as tx:
                job = self._job(tx, request.job_id)
                raise stale(job, request.trigger, tx.history.last_event(job.id))
        self._place(leased)
        with self._ports.database.read() as tx:
            return self._job(tx, seen.id)

    def _look(self, request: Request) -> Job:
        """The job before the change; refuses early what needs no look at the share."""
        with self._ports.database.read() as tx:
            job = self._job(tx, request.job_id)
            if job.status not in lifecycle.row(request.trigger).sources:
                refused = lifecycle.not_allowed(request.trigger, job.status, request.actor.kind)
                raise _told(refused, tx.history.last_event(job.id))
            if request.expected_version not in (None, job.version):
                raise stale(job, request.trigger, tx.history.last_event(job.id))
        return job

    def _commit(
        self, seen: Job, request: Request, chosen: FileFact | None
    ) -> Sequence[Placement] | None:
        """Write the transition; gives the files to be placed, None when the job changed since it
        was seen.
        """
        ports = self._ports
        now = ports.clock()
        with ports.database.write() as tx:
            job = self._job(tx, seen.id)
            if job.version != seen.version:
                return None
            self._change(tx, job, request, chosen, now)
            return ports.placer.lease(tx, job.id)

    def _foresee(self, request: Request) -> list[RenderedMail]:
        """The mails that pulling the trigger would send. Everything is done, and taken back.

        Raises as :meth:`_pull`.
        """
        seen, ports = self._look(request), self._ports
        chosen = self._chosen_file(seen, request)
        mails: list[RenderedMail] = []
        with suppress(_OnlyLooking), ports.database.write() as tx:
            job = self._job(tx, seen.id)
            known = {mail.id for mail in tx.outbox.of_job(job.id)}
            self._change(tx, job, request, chosen, ports.clock())
            new = [mail for mail in tx.outbox.of_job(job.id) if mail.id not in known]
            mails = [ports.composer.within(tx, mail) for mail in new]
            raise _OnlyLooking
        return mails

    def _change(
        self,
        tx: Transaction,
        job: Job,
        request: Request,
        chosen: FileFact | None,
        now: datetime,
    ) -> None:
        """Ask the lifecycle, and write what it answers."""
        ports = self._ports
        row = lifecycle.row(request.trigger)
        newest = tx.quotes.newest(job.id)
        facts = Facts(
            now=now,
            catalog=ports.catalogs.within(tx),
            catalog_version=tx.lab.catalog_version(),
            chosen_file=chosen,
            quote=request.quote_of(tx) if request.quote_of else newest,
            paid_cents=sum(tx.ledger.settled(job.id)),
            receipt_used=receipt_used(tx, request.args.receipt),
            resend_from=newest.issued_at + timedelta(minutes=ports.settings.resend_minutes)
            if newest
            else None,
            pick_up=self.pick_up_policy,
            came_from=_came_from(tx, job) if row.dest is lifecycle.Leads.BACK else None,
            reminder_left=request.trigger is Trigger.DISPOSE and _reminded(tx, job),
        )
        outcome = lifecycle.fire(request.trigger, job, request.actor, request.args, facts)
        self._write(tx, job, outcome, request, facts)

    def _write(
        self, tx: Transaction, job: Job, outcome: Outcome, request: Request, facts: Facts
    ) -> None:
        now, actor = facts.now, request.actor
        if not tx.jobs.update(
            job, now=now, actor=actor.name, status=outcome.dest, values=outcome.changes
        ):
            raise stale(job, outcome.trigger, tx.history.last_event(job.id))
        event_id = tx.history.add_event(
            job.id,
            at=now,
            trigger=outcome.trigger,
            source=outcome.source,
            dest=outcome.dest,
            actor=actor,
            details={**outcome.details, "before": before(job, outcome.changes)},
        )
        after = replace(job, **outcome.changes, status=outcome.dest)
        carry_out = CarryOut(self._ports, tx, after, actor, event_id, facts, hold=request.hold)
        for effect in outcome.effects:
            carry_out(effect)

    def _chosen_file(self, job: Job, request: Request) -> FileFact | None:
        """What the share says of the file that an approval would print."""
        if not request.trigger.record.prices:
            return None
        name = request.args.file or job.file.name
        settle_seconds = self._ports.settings.settle_seconds
        try:
            return within(
                PATIENCE_SECONDS * 5,
                lambda: file_fact(self._ports.store, job, name, settle_seconds=settle_seconds),
            )
        except (TookTooLong, OSError) as error:
            if is_exhausted(error):
                raise server_busy(error) from error
            raise StoreUnavailable(
                "The file share does not answer; nothing was done.",
                next_step="Try again in a minute. If it stays so, ask whoever runs the share.",
            ) from error


def _came_from(tx: Transaction, job: Job) -> Status | None:
    """The status that the job was in before the present one."""
    return next(
        (
            event.source
            for event in reversed(tx.history.events(job.id))
            if event.dest is job.status and event.source is not job.status
        ),
        None,
    )


def _reminded(tx: Transaction, job: Job) -> bool:
    """Whether a reminder to fetch the print has left since it was completed."""
    return any(
        mail.template == MailTemplate.PICK_UP_REMINDER
        and mail.sent_at is not None
        and mail.created_at >= job.status_since
        for mail in tx.outbox.of_job(job.id)
    )


_LOOKS = 3  # a file that somebody moves between two questions is asked for again


def file_fact(store: FileStore, job: Job, name: str, *, settle_seconds: int) -> FileFact:
    """What is found of the file ``name`` for ``job``; raises OSError as the share gives it."""
    store.check_identity()
    for _ in range(_LOOKS):
        with suppress(FileNotFoundError):
            return _seen(store, job, name, settle_seconds)
    return FileFact(name=name, present=False, settled=False)


def _seen(store: FileStore, job: Job, name: str, settle_seconds: int) -> FileFact:
    """One look; raises FileNotFoundError where the file moves meanwhile."""
    for file in job.files:
        if file.name == name:
            places = store.where(name, hint=file.folder)
            sound = bool(places) and store.size(name, places[0]) == file.size
            return FileFact(
                name=name,
                present=bool(places),
                settled=sound,
                authoritative=file.authoritative,
                sha256=file.sha256,
                size=file.size,
                folder=places[0] if places else "",
            )
    if (
        not is_plain_file_name(name)
        or not carries_job_id(name, job.id)
        or ending_of(name) not in PRINTABLE_ENDINGS
    ):
        return FileFact(name=name, present=True, settled=True, acceptable=False)
    for fact in store.siblings(job.id, job.status.folder, settle_seconds=settle_seconds):
        if fact.name == name:
            return replace(fact, sha256=store.sha256(name, fact.folder)) if fact.settled else fact
    return FileFact(name=name, present=False, settled=False)


def _told(error: TransitionNotAllowed, last: Event | None) -> TransitionNotAllowed:
    """The same error, knowing who brought the job where it is."""
    if last is None:
        return error
    return type(error)(
        error.message,
        trigger=error.trigger,
        status=error.status,
        allowed=error.allowed,
        last_actor=last.actor.name,
        last_trigger=last.trigger,
        last_at=last.at,
        next_step=error.next_step,
    )


def stale(job: Job, trigger: EventKind, last: Event | None) -> TransitionNotAllowed:
    """The error for a page, or a caller, that did not see the job's last change."""
    who = last.actor.name if last else "Somebody"
    error = StaleJob(
        f"{who} changed job {job.id} in the meantime: it is “{Status(job.status).label}” now.",
        trigger=trigger,
        status=job.status,
        allowed=lifecycle.allowed(job.status, ActorKind.STAFF),
        next_step="Look at it again and repeat what is still wanted.",
    )
    return _told(error, last)
