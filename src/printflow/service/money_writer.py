"""Writes money down once, whoever else changes the same jobs: in the ledger and in their histories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from ..domain.event_kind import Correction
from ..domain.job import Actor, Job
from ..errors import DatabaseBusy
from ..ports import Database, DuplicateKey, Transaction
from ..said import say

_TRIES = 5
Written = TypeVar("Written")


class _Overtaken(Exception):
    """Someone changed one of the jobs meanwhile; nothing was written."""


def written(database: Database, enter: Callable[[Transaction], Written]) -> Written:
    """Enter it once: again from the start when someone was faster, in one transaction each.

    Raises DatabaseBusy, and what ``enter`` raises.
    """
    for _ in range(_TRIES):
        try:
            with database.write() as tx:
                return enter(tx)
        except (DuplicateKey, _Overtaken):
            continue
    raise DatabaseBusy(
        say("Other people keep changing these jobs. Nothing was entered."),
        next_step=say("Try again in a moment."),
    )


def tell(
    tx: Transaction,
    job: Job,
    what: Correction,
    details: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> int:
    """An event of the job; its version makes sure that nobody took money for it meanwhile."""
    if not tx.jobs.update(job, now=now, actor=actor.name, status=job.status, values={}):
        raise _Overtaken
    return tx.history.add_event(
        job.id,
        at=now,
        trigger=what,
        source=job.status,
        dest=job.status,
        actor=actor,
        details=details,
    )
