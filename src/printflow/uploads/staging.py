"""Files that arrive in pieces: what is there of each is on disk, and nowhere else.

An upload is two files of ``.incoming``: ``<name>.part`` holds the bytes that are here, so that its
size is where the next piece goes, and ``<name>.json`` says what they are to become. The name is a
hash of the upload's id, which is a secret: who can read the store can't send in someone's name.
A piece is on the disk before its sender is told so. What a killed server leaves is whole pieces and
at most the beginning of one, which is as good as any other place to go on from.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import BinaryIO

from ..domain.naming import MODEL_ENDINGS
from ..domain.text import shortened
from ..errors import FileUnusable, NotFound, UploadGone, UploadMismatch
from ..ports import FileStore, Ids
from ..said import say
from .completeness import check_whole
from .file_type import HEAD_BYTES, check_model
from .receiving import Check, Upload, disk_errors

LIFETIME = timedelta(hours=23)
"""After the last piece. What is older is swept an hour later, never under the hands of its sender."""

ALGORITHMS = ("sha1", "sha256", "md5")
"""By which a piece may be checked."""

_ID = re.compile("[a-z2-7]{26}")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is known of an upload beside its bytes."""

    file_name: str
    length: int
    metadata: str = ""
    """As its sender wrote it."""
    sha256: str = ""
    """Of the whole file, once it is here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """An upload as it is on disk. ``offset`` and ``length`` are bytes."""

    name: str
    note: Note
    offset: int
    expires_at: datetime

    @property
    def length(self) -> int:
        """Bytes that the whole file has."""
        return self.note.length

    @property
    def whole(self) -> bool:
        """Whether every byte is here."""
        return self.offset == self.note.length


def new_id(ids: Ids) -> str:
    """An id that nobody guesses: 128 bits, in the letters by which logs know a secret."""
    return b32encode(ids(128).to_bytes(16)).decode().rstrip("=").lower()


def name_of(upload_id: str) -> str:
    """The name in the store of what an id stands for; raises NotFound for none."""
    if not _ID.fullmatch(upload_id):
        raise gone()
    return hashlib.sha256(f"printflow upload {upload_id}".encode()).hexdigest()[:32]


def gone() -> NotFound:
    """What is said of an id that stands for nothing (any more)."""
    return NotFound(say("This upload isn't here anymore."), next_step=say("Choose the file again."))


def part(name: str) -> str:
    """The file that holds the bytes."""
    return f"{name}.part"


def note_file(name: str) -> str:
    """The file beside it."""
    return f"{name}.json"


def begin(store: FileStore, name: str, note: Note) -> None:
    """Make room for an upload of that name."""
    with disk_errors():
        store.settle_incoming(store.open_incoming(part(name)))
        _keep(store, name, note)


def find(store: FileStore, name: str, now: datetime) -> Staged:
    """What is there of an upload; raises NotFound when it is too old, or nothing is."""
    with disk_errors():
        note, found = read_note(store, name), store.look_incoming(part(name))
    if note is None or found is None or found[1] + LIFETIME < now:
        raise gone()
    return Staged(name=name, note=note, offset=found[0], expires_at=found[1] + LIFETIME)


def read_note(store: FileStore, name: str) -> Note | None:
    """The note alone, which outlasts the bytes for a day."""
    data = store.note(note_file(name))
    return Note(**json.loads(data)) if data else None


def _keep(store: FileStore, name: str, note: Note) -> None:
    store.keep_note(note_file(name), json.dumps(asdict(note)).encode())


def append(
    store: FileStore, staged: Staged, source: BinaryIO, *, checksum: tuple[str, bytes] | None = None
) -> int:
    """Add what ``source`` holds; gives the new offset, once it is durable.

    ``checksum`` is an algorithm and the digest that the piece must have. Raises UploadMismatch
    when it has another, or more bytes come than the file has.
    """
    offset, name = staged.offset, part(staged.name)
    digest = hashlib.new(checksum[0], usedforsecurity=False) if checksum else None
    with disk_errors():
        handle = store.append_incoming(name)
        try:
            while block := source.read(min(_BLOCK, staged.length - offset + 1)):
                if offset + len(block) > staged.length:
                    handle.truncate(staged.offset)
                    raise _too_long()
                if digest is not None:
                    digest.update(block)
                view = memoryview(block)
                while view:
                    view = view[handle.write(view) :]
                offset += len(block)
            if checksum and digest is not None and digest.digest() != checksum[1]:
                handle.truncate(staged.offset)
                raise UploadMismatch(
                    say("A piece of the file was damaged on its way."),
                    code="upload_checksum",
                    next_step=say("Send it again."),
                )
        finally:
            store.settle_incoming(handle)
    return offset


def _too_long() -> UploadMismatch:
    return UploadMismatch(
        say("More bytes came than the file has."),
        code="upload_too_long",
        next_step=say("Choose the file again."),
    )


def sealed_note(store: FileStore, staged: Staged) -> Note:
    """The note of a whole file, with its hash; it is read for that only once."""
    if staged.note.sha256:
        return staged.note
    digest = hashlib.sha256()
    with disk_errors(), store.read_incoming(part(staged.name)) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    note = replace(staged.note, sha256=digest.hexdigest())
    with disk_errors():
        _keep(store, staged.name, note)
    return note


def remove(store: FileStore, name: str) -> None:
    """Forget an upload that nobody has claimed."""
    with disk_errors():
        store.discard_incoming(part(name))
        store.discard_incoming(note_file(name))


def kept_notes(store: FileStore, stale: Sequence[str]) -> set[str]:
    """Which of the stale names belong to uploads that go on."""
    return {
        name
        for name in stale
        if name.endswith(".json")
        and part(name.removesuffix(".json")) not in stale
        and store.has_incoming(part(name.removesuffix(".json")))
    }


class ArrivedUpload(Upload):
    """A whole file that came in pieces, to be given to ``lab.intake.submit_several``.

    Discarding it leaves the bytes where they are: a form that was refused is sent again.
    """

    def __init__(
        self, store: FileStore, name: str, note: Note, endings: Sequence[str] = MODEL_ENDINGS
    ) -> None:
        self.file_name = note.file_name
        self.incoming = part(name)
        self.size = note.length
        self.ending = ""
        self.name = name
        self._store = store
        self._note = note
        self._endings = endings

    @property
    def sha256(self) -> str:
        """Lower-case hex of the file's bytes."""
        return self._note.sha256

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Nothing can be added: raises ValueError."""
        raise ValueError("this upload is whole")

    def seal(self, check: Check | None = None) -> None:
        """Check the file; raises as :meth:`Upload.seal` does, and UploadGone where it is another
        request's by now.
        """
        with disk_errors():
            try:
                whole = self._store.read_incoming(self.incoming)
            except FileNotFoundError:
                raise taken(self.file_name) from None
            with whole:
                looked_at = (self.file_name, whole.read(HEAD_BYTES), self.size)
                self.ending = check(*looked_at) if check else check_model(*looked_at, self._endings)
                whole.seek(0)
                check_whole(whole, self.ending, self.size)
            # Some shares keep rights to themselves; one that is gone by now is told at the claim.
            with contextlib.suppress(PermissionError, FileNotFoundError):
                self._store.protect_incoming(self.incoming)

    def discard(self) -> None:
        """Nothing: what no request claims is swept."""

    def close(self) -> None:
        """Nothing: the form may be sent again."""


def taken(file_name: str) -> UploadGone:
    """The refusal of a form whose file isn't here, or not only for this form."""
    return UploadGone(
        say("“{name}” isn't on the server anymore.", name=shortened(file_name, 60))
        if file_name
        else say("This file isn't on the server anymore."),
        next_step=say("Choose it again."),
    )


def unfinished(file_name: str) -> FileUnusable:
    """The refusal of a form that was sent before its file."""
    return FileUnusable(
        say("“{name}” wasn't uploaded completely.", name=shortened(file_name, 60)),
        code="upload_unfinished",
        next_step=say("Choose it again."),
    )
