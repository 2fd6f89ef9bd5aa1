"""Students change what they sent, as long as nobody has looked at it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ..catalogs.cache import CatalogCache
from ..domain import edits
from ..domain.attempt import Facts
from ..domain.correction import before
from ..domain.event_kind import Correction
from ..domain.job import Actor, FileRole, Job
from ..domain.limit_counts import LimitOutcome
from ..domain.limits import Limit
from ..domain.own_changes import LimitsAfter, Way, limits_after, looked_at, way_to_change
from ..domain.status import ActorKind
from ..domain.text import clean_line
from ..errors import StaleJob, TransitionNotAllowed, TransitionRefused
from ..ports import Clock, Database, Placement, Transaction, Transliterate
from ..said import say
from ..settings import Settings
from ..uploads.receiving import Upload
from .addresses import mailbox_of
from .filing import Filing
from .in_place import put_in_place
from .limits import count
from .lookup import job_of, job_of_link
from .redrawing import redraw
from .renaming import rename_files, renamed
from .standing import standing_of

_HOUR = timedelta(hours=1)
_CHANGES = Limit("own change", 20, _HOUR)


class OwnChanges:
    """What the link to a job's page lets its student change."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogs: CatalogCache,
        settings: Settings,
        filing: Filing,
        transliterate: Transliterate,
    ) -> None:
        self._database = database
        self._clock = clock
        self._catalogs = catalogs
        self._settings = settings
        self._filing = filing
        self._transliterate = transliterate

    def change(
        self,
        token: str,
        *,
        color: str,
        quantity: str,
        note: str,
        file: Upload | None = None,
        seen_version: int | None = None,
        sender: str = "",
    ) -> Job:
        """Change color, number of copies and note to these, and the model to ``file``. The form's
        rules and the lab's limits apply again; the history keeps old and new.

        The same change twice is one. ``seen_version`` is the job's version that the page showed,
        ``sender`` the network address that a file is counted by. Raises NotFound,
        TransitionNotAllowed once staff have looked at it, StaleJob where it changed since the page
        was opened, TransitionRefused with what is wrong by field, the FileRefused family,
        TooManyRequests, StoreUnavailable and StoreFull; after any of them nothing has changed, and
        nothing of the file is left.
        """
        typed = {"color": color, "quantity": quantity, "note": note}
        leased: Sequence[Placement] = ()
        try:
            with self._database.read() as tx:  # no bytes are checked for what can't be changed
                self._expect_free(tx, job_of_link(tx, token))
            if file is not None:
                file.seal()
            with self._database.write() as tx:
                job = job_of_link(tx, token)
                tx.limits.take_turns(mailbox_of(job.student_email))
                job = job_of(tx, job.id)
                self._expect_free(tx, job)
                taken, leased = self._write(tx, job, typed, file, seen_version, sender)
        except BaseException:
            if file is not None:
                file.discard()
            raise
        if file is not None and not taken:
            file.discard()  # it is the job's file already
        self._filing.place(leased)
        with self._database.read() as tx:
            return job_of(tx, job.id)

    def _expect_free(self, tx: Transaction, job: Job) -> None:
        looked = looked_at(
            job,
            tx.history.events(job.id),
            tx.history.notes(job.id),
            tx.history.openings(job.id),
        )
        way = way_to_change(job, looked)
        if way is Way.CHANGE:
            return
        raise TransitionNotAllowed(
            say("Staff are already working on this, so it can't be changed here anymore.")
            if way is Way.ASK
            else say("This can't be changed anymore."),
            trigger=Correction.EDIT,
            status=job.status,
            allowed=(),
            next_step=say("Send staff a message with what you'd like to change."),
        )

    def _write(
        self,
        tx: Transaction,
        job: Job,
        typed: dict[str, str],
        file: Upload | None,
        seen_version: int | None,
        sender: str,
    ) -> tuple[bool, Sequence[Placement]]:
        """Write the change, if it is one; gives whether the file was taken, and what is to be placed."""
        actor = Actor(ActorKind.STUDENT, job.student_name)
        catalog, now = self._catalogs.within(tx), self._clock()
        facts = Facts(
            now=now,
            catalog=catalog,
            standing=standing_of(tx, job.student_email, catalog, now, but=job.id),
            person_known=self._settings.confirm_address,
        )
        changes, told = edits.edited(job, typed, actor, facts)
        if file is not None and file.sha256 == job.file.sha256:
            file = None
        if not changes and file is None:
            return False, ()
        if seen_version not in (None, job.version):
            raise _stale(job)
        limits = limits_after(job, edits.as_changed(job, changes), facts)
        if limits.refusals:
            raise TransitionRefused(limits.refusals)
        self._count(tx, job, facts, sender if file is not None else "")
        changes.update(limits.changes, **renamed(job, changes, self._transliterate))
        kept: dict[str, Any] = {}
        if file is not None:
            kept = self._replace(tx, job, file, changes, facts)
            told["file"] = [job.original_name, changes["original_name"]]
        if not tx.jobs.update(
            job,
            now=now,
            actor=actor.name,
            status=job.status,
            values={**changes, "student_changed_at": now},
        ):
            raise _stale(job)
        if rename_files(tx, job, changes, now):
            told = {**told, "files": [job.standard_name, changes["standard_name"]]}
        tx.history.add_event(
            job.id,
            at=now,
            trigger=Correction.EDIT,
            source=job.status,
            dest=job.status,
            actor=actor,
            details={"changed": told, **kept, "before": before(job, changes)},
        )
        self._count_limits(tx, limits, facts)
        redraw(tx, job.id, changes)
        return file is not None, self._filing.lease(tx, job.id)

    def _replace(
        self, tx: Transaction, job: Job, file: Upload, changes: dict[str, Any], facts: Facts
    ) -> dict[str, Any]:
        """The new file is what the student sent; the one before stays among the originals."""
        changes["original_name"] = clean_line(file.file_name)
        name = put_in_place(
            tx, job, file, FileRole.ORIGINAL, facts.now, changes.get("standard_name", "")
        )
        tx.files.becomes(job.original.id, FileRole.REPLACED)
        return {"file": name, "replaced": job.file.name}

    def _count(self, tx: Transaction, job: Job, facts: Facts, sender: str) -> None:
        per_hour = Limit("submit", self._settings.submissions_per_hour, _HOUR)
        count(
            tx,
            (*_CHANGES.for_account(job.id), *per_hour.for_address(sender)),
            facts.now,
            say("That was changed too often in the last hour."),
            next_step=say("Try again in {wait}, or send staff a message."),
        )

    @staticmethod
    def _count_limits(tx: Transaction, limits: LimitsAfter, facts: Facts) -> None:
        if limits.found:
            day = facts.catalog.open_days.day_of(facts.now)
            outcomes = [(LimitOutcome.LET_IN, one.code.value, one.rule) for one in limits.found]
            tx.limits.count(day, outcomes)


def _stale(job: Job) -> StaleJob:
    return StaleJob(
        say("This job has changed since you opened this page."),
        trigger=Correction.EDIT,
        status=job.status,
        allowed=(),
        next_step=say("Check what it says now, then change it again if you still need to."),
    )
