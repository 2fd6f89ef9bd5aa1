"""Files that come in pieces, before the form that names them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

from ..domain.form_guards import MODELS_LIMIT
from ..domain.identity import Student
from ..domain.limits import Bound, Limit
from ..domain.naming import ending_of
from ..domain.text import clean_line
from ..errors import FileRefused, FileTooLarge, NotFound, UploadMismatch
from ..ports import Clock, Database, FileStore, Ids, Transaction
from ..said import say
from ..settings import Settings
from ..uploads.file_type import checked_ending, empty
from ..uploads.models_zip import ZIP_ENDING
from ..uploads.receiving import disk_errors, has_room, no_file, too_large
from ..uploads.staging import (
    ALGORITHMS,
    ArrivedUpload,
    Note,
    Staged,
    append,
    begin,
    find,
    gone,
    name_of,
    new_id,
    read_note,
    remove,
    sealed_note,
    taken,
    unfinished,
)
from .limits import count
from .sign_in_wanted import expect_sign_in

CHUNK_BYTES = 16 << 20
"""So many bytes a piece may have: one that is lost on its way is sent again."""

_MEGABYTE = 1 << 20
_HOUR = timedelta(hours=1)
_CLAIM = timedelta(hours=48)
"""Longer than the bytes of an upload are kept."""


@dataclass(frozen=True, slots=True)
class UploadRules:
    """What a sender needs to know. Sizes are bytes."""

    largest: int
    largest_piece: int
    algorithms: tuple[str, ...]


class StagedUploads:
    """Uploads in pieces. Whoever has the id of one may go on with it, give it up, or send it.

    Each belongs to one request at most: that is claimed in the request's own transaction.
    """

    def __init__(
        self, database: Database, store: FileStore, clock: Clock, ids: Ids, settings: Settings
    ) -> None:
        self._sign_in_required = settings.identity.students == "required"
        self._database = database
        self._store = store
        self._clock = clock
        self._ids = ids
        self._endings = settings.model_endings
        self._reserve = settings.disk_reserve_mb * _MEGABYTE
        self.rules = UploadRules(settings.max_upload_mb * _MEGABYTE, CHUNK_BYTES, ALGORITHMS)
        """The lab's limits."""
        # As many as may be sent in full forms, so that this is never the limit that is met first.
        self._limit = Limit("upload", settings.submissions_per_hour * MODELS_LIMIT, _HOUR)
        self._guard = threading.Lock()
        self._busy: set[str] = set()

    def begin(
        self,
        file_name: str,
        length: int,
        *,
        metadata: str = "",
        sender: str = "",
        person: Student | None = None,
    ) -> str:
        """Make room for a file of ``length`` bytes; gives the id of the upload.

        ``metadata`` is given back as it is; ``sender`` is the network address that is counted, and
        ``person`` the student who is signed in.

        Everything that can be said before a byte was sent is said here: raises FileMissing,
        FileTypeRefused, FileUnusable (an empty file), FileTooLarge, IdentityRefused,
        TooManyRequests, StoreFull, StoreUnavailable.
        """
        if self._sign_in_required and person is None:
            expect_sign_in()
        name = clean_line(file_name)
        if not name:
            raise no_file(self._endings)
        if ending_of(name) != ZIP_ENDING:  # the models in it are judged once it's here
            checked_ending(name, self._endings)
        if length < 1:
            raise empty()
        if length > self.rules.largest:
            raise too_large(self.rules.largest)
        with disk_errors():
            has_room(self._store, length, self._reserve)
        with self._database.write() as tx:
            count(
                tx,
                self._limit.for_address(sender),
                self._clock(),
                say("Too many models came from your network address in the last hour."),
                next_step=say("Try again in {wait}, or ask the lab."),
            )
        upload_id = new_id(self._ids)
        note = Note(file_name=name, length=length, metadata=metadata)
        begin(self._store, name_of(upload_id), note)
        return upload_id

    def get(self, upload_id: str) -> Staged:
        """What is here of an upload; raises NotFound, also for one that a request has."""
        staged = self._find(upload_id)
        with self._database.read() as tx:
            if tx.lab.counts([_claim(staged.name).key]):
                raise gone()
        return staged

    def append(
        self,
        upload_id: str,
        offset: int,
        source: BinaryIO,
        *,
        length: int | None = None,
        checksum: tuple[str, bytes] | None = None,
    ) -> Staged:
        """Add a piece that begins at ``offset``; it is durable when this returns.

        ``length`` is how many bytes it has, where that is known. Raises NotFound, UploadMismatch,
        StoreFull, StoreUnavailable.
        """
        name = name_of(upload_id)
        with self._alone(name):
            staged = self._find(upload_id)
            if offset != staged.offset:
                raise UploadMismatch(
                    say("The piece doesn't follow what is here already."),
                    next_step=say("Go on from where the file ends."),
                )
            with disk_errors():
                has_room(self._store, length or 0, self._reserve)
            append(self._store, staged, source, checksum=checksum)
            staged = self._find(upload_id)
            if staged.whole:
                sealed_note(self._store, staged)
            return staged

    def give_up(self, upload_id: str) -> None:
        """Delete what is here of an upload; raises NotFound, also for one that a request has."""
        name = name_of(upload_id)
        with self._alone(name):
            self._find(upload_id)
            with self._database.write() as tx:
                if not _claimed(tx, name, self._clock):
                    raise gone()
            remove(self._store, name)

    def whole(self, upload_ids: Sequence[str]) -> list[ArrivedUpload | FileRefused]:
        """The files of a form, in its order, or why each of them can't be taken.

        One that another request has is here, too: only whether the form is that request, sent
        again, tells whether it may. Raises FileTooLarge when they are too large together.
        """
        found = [self._whole(upload_id) for upload_id in upload_ids]
        together = sum(one.size for one in found if isinstance(one, ArrivedUpload))
        if together > self.rules.largest:
            raise FileTooLarge(
                say(
                    "Together, these files are over the limit of {limit} MB.",
                    limit=self.rules.largest // _MEGABYTE,
                ),
                next_step=say("Submit some of them separately."),
            )
        return found

    def _whole(self, upload_id: str) -> ArrivedUpload | FileRefused:
        try:
            name = name_of(upload_id)
            with disk_errors():
                note = read_note(self._store, name)
            if note is not None and not note.sha256:
                staged = find(self._store, name, self._clock())
                if not staged.whole:
                    return unfinished(note.file_name)
                note = sealed_note(self._store, staged)
        except NotFound:
            return taken("")
        if note is None:
            return taken("")
        return ArrivedUpload(self._store, name, note, self._endings)

    def _find(self, upload_id: str) -> Staged:
        return find(self._store, name_of(upload_id), self._clock())

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """One piece at a time is written to a file, by whichever server."""
        with self._guard:
            if name in self._busy:
                raise _busy()
            self._busy.add(name)
        try:
            with self._database.alone(f"upload {name}") as mine:
                if not mine:
                    raise _busy()
                yield
        finally:
            with self._guard:
                self._busy.discard(name)


def _busy() -> UploadMismatch:
    return UploadMismatch(
        say("Another piece of this file is being written."),
        code="upload_busy",
        next_step=say("Try again in a moment."),
    )


def _claim(name: str) -> Bound:
    return Bound(f"upload/{name}", 1, _CLAIM)


def _claimed(tx: Transaction, name: str, clock: Clock) -> bool:
    """Claim an upload, which only the first one can; the claim ends with its transaction."""
    bound, now = _claim(name), clock()
    return tx.lab.count_up({bound.key: now + bound.window}, now)[bound.key].times == 1


def claim(tx: Transaction, uploads: Sequence[object], clock: Clock) -> None:
    """Make the uploads of a request its own; raises UploadGone for one that isn't free."""
    for upload in uploads:
        if isinstance(upload, ArrivedUpload) and not _claimed(tx, upload.name, clock):
            raise taken(upload.file_name)
