"""Exports or erases everything that is stored about one person."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.history import JobDetails
from ..domain.identity import Person, SignInRecord
from ..domain.incoming import IncomingMail
from ..domain.job import Actor, Job
from ..domain.people import ChangeKind
from ..domain.person_rules import PersonRule
from ..domain.retention import Part, PurgeReport
from ..domain.rights import Right
from ..domain.status import Status, Trigger
from ..errors import InvalidInput, Refusal, TransitionRefused
from ..ports import Clock, Database
from ..runtime.permits import needs
from ..said import say, say_n
from .acting import staff_actor
from .address_asking import AddressAsking
from .addresses import mailbox_of, normal_email
from .changes import ChangedBy
from .jobs import Jobs
from .lookup import job_of
from .removal import Removal
from .stale import stale

_AT_REQUEST = say("at the person's request")

_OF_A_PERSON = (Part.FILES, Part.MAILS, Part.PAYMENTS, Part.PERSONAL)
"""What of a job is about the student. The address is deleted last: by it the rest is found again, should
this be broken off."""
_ENDED = tuple(status for status in Status if status.closed)


class PersonalData:
    """The jobs of an email address, as their student may ask for."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        jobs: Jobs,
        removal: Removal,
        asking: AddressAsking,
    ) -> None:
        self._asking = asking
        self._database = database
        self._clock = clock
        self._jobs = jobs
        self._removal = removal

    @needs(Right.EXPORT_PEOPLE)
    def export(self, email: str, *, by: str = "", station: str = "") -> tuple[JobDetails, ...]:
        """All that is stored of the jobs of an address; raises InvalidInput when there are none, and
        nobody has signed in with it.

        Who exports it, ``by`` and ``station``, is written down in the lab's record.
        """
        jobs = self._jobs_of(email, known=self._is_known(email))
        found = tuple(self._jobs.details(job.id) for job in jobs)
        self._note(
            ChangeKind.PERSON_EXPORTED,
            ChangedBy(by, station),
            [details.job.id for details in found],
            person=normal_email(email),
        )
        return found

    def _note(self, kind: ChangeKind, who: ChangedBy, job_ids: list[str], **details: str) -> None:
        subject = say_n("{count} job", "{count} jobs", len(job_ids))
        with self._database.write() as tx:
            who.record(tx, kind, subject, self._clock(), **details, jobs=job_ids)

    @needs(Right.EXPORT_PEOPLE)
    def emails(self, email: str) -> tuple[tuple[IncomingMail, bytes], ...]:
        """The emails that came in from an address or about its jobs, each as it was kept (b"" where
        it wasn't)."""
        address = normal_email(email)
        with self._database.read() as tx:
            jobs = tx.jobs.of_email(address, limit=None)
            found = [mail for job in jobs for mail in tx.incoming.of_job(job.id)]
            found += [mail for mail in tx.incoming.of_sender(address) if mail.job_id is None]
            return tuple((mail, tx.incoming.original(mail.id) or b"") for mail in found)

    @needs(Right.EXPORT_PEOPLE)
    def sign_ins(self, email: str) -> tuple[tuple[Person, tuple[SignInRecord, ...]], ...]:
        """Whom a provider knows by an address, each with what is kept of their sign-ins."""
        with self._database.read() as tx:
            return tuple(
                (person, tuple(tx.identity.records_of(person.id)))
                for person in tx.identity.people_of(normal_email(email))
            )

    @needs(Right.EXPORT_PEOPLE)
    def decisions(self, email: str) -> tuple[PersonRule, ...]:
        """What staff decided about the person: blocks, and exceptions from the lab's limits."""
        with self._database.read() as tx:
            return tuple(tx.limits.rules_of(mailbox_of(email), ended=True))

    @needs(Right.ERASE_PEOPLE)
    def erase(self, email: str, *, by: str, station: str = "") -> PurgeReport:
        """Remove a person's files, mails and data; their payments stay without a name.

        Call it again while the report says that something waits for its files. Raises
        InvalidInput for an unknown address or without a name, TransitionRefused when a job is
        still under way (nothing is removed then).
        """
        actor = staff_actor(by, "")
        jobs = self._jobs_of(email, known=self._is_known(email))
        if open_ones := [
            job.id for job in jobs if job.status not in _ENDED and not job.unconfirmed
        ]:
            raise TransitionRefused(
                [
                    Refusal(
                        "job_open",
                        say(
                            "Some of this person's jobs are still open: {job_ids}.",
                            job_ids=", ".join(open_ones),
                        ),
                        "email",
                        say("Reject them or mark them as picked up first."),
                    )
                ]
            )
        removed: list[tuple[str, Part]] = []
        waiting: list[tuple[str, Part]] = []
        archived = tuple(job.id for job in jobs if self._put_away(job, actor))
        mails = self._removal.mails_of_no_job(
            self._clock(), to=normal_email(email), of_jobs=[job.id for job in jobs]
        )
        with self._database.write() as tx:
            tx.incoming.forget([mail.id for mail in tx.incoming.of_sender(normal_email(email))])
        for part in _OF_A_PERSON:
            with self._database.read() as tx:
                due = [job.id for job in jobs if part not in tx.retention.removed(job.id)]
            gone = self._removal.of_jobs(due, part, actor, _AT_REQUEST)
            removed += [(job_id, part) for job_id in due if job_id in gone]
            waiting += [(job_id, part) for job_id in due if job_id not in gone]
        self._forget_person(email)
        job_ids = [job.id for job in jobs]
        self._note(ChangeKind.PERSON_ERASED, ChangedBy(actor.name, station), job_ids)
        return PurgeReport(archived, tuple(removed), tuple(waiting), mails)

    def _forget_person(self, email: str) -> None:
        """Who signed in at the provider with that address is known no longer, and no browser is
        known for it.
        """
        with self._database.write() as tx:
            for person in tx.identity.people_of(normal_email(email)):
                tx.identity.forget_person(person.id)
            self._asking.forget(tx, email)
            tx.limits.forget(mailbox_of(email))

    def _is_known(self, email: str) -> bool:
        """Whether someone has signed in at the provider with that address."""
        with self._database.read() as tx:
            return bool(tx.identity.people_of(normal_email(email)))

    def _jobs_of(self, email: str, *, known: bool = False) -> Sequence[Job]:
        """The jobs of an address. One that is only ``known`` may have none."""
        address = normal_email(email)
        with self._database.read() as tx:
            jobs = tx.jobs.of_email(address, limit=None)
        if address and (jobs or known):
            return jobs
        raise InvalidInput.of(
            "email",
            "person_unknown",
            say("There's no job for {address}.", address=address[:100]),
            say("Enter the whole address, as shown on the job."),
        )

    def _put_away(self, job: Job, actor: Actor) -> bool:
        """Archive an ended job now: a request does not wait for the period."""
        if job.status is Status.ARCHIVED or job.unconfirmed:
            return False
        with self._database.write() as tx:
            now = self._clock()
            fresh = job_of(tx, job.id)
            values = {"status_since": now}
            if fresh.status not in _ENDED or not tx.jobs.update(
                fresh, now=now, actor=actor.name, status=Status.ARCHIVED, values=values
            ):
                raise stale(fresh, Trigger.ARCHIVE, tx.history.last_event(job.id))
            tx.history.add_event(
                job.id,
                at=now,
                trigger=Trigger.ARCHIVE,
                source=fresh.status,
                dest=Status.ARCHIVED,
                actor=actor,
                details={"why": _AT_REQUEST},
            )
            tx.files.belongs(fresh.file.id, Status.ARCHIVED.folder, authoritative=True, now=now)
        return True
