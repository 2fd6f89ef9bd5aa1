"""Undoes the last action, and edits a job's details."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ..catalogs.cache import CatalogCache
from ..domain import correction, edits
from ..domain.attempt import Facts
from ..domain.catalog import Catalog
from ..domain.correction import Reversal, before
from ..domain.event_kind import Correction, EventKind
from ..domain.job import Actor, Job
from ..domain.ledger import Void
from ..domain.quote_effect import quote_effect
from ..domain.quoted_price import price_of
from ..domain.rights import Right
from ..domain.status import ORIGINALS
from ..domain.trigger import Trigger
from ..domain.unconfirmed import expect_confirmed
from ..ports import Clock, Database, Transaction, Transliterate
from ..runtime.permits import needs, require
from ..settings import Settings
from .acting import staff_actor
from .addresses import email_problem, normal_email
from .allowances import free
from .beside import beside
from .claims import take_back
from .filing import Filing
from .lookup import job_of
from .mail_timing import UNDO_GRACE_SECONDS
from .plate_writer import PlateWriter
from .queue_order import put_back
from .redrawing import redraw
from .renaming import rename_files, renamed
from .stale import stale

_TAKEN_BACK = "Voided because the pickup was undone"
_RIGHTS = {
    Correction.MOVE: Right.PRINT,
    Correction.PLAN: Right.QUEUE,
    Correction.ORDER: Right.QUEUE,
}
"""What undoing it needs; an edit or a new version is what is left."""


class Corrections:
    """What is not a step of the lifecycle."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogs: CatalogCache,
        settings: Settings,
        filing: Filing,
        transliterate: Transliterate,
    ) -> None:
        self._transliterate = transliterate
        self._database = database
        self._clock = clock
        self._catalogs = catalogs
        self._settings = settings
        self._filing = filing

    @needs(Right.SEE)
    def undo(self, job_id: str, *, by: str, station: str = "", event_id: int | None = None) -> Job:
        """Take the last action of staff on a job back, as long as the settings' ``undo_seconds``.

        An edit of the details and a new version of the file are actions, too.

        It needs the right that the action needed. Status, price, files, links, plates and payments are as before, and mails that wait are
        canceled; history keeps both. With ``event_id`` only if that is the job's last event.
        Raises NotFound, TransitionRefused (too late, mail has left, someone acted since),
        StaleJob, DatabaseBusy.
        """
        actor = staff_actor(by, station)
        window = timedelta(seconds=self._settings.undo_seconds + UNDO_GRACE_SECONDS)
        with self._database.write() as tx:
            job, now = job_of(tx, job_id), self._clock()
            last = tx.history.last_event(job.id)
            mail_left = last is not None and tx.outbox.cancel(last.id)
            back = correction.reversal(
                last, event_id=event_id, now=now, window=window, mail_left=mail_left
            )
            require(_right_of(back.trigger), looks=True)
            if not tx.jobs.update(
                job, now=now, actor=actor.name, status=back.dest, values=back.values
            ):
                raise stale(job, back.trigger, last)
            tx.history.add_event(
                job.id,
                at=now,
                trigger=Correction.UNDO,
                source=job.status,
                dest=back.dest,
                actor=actor,
                details={"undone": back.trigger.value, "event": back.event_id},
            )
            redraw(tx, job.id, back.values)
            tx.history.take_back(job.id, back.at)
            tx.plates.take_back(job.id, back.at)
            PlateWriter(tx, now, actor.name).put_back(job.id, back)
            if back.order is not None:
                put_back(tx, job, back.order)
            if tx.ledger.of_event(job.id, back.event_id):
                require(Right.PAYMENTS)
            _void_payments(tx, job, back, actor, now)
            tx.quotes.take_back(job.id, back.at, now=now)
            if back.dest.record.quoted and back.trigger is Correction.EDIT:
                was = edits.as_changed(job, back.values)
                tx.quotes.say_as_is(job.id, color=was.color, printer=was.printer)
            take_back(tx, job, back.at, self._catalogs.within(tx), now)
            if back.quote is not None:
                tx.quotes.expire_at(*back.quote)
            _put_back(tx, job, back, now)
            rename_files(tx, job, back.values, now)
            leased = self._filing.lease(tx, job.id)
        self._filing.place(leased)
        return self._fresh(job.id)

    @needs(Right.SEE)
    def undo_left(self, job_id: str, event_id: int) -> float:
        """For how many seconds more :meth:`undo` would take that event back; 0 where it's no longer
        the job's last one.
        """
        with self._database.read() as tx:
            last = tx.history.last_event(job_id)
        if last is None or last.id != event_id:
            return 0.0
        end = last.at + timedelta(seconds=self._settings.undo_seconds)
        return max(0.0, (end - self._clock()).total_seconds())

    @needs(Right.EDIT)
    def edit(
        self,
        job_id: str,
        *,
        by: str,
        station: str = "",
        expected_version: int | None = None,
        **fields: str,
    ) -> Job:
        """Correct what the form said, and the shelf where the print lies: any of ``EDITABLE``, in the
        statuses that :func:`editable` names. History keeps old and new. Files that are named after
        what changed get their new names, as soon as nobody has them open.

        A quote that waits for its answer is void where its price or the print differs then: the job
        needs a new one. Else its link stays as it is. Weight, print time and price follow the number
        of copies. Raises NotFound, StaleJob, TransitionRefused with the reasons by field, and
        TypeError for other fields.
        """
        if unknown := set(fields) - set(edits.EDITABLE):
            raise TypeError(f"not to be edited: {', '.join(sorted(unknown))}")
        actor = staff_actor(by, station)
        problem = ""
        if "student_email" in fields:
            problem = email_problem(fields["student_email"], self._settings.allowed_email_domains)
            fields["student_email"] = normal_email(fields["student_email"])
        with self._database.write() as tx:
            job, now = job_of(tx, job_id), self._clock()
            expect_confirmed(job)
            last = tx.history.last_event(job.id)
            if expected_version not in (None, job.version):
                raise stale(job, Correction.EDIT, last)
            facts = Facts(now=now, catalog=self._catalogs.within(tx), email_problem=problem)
            changes, told = edits.edited(job, fields, actor, facts)
            if not changes:
                return job
            changes.update(edits.scaled(job, changes))
            consequences = self._on_quote(tx, job, changes, facts)
            changes.update(renamed(job, changes, self._transliterate))
            if not tx.jobs.update(
                job, now=now, actor=actor.name, status=job.status, values=changes
            ):
                raise stale(job, Correction.EDIT, last)
            redraw(tx, job.id, changes)
            if named := rename_files(tx, job, changes, now):
                told = {**told, "files": [job.standard_name, changes["standard_name"]]}
            tx.history.add_event(
                job.id,
                at=now,
                trigger=Correction.EDIT,
                source=job.status,
                dest=job.status,
                actor=actor,
                details={"changed": told, **consequences, "before": before(job, changes)},
            )
            leased = self._filing.lease(tx, job.id) if named else ()
        if leased:
            self._filing.place(leased)
        return self._fresh(job.id)

    def _on_quote(
        self, tx: Transaction, job: Job, changes: dict[str, Any], facts: Facts
    ) -> dict[str, Any]:
        """Void the open quote where the changes say so, with the price of today among the changes; gives
        what history says of it.
        """
        after = edits.as_changed(job, changes)
        was, will_be = (_cents(tx, one, facts) for one in (job, after))
        effect = quote_effect(job, after, was, will_be)
        if not effect.voided:
            if job.status.record.quoted:
                tx.quotes.say_as_is(job.id, color=after.color, printer=after.printer)
            return {"price_agreed": True} if effect.agreed else {}
        tx.quotes.void_open(job.id, facts.now)
        if will_be is not None:
            changes["cost_cents"] = will_be
        return {"voided": True, "why": effect.why}

    def _fresh(self, job_id: str) -> Job:
        with self._database.read() as tx:
            return job_of(tx, job_id)


