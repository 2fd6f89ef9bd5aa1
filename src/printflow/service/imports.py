"""Imports jobs from an older system, one transaction each: safe to interrupt and repeat."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..catalogs.cache import CatalogCache
from ..domain.agreement import Agreement
from ..domain.copies_by_hand import counts_of
from ..domain.event_kind import Correction
from ..domain.import_report import ImportNote, ImportReport
from ..domain.job import Actor, FileState, Job
from ..domain.ledger import Payment, Share
from ..domain.marking import mark
from ..domain.naming import ALL_MODEL_ENDINGS, ending_of
from ..domain.plate import shown_machines
from ..domain.rights import Right
from ..domain.status import ActorKind, Status, Trigger
from ..errors import FileRefused, InvalidInput, PrintflowError
from ..ports import (
    Clock,
    Database,
    DuplicateKey,
    FileStore,
    Transaction,
)
from ..runtime.named_paths import said_by_system
from ..runtime.permits import needs
from ..said import say, sentences
from ..uploads.file_type import HEAD_BYTES, check_model
from ..uploads.receiving import Upload
from .addresses import normal_email
from .filing import Filing
from .job_writer import JobWriter
from .lookup import job_of
from .plate_writer import PlateWriter
from .repeats import earlier_jobs, import_key
from .uploading import Uploads

if TYPE_CHECKING:
    from ..importing.old_files import OldFiles
    from ..importing.one_row import OldJob
    from ..importing.rows import OldList

_BLOCK = 1 << 20
_NO_FILE = say("The job is imported without a file.")
_BY = Actor(ActorKind.SYSTEM, mark("Import"))


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
        self._writer = writer
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
        ``progress`` is told the count after each row.

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
        examples = Examples(
            old.mapping, self._catalogs.newest().time_zone, self._catalogs.newest().currency
        )
        seen: set[str] = set()
        for count, row in enumerate(old.rows, 1):
            reading = read_row(row, old.mapping, self._catalogs.newest(), now)
            if reading.key in seen:
                twice = say("The key “{key}” appears twice.", key=reading.key[:40])
                reading.refusals.append(("key", twice))
            if reading.refusals or reading.job is None:
                tally.refused += [ImportNote(row.place, *why) for why in reading.refusals]
            else:
                seen.add(reading.key)
                examples.add(row, reading.job)
                notes = [ImportNote(row.place, name, said) for name, said in reading.notes]
                self._take(reading.job, notes, way, tally)
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

    def _take(self, old: OldJob, notes: list[ImportNote], way: _Way, tally: _Tally) -> None:
        key = import_key(way.source, old.key)
        path, why_not = way.files.find(old.file, old.file_name, old.status)
        earlier = self._brought(key)
        if earlier is not None:
            tally.already += 1
            if path is not None and way.move and not way.dry_run:
                self._remove_older(path, earlier.id, old.place, tally)
            return
        if path is None:
            if not way.without_file:
                tally.refused.append(ImportNote(old.place, "file", why_not))
                return
            notes.append(ImportNote(old.place, "file", sentences((why_not, _NO_FILE))))
        try:
            job_id = self._bring(old, path, key, way, notes, tally)
        except FileRefused as refused:
            tally.refused.append(ImportNote(old.place, "file", refused.message))
            return
        tally.by_status[old.status] += 1
        tally.notes += notes + _to_do(old)
        if job_id and path is not None and way.move:
            self._remove_older(path, job_id, old.place, tally)

    def _bring(
        self,
        old: OldJob,
        path: Path | None,
        key: str,
        way: _Way,
        notes: list[ImportNote],
        tally: _Tally,
    ) -> str:
        """Write the job and its file; gives its id, "" in a dry run."""

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
                job_id = self._write_old(tx, old, upload, key, way.source)
                leased = self._filing.lease(tx, job_id)
        except DuplicateKey:  # another import was faster
            _discard(upload)
            found = self._brought(key)
            if found is None:
                raise
            return found.id
        except BaseException:
            _discard(upload)
            raise
        tally.bytes += upload.size if upload is not None else 0
        self._filing.place(leased)
        return job_id

    def _brought(self, key: str) -> Job | None:
        """The job that an earlier import made of the same row."""
        return next(iter(earlier_jobs(self._database, key)), None)

    def _write_old(
        self, tx: Transaction, old: OldJob, upload: Upload | None, key: str, source: str
    ) -> str:
        now = self._clock()
        texts = {**old.texts, "student_email": normal_email(old.texts["student_email"])}
        request_id = tx.jobs.add_request(
            now=old.created_at,
            idempotency_key=key,
            student_name=texts["student_name"],
            student_email=texts["student_email"],
            agreement=Agreement("", "", ""),
            language="",
        )
        original = texts["original_name"] or (upload.file_name if upload else old.file_name)
        formed = ("student_name", "student_email", "discipline", "class_number", "method", "color")
        job_id = self._writer.add(
            tx,
            request_id=request_id,
            created_at=old.created_at,
            actor=texts["updated_by"] or _BY.name,
            status=old.status,
            values={
                **{field: texts[field] for field in (*formed, "printer")},
                "original_name": original,
                "currency": self._catalogs.within(tx).currency,
            },
            upload=upload,
            ending=upload.ending if upload else ending_of(old.file or old.file_name) or ".stl",
            now=now,
        )
        self._write_figures(tx, job_of(tx, job_id), old, now)
        if old.note:
            tx.history.add_note(
                job_id, at=old.status_since, author=_BY.name, text=old.note, for_student=False
            )
        self._write_history(tx, job_id, old, source, now)
        return job_id

    def _write_figures(self, tx: Transaction, job: Job, old: OldJob, now: datetime) -> None:
        tx.jobs.update(
            job,
            now=old.status_since,
            actor=old.texts["updated_by"] or _BY.name,
            status=old.status,
            values={
                "material": old.texts["material"],
                "grams": old.grams,
                "hours": old.hours,
                "cost_cents": old.cost_cents,
                "reasons": old.reasons if old.status is Status.REJECTED else (),
                "status_since": old.status_since,
                **counts_of(old.status, job.copies),
                # An import sends no mail: reminders begin with the next day that comes.
                "reminded_at": now if old.status is Status.COMPLETED else None,
            },
        )
        if old.status is Status.PRINTING:
            stored = tx.plates.machines()
            own = [
                one for one in shown_machines([job.printer], stored, ()) if one.model == job.printer
            ]
            PlateWriter(tx, old.status_since, _BY.name).start(job, own[0], job.quantity, None)

    def _write_history(
        self, tx: Transaction, job_id: str, old: OldJob, source: str, now: datetime
    ) -> None:
        """Submission at its own time, then the import as one step, dated when the status was
        reached: what lay between, the older system did not keep.
        """
        tx.history.add_event(
            job_id,
            at=old.created_at,
            trigger=Trigger.SUBMIT,
            source=None,
            dest=Status.UPLOADED,
            actor=Actor(ActorKind.STUDENT, old.texts["student_name"]),
            details={"imported": source},
        )
        told = {
            "from": source,
            "key": old.key,
            "imported_at": now.isoformat(timespec="seconds"),
            "confirmed_at": old.confirmed_at.isoformat(timespec="seconds")
            if old.confirmed_at
            else "",
            "last_changed_by": old.texts["updated_by"],
            "reasons": list(old.reasons),
        }
        event_id = tx.history.add_event(
            job_id,
            at=old.status_since,
            trigger=Correction.IMPORT,
            source=Status.UPLOADED,
            dest=old.status,
            actor=_BY,
            details={name: value for name, value in told.items() if value},
        )
        if old.status is Status.PAIDPICKEDUP:
            tx.ledger.add(_payment(job_of(tx, job_id), old, event_id))

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


def _payment(job: Job, old: OldJob, event_id: int) -> Payment:
    """What the older system has as paid: the price, on the day of the pick-up."""
    cents = old.cost_cents or 0
    return Payment(
        id=0,
        at=old.status_since,
        by=_BY.name,
        amount_cents=cents,
        currency=job.currency,
        method="imported",
        waived="" if cents else say("The older system had no price."),
        shares=(Share(job_id=job.id, amount_cents=cents, event_id=event_id),),
    )


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
