"""The counts above lists, updated only when something changes."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..domain.attention import Attention
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


@dataclass(frozen=True, slots=True)
class _Counted:
    """What takes a while, and changes with an event alone."""

    event: int
    at: float
    by_status: Mapping[Status, int]
    unpaid: frozenset[str]


class TallyBoard:
    """Remembers the last tally. A job changes its status only with an event, so that the counts by
    status hold until there is a newer one; the rest is few rows, and depends on the time, too.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        attention: Callable[[Transaction, datetime], Attention],
    ) -> None:
        self._database = database
        self._clock = clock
        self._attention = attention
        self._lock = threading.Lock()
        self._counted: _Counted | None = None
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
            aside = tx.jobs.aside()
            event, counted = aside.event, self._known(aside.event)
            known = counted.unpaid if counted else None
            attention, unpaid = tx.jobs.attention(self._attention(tx, now), known)
            if counted is None:
                counted = self._counted = _Counted(event, at, tx.jobs.counts(), unpaid)
        drawn = now.timestamp() // _FRESH_SECONDS
        changed = (event, aside.new, aside.unconfirmed, aside.note, aside.inspection)
        pulse = f"{attention}-{'-'.join(map(str, changed))}-{drawn:.0f}"
        since = last.tally.since if last and last.tally.pulse == pulse else now
        tally = Tally(
            counted.by_status, attention, aside.new, aside.on_hold, aside.unconfirmed, pulse, since
        )
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

    def _known(self, event: int) -> _Counted | None:
        """What was counted, as long as it holds."""
        counted = self._counted
        if counted is None or counted.event != event:
            return None
        return counted if time.monotonic() - counted.at < _COUNTED_FOR else None
