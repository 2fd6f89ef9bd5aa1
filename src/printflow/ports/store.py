"""The folders of files."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from ..domain.attempt import FileFact


class Place(NamedTuple):
    """Where a file is, and what it's called there."""

    folder: str
    name: str


class FileStore(Protocol):
    """The folders of model files. Every name is one plain path segment; nothing is overwritten.

    Links that someone planted are never followed: what is no file of the store's own is missing,
    and FileNotFoundError says so.
    """

    @property
    def root(self) -> Path: ...

    def check_identity(self) -> None:
        """Raise StoreUnavailable unless this is the store that the database knows."""

    def try_out(self) -> None:
        """Write a file and rename it across folders; raises StoreUnavailable where that fails, or
        where this is not the store that the database knows.
        """

    def free_bytes(self) -> int: ...

    def open_incoming(self, name: str) -> BinaryIO:
        """A new ``.incoming/<name>`` to write to; it must not exist."""

    def append_incoming(self, name: str) -> BinaryIO:
        """``.incoming/<name>``, to add to; it must exist. :meth:`settle_incoming` closes it."""

    def settle_incoming(self, handle: BinaryIO) -> None:
        """What was written is on the disk; the file is closed."""

    def protect_incoming(self, name: str) -> None:
        """Make it read-only."""

    def look_incoming(self, name: str) -> tuple[int, datetime] | None:
        """How many bytes were written so far, and when the last of them."""

    def keep_note(self, name: str, data: bytes) -> None:
        """Write ``.incoming/<name>`` whole, durably, in the place of an older one."""

    def note(self, name: str) -> bytes | None:
        """What such a note says; None where there is none."""

    def read_incoming(self, name: str) -> BinaryIO:
        """The bytes that were written so far."""

    def seal_incoming(self, handle: BinaryIO) -> None:
        """Bytes and directory entry are on the disk, the file is read-only and closed."""

    def discard_incoming(self, name: str) -> None: ...

    def has_incoming(self, name: str) -> bool: ...

    def stale_incoming(self, older_than: datetime) -> Sequence[str]: ...

    def time_there(self) -> datetime:
        """What time it is by the clock of the share."""

    def where(self, name: str, *, hint: str = "") -> Sequence[str]:
        """The folders that hold ``name``; ``hint`` is looked at first, and alone if it has it."""

    def everywhere(self, name: str) -> Sequence[str]:
        """All folders that hold ``name``, ``.incoming`` not among them."""

    def places(self, names: Sequence[str]) -> Sequence[Place]:
        """Where each of the names is, as the folder itself writes it: names that differ only in case
        may be one file's.
        """

    def in_the_way(self, name: str) -> Mapping[str, str]:
        """What else has the name, by its folder: "a link", "a folder", …."""

    def move(self, name: str, source: str, dest: str, *, new: str = "") -> None:
        """Rename within the store, never overwriting (FileExistsError), durable on return; ``new``
        is the name it gets, where that is another.
        """

    def adopt_incoming(self, incoming: str, name: str, dest: str) -> None:
        """Rename ``.incoming/<incoming>`` to ``dest/name`` likewise."""

    def quarantine(self, name: str, folder: str, stamp: str) -> None: ...

    def put_aside(self, name: str, folder: str, stamp: str) -> None:
        """As quarantine, for an entry of a folder whose name no row vouches for."""

    def same_file_twice(self, one: Place, other: Place) -> bool:
        """Whether both places are one file (two names of one inode)."""

    def drop_second_name(self, keep: Place, other: Place) -> None:
        """Finish a rename that stopped halfway, if both places are one file."""

    def protect(self, name: str, folder: str) -> None:
        """Make it read-only."""

    def remove(self, name: str, folder: str) -> None:
        """Delete whatever has the name, durably on return, or nothing when nothing has."""

    def remove_leftovers(self, job_ids: Collection[str], known: Collection[str]) -> Collection[str]:
        """Delete what carries one of the ids in its name, in all folders and in quarantine, but
        the ``known`` names. Gives the ids of which something is left, as it is open somewhere.
        """

    def path(self, name: str, folder: str) -> Path:
        """For people to read. To read the file itself, :meth:`open` it."""

    def open(self, name: str, folder: str) -> BinaryIO:
        """The file, to read; raises FileNotFoundError for everything but a file of the store's."""

    def sha256(self, name: str, folder: str) -> str: ...

    def size(self, name: str, folder: str) -> int: ...

    def keep_picture(self, name: str, data: bytes) -> None:
        """Write a picture, in the place of an older one of that name."""

    def remove_picture(self, name: str) -> None:
        """Delete it; nothing happens when it is not there."""

    def picture(self, name: str) -> bytes:
        """The picture of that name; raises FileNotFoundError."""

    def siblings(self, job_id: str, folder: str, *, settle_seconds: int) -> Sequence[FileFact]:
        """The files of ``folder`` that carry ``job_id`` in their name, newest first."""
