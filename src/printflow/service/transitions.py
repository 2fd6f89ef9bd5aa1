"""Fires triggers: the only way a job changes its status."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from ..domain import lifecycle
from ..domain.attempt import FileFact
from ..domain.job import Job
from ..ports import Clock, Database, Placement, RenderedMail
from .composer import Composer
from .file_facts import FileFacts
from .filing import Filing
from .firing import Firing, Request
from .lookup import job_of
from .stale import stale, told

__all__ = ["MailPreview", "Request", "Transitions"]

_TRIES = 5


class Transitions:
    """Looks at the share first, then writes everything in one transaction."""

    def __init__(
        self, database: Database, clock: Clock, facts: FileFacts, firing: Firing, filing: Filing
    ) -> None:
        self._database = database
        self._clock = clock
        self._facts = facts
        self._firing = firing
        self._filing = filing

    def pull(self, request: Request) -> Job:
        """Pull the trigger; gives the job as it is afterwards.

        Raises NotFound, StaleJob, TransitionNotAllowed, TransitionRefused, StoreUnavailable,
        DatabaseBusy. After any of them nothing has changed.
        """
        for _ in range(_TRIES):
            seen = _seen(self._database, request)
            leased = self._commit(seen, request, _chosen(self._facts, seen, request))
            if leased is not None:
                break
        else:
            with self._database.read() as tx:
                job = job_of(tx, request.job_id)
                raise stale(job, request.trigger, tx.history.last_event(job.id))
        self._filing.place(leased)
        with self._database.read() as tx:
            return job_of(tx, seen.id)

    def _commit(
        self, seen: Job, request: Request, chosen: FileFact | None
    ) -> Sequence[Placement] | None:
        """Write the transition; gives the files to be placed, None when the job changed since it
        was seen.
        """
        now = self._clock()
        with self._database.write() as tx:
            job = job_of(tx, seen.id)
            if job.version != seen.version:
                return None
            self._firing(tx, job, request, chosen, now)
            return self._filing.lease(tx, job.id)


class MailPreview:
    """What mails a trigger would send: everything is done, and taken back."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        facts: FileFacts,
        firing: Firing,
        composer: Composer,
    ) -> None:
        self._database = database
        self._clock = clock
        self._facts = facts
        self._firing = firing
        self._composer = composer

    def mails(self, request: Request) -> list[RenderedMail]:
        """The mails, without pictures. Raises as :meth:`Transitions.pull`."""
        seen = _seen(self._database, request)
        chosen = _chosen(self._facts, seen, request)
        mails: list[RenderedMail] = []
        with suppress(_OnlyLooking), self._database.write() as tx:
            job = job_of(tx, seen.id)
            known = {mail.id for mail in tx.outbox.of_job(job.id)}
            self._firing(tx, job, request, chosen, self._clock())
            new = [mail for mail in tx.outbox.of_job(job.id) if mail.id not in known]
            mails = [self._composer.within(tx, mail) for mail in new]
            raise _OnlyLooking
        return mails


class _OnlyLooking(Exception):
    """Ends a transaction that was never meant to be kept."""


def _seen(database: Database, request: Request) -> Job:
    """The job before the change; refuses early what needs no look at the share."""
    with database.read() as tx:
        job = job_of(tx, request.job_id)
        if not lifecycle.row(request.trigger).of(job):
            refused = lifecycle.not_allowed(request.trigger, job, request.actor.kind)
            raise told(refused, tx.history.last_event(job.id))
        if request.expected_version not in (None, job.version):
            raise stale(job, request.trigger, tx.history.last_event(job.id))
    return job


def _chosen(facts: FileFacts, job: Job, request: Request) -> FileFact | None:
    """What the share says of the file that an approval would print; None for other triggers."""
    return facts.chosen(job, request.args.file) if request.trigger.record.prices else None
