"""Putting each file where its row says: level-triggered, leased, repeated until it is true.

A file belongs in a folder and has a name, and both may change before a step is taken: it's looked for
under the names that it had, too. A step only ever looks and renames. After any error of the file system it looks again before it
believes anything, because a rename may have happened although it reported a failure.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..domain.job import FileRole, FileState, JobFile
from ..domain.status import ORIGINALS
from ..errors import StoreUnavailable
from ..ports import Clock, Database, FileStore, Place, Placement, Transaction
from ..said import listed, say, sentences
from .inspection_queue import picture_name

BACKOFF_SECONDS = (1, 2, 5, 15, 30, 60)
LEASE = timedelta(seconds=60)
_LOOK_AGAIN = timedelta(seconds=60)
_BUSY = frozenset({errno.EBUSY, errno.ETXTBSY, errno.EACCES, errno.EPERM, errno.EAGAIN})
_BUSY_WINDOWS = frozenset({5, 32, 33})
"""ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION."""


@dataclass(frozen=True, slots=True)
class Found:
    """How a file was found, or left: its state, where it is and as what, and what hinders."""

    state: FileState
    last_seen: str = ""
    last_named: str = ""
    problem: str = ""


def place(store: FileStore, wanted: Placement, stamp: str) -> Found:
    """One step towards the wanted place; ``stamp`` names what goes to quarantine.

    Raises OSError as the file system gives it, StoreUnavailable when this is not our store.
    """
    file = wanted.file
    if file.state is FileState.REMOVING:
        return _remove(store, wanted)
    if wanted.incoming and store.has_incoming(wanted.incoming):
        try:
            store.adopt_incoming(wanted.incoming, file.name, file.folder)
        except FileNotFoundError:
            pass  # someone else was faster; the look below finds it
        else:
            return Found(FileState.SETTLED, file.folder, file.name)
    places = _places(store, file)
    if not places:
        words = sentences(
            (
                say("{name} isn't in any of the store's folders.", name=file.name),
                _in_the_way(store, file.name),
            )
        )
        return Found(FileState.MISSING, problem=words)
    home = Place(file.folder, file.name)
    first = home if home in places else places[0]
    others = [one for one in places if one != first]
    for other in others:
        if not _same_bytes(store, first, other):
            return Found(FileState.PARKED, problem=_several(file, places))
    for other in others:
        if store.same_file_twice(first, other):
            store.drop_second_name(first, other)
        else:
            store.quarantine(other.name, other.folder, f"{stamp}_{other.folder}")
    return _bring_home(store, wanted, first)


def _places(store: FileStore, file: JobFile) -> list[Place]:
    """Where the file is, or what may be it.

    A slicer that was started before its model got another name may save something under the old one.
    So what bears an old name counts where the file is to be renamed, or isn't found as what it's
    called; and where several could be meant, only if its bytes are those that were accepted.
    """
    found = store.places(file.names)
    mine = [one for one in found if one.name == file.name]
    old = [one for one in found if one.name != file.name]
    if not old or (file.renaming and len(found) == 1):
        return [*mine, *old]
    if mine and not file.renaming:  # but a rename may have stopped halfway
        return [*mine, *(one for one in old if _is_second(store, one, mine))]
    return [*mine, *(one for one in old if _is_second(store, one, mine) or _is(store, file, one))]


def _is_second(store: FileStore, one: Place, places: Sequence[Place]) -> bool:
    return any(store.same_file_twice(one, other) for other in places)


def _is(store: FileStore, file: JobFile, one: Place) -> bool:
    """Whether what is there has the file's bytes."""
    size, sha256 = store.size(one.name, one.folder), file.sha256
    return size == file.size and store.sha256(one.name, one.folder) == sha256


def _several(file: JobFile, places: Sequence[Place]) -> str:
    """Why nothing was touched, in words."""
    taken = [one.folder for one in places if one.name == file.name]
    if taken and len(taken) < len(places):
        return name_taken(file.name, taken[0])
    return say(
        "{name} is in several folders with different contents: {folders}.",
        name=places[0].name,
        folders=listed([one.folder for one in places]),
    )


def name_taken(name: str, folder: str) -> str:
    """Why a file keeps its name, in words."""
    return say(
        "It can't be renamed to {name}: another file in {folder} has that name.",
        name=name,
        folder=folder,
    )


def _bring_home(store: FileStore, wanted: Placement, first: Place) -> Found:
    """Rename the file from where it is; nothing is overwritten."""
    file = wanted.file
    if first != (file.folder, file.name):
        try:
            store.move(first.name, first.folder, file.folder, new=file.name)
        except FileExistsError:
            if not (words := _in_the_way(store, file.name)):
                raise
            problem = sentences((say("{name} can't be moved.", name=first.name), words))
            return Found(FileState.PARKED, first.folder, first.name, problem)
    if file.folder == ORIGINALS or file.role is FileRole.ORIGINAL:
        store.protect(file.name, file.folder)
    return Found(FileState.SETTLED, file.folder, file.name)


