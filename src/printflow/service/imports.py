"""Imports jobs from an older system: safe to interrupt and repeat.

A job with a file has a transaction of its own, for its file is staged before and placed after it. Jobs
without one are written many in a transaction: to make each durable costs more than to write it.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..catalogs.cache import CatalogCache
from ..domain.import_report import ImportNote, ImportReport
from ..domain.job import FileState
from ..domain.naming import ALL_MODEL_ENDINGS, ending_of
from ..domain.rights import Right
from ..domain.status import Status
from ..errors import FileRefused, InvalidInput, PrintflowError
from ..ports import (
    Clock,
    Database,
    DuplicateKey,
    FileStore,
)
from ..runtime.named_paths import said_by_system
from ..runtime.permits import needs
from ..said import say, sentences
from ..uploads.file_type import HEAD_BYTES, check_model
from ..uploads.receiving import Upload
from .filing import Filing
from .import_writer import ImportWriter
from .job_writer import JobWriter
from .lookup import job_of
from .repeats import import_key
from .uploading import Uploads

if TYPE_CHECKING:
    from ..importing.old_files import OldFiles
    from ..importing.one_row import OldJob
    from ..importing.rows import OldList

_log = logging.getLogger(__name__)

_BLOCK = 1 << 20
_TOGETHER = 100
"""So many jobs without files are written in one transaction; other writers wait that long."""
_NO_FILE = say("The job is imported without a file.")


@dataclass(slots=True)
class _Tally:
    """What is counted on the way."""

    by_status: Counter[Status] = field(default_factory=Counter)
    already: int = 0
    bytes: int = 0
    removed: int = 0
    refused: list[ImportNote] = field(default_factory=list)
    notes: list[ImportNote] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that may become a job: what it holds, its key, and what is said of it."""

    old: OldJob
    key: str
    notes: list[ImportNote]


@dataclass(frozen=True, slots=True)
class _Way:
    """How an import is done."""

    source: str
    files: OldFiles
    dry_run: bool
    move: bool
    without_file: bool


