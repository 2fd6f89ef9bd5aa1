"""The dispatcher's regular work: discards, archives and deletes what is due."""

from __future__ import annotations

import logging
from datetime import datetime

from ..domain.job import Quote
from ..errors import PrintflowError
from ..ports import Clock, Database
from .claims import lapse
from .retention import Retention
from .shelf import Shelf

_log = logging.getLogger(__name__)

AT_ONCE = 200
"""So much a round does of each kind; the rest has its turn in the next one."""


class LapseRound:
    """Work for the dispatcher: releases what is reserved for quotes that nobody answered in time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self) -> int:
        """Release it; gives for how many jobs."""
        now = self._clock()
        with self._database.read() as tx:
            found = tx.quotes.lapsed(now)
        return sum(self._lapse(quote, now) for quote in found)

    def _lapse(self, quote: Quote, now: datetime) -> bool:
        with self._database.write() as tx:
            # Before the job's row: as who reserves, so that the two can't deadlock.
            tx.payers.take_turns([one.payer.id for one in tx.payers.of_job(quote.job_id)])
            return lapse(tx, quote, now)


class DisposalRound:
    """Work for the dispatcher: what may go, where the settings switch it on."""

    def __init__(self, shelf: Shelf, *, on: bool) -> None:
        self._shelf = shelf
        self._on = on

    def __call__(self) -> int:
        """Discard what is due; gives how many prints."""
        if not self._on:
            return 0
        try:
            return len(self._shelf.dispose_due(limit=AT_ONCE))
        except PrintflowError as error:
            _log.warning("disposal has to wait: %s", error)
            return 0


class RetentionRound:
    """Work for the dispatcher: what is due, some at a time, where the settings switch it on."""

    def __init__(self, retention: Retention, *, on: bool) -> None:
        self._retention = retention
        self._on = on

    def __call__(self) -> int:
        """Archive and remove what is due; gives how much was done."""
        if not self._on:
            return 0
        try:
            report = self._retention.purge(limit=AT_ONCE)
        except PrintflowError as error:
            _log.warning("retention has to wait: %s", error)
            return 0
        return len(report.archived) + len(report.removed) + report.mails + report.audit
