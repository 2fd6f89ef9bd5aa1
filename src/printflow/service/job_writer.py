"""Writes a new job with its first file: its ID, its name, and the hash of its link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..domain.job import FileRole
from ..domain.naming import job_id_from, standard_name
from ..domain.status import Status
from ..ports import Ids, Transaction, Transliterate
from ..runtime.tokens import Tokens, token_hash
from ..uploads.receiving import Upload


class JobWriter:
    """Gives jobs their numbers and names."""

    def __init__(self, ids: Ids, tokens: Tokens, transliterate: Transliterate) -> None:
        self._ids = ids
        self._tokens = tokens
        self._transliterate = transliterate

    def add(
        self,
        tx: Transaction,
        *,
        request_id: int,
        created_at: datetime,
        actor: str,
        status: Status,
        values: Mapping[str, Any],
        upload: Upload | None,
        ending: str,
        now: datetime,
    ) -> str:
        """Write the job and its original, which is absent without an ``upload``; gives its id."""
        job_id = self._new_id(tx)
        name = standard_name(
            values["student_name"],
            values["method"],
            values["color"],
            job_id,
            transliterate=self._transliterate,
        )
        tx.jobs.add(
            job_id,
            request_id=request_id,
            now=created_at,
            actor=actor,
            status=status,
            standard_name=name,
            token_hash=token_hash(self._tokens.of_job(job_id)),
            values=values,
        )
        tx.files.add(
            job_id,
            role=FileRole.ORIGINAL,
            authoritative=True,
            name=f"{name}{ending}",
            folder=status.folder,
            last_seen="",
            incoming=upload.incoming if upload else "",
            size=upload.size if upload else 0,
            sha256=upload.sha256 if upload else "",
            now=now,
            absent=upload is None,
        )
        return job_id

    def _new_id(self, tx: Transaction) -> str:
        while tx.jobs.exists(job_id := job_id_from(self._ids(40))):
            pass
        return job_id
