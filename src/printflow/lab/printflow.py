"""A lab and its rooms: the whole public interface of the library."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from ..db.database import SqlDatabase
from ..db.engine import sqlite_path
from ..domain.permit import OPERATOR, Permit
from ..domain.rights import rights_of
from ..errors import InvalidInput
from ..ports import Clock, Ids, Mailer
from ..runtime.permits import Acting
from ..said import say
from ..settings import Settings
from ..store.making import probe
from .administrator_rooms import AdministratorRooms
from .made_once import is_made, made_once
from .money_rooms import MoneyRooms
from .parts import Parts, Wrap, utc_now
from .preparing import check_folder, identity_of, prepare_database
from .student_rooms import StudentRooms

if TYPE_CHECKING:
    from ..db.wakeup import Listener
    from ..dispatch.loop import Dispatcher, DispatchReport
    from ..service.worker import Worker
    from ..store.instance_lock import InstanceLock

Role = Literal["server", "worker", "pages"]
"""What a process is for: ``pages`` answers them for a server that runs already, and is its lock's."""


def rooms_of(kind: type[object]) -> tuple[str, ...]:
    """The names of a lab's rooms, all but the doctor's, which few ever need."""
    found = {name: one for each in kind.__mro__ for name, one in vars(each).items()}
    return tuple(
        name
        for name, one in found.items()
        if isinstance(one, made_once) and not name.startswith("_") and name != "doctor"
    )


