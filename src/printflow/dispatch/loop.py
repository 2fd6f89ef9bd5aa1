"""All work that follows a commit: placing files, sending mail, looking into models, sweeping up."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..domain.heartbeat import BEAT_EVERY
from ..errors import PrintflowError
from ..ports import Clock, Database, FileStore
from ..runtime.calendar import Calendar
from ..uploads.sweeping import abandoned
from .inbox import InboxReader
from .outbox import Postman
from .placement import Placer

_log = logging.getLogger(__name__)

WORKS = ("files", "mail", "models", "inbox")
POLL_SECONDS = 2.0
SWEEP_EVERY = timedelta(minutes=10)
PART_LIFETIME = timedelta(hours=24)
_BEATS_KEPT = timedelta(days=1)
_MAILS_PER_STEP = 5
"""Mail servers may be slow: a sign of life comes between so many mails."""


@dataclass(frozen=True, slots=True)
class DispatchReport:
    """What a run did: files ``placed``, mails ``sent``, and what is ``waiting`` for its time."""

    placed: int = 0
    sent: int = 0
    failed: int = 0
    swept: int = 0
    waiting_files: int = 0
    waiting_mails: int = 0
    mail_paused: str = ""
    read: int = 0
    """Emails that came in."""


class Dispatcher:
    """Runs due work: until idle in :meth:`run_until_idle`, or forever in threads of its own."""

    def __init__(
        self,
        database: Database,
        store: FileStore,
        placer: Placer,
        postman: Postman,
        look: Callable[[], bool],
        clock: Clock,
        calendar: Calendar | None = None,
        inbox: InboxReader | None = None,
    ) -> None:
        self._calendar = calendar
        self._inbox = inbox if inbox is not None and inbox.on else None
        self._database = database
        self._store = store
        self._placer = placer
        self._postman = postman
        self._look = look
        self._clock = clock
        self._wake = {name: threading.Event() for name in WORKS}
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._swept_at = clock() - SWEEP_EVERY
        self._chores: list[Callable[[], int]] = []
        self._beside: dict[str, Callable[[], bool]] = {}

    def also(self, chore: Callable[[], int]) -> None:
        """Do this at every sweep, too; it gives how many things it did."""
        self._chores.append(chore)

    def beside(self, name: str, step: Callable[[], bool]) -> None:
        """Do this in a thread of its own, again and again; a step gives whether there was work."""
        self._wake[name] = threading.Event()
        self._beside[name] = step

    # -- once -----------------------------------------------------------------------------------

    def run_until_idle(self) -> DispatchReport:
        """Do all that is due now, then say what was done and what still waits for its time."""
        placed = sent = failed = 0
        swept = self._sweep()
        read = self._inbox.run_until_idle() if self._inbox is not None else 0
        while True:
            settled, looked = self._placer.place_due()
            went, tried = self._postman.send_due()
            placed, sent, failed = placed + settled, sent + went, failed + tried - went
            if not looked and not tried:
                break
        with self._database.read() as tx:
            files, mails = tx.files.waiting(), tx.outbox.waiting()
        return DispatchReport(
            placed, sent, failed, swept, files, mails, self._postman.paused(), read
        )

    def _sweep(self) -> int:
        self._swept_at = self._clock()
        with self._database.alone("sweep") as mine:
            return self._sweep_up(self._swept_at) if mine else 0

    def _sweep_up(self, now: datetime) -> int:
        swept = 0
        try:
            self._store.check_identity()
            for name in abandoned(self._store, self._database, now - PART_LIFETIME):
                self._store.discard_incoming(name)
                swept += 1
        except (OSError, PrintflowError) as error:
            _log.warning("sweeping has to wait: %s", error)
        with self._database.write() as tx:
            tx.lab.forget_beats(now - _BEATS_KEPT)
        if self._calendar is not None and not self._calendar.is_sure(now):
            _log.warning(
                "the clock jumped ahead: nothing is removed or reminded of until it is sure"
            )
            return swept
        with self._database.write() as tx:
            tx.lab.forget_counts(now)
            tx.people.forget_sessions(now)
        for chore in self._chores:
            swept += chore()
        return swept

    # -- forever --------------------------------------------------------------------------------

    def wake(self) -> None:
        """There is new work: do not wait for the next poll."""
        for event in self._wake.values():
            event.set()

    def start(self) -> None:
        """Work in the background until :meth:`stop`; files, mail and models at their own pace."""
        if self._threads:
            return
        self._stop.clear()
        self._postman.begun()
        steps: dict[str, Callable[[], bool]] = {
            "files": self._files_step,
            "mail": self._mail_step,
            "models": self._look,
        }
        if self._inbox is not None:
            steps["inbox"] = self._inbox_step
        steps |= self._beside
        for name, step in steps.items():
            thread = threading.Thread(
                target=self._loop, args=(name, step, self._wake[name]), name=f"dispatch-{name}"
            )
            thread.daemon = True  # a hanging share or mail server must not hold the exit
            thread.start()
            self._threads.append(thread)

    def stop(self, *, patience_seconds: float = 5.0) -> None:
        """Finish the present step and end."""
        self._stop.set()
        self.wake()
        for thread in self._threads:
            thread.join(patience_seconds)
        self._threads.clear()
        if self._inbox is not None:
            self._inbox.end()

    @property
    def running(self) -> bool:
        """Whether the background threads are alive."""
        return bool(self._threads) and all(thread.is_alive() for thread in self._threads)

    def _files_step(self) -> bool:
        # Also after a clock that was ahead has come back.
        if abs(self._clock() - self._swept_at) >= SWEEP_EVERY:
            self._sweep()
        _, looked = self._placer.place_due()
        return looked > 0

    def _mail_step(self) -> bool:
        _, tried = self._postman.send_due(limit=_MAILS_PER_STEP)
        return tried > 0

    def _inbox_step(self) -> bool:
        assert self._inbox is not None
        return self._inbox.step(stopped=self._stop.is_set)

    def _loop(self, name: str, step: Callable[[], bool], wake: threading.Event) -> None:
        pulse = _Pulse(self._database, self._clock, name)
        while not self._stop.is_set():
            wake.clear()
            try:
                pulse.beat()
                busy = step()
            except Exception:  # noqa: BLE001 - the loop outlives every fault; work stays due
                _log.exception("dispatching failed; it is tried again")
                busy = False
            if not busy:
                wake.wait(POLL_SECONDS)
        if name == "inbox" and self._inbox is not None:
            self._inbox.end()
        pulse.end()


class _Pulse:
    """The signs of life of one loop; one that hangs in its step gives none."""

    def __init__(self, database: Database, clock: Clock, work: str) -> None:
        self._database = database
        self._clock = clock
        self._name = f"{socket.gethostname()[:80]}/{os.getpid()}/{work}"
        self._started = clock()
        self._last = self._started - BEAT_EVERY

    def beat(self) -> None:
        """Write one down, if the last is old enough."""
        now = self._clock()
        if abs(now - self._last) >= BEAT_EVERY:
            with self._database.write() as tx:
                tx.lab.beat(self._name, self._started, now)
            self._last = now

    def end(self) -> None:
        """Leave no sign of one that ended in order."""
        try:
            with self._database.write() as tx:
                tx.lab.end_beat(self._name)
        except PrintflowError as error:
            _log.warning("the heartbeat could not be removed: %s", error)
