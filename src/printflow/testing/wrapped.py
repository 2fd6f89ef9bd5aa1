"""The ports with a :class:`~printflow.testing.faults.FaultPlan` in between.

Calls are named by what is called:

- ``read.begin``, ``read.commit``, ``write.begin``, ``write.commit``, and each method of the rows
  (``jobs.update``, ``files.claim``, ``outbox.add``, ...);
- ``store.<method>``, and ``store.write`` for writing to an incoming file;
- ``mailer.send``, ``mailer.check``, ``kept_mails.forget``, and each method of the mailbox that
  replies come to.

Clock and ids are no calls: nothing outside changes by them. A crash before ``write.commit`` rolls
the transaction back, as the database does for a process that dies; after it, it is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any, BinaryIO, cast

from ..ports import Database, FileStore, Mailer, Transaction
from .faults import FaultPlan, When

_LOOKS = frozenset(
    {
        "store.check_identity",
        "store.everywhere",
        "store.free_bytes",
        "store.has_incoming",
        "store.look_incoming",
        "store.note",
        "store.picture",
        "store.places",
        "store.read_incoming",
        "store.same_file_twice",
        "store.sha256",
        "store.siblings",
        "store.size",
        "store.stale_incoming",
        "store.where",
    }
)
_TOUCH_NOTHING = frozenset({"root", "path", "place", "close"})
_ROWS = frozenset(
    {
        "jobs",
        "files",
        "addresses",
        "history",
        "quotes",
        "outbox",
        "lab",
        "people",
        "retention",
        "ledger",
        "incoming",
        "leases",
    }
)


class _Counted:
    """Any object, with a plan around each of its methods."""

    def __init__(self, target: object, plan: FaultPlan, prefix: str) -> None:
        self._target = target
        self._plan = plan
        self._prefix = prefix

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if name in _TOUCH_NOTHING or not callable(found):
            return found
        return self._around(name, found)

    def _around(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **kwargs: Any) -> Any:
            return self._plan.around(f"{self._prefix}.{name}", lambda: method(*args, **kwargs))

        return called


class _Rows:
    """A transaction whose groups of rows are counted."""

    def __init__(self, transaction: Transaction, plan: FaultPlan) -> None:
        self._transaction = transaction
        self._plan = plan

    def __getattr__(self, name: str) -> Any:
        group = getattr(self._transaction, name)
        return _Counted(group, self._plan, name) if name in _ROWS else group


class _FaultyDatabase:
    def __init__(self, database: Database, plan: FaultPlan) -> None:
        self._database = database
        self._plan = plan

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[Transaction]:
        plan = self._plan
        begun = plan.before(f"{kind}.begin")
        commit = -1
        with getattr(self._database, kind)() as transaction:
            plan.after(begun, f"{kind}.begin")
            yield cast(Transaction, _Rows(transaction, plan))
            commit = plan.before(f"{kind}.commit")
        plan.after(commit, f"{kind}.commit")

    def read(self) -> Any:
        return self._transaction("read")

    def stamp(self) -> None:
        """None: those who remember things must ask, and meet the faults."""

    def write(self) -> Any:
        return self._transaction("write")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)  # alone, version, damage, close


class _Handle:
    """An incoming file; what is written to it is counted."""

    def __init__(self, file: BinaryIO, plan: FaultPlan) -> None:
        self.file = file
        self._plan = plan

    def write(self, data: Any) -> int:
        return self._plan.around("store.write", lambda: self.file.write(data))

    def close(self) -> None:
        self._plan.alive()
        self.file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


class _FaultyStore(_Counted):
    def __init__(self, store: FileStore, plan: FaultPlan, handles: list[BinaryIO]) -> None:
        super().__init__(store, plan, "store")
        self._handles = handles

    def open_incoming(self, name: str) -> BinaryIO:
        def opened() -> BinaryIO:
            file: BinaryIO = self._target.open_incoming(name)  # type: ignore[attr-defined]
            self._handles.append(file)
            return file

        file = self._plan.around("store.open_incoming", opened)
        return cast(BinaryIO, _Handle(file, self._plan))

    def append_incoming(self, name: str) -> BinaryIO:
        def opened() -> BinaryIO:
            file: BinaryIO = self._target.append_incoming(name)  # type: ignore[attr-defined]
            self._handles.append(file)
            return file

        file = self._plan.around("store.append_incoming", opened)
        return cast(BinaryIO, _Handle(file, self._plan))

    def settle_incoming(self, handle: BinaryIO) -> None:
        file = cast(_Handle, handle).file
        self._around("settle_incoming", self._target.settle_incoming)(file)  # type: ignore[attr-defined]

    def read_incoming(self, name: str) -> BinaryIO:
        def opened() -> BinaryIO:
            file: BinaryIO = self._target.read_incoming(name)  # type: ignore[attr-defined]
            self._handles.append(file)
            return file

        return self._plan.around("store.read_incoming", opened)

    def seal_incoming(self, handle: BinaryIO) -> None:
        file = cast(_Handle, handle).file
        self._around("seal_incoming", self._target.seal_incoming)(file)  # type: ignore[attr-defined]


class _FaultyMailer:
    def __init__(self, mailer: Mailer, plan: FaultPlan) -> None:
        self._mailer = mailer
        self._plan = plan

    def send(self, message: EmailMessage) -> None:
        self._plan.around("mailer.send", lambda: self._mailer.send(message))

    def check(self) -> None:
        self._plan.around("mailer.check", self._mailer.check)


class Wrapping:
    """Give an instance as ``Printflow.open(..., wrap=...)``; one for each lab."""

    def __init__(self, plan: FaultPlan) -> None:
        self.plan = plan
        self._handles: list[BinaryIO] = []
        self._database: Database | None = None

    def __call__(self, name: str, port: Any) -> Any:
        match name:
            case "database":
                self._database = port
                return _FaultyDatabase(port, self.plan)
            case "store":
                return _FaultyStore(port, self.plan, self._handles)
            case "mailer":
                return _FaultyMailer(port, self.plan)
            case "kept_mails" | "mailbox":
                return _Counted(port, self.plan, name)
        return port

    def bury(self) -> None:
        """What the system does with a process that died: files are closed, connections dropped."""
        self.plan.dead = True
        for handle in self._handles:
            handle.close()
        if self._database is not None:
            self._database.close()


def crash_points(calls: list[str]) -> list[tuple[int, When]]:
    """Both sides of every call."""
    return [(number, when) for number in range(len(calls)) for when in When]


def telling_points(calls: list[str]) -> list[tuple[int, When]]:
    """Both sides of every call that may change something outside the process.

    A process that dies anywhere between two such calls leaves the same things behind, so these
    points stand for all: what was written within a transaction is rolled back, and looking changes
    nothing. A call that isn't known to be one of these counts as a change.
    """
    return [point for point in crash_points(calls) if _changes(calls[point[0]])]


def _changes(call: str) -> bool:
    port, _, method = call.partition(".")
    if port == "read" or port in _ROWS or call in _LOOKS:
        return False
    return port != "write" or method == "commit"
