"""The system's state: for monitoring, without secrets, and for administrators, in full."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .. import sandbox
from ..dispatch.inbox import InboxReader
from ..dispatch.outbox import Postman
from ..domain.heartbeat import Heartbeat, lost
from ..domain.rights import Right
from ..errors import DatabaseDamaged, DatabaseUnavailable, PrintflowError, StoreUnavailable
from ..ports import Clock, Database, FileStore
from ..runtime.deadline import PATIENCE_SECONDS, TookTooLong, patiently, within
from ..runtime.latest import Latest
from ..runtime.permits import needs
from ..said import say
from ..settings import Settings
from ..store.log_files import LogTail, log_tails
from ..store.watch import StoreWatch

_LOG_LINES = 200
_FRESH_SECONDS = 10.0
_COMMIT_EVERY = 5.0
"""Seconds between commits that only see whether one comes through: each costs a write to the disk."""
_COMMIT_SECONDS = 5.0
"""A commit may have to wait for another that is well; one that takes longer is not."""
_LEAST_ROOM = 4 << 20
_PROBE = "health_probe"
_OK = "ok"
_SILENT = "does not answer"


@dataclass(frozen=True, slots=True)
class Vitals:
    """What every job depends on, as it was last seen: "ok", or what is wrong in people's words.

    ``free_mb`` is None where the store does not answer; ``answer_ms`` is how long it took.
    """

    database: str
    store: str
    answer_ms: float | None
    free_mb: int | None
    logs: tuple[LogTail, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemView:
    """Everything the system page shows. ``vitals`` is None until the first look came back, and so is
    ``unguarded``: what the sandbox that models are read in cannot do here.

    ``vitals_age`` and ``looking_for`` are seconds; ``versions`` name programs.
    """

    vitals: Vitals | None
    vitals_age: float
    looking_for: float
    reserve_mb: int
    workers: tuple[Heartbeat, ...]
    silent: tuple[Heartbeat, ...]
    mail_paused: str
    mails: Mapping[str, int]
    files_waiting: int
    models_waiting: int
    """Models that nobody has looked into yet."""
    unguarded: tuple[str, ...] | None
    versions: Mapping[str, str]
    up_seconds: float


class System:
    """Nothing here waits for the share: what may hang is looked at in the background."""

    def __init__(
        self,
        database: Database,
        store: FileStore,
        clock: Clock,
        settings: Settings,
        postman: Postman,
        inbox: InboxReader,
        watch: StoreWatch,
    ) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._settings = settings
        self._postman = postman
        self._inbox = inbox
        self._watch = watch
        self._began = time.monotonic()
        self._committed = -_COMMIT_EVERY
        self._vitals = Latest(self._see_vitals)
        # Apart from the vitals, which monitoring waits for: it starts a process.
        self._unguarded = Latest(lambda: sandbox.missing(), every=3600.0)

    def health(self) -> dict[str, Any]:
        """How things stand: database, store, disk, worker, mail; no secrets and no paths.

        ``ok`` is whether the lab can take and handle jobs; ``status`` is "ok", "degraded" when
        something else wants a look, or "down". What is told is a few seconds old at most, or
        from the last look when a new one takes longer.
        """
        vitals = self._known_vitals()
        database = _OK if vitals.database == _OK else "not available"
        store = vitals.store if vitals.store in (_OK, _SILENT) else "not available"
        low = vitals.free_mb is not None and vitals.free_mb < self._settings.disk_reserve_mb
        ok = database == _OK and store == _OK and not low
        worker, mail = "unknown", "unknown"
        waiting: dict[str, int] = {}
        if database == _OK:
            worker, mail, waiting = self._work()
        inbox = self._inbox_state() if database == _OK else "unknown"
        fine = ok and worker == "running" and mail == _OK and inbox in (_OK, "off")
        return {
            "ok": ok,
            "status": "down" if not ok else _OK if fine else "degraded",
            "database": database,
            "store": store,
            "disk": {"free_mb": vitals.free_mb, "low": low},
            "worker": worker,
            "mail": mail,
            "inbox": inbox,
            "waiting": waiting,
        }

    @needs(Right.SEE)
    def store_problem(self) -> str:
        """What is wrong with the file store as far as is known ("" = nothing); never waits.

        Asking starts a look in the background, so what happens is known within a few seconds of
        pages being looked at.
        """
        return self._watch.problem()

    def _known_vitals(self) -> Vitals:
        sight = self._vitals.latest()
        trouble = sight.value is not None and _OK not in (sight.value.database, sight.value.store)
        if not trouble and sight.age > _FRESH_SECONDS:
            sight = self._vitals.latest(patience=PATIENCE_SECONDS + 0.5, newer_than=_FRESH_SECONDS)
        if sight.value is None:
            return Vitals(_SILENT, _SILENT, None, None, ())
        return sight.value

    def _work(self) -> tuple[str, str, dict[str, int]]:
        now = self._clock()
        with self._database.read() as tx:
            beats = list(tx.lab.beats())
            mails, files = tx.outbox.counts(), tx.files.waiting()
        living = {one.work for one in beats if not one.silent(now)}
        works = {"files", "mail", "inbox"} if self._inbox.on else {"files", "mail"}
        gone = lost(beats, now)
        worker = "silent" if gone else "running" if works <= living else "not running"
        waiting = {
            "files": files,
            "mails": mails.get("queued", 0) + mails.get("sending", 0),
            "dead_mails": mails.get("dead", 0),
        }
        trouble = self._postman.trouble()
        return worker, _OK if trouble is None else str(trouble.state), waiting

    def _inbox_state(self) -> str:
        trouble = self._inbox.trouble()
        return "off" if not self._inbox.on else _OK if trouble is None else str(trouble.state)

    @needs(Right.SETTINGS)
    def view(self) -> SystemView:
        """All facts for administrators; those of the share are from the last look."""
        sight, now = self._vitals.latest(), self._clock()
        with self._database.read() as tx:
            beats = tuple(tx.lab.beats())
            mails, files = tx.outbox.counts(), tx.files.waiting()
            models = tx.files.uninspected()
        return SystemView(
            vitals=sight.value,
            vitals_age=sight.age,
            looking_for=sight.looking_for,
            reserve_mb=self._settings.disk_reserve_mb,
            workers=tuple(one for one in beats if not one.silent(now)),
            silent=lost(beats, now),
            mail_paused=self._postman.paused(),
            mails=mails,
            files_waiting=files,
            models_waiting=models,
            unguarded=self._unguarded.latest().value,
            versions=self._versions(),
            up_seconds=time.monotonic() - self._began,
        )

    def _versions(self) -> dict[str, str]:
        import platform
        from importlib.metadata import version

        return {
            "Printflow": version("printflow"),
            "Python": platform.python_version(),
            "Database": self._database.version()[0],
            "System": platform.platform(terse=True),
        }

    def _see_vitals(self) -> Vitals:
        """Look at what may hang; runs in a thread of its own, each part with its deadline."""
        began = time.monotonic()
        store = _said(self._store.try_out)
        took = (time.monotonic() - began) * 1000
        free: int | None = None
        logs: tuple[LogTail, ...] = ()
        if store == _OK:
            try:
                free = patiently(self._store.free_bytes) >> 20
                logs = patiently(
                    lambda: log_tails(self._settings.state_dir, lines=_LOG_LINES),
                )
            except (TookTooLong, OSError, StoreUnavailable):
                pass
        database = _said(self._database_commits, seconds=_COMMIT_SECONDS)
        return Vitals(database, store, took if store == _OK else None, free, logs)

    def _database_commits(self) -> None:
        """Raise unless there is room for a job and a commit comes through."""
        if damaged := self._database.seen_damaged():
            raise DatabaseDamaged(damaged)
        now, room = self._clock(), self._database.room()
        if room is not None and room < _LEAST_ROOM:
            raise DatabaseUnavailable(say("The disk under the database is full."))
        with self._database.read() as tx:
            tx.lab.catalog_version()
        if time.monotonic() - self._committed < _COMMIT_EVERY:
            return
        with self._database.write() as tx:
            tx.lab.set_fact(_PROBE, now.isoformat(), now)
        self._committed = time.monotonic()


def _said(check: Callable[[], object], *, seconds: float = PATIENCE_SECONDS) -> str:
    try:
        within(seconds, check)
    except TookTooLong:
        return _SILENT
    except (PrintflowError, OSError) as error:
        return str(error)
    return _OK