class Printflow(StudentRooms, MoneyRooms, AdministratorRooms):
    """A lab: its jobs, files, mails and people, each in a room. Safe to share between threads.

    Open it with :meth:`open`, best in a ``with`` statement::

        with Printflow.open(Settings(store="storage")) as lab:
            for job in lab.jobs.find(status="READYTOPRINT"):
                print(job.id, job.standard_name, lab.files.path(job))
    """

    def __init__(self, parts: Parts, lock: InstanceLock | None = None) -> None:
        super().__init__(parts)
        self.settings: Settings = parts.settings
        """The settings this lab was opened with."""
        self.languages = parts.languages
        """The languages that the lab offers."""
        self._lock = lock
        self._listener: Listener | None = None

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        create: bool = True,
        role: Role | None = None,
        clock: Clock | None = None,
        ids: Ids | None = None,
        mailer: Mailer | None = None,
        wrap: Wrap | None = None,
    ) -> Printflow:
        """Open the lab that ``settings`` name (by default those of the environment).

        An empty folder becomes a new lab; with ``create`` a missing one, too. With a ``role`` this
        process is the server or worker: an embedded database is brought up to date (a copy is
        written beside it), the store is tried out, and a second server or worker is refused; there
        may be any number that answer ``pages`` beside a server.
        ``clock`` gives aware UTC times and ``ids`` random bits, both for tests and demos;
        ``mailer`` takes the place of the configured one. ``wrap`` is called once for each port
        (database, store, mailer, clock, ids), when it's first needed, and gives what takes its
        place; see ``printflow.testing``.

        Raises SettingsError, DatabaseUnavailable, MigrationNeeded, StoreUnavailable,
        AlreadyRunning.
        """
        settings = settings or Settings.load()
        clock = clock or utc_now
        check_folder(settings.store, create=create)
        prepare_database(settings, serving=role is not None)
        database = SqlDatabase(settings.database)
        lock = None
        try:
            path = sqlite_path(settings.database)
            if role is not None:
                from ..store.instance_lock import InstanceLock

                if path is not None and role != "pages":
                    lock = InstanceLock(path.parent, role)
            with database.alone("open", wait=True):
                identity = identity_of(settings, database, clock())
                if role is not None:
                    probe(settings.store)
                parts = Parts(settings, database, identity, clock, ids, mailer, wrap)
            lab = cls(parts, lock)
            if role is not None:
                lab._make_rooms(role)
                if role != "pages":
                    from ..service.settings_seen import SettingsSeen

                    SettingsSeen(parts.database, parts.clock, settings, parts.tokens).note(role)
                lab._listener = database.listen(lab._heard)
            return lab
        except BaseException:
            database.close()
            if lock is not None:
                lock.release()
            raise

    def close(self) -> None:
        """Stop the background work and let go of the database."""
        if self._listener is not None:
            self._listener.stop()
        if is_made(self, "_dispatcher"):
            self._dispatcher.stop()
        if is_made(self._parts, "inspector"):
            self._parts.inspector.close()
        self._parts.database.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def dispatch(self) -> DispatchReport:
        """Do all work that is due (place files, send mail, sweep), then return."""
        with Acting(OPERATOR):
            return self._dispatcher.run_until_idle()

    def moment(self) -> AbstractContextManager[None]:
        """What is asked in here counts as asked at one moment, for five seconds at most: what many
        rooms ask for, such as the catalog's version, is asked of the database once.
        """
        return self._parts.database.moment()

    def acting(self, permit: Permit) -> Acting:
        """Who acts, and what they may, as long as a ``with`` statement lasts: whatever a room is
        asked for beyond that raises Forbidden. Without it, it is the operator, who may everything.
        """
        return Acting(permit)

    def acting_as(self, role: str, *, by: str, station: str = "") -> Acting:
        """As :meth:`acting`, for someone in a role of the catalog: what a script may do at most.

        Raises InvalidInput when there's no such role (field role).
        """
        roles = self.catalog.current.roles
        if not any(one.name == role for one in roles):
            raise InvalidInput.of(
                "role",
                "role_unknown",
                say("There's no role “{name}”.", name=role[:40]),
                say("Choose from: {names}.", names=", ".join(one.name for one in roles)),
            )
        return Acting(Permit(name=by, station=station, role=role, rights=rights_of(roles, role)))

    def __enter__(self) -> Printflow:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _heard(self) -> None:
        """Something has changed, maybe in another process."""
        listener = self._listener
        self.worklist.stir(heard_of=listener is not None and listener.connected)
        self._wake()

    def _make_rooms(self, role: Role) -> None:
        """All that the role works with, for a program that runs for weeks: what's on disk may be a
        newer version by the time someone asks for a room.
        """
        for name in ("worker",) if role == "worker" else rooms_of(type(self)):
            getattr(self, name)

    # -- work in the background -------------------------------------------------------------------

    def _wake(self) -> None:
        if is_made(self, "_dispatcher"):
            self._dispatcher.wake()

    @made_once
    def _dispatcher(self) -> Dispatcher:
        from ..dispatch.loop import Dispatcher
        from ..service.reminders import PickUpReminders, QuoteReminders
        from ..service.rounds import DisposalRound, LapseRound, RetentionRound

        parts, settings = self._parts, self._parts.settings
        database, clock = parts.database, parts.clock
        dispatcher = Dispatcher(
            database,
            parts.store,
            parts.placer,
            parts.postman,
            parts.inspections.turn,
            clock,
            parts.calendar,
            parts.inbox,
        )
        for chore in (
            QuoteReminders(
                database, clock, self._mail_queue, parts.catalogs, settings.reminder_hours
            ),
            PickUpReminders(database, clock, self._mail_queue, lambda: self.shelf.policy),
            self.summary_mails,
            LapseRound(database, clock),
            DisposalRound(self.shelf, on=settings.dispose_automatic),
            RetentionRound(self.retention, on=settings.retention.automatic),
            self.inbox.forget_old,
            self.addresses.sweep,
        ):
            dispatcher.also(chore)
        dispatcher.also(self.provider_sessions.sweep)
        if self.identity.on:
            dispatcher.beside("sign-ins", self.provider_sessions.recheck_due)
        if self.papercut.on:
            dispatcher.beside("papercut", self.papercut.work)
        return dispatcher

    @made_once
    def worker(self) -> Worker:
        """The work in the background of this process."""
        from ..service.worker import Worker

        return Worker(self._parts.database, self._dispatcher)