class Imports:
    """The door for jobs that were not born here. No mail leaves for them."""

    def __init__(
        self,
        database: Database,
        store: FileStore,
        clock: Clock,
        catalogs: CatalogCache,
        uploads: Uploads,
        writer: JobWriter,
        filing: Filing,
    ) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._catalogs = catalogs
        self._uploads = uploads
        self._writer = ImportWriter(writer)
        self._filing = filing

    @needs(Right.IMPORT)
    def run(
        self,
        old: OldList,
        files: Path,
        *,
        dry_run: bool = False,
        move: bool = False,
        without_file: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> ImportReport:
        """Take over the rows of ``old`` with their files below the folder ``files``.

        A row that was taken over before is known by its key and left alone, so that a run that
        was broken off is simply repeated. Files are copied through ``.incoming`` and hashed; with
        ``move`` the older file is removed once the copy stands in its place with the same hash.
        ``without_file`` takes jobs whose file is gone, too. With ``dry_run`` nothing is written.
        ``progress`` is told how many rows are done.

        Raises InvalidInput where that folder is not there; StoreUnavailable or StoreFull and stops:
        what was taken over stays.
        """
        from ..importing.examples import Examples
        from ..importing.old_files import OldFiles
        from ..importing.one_row import read_row

        if not files.is_dir():
            raise InvalidInput.of(
                "files",
                "folder_missing",
                say("There's no folder {folder}.", folder=str(files)),
                say("Use --files to name the folder that the list's paths start in."),
            )
        way = _Way(old.mapping.source, OldFiles(files), dry_run, move, without_file)
        tally, now = _Tally(), self._clock()
        newest = self._catalogs.newest()
        examples = Examples(old.mapping, newest.time_zone, newest.currency)
        seen: set[str] = set()
        count = 0
        for start in range(0, len(old.rows), _TOGETHER):
            some = old.rows[start : start + _TOGETHER]
            newest = self._catalogs.newest()
            readings = [read_row(row, old.mapping, newest, now) for row in some]
            earlier = self._brought([import_key(way.source, one.key) for one in readings])
            fileless: list[_Row] = []
            for row, reading in zip(some, readings, strict=True):
                count += 1
                if reading.key in seen:
                    twice = say("The key “{key}” appears twice.", key=reading.key[:40])
                    reading.refusals.append(("key", twice))
                if reading.refusals or reading.job is None:
                    tally.refused += [ImportNote(row.place, *why) for why in reading.refusals]
                else:
                    seen.add(reading.key)
                    examples.add(row, reading.job)
                    notes = [ImportNote(row.place, name, said) for name, said in reading.notes]
                    one = _Row(reading.job, import_key(way.source, reading.key), notes)
                    self._take(one, earlier.get(one.key, ""), way, tally, fileless)
                if progress is not None and not fileless:
                    progress(count)
            self._bring_together(fileless, way, tally)
            if progress is not None:
                progress(count)
        return ImportReport(
            dry_run=dry_run,
            rows=len(old.rows),
            imported=tally.by_status.total(),
            already=tally.already,
            by_status={status: n for status in Status if (n := tally.by_status[status])},
            bytes=tally.bytes,
            removed=tally.removed,
            refused=tuple(tally.refused),
            notes=tuple(tally.notes),
            unused_columns=old.unused,
            examples=examples.all(),
        )

    def _take(
        self, row: _Row, earlier: str, way: _Way, tally: _Tally, fileless: list[_Row]
    ) -> None:
        """Take over one row, or leave it in ``fileless`` for :meth:`_bring_together`.

        ``earlier`` is the id of the job that an earlier import made of it, "" if none did.
        """
        old = row.old
        path, why_not = way.files.find(old.file, old.file_name, old.status)
        if earlier:
            tally.already += 1
            if path is not None and way.move and not way.dry_run:
                self._remove_older(path, earlier, old.place, tally)
            return
        if path is None:
            if not way.without_file:
                tally.refused.append(ImportNote(old.place, "file", why_not))
                return
            row.notes.append(ImportNote(old.place, "file", sentences((why_not, _NO_FILE))))
            fileless.append(row)
            return
        self._bring_together(fileless, way, tally)  # the report keeps the list's order
        try:
            job_id = self._bring(row, path, way, tally)
        except FileRefused as refused:
            tally.refused.append(ImportNote(old.place, "file", refused.message))
            return
        _count(row, tally)
        if job_id and way.move:
            self._remove_older(path, job_id, old.place, tally)

    def _bring_together(self, rows: list[_Row], way: _Way, tally: _Tally) -> None:
        """Write jobs without files in one transaction, and empty the list.

        If that fails, each is written by itself: a row that can't be written takes none with it.
        """
        if rows and not way.dry_run:
            try:
                with self._database.write() as tx:
                    currency = self._catalogs.within(tx).currency
                    for row in rows:
                        self._writer.write(
                            tx,
                            row.old,
                            upload=None,
                            key=row.key,
                            source=way.source,
                            currency=currency,
                            now=self._clock(),
                        )
                self._filing.place(())
            except Exception:  # noqa: BLE001 - whatever it was, the row that it is about meets it again
                _log.info("%d rows are written one by one", len(rows), exc_info=True)
                for row in rows:
                    self._bring(row, None, way, tally)
        for row in rows:
            _count(row, tally)
        rows.clear()

    def _bring(self, row: _Row, path: Path | None, way: _Way, tally: _Tally) -> str:
        """Write the job and its file; gives its id, "" in a dry run."""
        old, key, notes = row.old, row.key, row.notes

        def check(name: str, head: bytes, size: int) -> str:
            try:
                return check_model(name, head, size, ALL_MODEL_ENDINGS)
            except PrintflowError as error:  # a slicer's file, or a model that was never good
                if not size:
                    raise
                if ending_of(name) in ALL_MODEL_ENDINGS:
                    notes.append(ImportNote(old.place, "file", error.message))
                return ending_of(name)

        if way.dry_run:
            if path is not None:
                with path.open("rb") as file:
                    size = path.stat().st_size
                    check(path.name, file.read(HEAD_BYTES), size)
                tally.bytes += size
            return ""
        upload = None
        if path is not None:
            upload = self._uploads.of_path(path, of_any_size=True)
        try:
            if upload is not None:
                upload.seal(check)
            with self._database.write() as tx:
                job_id = self._writer.write(
                    tx,
                    old,
                    upload=upload,
                    key=key,
                    source=way.source,
                    currency=self._catalogs.within(tx).currency,
                    now=self._clock(),
                )
                leased = self._filing.lease(tx, job_id)
        except DuplicateKey:  # another import was faster
            _discard(upload)
            if not (found := self._brought([key]).get(key, "")):
                raise
            return found
        except BaseException:
            _discard(upload)
            raise
        tally.bytes += upload.size if upload is not None else 0
        self._filing.place(leased)
        return job_id

    def _brought(self, keys: Sequence[str]) -> Mapping[str, str]:
        """By key, the ids of the jobs that an earlier import made of the same rows."""
        with self._database.read() as tx:
            return tx.jobs.ids_of_keys(keys)

    def _remove_older(self, path: Path, job_id: str, place: str, tally: _Tally) -> None:
        """Remove the older file if the store holds the same bytes in their place, and only then."""
        with self._database.read() as tx:
            file = job_of(tx, job_id).original
        try:
            here = self._store.sha256(file.on_disk, file.folder)
            proved = file.state is FileState.SETTLED and (_sha256(path) == file.sha256 == here)
            if proved:
                path.unlink()
                tally.removed += 1
                return
            why = say("The copy isn't in its place yet. Run the import again.")
        except OSError as error:
            why = said_by_system(error)
        left = say("{path} was left where it is. {why}", path=str(path), why=why)
        tally.notes.append(ImportNote(place, "file", left))


def _count(row: _Row, tally: _Tally) -> None:
    tally.by_status[row.old.status] += 1
    tally.notes += row.notes + _to_do(row.old)


def _to_do(old: OldJob) -> list[ImportNote]:
    """What staff have to do about a job that is not finished."""
    figures = None not in (old.grams, old.hours, old.cost_cents)
    if old.status is Status.PENDING:
        todo = say("The older link no longer works. Set the quote.")
        if figures:
            todo = say("The older link no longer works. Send the student a new one.")
        return [ImportNote(old.place, "status", todo)]
    if old.status in (Status.READYTOPRINT, Status.PRINTING, Status.COMPLETED) and (
        old.cost_cents is None
    ):
        return [ImportNote(old.place, "cost", say("The price is missing, but it must be paid."))]
    return []


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _discard(upload: Upload | None) -> None:
    if upload is not None:
        upload.discard()
