"""What is left of a person's free allowances: what quotes of the same window have not used."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from ..domain.allowances import Allowance, is_due, same_window, used
from ..domain.catalog import Catalog
from ..domain.job import Job
from ..domain.pricing import Price
from ..domain.quoted_price import day_of
from ..ports import Transaction
from .addresses import mailbox_of
from .beside import quoted
from .lapsing import holds

Free = tuple[tuple[Allowance, Decimal], ...]
_LOCKED_FOR = timedelta(minutes=1)


def free(
    tx: Transaction,
    job: Job,
    catalog: Catalog,
    now: datetime,
    instead: Mapping[str, Price] | None = None,
) -> Free:
    """Each allowance with what is left of it for this job: what the person's other jobs of the same
    window have not used in their newest quotes, unless they were turned down or not answered in time.

    ``instead`` holds, by id, prices that count in the place of what was quoted.
    """
    if not catalog.allowances:
        return ()
    day, prices = day_of(catalog, job), instead or {}
    due = {
        one.name: one.amount for one in catalog.allowances if is_due(one.per, catalog.terms, day)
    }
    for other in tx.jobs.of_mailbox(mailbox_of(job.student_email)):
        if other.id == job.id or not (other.id in prices or other.cost_cents is not None):
            continue
        shared = [
            one
            for one in catalog.allowances
            if one.name in due and same_window(one.per, catalog.terms, day, day_of(catalog, other))
        ]
        if not shared:
            continue
        price = quoted(tx, other, prices)
        if price is not None and (other.id in prices or holds(tx, other, now)):
            for one in shared:
                due[one.name] -= used(price, one, other.grams)
    return tuple((one, due[one.name]) for one in catalog.allowances if due.get(one.name, 0) > 0)


def take_turns(tx: Transaction, job: Job, catalog: Catalog, now: datetime) -> None:
    """Wait for who prices another job of the same person or request, so that two at once don't both
    get what is there once: SQLite has one writer, PostgreSQL locks the row.
    """
    keys = []
    if catalog.allowances:
        person = hashlib.sha256(mailbox_of(job.student_email).encode()).hexdigest()
        keys.append(f"free:{person}")
    if catalog.minimum_per == "request":
        keys.append(f"minimum:{job.request_id}")
    if keys:
        tx.lab.count_up(dict.fromkeys(keys, now + _LOCKED_FOR), now)
