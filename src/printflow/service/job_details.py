"""Gathers what is remembered of a job: all of it, or as much of each long history as a page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from ..domain.history import Event, JobDetails, Mail, Note
from ..domain.job import Job
from ..domain.status import ActorKind
from ..ports import Transaction
from ..runtime.permits import allowed
from .lookup import ids_together
from .received import mails_about

_Entry = TypeVar("_Entry", Event, Note, Mail)


def details_of(
    tx: Transaction, job: Job, newest: int | None, before: Mapping[str, int]
) -> JobDetails:
    """The job's details; see :meth:`printflow.service.jobs.Jobs.details`."""
    asked = {} if newest is None else {"newest": newest + 1}
    older: dict[str, int] = {}

    def shown(name: str, found: Sequence[_Entry]) -> tuple[_Entry, ...]:
        """Without the one that was read only to know whether there are older ones."""
        if newest is None or len(found) <= newest:
            return tuple(found)
        older[name] = found[1].id
        return tuple(found[1:])

    def part(name: str) -> dict[str, Any]:
        return {**asked, "before": before[name]} if asked and name in before else asked

    together = ids_together(tx, job)
    notes = shown("notes", tx.history.notes(job.id, **part("notes")))
    return JobDetails(
        job=job,
        events=shown("events", tx.history.events(job.id, **part("events"))),
        notes=notes,
        quotes=tuple(tx.quotes.of_job(job.id)),
        plates=tuple(tx.plates.find(job_id=job.id)),
        ledger=tuple(tx.ledger.of_job(job.id)),
        claims=tuple(tx.payers.of_job(job.id)),
        mails=shown("mails", mails_about(tx, job, together, **part("mails"))),
        openings=tuple(
            tx.history.openings(job.id) if newest is None else tx.history.last_openings(job.id)
        ),
        incoming=tuple(
            tx.incoming.of_job(job.id)
            if newest is None
            else tx.incoming.beside_notes(job.id, [note.id for note in notes])
        ),
        charges=tuple(tx.papercut.of_job(job.id)),
        allowed=allowed(job, ActorKind.STAFF),
        together=together,
        older=older,
    )
