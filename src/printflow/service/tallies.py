"""The counts above lists, updated only when something changes."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..domain.status import Status
from ..domain.worklist import Tally
from ..ports import Clock, Database, Stamp, Transaction

_COUNTED_FOR = 15.0
"""Seconds after which jobs are counted again even though nothing seems to have happened: on
PostgreSQL an event with a smaller number may be committed after one with a larger."""

_FRESH_SECONDS = 300
"""Ages in words are drawn again at least so often."""

_UNASKED = 5.0
"""Seconds for which nobody asks a database whether there was a change that would have told of it, by
word or by its stamp: jobs grow old and quotes lapse without one.
"""

_BURST = 5
"""So many changes in a row show at once."""


@dataclass(frozen=True, slots=True)
class _Seen:
    at: float
    now: datetime
    event: int
    tally: Tally
    stamp: Stamp | None


class TallyBoard:
    """Remembers the last tally. A job changes its status only with an event, so that the counts by
    status hold until there is a newer one; the rest is few rows, and depends on the time, too.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        limits: Callable[[Transaction, datetime], tuple[datetime, datetime | None]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._limits = limits
        self._lock = threading.Lock()
        self._counted: tuple[int, float, Mapping[Status, int]] | None = None
        self._last: _Seen | None = None
        self._shown: deque[float] = deque()
        self._heard_of = False
        self._stirred = True

    def newest(self) -> Tally:
        """The tally as it is now; what only grows old may show some seconds late."""
        at, now, stamp = time.monotonic(), self._clock(), self._database.stamp()
        last = self._last
        unwritten = last is not None and stamp is not None and last.stamp == stamp
        if last and unwritten and abs((now - last.now).total_seconds()) < _UNASKED:
            return last.tally
        with self._database.read() as tx:
            event, aside = tx.jobs.newest_event(), tx.jobs.aside()
            attention = tx.jobs.attention(now, *self._limits(tx, now))
            counts, looked = self._counts(tx, event), tx.files.newest_inspection()
            noted = tx.history.newest_note()
        drawn = now.timestamp() // _FRESH_SECONDS
        pulse = f"{event}-{aside.new}-{attention}-{aside.unconfirmed}-{looked}-{noted}-{drawn:.0f}"
        since = last.tally.since if last and last.tally.pulse == pulse else now
        tally = Tally(counts, attention, aside.new, aside.on_hold, aside.unconfirmed, pulse, since)
        self._last = _Seen(at, now, event, tally, stamp)
        return tally

    def recent(self, seconds: float) -> Tally:
        """A tally for those who ask again and again, at most about so many seconds old.

        What has just happened shows at once, unless something happens all the time: then once
        in so many seconds.
        """
        with self._lock:
            last, now = self._last, time.monotonic()
            if last is None:
                return self.newest()
            if self._quiet(last):
                return last.tally
            self._stirred = False
            with self._database.read() as tx:
                event = tx.jobs.newest_event()
            while self._shown and now - self._shown[0] > _BURST * seconds:
                self._shown.popleft()
            happened = event != last.event and len(self._shown) < _BURST
            if not happened and now - last.at < seconds:
                return last.tally
            if event != last.event:
                self._shown.append(now)
            return self.newest()

    def _quiet(self, last: _Seen) -> bool:
        """Whether it is certain, without a look at the tables, that nothing has happened since."""
        if abs((self._clock() - last.now).total_seconds()) >= _UNASKED:
            return False
        if self._heard_of:
            return not self._stirred
        return last.stamp is not None and last.stamp == self._database.stamp()

    def stir(self, *, heard_of: bool) -> None:
        """Something has changed; with ``heard_of`` one is told of every change from now on."""
        self._heard_of, self._stirred = heard_of, True

    def _counts(self, tx: Transaction, event: int) -> Mapping[Status, int]:
        counted, began = self._counted, time.monotonic()
        if counted is not None and counted[0] == event and began - counted[1] < _COUNTED_FOR:
            return counted[2]
        counts = tx.jobs.counts()
        self._counted = (event, began, counts)
        return counts
