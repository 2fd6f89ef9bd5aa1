"""Counts against limits, in one statement of the transaction that is counted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from ..domain.limits import Bound, wait_for
from ..errors import TooManyRequests
from ..ports import Transaction
from ..said import Said, say, say_n

_NEXT_STEP = say("Try again in {wait}.")


def count(
    tx: Transaction,
    bounds: Sequence[Bound],
    now: datetime,
    message: str,
    *,
    next_step: Said = _NEXT_STEP,
) -> None:
    """Count once under every bound. Counted before it is compared, many at once count as many.

    Raises TooManyRequests where one is full; the transaction it is raised in counts nothing.
    ``next_step`` may say "{wait}".
    """
    if bounds:
        counts = tx.lab.count_up({bound.key: now + bound.window for bound in bounds}, now)
        _refuse(wait_for(bounds, counts, now), message, next_step)


def admitted(tx: Transaction, bounds: Sequence[Bound], now: datetime) -> bool:
    """Count once under every bound and say that it was within them; else count nothing."""
    if not bounds:
        return True
    counts = tx.lab.count_up({bound.key: now + bound.window for bound in bounds}, now)
    if wait_for(bounds, counts, now) is None:
        return True
    give_back(tx, bounds)
    return False


def check(
    tx: Transaction,
    bounds: Sequence[Bound],
    now: datetime,
    message: str,
    *,
    next_step: Said = _NEXT_STEP,
) -> None:
    """Count nothing, but raise TooManyRequests where counting would; reading is enough."""
    if bounds:
        counts = tx.lab.counts([bound.key for bound in bounds])
        _refuse(wait_for(bounds, counts, now, more=1), message, next_step)


def give_back(tx: Transaction, bounds: Sequence[Bound]) -> None:
    """Take one count back: what was tried turned out to be nothing to be limited."""
    if bounds:
        tx.lab.count_down([bound.key for bound in bounds])


def _refuse(wait: timedelta | None, message: str, next_step: Said) -> None:
    if wait is None:
        return
    seconds = max(1, math.ceil(wait.total_seconds()))
    raise TooManyRequests(
        message, retry_after=seconds, next_step=next_step.having(wait=wait_words(seconds))
    )


def wait_words(seconds: int) -> Said:
    """A wait as people say it: "40 seconds", "1 minute", "12 minutes"."""
    if seconds < 60:
        return say_n("{count} second", "{count} seconds", seconds)
    return say_n("{count} minute", "{count} minutes", math.ceil(seconds / 60))
