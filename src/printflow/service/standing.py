"""Looks up how things stand with a person, as the lab's limits ask."""

from __future__ import annotations

from datetime import datetime

from ..domain.catalog import Catalog
from ..domain.debts import OWING
from ..domain.ledger import Balance
from ..domain.limit_codes import LimitCode
from ..domain.limit_standing import Standing
from ..ports import Transaction
from .addresses import mailbox_of
from .lapsing import holds


def standing_of(
    tx: Transaction, email: str, catalog: Catalog, now: datetime, but: str = ""
) -> Standing:
    """The person with that address, besides the job ``but``: jobs are looked up only where the lab
    has limits. A person is their mailbox, in whichever spelling, for blocks and jobs alike. A quote
    that nobody answered in time holds nothing.
    """
    if not email.strip():
        return Standing()
    mailbox = mailbox_of(email)
    rules = tuple(tx.limits.rules_of(mailbox))
    if not catalog.limits:
        return Standing(rules=rules)
    jobs = tuple(
        job for job in tx.jobs.of_mailbox(mailbox) if job.id != but and holds(tx, job, now)
    )
    owed = 0
    if any(row.what is LimitCode.OWED for row in catalog.limits):
        owing = [job for job in jobs if job.status in OWING and job.currency == catalog.currency]
        settled = tx.ledger.settled_of([job.id for job in owing])
        owed = sum(
            Balance(job.cost_cents or 0, *settled.get(job.id, (0, 0))).due_cents for job in owing
        )
    return Standing(jobs=jobs, owed_cents=owed, rules=rules)
