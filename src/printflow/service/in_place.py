"""Writes that another file is a job's file to print."""

from __future__ import annotations

from datetime import datetime
from itertools import chain

from ..domain.correction import before
from ..domain.event_kind import Correction
from ..domain.job import Actor, FileRole, Job
from ..domain.status import ORIGINALS
from ..ports import Transaction
from ..uploads.receiving import Upload
from .renaming import file_names


def put_in_place(
    tx: Transaction,
    job: Job,
    upload: Upload,
    role: FileRole,
    now: datetime,
    standard_name: str = "",
) -> str:
    """Write that a sealed upload is the file to print; what was that goes to the originals. Gives its
    name: the job's standard name, or the one that it is to have, with the next free number.
    """
    name = _name_for(job, upload.ending, standard_name or job.standard_name)
    tx.files.belongs(job.file.id, ORIGINALS, authoritative=False, now=now)
    tx.files.add(
        job.id,
        role=role,
        authoritative=True,
        name=name,
        folder=job.status.folder,
        last_seen="",
        incoming=upload.incoming,
        size=upload.size,
        sha256=upload.sha256,
        now=now,
    )
    return name


def write_version(
    tx: Transaction,
    job: Job,
    upload: Upload,
    role: FileRole,
    kind: Correction,
    actor: Actor,
    now: datetime,
    *,
    why: str,
    why_voided: str = "",
) -> None:
    """As :func:`put_in_place`, with its entry in the history. An open quote is void: its price was for
    another file. ``why`` is kept either way, ``why_voided`` where there was a quote.
    """
    voided = job.status.record.quoted
    name = put_in_place(tx, job, upload, role, now)
    if voided:
        tx.quotes.void_open(job.id, now)
    reason = why or (why_voided if voided else "")
    tx.history.add_event(
        job.id,
        at=now,
        trigger=kind,
        source=job.status,
        dest=job.status,
        actor=actor,
        details={
            "file": name,
            "replaced": job.file.name,
            "voided": voided,
            **({"why": reason} if reason else {}),
            "before": before(job, {}),
        },
    )


def _name_for(job: Job, ending: str, standard_name: str) -> str:
    now = (file.names for file in job.files)
    known = (*chain.from_iterable(now), *file_names(job, standard_name).values())
    taken = {name.rpartition(".")[0].casefold() for name in known}
    number = len(job.files) + 1
    while (stem := f"{standard_name}_v{number}").casefold() in taken:
        number += 1
    return f"{stem}{ending}"
