"""Writes that another file is a job's file to print."""

from __future__ import annotations

from datetime import datetime

from ..domain.job import FileRole, Job
from ..domain.status import ORIGINALS
from ..ports import Transaction
from ..uploads.receiving import Upload


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


def _name_for(job: Job, ending: str, standard_name: str) -> str:
    taken = {file.name.rpartition(".")[0] for file in job.files}
    number = len(job.files) + 1
    while (stem := f"{standard_name}_v{number}") in taken:
        number += 1
    return f"{stem}{ending}"
