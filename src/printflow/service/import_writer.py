"""Writes one job of an older system, as it is there: no step is taken, and no mail leaves."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from ..domain.agreement import Agreement
from ..domain.copies_by_hand import counts_of
from ..domain.event_kind import Correction
from ..domain.job import Actor
from ..domain.ledger import Payment, Share
from ..domain.marking import mark
from ..domain.naming import ending_of
from ..domain.plate import Copies, shown_machines
from ..domain.status import ActorKind, Status, Trigger
from ..ports import Transaction
from ..said import say
from ..uploads.receiving import Upload
from .addresses import normal_email
from .job_writer import JobWriter
from .lookup import job_of
from .plate_writer import PlateWriter

if TYPE_CHECKING:
    from ..importing.one_row import OldJob

_BY = Actor(ActorKind.SYSTEM, mark("Import"))
_FORMED = (
    "student_name", "student_email", "discipline", "class_number", "method", "color", "printer",
    "material",
)  # fmt: skip


class ImportWriter:
    """Writes requests, jobs, their history and payments."""

    def __init__(self, writer: JobWriter) -> None:
        self._writer = writer

    def write(
        self,
        tx: Transaction,
        old: OldJob,
        *,
        upload: Upload | None,
        key: str,
        source: str,
        currency: str,
        now: datetime,
    ) -> str:
        """Write the job, absent a file without an ``upload``; gives its id.

        ``key`` is what its row is known by. Raises DuplicateKey if another import has written it.
        """
        texts = {**old.texts, "student_email": normal_email(old.texts["student_email"])}
        request_id = tx.jobs.add_request(
            now=old.created_at,
            idempotency_key=key,
            student_name=texts["student_name"],
            student_email=texts["student_email"],
            agreement=Agreement("", "", ""),
            language="",
        )
        original = texts["original_name"] or (upload.file_name if upload else old.file_name)
        job_id = self._writer.add(
            tx,
            request_id=request_id,
            created_at=old.created_at,
            actor=texts["updated_by"] or _BY.name,
            status=old.status,
            values={
                **{field: texts[field] for field in _FORMED},
                "original_name": original,
                "currency": currency,
                "grams": old.grams,
                "hours": old.hours,
                "cost_cents": old.cost_cents,
                "reasons": list(old.reasons) if old.status is Status.REJECTED else [],
                "version": 2,  # as many as it has events
                "updated_at": old.status_since,
                "status_since": old.status_since,
                **counts_of(old.status, Copies(wanted=1)),
                # An import sends no mail: reminders begin with the next day that comes.
                "reminded_at": now if old.status is Status.COMPLETED else None,
            },
            upload=upload,
            ending=upload.ending if upload else ending_of(old.file or old.file_name) or ".stl",
            now=now,
        )
        if old.status is Status.PRINTING:
            _print(tx, job_id, old.status_since)
        if old.note:
            tx.history.add_note(
                job_id, at=old.status_since, author=_BY.name, text=old.note, for_student=False
            )
        event_id = _write_history(tx, job_id, old, source, now)
        if old.status is Status.PAIDPICKEDUP:
            tx.ledger.add(_payment(job_id, currency, old, event_id))
        return job_id


def _print(tx: Transaction, job_id: str, since: datetime) -> None:
    """It is on a plate of its own."""
    job, stored = job_of(tx, job_id), tx.plates.machines()
    own = [one for one in shown_machines([job.printer], stored, ()) if one.model == job.printer]
    PlateWriter(tx, since, _BY.name).start(job, own[0], job.quantity, None)


def _write_history(tx: Transaction, job_id: str, old: OldJob, source: str, now: datetime) -> int:
    """Submission at its own time, then the import as one step, dated when the status was
    reached: what lay between, the older system did not keep. Gives the import's id.
    """
    tx.history.add_event(
        job_id,
        at=old.created_at,
        trigger=Trigger.SUBMIT,
        source=None,
        dest=Status.UPLOADED,
        actor=Actor(ActorKind.STUDENT, old.texts["student_name"]),
        details={"imported": source},
    )
    told = {
        "from": source,
        "key": old.key,
        "imported_at": now.isoformat(timespec="seconds"),
        "confirmed_at": old.confirmed_at.isoformat(timespec="seconds") if old.confirmed_at else "",
        "last_changed_by": old.texts["updated_by"],
        "reasons": list(old.reasons),
    }
    return tx.history.add_event(
        job_id,
        at=old.status_since,
        trigger=Correction.IMPORT,
        source=Status.UPLOADED,
        dest=old.status,
        actor=_BY,
        details={name: value for name, value in told.items() if value},
    )


def _payment(job_id: str, currency: str, old: OldJob, event_id: int) -> Payment:
    """What the older system has as paid: the price, on the day of the pick-up."""
    cents = old.cost_cents or 0
    return Payment(
        id=0,
        at=old.status_since,
        by=_BY.name,
        amount_cents=cents,
        currency=currency,
        method="imported",
        waived="" if cents else say("The older system had no price."),
        shares=(Share(job_id=job_id, amount_cents=cents, event_id=event_id),),
    )
