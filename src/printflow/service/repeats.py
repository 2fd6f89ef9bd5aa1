"""What is sent twice: the keys by which a repeated form, row or payment is known again.

A key that came from outside is never looked up as it is. It is hashed together with who made it
and with what was sent, behind a word that says what kind it is: nobody can write the key of an
import into a form, nobody gets an answer that was another browser's, and a form that was changed
before it was sent again is a new one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from ..domain.job import Job
from ..ports import Database

_DIGITS = 48
"""Of the hash, in hex (192 bits): with its word it fits into a column of 64 characters."""


def fingerprint(content: Iterable[object]) -> str:
    """A hash of what was sent; no two different lists of texts have the same."""
    plain = json.dumps([str(part) for part in content], ensure_ascii=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def form_key(browser: str, key: str, content: Iterable[object]) -> str:
    """What a submission is known by; "" for one that is not to be known again.

    ``browser`` is the secret of the browser that sent it ("" for a program).
    """
    return f"form:{fingerprint([browser, key, *content])[:_DIGITS]}" if key else ""


def import_key(source: str, key: str) -> str:
    """What a row of an older system's list is known by."""
    row = f"{source}\0{key}".encode()
    return f"import:{hashlib.sha256(row).hexdigest()[:_DIGITS]}"


def earlier_jobs(database: Database, key: str) -> list[Job]:
    """The jobs that the request of that key holds, of one that was taken already."""
    if not key:
        return []
    with database.read() as tx:
        job_id = tx.jobs.request_of_key(key)
        job = tx.jobs.get(job_id) if job_id else None
        return list(tx.jobs.of_request(job.request_id)) if job else []