def _remove(store: FileStore, wanted: Placement) -> Found:
    """Remove the file wherever it is; its names are its own, so nothing else can be meant."""
    if wanted.incoming:
        store.discard_incoming(wanted.incoming)
    for name in wanted.file.names:
        for folder in (*store.everywhere(name), *store.in_the_way(name)):
            store.remove(name, folder)
    for small in (False, True):
        store.remove_picture(picture_name(wanted.file, small=small))
    return Found(FileState.REMOVED)


def _in_the_way(store: FileStore, name: str) -> str:
    """What has the file's name and is not it, in words."""
    found = store.in_the_way(name)
    return sentences(
        say("In {folder}, {what} has its name.", folder=folder, what=what)
        for folder, what in found.items()
    )


def _same_bytes(store: FileStore, one: Place, other: Place) -> bool:
    if store.same_file_twice(one, other):
        return True
    here, there = (one.name, one.folder), (other.name, other.folder)
    return store.size(*here) == store.size(*there) and store.sha256(*here) == store.sha256(*there)


def attempt(store: FileStore, wanted: Placement, stamp: str) -> Found:
    """As :func:`place`, with every error of the file system looked at again and put into words."""
    problem: OSError | None = None
    for _ in range(2):
        try:
            store.check_identity()
            return place(store, wanted, stamp)
        except OSError as error:
            problem = error
    if problem is not None and _is_busy(problem):
        return Found(FileState.BUSY, problem=say("It's open on another PC, or protected."))
    return Found(FileState.PENDING, problem=str(problem))


def _is_busy(error: OSError) -> bool:
    windows = getattr(error, "winerror", None)
    return windows in _BUSY_WINDOWS if windows is not None else error.errno in _BUSY


class Placer:
    """Carries out placements: claims a file's lease, takes the step, records what came of it."""

    def __init__(self, database: Database, store: FileStore, clock: Clock) -> None:
        self._database = database
        self._store = store
        self._clock = clock

    def lease(self, tx: Transaction, job_id: str) -> Sequence[Placement]:
        """Lease the files of a job that are not where they belong, within the transaction that
        says so: nobody else takes them up, and no second commit is needed for it.
        """
        return tx.files.claim_of_job(job_id, self._clock(), LEASE)

    def place_job(self, job_id: str) -> None:
        """Place the files of one job that are not where they belong."""
        with self._database.write() as tx:
            leased = self.lease(tx, job_id)
        self.place(leased)

    def place(self, leased: Sequence[Placement]) -> None:
        """Place files that were leased."""
        for wanted in leased:
            self._place(wanted)

    def place_due(self, *, limit: int = 50) -> tuple[int, int]:
        """Place what is due; gives how many were settled, and how many looked at in all."""
        with self._database.read() as tx:
            due = tx.files.due(self._clock(), limit=limit)
        states = [self.place_file(file_id) for file_id in due]
        looked = [state for state in states if state is not None]
        return sum(state is FileState.SETTLED for state in looked), len(looked)

    def place_file(self, file_id: int) -> FileState | None:
        """Place one file; None when someone else is at it or nothing is to do."""
        with self._database.write() as tx:
            wanted = tx.files.claim(file_id, self._clock(), LEASE)
        return None if wanted is None else self._place(wanted)

    def _place(self, wanted: Placement) -> FileState:
        try:
            found = attempt(self._store, wanted, f"{self._clock():%Y%m%dT%H%M%S}")
        except StoreUnavailable as error:
            found = Found(FileState.PENDING, problem=error.message)
        if wanted.file.state is FileState.REMOVING and found.state is not FileState.REMOVED:
            found = Found(FileState.REMOVING, problem=found.problem)
        with self._database.write() as tx:
            tx.files.settle(
                wanted,
                state=found.state,
                last_seen=found.last_seen,
                last_named=found.last_named,
                problem=found.problem,
                next_try_at=_next_try(found.state, wanted.tries, self._clock()),
                now=self._clock(),
            )
        return found.state


def _next_try(state: FileState, tries: int, now: datetime) -> datetime | None:
    if state in (FileState.SETTLED, FileState.REMOVED):
        return None
    if state in (FileState.MISSING, FileState.PARKED):
        return now + _LOOK_AGAIN
    step = BACKOFF_SECONDS[min(tries, len(BACKOFF_SECONDS) - 1)]
    return now + timedelta(seconds=step)