def _cents(tx: Transaction, job: Job, facts: Facts) -> int | None:
    """What the job's figures cost at the catalog of today; None where it has none."""
    if not job.has_figures:
        return None
    catalog: Catalog = facts.catalog
    around, left = beside(tx, job, catalog), free(tx, job, catalog, facts.now)
    price = price_of(catalog, job, job.printer, job.grams, job.hours, "", around, left)
    return None if price is None else price.cents


def _right_of(kind: EventKind) -> Right:
    return kind.record.right if isinstance(kind, Trigger) else _RIGHTS.get(kind, Right.EDIT)


def _void_payments(tx: Transaction, job: Job, back: Reversal, actor: Actor, now: datetime) -> None:
    """What was paid with the undone step does not count; the ledger keeps both entries."""
    for payment in tx.ledger.of_event(job.id, back.event_id):
        void = Void(at=now, by=actor.name, station=actor.station, reason=_TAKEN_BACK)
        tx.ledger.void(payment.id, void)


def _put_back(tx: Transaction, job: Job, back: Reversal, now: Any) -> None:
    """Each file belongs where it belonged. One that the undone step took in goes to the originals:
    it can be chosen again.
    """
    for file in job.files:
        folder, authoritative = back.places.get(file.id, (ORIGINALS, False))
        if (file.folder, file.authoritative) != (folder, authoritative):
            tx.files.belongs(file.id, folder, authoritative=authoritative, now=now)
