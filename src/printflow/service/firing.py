"""Fires a trigger on the lifecycle, and writes the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ..catalogs.cache import CatalogCache
from ..domain import lifecycle
from ..domain.attempt import Arguments, Facts, FileFact, Outcome
from ..domain.catalog import Catalog
from ..domain.correction import before
from ..domain.effects import ExtendQuote, MailTemplate, SendMail
from ..domain.job import Actor, Job, Quote
from ..domain.limit_standing import NOBODY
from ..domain.plate import PlateState, shown_machines
from ..domain.status import Status, Trigger
from ..domain.trigger import Form
from ..errors import TransitionRefused
from ..ports import Transaction
from ..settings import Settings
from .addresses import mailbox_of
from .allowances import free, take_turns
from .beside import beside
from .claims import claim_facts, follow_job
from .effect_writer import EffectWriter
from .receipt_numbers import receipt_used
from .stale import stale
from .standing import standing_of
from .waiting_policy import pick_up_policy

_ALERT = SendMail(MailTemplate.STAFF_ALERT)
"""Staff hear nothing of a job that isn't with them yet."""
_AGAIN = (Trigger.RESEND, Trigger.CONFIRM)
"""What brings a quote back that nobody answered in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who wants what of which job. ``quote_of`` gives the quote of a presented link."""

    trigger: Trigger
    job_id: str
    actor: Actor
    args: Arguments
    expected_version: int | None = None
    hold_mail: bool = False
    """Whether the mails wait for the undo window, so that the action can be taken back."""
    quote_of: Callable[[Transaction], Quote | None] | None = None


class Firing:
    """One transition inside a transaction: guards, then the job, its event and all effects."""

    def __init__(self, catalogs: CatalogCache, settings: Settings, effects: EffectWriter) -> None:
        self._catalogs = catalogs
        self._settings = settings
        self._effects = effects

    def __call__(
        self,
        tx: Transaction,
        job: Job,
        request: Request,
        chosen: FileFact | None,
        now: datetime,
    ) -> int:
        """Write the transition, and give its event's id; raises TransitionRefused with all
        reasons, StaleJob.
        """
        settings = self._settings
        row = lifecycle.row(request.trigger)
        quoting = request.trigger.record.form is Form.QUOTE
        newest, version = tx.quotes.newest(job.id), tx.lab.catalog_version()
        catalog = self._catalogs.of_version(tx, version)
        again = request.trigger in _AGAIN and newest is not None and newest.lapsed(job, now)
        if quoting or again:
            take_turns(tx, job, catalog, now)
            tx.limits.take_turns(mailbox_of(job.student_email))
        paid, waived = tx.ledger.settled(job.id)
        facts = Facts(
            now=now,
            catalog=catalog,
            catalog_version=version,
            chosen_file=chosen,
            quote=request.quote_of(tx) if request.quote_of else newest,
            quoted=newest is not None,
            paid_cents=paid + waived,
            held_cents=paid,
            students_cancel=settings.students_cancel,
            receipt_used=receipt_used(tx, request.args.receipt, request.args.hand_over),
            resend_from=newest.issued_at + timedelta(minutes=settings.resend_minutes)
            if newest
            else None,
            pick_up=pick_up_policy(settings, catalog.open_days),
            came_from=_came_from(tx, job) if row.dest is lifecycle.Leads.BACK else None,
            reminder_left=request.trigger is Trigger.DISPOSE and _reminded(tx, job),
            beside=beside(tx, job, catalog) if quoting else None,
            free=free(tx, job, catalog, now) if quoting or again else (),
            standing=standing_of(tx, job.student_email, catalog, now, job.id)
            if quoting or again
            else NOBODY,
            **claim_facts(tx, job, request.trigger, catalog, now, again=again),
            **_print_room(tx, job, request, catalog),
        )
        try:
            outcome = lifecycle.fire(request.trigger, job, request.actor, request.args, facts)
        except TransitionRefused as error:
            # Someone may have changed the job since it was read, and the guards have seen that.
            fresh = tx.jobs.get(job.id)
            if fresh is not None and fresh.version != job.version:
                raise stale(fresh, request.trigger, tx.history.last_event(job.id)) from error
            raise
        return self._write(tx, job, outcome, request, facts)

    def _write(
        self, tx: Transaction, job: Job, outcome: Outcome, request: Request, facts: Facts
    ) -> int:
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
            details={
                **outcome.details,
                "before": {**before(job, outcome.changes), **_quote_before(outcome, facts)},
            },
        )
        after = replace(job, **outcome.changes, status=outcome.dest)
        hold = timedelta(seconds=self._settings.undo_seconds if request.hold_mail else 0)
        effects = [one for one in outcome.effects if not (job.unconfirmed and one == _ALERT)]
        self._effects.write(tx, after, actor, event_id, facts, effects, hold=hold)
        follow_job(tx, after, actor, event_id, now)
        if outcome.dest.record.to_print:
            tx.plates.set_planned(job.id, after.copies.left)
        return event_id


def _quote_before(outcome: Outcome, facts: Facts) -> dict[str, Any]:
    """What an undo needs of a quote that is good for longer now."""
    quote = facts.quote
    if quote is None or not any(isinstance(one, ExtendQuote) for one in outcome.effects):
        return {}
    return {"quote": [quote.id, quote.expires_at.isoformat()]}


def _print_room(tx: Transaction, job: Job, request: Request, catalog: Catalog) -> dict[str, Any]:
    """What the lifecycle has to know of machines and plates; nothing where it asks nothing."""
    found: dict[str, Any] = {}
    if request.trigger.record.opens_print or request.trigger is Trigger.OVERRIDE:
        busy = tx.plates.busy_until()
        models = [printer.name for printer in catalog.printers]
        found.update(machines=shown_machines(models, tx.plates.machines(), busy), busy_until=busy)
    if job.copies_printing:
        plate, running = (
            request.args.plate,
            tx.plates.find(states=(PlateState.RUNNING,), job_id=job.id),
        )
        found.update(
            parts=tuple(
                part
                for one in running
                for part in one.parts
                if part.job_id == job.id and part.open and plate in ("", str(one.id))
            )
        )
    return found


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
    """Whether a reminder to pick up the print was sent since it was completed."""
    return any(
        mail.template == MailTemplate.PICK_UP_REMINDER
        and mail.sent_at is not None
        and mail.created_at >= job.status_since
        for mail in tx.outbox.of_job(job.id)
    )
