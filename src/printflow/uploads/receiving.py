"""Accepting an upload: stream it into ``.incoming``, hash it on the way, keep to the limits.

A crash, or an upload that comes to nothing, leaves at most a ``.part`` file, which is swept.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from ..domain.naming import MODEL_ENDINGS, endings_text
from ..domain.text import clean_line
from ..errors import FileMissing, FileTooLarge, FileUnusable, StoreFull, StoreUnavailable
from ..ports import FileStore, Ids
from ..runtime.deadline import TookTooLong, patiently
from ..runtime.exhausted import is_exhausted, server_busy
from ..said import say
from .completeness import check_whole
from .file_type import HEAD_BYTES, check_model

_BLOCK = 1 << 20
Check = Callable[[str, bytes, int], str]
"""Looks at a file's name, first bytes and size, and gives its ending; see ``file_type``."""


class Upload:
    """A model file on its way in: a binary sink, as file-like as a form parser needs.

    Write all its bytes, then give it to ``lab.intake.submit``, which seals it; or
    :meth:`discard` it. Writing past the limit raises FileTooLarge and discards it.
    """

    def __init__(
        self,
        store: FileStore,
        incoming: str,
        file_name: str,
        limit: int,
        endings: Sequence[str] = MODEL_ENDINGS,
    ) -> None:
        self.file_name = clean_line(file_name)
        self.incoming = incoming
        self.size = 0
        self.ending = ""
        self._store = store
        self._limit = limit
        self._endings = endings
        self._digest = hashlib.sha256()
        self._head = bytearray()
        self._handle = store.open_incoming(incoming)
        self._done = False

    @property
    def sha256(self) -> str:
        """Lower-case hex of the bytes written so far."""
        return self._digest.hexdigest()

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Take the next bytes."""
        count = len(data)
        self.size += count
        if self.size > self._limit:
            self.discard()
            raise too_large(self._limit)
        self._digest.update(data)
        if len(self._head) < HEAD_BYTES:
            self._head += data[: HEAD_BYTES - len(self._head)]
        with disk_errors():
            view = memoryview(data)
            while view:  # an unbuffered file may take only a part
                view = view[self._handle.write(view) :]
        return count

    def read(self, _count: int = -1) -> bytes:
        """Nothing: a sink gives nothing back."""
        return b""

    def seek(self, _offset: int, _whence: int = os.SEEK_SET) -> int:
        """Form parsers rewind what they wrote; there is nothing to rewind."""
        return 0

    def flush(self) -> None:
        """Nothing is buffered."""

    def close(self) -> None:
        """An upload that is closed before it became a job's file has come to nothing."""
        if not self._done:
            self.discard()

    def seal(self, check: Check | None = None) -> None:
        """All bytes are here: check them, and make the file durable and read-only.

        ``check`` gives the ending under which the file is kept; without one, models of the lab's
        formats are. Raises FileTypeRefused or
        FileUnusable, after discarding it.
        """
        if self._done:
            raise ValueError("this upload was sealed or discarded before")
        try:
            looked_at = (self.file_name, bytes(self._head), self.size)
            self.ending = check(*looked_at) if check else check_model(*looked_at, self._endings)
            with disk_errors():
                with self._store.read_incoming(self.incoming) as whole:
                    check_whole(whole, self.ending, self.size)
                self._store.seal_incoming(self._handle)
        except BaseException:
            self.discard()
            raise
        self._done = True
        self._head.clear()

    def read_back(self) -> BinaryIO:
        """The bytes written so far. Raises StoreUnavailable."""
        with disk_errors():
            return self._store.read_incoming(self.incoming)

    def discard(self) -> None:
        """Forget the upload and its bytes; safe to call at any time before it is a job's file."""
        with contextlib.suppress(OSError):  # what cannot be removed now is swept later
            self._handle.close()
            self._store.discard_incoming(self.incoming)
        self._done = True


def too_large(limit: int) -> FileTooLarge:
    """The refusal of a file over ``limit`` bytes."""
    return FileTooLarge(
        say("The file is over the limit of {limit} MB.", limit=limit // (1 << 20)),
        next_step=say("Reduce the number of triangles, or ask the lab how to send it."),
    )


def receive(
    store: FileStore,
    ids: Ids,
    file_name: str,
    *,
    limit: int,
    reserve: int,
    endings: Sequence[str] = MODEL_ENDINGS,
    declared_size: int | None = None,
) -> Upload:
    """A new upload for a file that its sender calls ``file_name``; sizes are in bytes, ``endings``
    those of the models that the lab takes.

    Raises FileMissing without a name, FileTooLarge by what is declared, StoreFull when the disk
    reserve would be reached, StoreUnavailable when the store is not there.
    """
    if not clean_line(file_name):
        raise no_file(endings)
    if declared_size is not None and declared_size > limit:
        raise too_large(limit)
    with disk_errors():
        has_room(store, declared_size or 0, reserve)
        return Upload(store, f"{ids(64):016x}.part", file_name, limit, endings)


def has_room(store: FileStore, size: int, reserve: int) -> None:
    """Raise StoreFull unless so many bytes leave the ``reserve`` free; OSError where the share
    doesn't say, StoreUnavailable where it isn't the lab's.
    """
    if _answer(partial(_free_bytes, store)) - size < reserve:
        raise _full()


def _free_bytes(store: FileStore) -> int:
    store.check_identity()
    return store.free_bytes()


def _answer(ask: Callable[[], int]) -> int:
    """What the share says; a share that hangs must not hold the server's threads."""
    try:
        return patiently(ask)
    except TookTooLong as error:
        raise OSError("the share does not answer") from error


def receive_path(
    store: FileStore,
    ids: Ids,
    path: Path,
    *,
    limit: int,
    reserve: int,
    endings: Sequence[str] = MODEL_ENDINGS,
) -> Upload:
    """An upload with the bytes of a file on this machine; raises FileUnusable if unreadable."""
    try:
        with path.open("rb", buffering=0) as source:
            declared = os.fstat(source.fileno()).st_size
            upload = receive(
                store,
                ids,
                path.name,
                limit=limit,
                reserve=reserve,
                endings=endings,
                declared_size=declared,
            )
            try:
                while block := source.read(_BLOCK):
                    upload.write(block)
            except BaseException:
                upload.discard()
                raise
            return upload
    except FileNotFoundError:
        raise FileMissing(
            say("There's no file {path}.", path=str(path)), next_step=say("Check the path.")
        ) from None
    except OSError as error:
        if is_exhausted(error):
            raise server_busy(error) from error
        raise FileUnusable(
            say(
                "The file {path} can't be read: {why}.", path=str(path), why=error.strerror or error
            ),
            next_step=say("Check that it's a file, and that you have permission to read it."),
        ) from error


def no_file(endings: Sequence[str] = MODEL_ENDINGS) -> FileMissing:
    """The refusal of a form without a file."""
    return FileMissing(say("Choose a model file ({endings}).", endings=endings_text(endings)))


def _full() -> StoreFull:
    return StoreFull(
        say("We can't accept files right now because the disk is full. Nothing was saved."),
        next_step=say("Tell the lab, and try again later."),
    )


@contextmanager
def disk_errors() -> Iterator[None]:
    """Errors of the disk or share become the refusals that people understand."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            raise _full() from error
        if is_exhausted(error):
            raise server_busy(error) from error
        raise StoreUnavailable(
            say("We can't accept files right now. Nothing was saved."),
            next_step=say("Please try again in a few minutes. If it still fails, tell the lab."),
        ) from error
