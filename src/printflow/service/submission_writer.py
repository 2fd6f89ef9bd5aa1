"""Writes a submission: its request, its jobs, their events, and one email for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from ..domain.attempt import Facts, Outcome
from ..domain.effects import MailTemplate, SendMail
from ..domain.job import Actor
from ..domain.limits import Limit
from ..domain.scaling import Scaling
from ..ports import Transaction
from ..said import say
from ..uploads.receiving import Upload
from .address_asking import AddressAsking
from .effect_writer import EffectWriter
from .job_writer import JobWriter
from .limits import count
from .lookup import job_of
from .mail_queue import MailQueue
from .received import MAILED_WITH, WITHHELD, mail_received, may_mail
from .scaling import write_as_scaled

_HOUR = timedelta(hours=1)
_RECEIVED = SendMail(MailTemplate.RECEIVED)


class SubmissionWriter:
    """``per_hour`` models are taken from one network address (0 = without end)."""

    def __init__(
        self,
        jobs: JobWriter,
        effects: EffectWriter,
        mails: MailQueue,
        asking: AddressAsking,
        *,
        per_hour: int,
    ) -> None:
        self._asking = asking
        self._jobs = jobs
        self._effects = effects
        self._mails = mails
        self._per_hour = per_hour

    def write(
        self,
        tx: Transaction,
        outcomes: Sequence[Outcome],
        uploads: Sequence[Upload],
        actor: Actor,
        facts: Facts,
        *,
        scaled: Sequence[tuple[Upload, Scaling] | None] = (),
        key: str,
        sender: str,
        browser: str,
        known_browser: str | None = None,
        language: str = "",
    ) -> list[str]:
        """Write a job for each outcome with its upload; gives their ids. ``scaled`` are the versions to
        print of those that were scaled.

        ``sender`` is the network address that is counted; a ``browser`` may be mailed only so
        often. With a ``known_browser`` (its secret, or "" for one that has none) the jobs wait for
        their address, where the lab wants that. ``language`` is what the student's emails will be
        in; "" is the lab's own. Raises TooManyRequests.
        """
        count(
            tx,
            Limit("submit", self._per_hour, _HOUR).for_address(sender),
            facts.now,
            say("Too many models came from your network address in the last hour."),
            next_step=say("Try again in {wait}, or ask the lab."),
        )
        values = outcomes[0].changes
        to = str(values["student_email"])
        waits = known_browser is not None and self._asking.wanted(tx, to, known_browser, facts.now)
        mailed = not waits and (not browser or may_mail(tx, to, facts.now))
        request_id = tx.jobs.add_request(
            now=facts.now,
            idempotency_key=key,
            student_name=values["student_name"],
            student_email=to,
            agreement=facts.catalog.form_agreement,
            language=language,
        )
        told: dict[str, object] = {} if mailed else {WITHHELD: True}
        job_ids: list[str] = []
        for outcome, upload in zip(outcomes, uploads, strict=True):
            job_id = self._jobs.add(
                tx,
                request_id=request_id,
                created_at=facts.now,
                actor=actor.name,
                status=outcome.dest,
                values={
                    **outcome.changes,
                    "request_place": len(job_ids) + 1,
                    "unconfirmed_since": facts.now if waits else None,
                },
                upload=upload,
                ending=upload.ending,
                now=facts.now,
            )
            event_id = self._tell(tx, job_id, outcome, actor, facts, told)
            if not job_ids:
                first_event = event_id
                told = told or {MAILED_WITH: job_id}
            job_ids.append(job_id)
            if one := scaled[len(job_ids) - 1] if scaled else None:
                write_as_scaled(tx, job_of(tx, job_id), *one, actor, facts.now)
        if waits:
            self._asking.ask(tx, job_of(tx, job_ids[0]), known_browser or "", sender, facts.now)
        elif mailed:
            mail_received(self._mails, tx, to, job_ids, first_event, facts.now)
        return job_ids

    def _tell(
        self,
        tx: Transaction,
        job_id: str,
        outcome: Outcome,
        actor: Actor,
        facts: Facts,
        told: Mapping[str, object],
    ) -> int:
        """Write the event of one job, and what follows from it; gives the event's id."""
        event_id = tx.history.add_event(
            job_id,
            at=facts.now,
            trigger=outcome.trigger,
            source=None,
            dest=outcome.dest,
            actor=actor,
            details={**outcome.details, **told},
        )
        # One email names all jobs, once they are there.
        effects = [effect for effect in outcome.effects if effect != _RECEIVED]
        self._effects.write(tx, job_of(tx, job_id), actor, event_id, facts, effects)
        return event_id
