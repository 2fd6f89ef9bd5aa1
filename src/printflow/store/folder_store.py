"""The file store: one folder on disk or on a share, with a sub-folder per status."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import stat
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..domain.naming import (
    PRINTABLE_ENDINGS,
    carries_job_id,
    ending_of,
    is_plain_file_name,
    job_ids_in,
)
from ..domain.status import FOLDERS, THUMBNAILS
from ..errors import SettingsError, StoreUnavailable
from ..ports import Place
from ..said import say
from .exclusive_rename import rename_exclusive
from .folder import Folder
from .making import INCOMING, QUARANTINE, probe, read_identity
from .plain_file import SECOND_NAME, NotPlain, is_real_folder, must_be_plain, what_else

if TYPE_CHECKING:
    from ..domain.attempt import FileFact

_BLOCK = 1 << 20
_LARGEST_PICTURE = 16 << 20
"""Bytes; a picture of 512 px has some hundred thousand."""
_LARGEST_NOTE = 1 << 16
_LOOKS, _MOMENT = 3, 0.01


class FolderStore:
    """The file store port on a folder. ``identity`` is what the database knows it by."""

    def __init__(self, root: Path, identity: str) -> None:
        self._root = root
        self._identity = identity

    @property
    def root(self) -> Path:
        return self._root

    # -- the store itself -----------------------------------------------------------------------

    def check_identity(self) -> None:
        found = read_identity(self._root)
        if found == self._identity:
            return
        if found is None:
            raise StoreUnavailable(
                say("The file store isn't available right now."),
                next_step=say("No file was changed."),
                detail=say(
                    "The file store {root} isn't there: it has no identity file. Is the share mounted?",
                    root=self._root,
                ),
            )
        raise StoreUnavailable(
            say("The file store isn't available right now."),
            next_step=say("No file was changed."),
            detail=say(
                "{root} is the store of another lab. Point `store` at the store that belongs to this database.",
                root=self._root,
            ),
        )

    def try_out(self) -> None:
        self.check_identity()
        try:
            probe(self._root)
        except SettingsError as error:
            raise StoreUnavailable(
                say("The file store can't be written right now."), detail=error.message
            ) from error

    def free_bytes(self) -> int:
        return shutil.disk_usage(self._root).free

    # -- incoming -------------------------------------------------------------------------------

    def open_incoming(self, name: str) -> BinaryIO:
        with Folder(self._root, INCOMING) as folder:
            return folder.create(name)

    def append_incoming(self, name: str) -> BinaryIO:
        with Folder(self._root, INCOMING) as folder:
            return folder.append(name, make=False)

    def settle_incoming(self, handle: BinaryIO) -> None:
        with handle:
            handle.flush()
            os.fsync(handle.fileno())

    def protect_incoming(self, name: str) -> None:
        with Folder(self._root, INCOMING) as folder:
            with folder.open(name) as file:
                folder.make_read_only(name, file)
            folder.sync()

    def look_incoming(self, name: str) -> tuple[int, datetime] | None:
        with Folder(self._root, INCOMING, looking=True) as folder:
            found = _plain(folder, name)
        return found and (found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def keep_note(self, name: str, data: bytes) -> None:
        with Folder(self._root, INCOMING) as folder:
            folder.write(name, data)

    def note(self, name: str) -> bytes | None:
        with Folder(self._root, INCOMING, looking=True) as folder:
            try:
                return folder.read(name, _LARGEST_NOTE)
            except FileNotFoundError:
                return None

    def read_incoming(self, name: str) -> BinaryIO:
        with Folder(self._root, INCOMING, looking=True) as folder:
            return folder.open(name)

    def has_incoming(self, name: str) -> bool:
        with Folder(self._root, INCOMING, looking=True) as folder:
            return _plain(folder, name) is not None

    def seal_incoming(self, handle: BinaryIO) -> None:
        handle.flush()
        os.fsync(handle.fileno())
        with Folder(self._root, INCOMING) as folder:
            folder.make_read_only(Path(handle.name).name, handle)
            handle.close()
            folder.sync()

    def discard_incoming(self, name: str) -> None:
        with Folder(self._root, INCOMING) as folder, contextlib.suppress(FileNotFoundError):
            folder.unlink(name)

    def stale_incoming(self, older_than: datetime) -> Sequence[str]:
        limit, stale = older_than.timestamp(), []
        with Folder(self._root, INCOMING) as folder:
            for entry in folder.scan():
                status = entry.stat(follow_symlinks=False)
                if status.st_mtime < limit and not is_real_folder(status):
                    stale.append(entry.name)
        return stale

    def adopt_incoming(self, incoming: str, name: str, dest: str) -> None:
        _check_place(name, dest)
        with Folder(self._root, INCOMING) as source, Folder(self._root, dest) as target:
            must_be_plain(incoming, source.stat(incoming))
            _rename(source, incoming, target, name)

    def time_there(self) -> datetime:
        name = f".clock-{secrets.token_hex(8)}"
        with Folder(self._root, INCOMING) as folder:
            with folder.create(name) as probe:
                seconds = os.fstat(probe.fileno()).st_mtime
            folder.unlink(name)
        return datetime.fromtimestamp(seconds, UTC)

    # -- places ---------------------------------------------------------------------------------

    def path(self, name: str, folder: str) -> Path:
        _check_place(name, folder)
        return self._root / folder / name

    def open(self, name: str, folder: str) -> BinaryIO:
        _check_place(name, folder)
        with Folder(self._root, folder, looking=True) as place:
            for _ in range(_LOOKS):
                try:
                    return place.open(name)
                except NotPlain as refused:
                    if refused.what != SECOND_NAME:
                        raise
                time.sleep(_MOMENT)  # where the system knows no other rename, it has two for one
            return place.open(name)

    def where(self, name: str, *, hint: str = "") -> Sequence[str]:
        if hint:
            found = self._look(name, hint)
            if found is not None and not what_else(found) and found.st_nlink <= 1:
                return [hint]
        return self.everywhere(name)

    def everywhere(self, name: str) -> Sequence[str]:
        return [place.folder for place in self.places((name,))]

    def places(self, names: Sequence[str]) -> Sequence[Place]:
        for _ in range(_LOOKS):  # it may get or lose a second name while it is looked at
            found = self._entries(names)
            plain = {one: status for one, status in found.items() if not what_else(status)}
            ours = [one for one, status in plain.items() if _all_ours(status, plain)]
            if len(ours) == len(plain):
                break
        return ours

    def in_the_way(self, name: str) -> Mapping[str, str]:
        ours = self.everywhere(name)
        return {
            place.folder: what_else(status) or SECOND_NAME
            for place, status in self._entries((name,)).items()
            if place.folder not in ours
        }

    def _entries(self, names: Sequence[str]) -> dict[Place, os.stat_result]:
        """Whatever has one of the names, in each folder."""
        places = [Place(folder, name) for name in names for folder in FOLDERS]
        seen = ((place, self._look(place.name, place.folder)) for place in places)
        found = {place: status for place, status in seen if status is not None}
        for place in [*found]:
            if any(_differ_in_case(place, other) for other in found) and not self._is_written_so(
                place
            ):
                del found[place]
        return found

    def _is_written_so(self, place: Place) -> bool:
        """Whether an entry's name has just these letters: where case doesn't matter, an entry is found
        under many names.
        """
        with Folder(self._root, place.folder) as folder:
            return any(entry.name == place.name for entry in folder.scan())

    def _look(self, name: str, folder: str) -> os.stat_result | None:
        _check_place(name, folder)
        try:
            with Folder(self._root, folder, looking=True) as place:
                return place.stat(name)
        except FileNotFoundError:
            return None

    def move(self, name: str, source: str, dest: str, *, new: str = "") -> None:
        _check_place(name, source)
        _check_place(new or name, dest)
        self._move(source, name, dest, new or name)

    def _move(self, source: str, name: str, dest: str, new: str) -> None:
        with Folder(self._root, source) as here, Folder(self._root, dest) as there:
            try:
                _rename(here, name, there, new)
            except FileExistsError:
                # Where case doesn't matter, a file's own name is in the way of another case of it.
                if not _differ_in_case(Place(source, name), Place(dest, new)) or (
                    self._is_written_so(Place(dest, new))
                ):
                    raise
                here.rename(name, there, new)
                here.sync()

    def remove(self, name: str, folder: str) -> None:
        _check_place(name, folder)
        with Folder(self._root, folder) as place:
            try:
                place.remove_whole(name)
            except FileNotFoundError:
                return
            place.sync()

    def remove_leftovers(self, job_ids: Collection[str], known: Collection[str]) -> Collection[str]:
        wanted, left = frozenset(job_ids), set[str]()
        for name in (*FOLDERS, QUARANTINE):
            with Folder(self._root, name) as folder:
                found = [
                    (entry.name, mine)
                    for entry in folder.scan()
                    if entry.name not in known
                    and (mine := wanted.intersection(job_ids_in(entry.name)))
                ]
                for one, mine in found:
                    try:
                        _remove_whole(folder, one)
                    except FileNotFoundError:
                        continue
                    except OSError:  # open on another PC: the caller asks again later
                        left |= mine
                if found:
                    folder.sync()
        return left

    def quarantine(self, name: str, folder: str, stamp: str) -> None:
        _check_place(name, folder)
        self._move(folder, name, QUARANTINE, f"{stamp}_{name}")

    def put_aside(self, name: str, folder: str, stamp: str) -> None:
        if folder not in FOLDERS:
            raise ValueError(f"not a folder of models: {folder!r}")
        self._move(folder, name, QUARANTINE, f"{stamp}_{name}")

    def same_file_twice(self, one: Place, other: Place) -> bool:
        here, there = self._look(one.name, one.folder), self._look(other.name, other.folder)
        return here is not None and there is not None and os.path.samestat(here, there)

    def drop_second_name(self, keep: Place, other: Place) -> None:
        if _differ_in_case(keep, other) and not self._is_written_so(other):
            return  # it's the same entry
        if self.same_file_twice(keep, other):
            self.remove(other.name, other.folder)

    def protect(self, name: str, folder: str) -> None:
        _check_place(name, folder)
        with Folder(self._root, folder, looking=True) as place:
            if not place.stat(name).st_mode & stat.S_IWUSR:
                return
            with place.open(name) as file, contextlib.suppress(PermissionError):
                place.make_read_only(name, file)  # some shares keep rights to themselves

    def sha256(self, name: str, folder: str) -> str:
        digest = hashlib.sha256()
        with self.open(name, folder) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest()

    def size(self, name: str, folder: str) -> int:
        found = self._look(name, folder)
        if found is None or what_else(found):
            raise NotPlain(name, "nothing" if found is None else what_else(found))
        return found.st_size

    # -- pictures -------------------------------------------------------------------------------

    def keep_picture(self, name: str, data: bytes) -> None:
        _check_picture(name)
        with Folder(self._root, THUMBNAILS) as folder:
            folder.write(name, data)

    def remove_picture(self, name: str) -> None:
        _check_picture(name)
        with Folder(self._root, THUMBNAILS) as folder, contextlib.suppress(FileNotFoundError):
            folder.remove_whole(name)

    def picture(self, name: str) -> bytes:
        _check_picture(name)
        with Folder(self._root, THUMBNAILS, looking=True) as folder:
            return folder.read(name, _LARGEST_PICTURE)

    def siblings(self, job_id: str, folder: str, *, settle_seconds: int) -> Sequence[FileFact]:
        from ..domain.attempt import FileFact

        found: list[tuple[float, FileFact]] = []
        now = time.time()
        with Folder(self._root, folder) as place:
            for entry in place.scan():
                if not carries_job_id(entry.name, job_id):
                    continue
                status = entry.stat(follow_symlinks=False)
                if what_else(status) or status.st_nlink > 1:
                    continue
                fact = FileFact(
                    name=entry.name,
                    present=True,
                    settled=status.st_size > 0 and now - status.st_mtime >= settle_seconds,
                    acceptable=is_plain_file_name(entry.name)
                    and ending_of(entry.name) in PRINTABLE_ENDINGS,
                    size=status.st_size,
                    folder=folder,
                    modified_at=datetime.fromtimestamp(status.st_mtime, UTC),
                )
                found.append((status.st_mtime, fact))
        return [fact for _, fact in sorted(found, key=lambda pair: pair[0], reverse=True)]


def _check_place(name: str, folder: str) -> None:
    if folder not in FOLDERS or not is_plain_file_name(name):
        raise ValueError(f"not a place of this store: {folder!r}, {name!r}")


def _check_picture(name: str) -> None:
    if not is_plain_file_name(name):
        raise ValueError(f"not a picture's name: {name!r}")


def _plain(folder: Folder, name: str) -> os.stat_result | None:
    try:
        status = folder.stat(name)
    except FileNotFoundError:
        return None
    return None if what_else(status) else status


def _differ_in_case(one: Place, other: Place) -> bool:
    """Whether the names of two places of a folder differ, but only in the case of their letters."""
    return (
        one.folder == other.folder
        and one.name != other.name
        and one.name.casefold() == other.name.casefold()
    )


def _all_ours(status: os.stat_result, plain: Mapping[Place, os.stat_result]) -> bool:
    """Whether the file has no other names than those in the store's folders."""
    return status.st_nlink <= 1 or status.st_nlink <= sum(
        os.path.samestat(status, other) for other in plain.values()
    )


def _rename(source: Folder, name: str, dest: Folder, new: str) -> None:
    """Durable on return; nothing is overwritten."""
    rename_exclusive(source.place(name), dest.place(new), source.descriptor, dest.descriptor)
    dest.sync()
    source.sync()


def _remove_whole(folder: Folder, name: str) -> None:
    folder.remove_whole(name)
