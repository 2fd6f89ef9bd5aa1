"""Taking a student's models: one request, one job for each model, all or none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from ..domain import lifecycle
from ..domain.attempt import Arguments, Facts, Outcome, Submission
from ..domain.effects import MailTemplate, SendMail
from ..domain.form_guards import MODELS_LIMIT, OF_EACH_MODEL, field_of_model
from ..domain.job import Actor, FileRole, Job
from ..domain.limits import Limit
from ..domain.naming import job_id_from, standard_name
from ..domain.status import ActorKind, Trigger
from ..domain.text import clean_line, clean_text
from ..errors import FileRefused, InvalidInput, Refusal, TransitionRefused
from ..ports import DuplicateKey, Placement, Transaction
from ..runtime.tokens import token_hash
from ..uploads.receiving import Upload, no_file, receive, receive_path
from .addresses import email_problem, normal_email
from .carry_out import CarryOut
from .desk import Desk
from .limits import count
from .received import MAILED_WITH, WITHHELD, mail_received, may_mail
from .repeats import form_key

_MEGABYTE = 1 << 20
_HOUR = timedelta(hours=1)
_RECEIVED = SendMail(MailTemplate.RECEIVED)

ModelFile = str | os.PathLike[str] | Upload
"""A path on this machine, or the bytes that came in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model of a submission: its file (or why it was refused on its way), its color, how many
    copies, and a note to staff.
    """

    file: ModelFile | FileRefused | None
    color: str
    quantity: int | str = 1
    note: str = ""


class SubmissionDesk(Desk):
    """Where models come in."""

    def receive(self, file_name: str, *, declared_size: int | None = None) -> Upload:
        """A sink for the bytes of a model that its sender calls ``file_name``.

        Sizes are in bytes. Raises FileMissing, FileTooLarge, StoreFull, StoreUnavailable.
        """
        settings = self.settings
        return receive(
            self._ports.store,
            self._ports.ids,
            file_name,
            limit=settings.max_upload_mb * _MEGABYTE,
            reserve=settings.disk_reserve_mb * _MEGABYTE,
            endings=settings.model_endings,
            declared_size=declared_size,
        )

    def submit(
        self,
        file: ModelFile | None,
        *,
        student: str,
        email: str,
        method: str,
        color: str,
        printer: str,
        discipline: str,
        class_number: str,
        acknowledge_minimum: bool,
        quantity: int | str = 1,
        note: str = "",
        idempotency_key: str = "",
        by: str = "",
    ) -> Job:
        """A new job from one model; see :meth:`submit_several`."""
        jobs = self.submit_several(
            [Model(file=file, color=color, quantity=quantity, note=note)],
            student=student,
            email=email,
            method=method,
            printer=printer,
            discipline=discipline,
            class_number=class_number,
            acknowledge_minimum=acknowledge_minimum,
            idempotency_key=idempotency_key,
            by=by,
        )
        return jobs[0]

    def submit_several(
        self,
        models: Sequence[Model],
        *,
        student: str,
        email: str,
        method: str,
        printer: str,
        discipline: str,
        class_number: str,
        acknowledge_minimum: bool,
        consent_version: str = "",
        idempotency_key: str = "",
        by: str = "",
        sender: str = "",
        browser: str = "",
    ) -> list[Job]:
        """New jobs, one for each model, of one request; all of them or none.

        The same content sent again with the same ``idempotency_key`` by the same ``browser`` (a
        secret that only that browser has) gives the same jobs again; anything else is new.
        ``consent_version`` is that of the texts the student saw, where there was a form. ``by``
        names the member of staff who submits for a student; ``sender`` is the network address that
        the settings' ``submissions_per_hour`` are counted by. Raises InvalidInput with every field that is wrong
        (the second model's are ``file-2``, ``color-2`` …), one of the FileRefused family when only
        one file is, TooManyRequests, StoreUnavailable or StoreFull. After any of them nothing is
        left behind.
        """
        shared = Submission(
            student_name=student,
            student_email=normal_email(email),
            discipline=discipline,
            class_number=class_number,
            print_method=method,
            color="",
            printer=printer,
            minimum_charge=acknowledge_minimum,
            original_name="",
            consent_version=consent_version,
        )
        given = list(models) or [Model(file=None, color="")]
        uploads = [model.file for model in given if isinstance(model.file, Upload)]
        key = ""
        try:
            _expect_few(given)
            given = [self._taken_in(model, uploads) for model in given]
            key = form_key(browser, idempotency_key, (by, *_content(shared, given)))
            if earlier := self._earlier(key):
                _discard(uploads)
                return earlier
            checked = self._checked(shared, given, by)
            job_ids, leased = self._accept(checked, key, by, sender, browser)
        except DuplicateKey:
            _discard(uploads)
            earlier = self._earlier(key)
            if not earlier:  # the other one was taken back at the last moment
                raise
            return earlier
        except BaseException:
            _discard(uploads)
            raise
        self._place(leased)
        with self._ports.database.read() as tx:
            return [self._job(tx, job_id) for job_id in job_ids]

    def _earlier(self, key: str) -> list[Job]:
        """The jobs that the request of that key (see ``repeats``) holds."""
        if not key:
            return []
        with self._ports.database.read() as tx:
            job_id = tx.jobs.request_of_key(key)
            job = tx.jobs.get(job_id) if job_id else None
            return list(tx.jobs.of_request(job.request_id)) if job else []

    def told_by_mail(self, job_id: str) -> bool:
        """Whether a mail left for the submission of that job, or leaves soon; raises NotFound.

        No more than a few an hour leave for forms with the same address.
        """
        with self._ports.database.read() as tx:
            self._job(tx, job_id)
            return not any(WITHHELD in event.details for event in tx.history.events(job_id))

    def _count_submission(self, tx: Transaction, sender: str) -> None:
        """Count what is taken against its sender's limit."""
        count(
            tx,
            Limit("submit", self.settings.submissions_per_hour, _HOUR).for_address(sender),
            self._ports.clock(),
            "Too many models came from your network address within the last hour.",
            next_step="Try again in {wait}, or ask the lab.",
        )

    # -- checking ---------------------------------------------------------------------------------

    def _taken_in(self, model: Model, uploads: list[Upload]) -> Model:
        """The model with its file's bytes in the store, or with why they cannot be."""
        if model.file is None or isinstance(model.file, FileRefused | Upload):
            return model
        settings = self.settings
        try:
            file = receive_path(
                self._ports.store,
                self._ports.ids,
                Path(model.file),
                limit=settings.max_upload_mb * _MEGABYTE,
                reserve=settings.disk_reserve_mb * _MEGABYTE,
                endings=settings.model_endings,
            )
        except FileRefused as error:
            return replace(model, file=error)
        uploads.append(file)
        return replace(model, file=file)

    def _checked(
        self, shared: Submission, models: Sequence[Model], by: str
    ) -> list[tuple[Submission, Upload]]:
        """Each model's own form with its sealed file; all that is wrong is said at once."""
        refusals: list[Refusal] = []
        refused: list[FileRefused] = []
        checked = []
        for number, model in enumerate(models, 1):
            form = replace(
                shared,
                color=model.color,
                quantity=str(model.quantity),
                note=model.note,
                original_name=_name_of(model.file),
            )
            refusals += self._form_refusals(form, by, number)
            try:
                checked.append((form, self._sealed(model.file)))
            except FileRefused as error:
                error.field = field_of_model("file", number)
                refused.append(error)
        if len(refused) == 1 and not refusals:
            raise refused[0]
        if refusals or refused:
            raise InvalidInput([*refusals, *(why for error in refused for why in error.refusals)])
        return checked

    def _sealed(self, file: ModelFile | FileRefused | None) -> Upload:
        if isinstance(file, FileRefused):
            raise file
        if not isinstance(file, Upload):
            raise no_file(self.settings.model_endings)
        file.seal()
        return file

    def _form_refusals(self, form: Submission, by: str, number: int) -> list[Refusal]:
        """What is wrong with the form, under the names of that model's fields."""
        named = replace(form, original_name=form.original_name or "?")  # files are judged apart
        try:
            lifecycle.fire(
                Trigger.SUBMIT,
                None,
                _sender(form, by),
                Arguments(submission=named),
                self._form_facts(form),
            )
        except TransitionRefused as refused:
            return [
                replace(reason, field=field_of_model(reason.field, number))
                for reason in refused.refusals
                if number == 1 or reason.field in OF_EACH_MODEL
            ]
        return []

    def _form_facts(self, form: Submission) -> Facts:
        allowed = self.settings.allowed_email_domains
        return Facts(
            now=self._ports.clock(),
            catalog=self.catalog,
            email_problem=email_problem(form.student_email, allowed),
        )

    # -- writing ----------------------------------------------------------------------------------

    def _accept(
        self,
        checked: Sequence[tuple[Submission, Upload]],
        key: str,
        by: str,
        sender: str,
        browser: str,
    ) -> tuple[list[str], list[Placement]]:
        """Write the jobs, their files, events and their one mail in one transaction; gives their
        ids, and the files that are to be placed.
        """
        first, _ = checked[0]
        actor, facts = _sender(first, by), self._form_facts(first)
        outcomes = [
            lifecycle.fire(Trigger.SUBMIT, None, actor, Arguments(submission=form), facts)
            for form, _ in checked
        ]
        values = outcomes[0].changes
        to = str(values["student_email"])
        with self._ports.database.write() as tx:
            self._count_submission(tx, sender)
            mailed = not browser or may_mail(tx, to, facts.now)
            request_id = tx.jobs.add_request(
                now=facts.now,
                idempotency_key=key,
                student_name=values["student_name"],
                student_email=to,
                consent_version=facts.catalog.texts.consent_version,
            )
            job_ids: list[str] = []
            told: dict[str, object] = {} if mailed else {WITHHELD: True}
            for outcome, (_, upload) in zip(outcomes, checked, strict=True):
                place = len(job_ids) + 1
                job_id, event_id = self._write_job(
                    tx, request_id, place, outcome, upload, actor, facts, told
                )
                if not job_ids:
                    first_event = event_id
                    told = told or {MAILED_WITH: job_id}
                job_ids.append(job_id)
            if mailed:
                mail_received(self._ports, tx, to, job_ids, first_event, facts.now)
            placer = self._ports.placer
            return job_ids, [one for job_id in job_ids for one in placer.lease(tx, job_id)]

    def _write_job(
        self,
        tx: Transaction,
        request_id: int,
        place: int,
        outcome: Outcome,
        upload: Upload,
        actor: Actor,
        facts: Facts,
        told: Mapping[str, object],
    ) -> tuple[str, int]:
        """Write one job with its file and event; gives the ids of job and event."""
        ports, values = self._ports, outcome.changes
        job_id = self._new_id(tx)
        name = standard_name(
            values["student_name"],
            values["method"],
            values["color"],
            job_id,
            transliterate=ports.transliterate,
        )
        tx.jobs.add(
            job_id,
            request_id=request_id,
            now=facts.now,
            actor=actor.name,
            status=outcome.dest,
            standard_name=name,
            token_hash=token_hash(ports.tokens.of_job(job_id)),
            values={**values, "request_place": place},
        )
        tx.files.add(
            job_id,
            role=FileRole.ORIGINAL,
            authoritative=True,
            name=f"{name}{upload.ending}",
            folder=outcome.dest.folder,
            last_seen="",
            incoming=upload.incoming,
            size=upload.size,
            sha256=upload.sha256,
            now=facts.now,
        )
        event_id = tx.history.add_event(
            job_id,
            at=facts.now,
            trigger=outcome.trigger,
            source=None,
            dest=outcome.dest,
            actor=actor,
            details={**outcome.details, **told},
        )
        carry_out = CarryOut(ports, tx, self._job(tx, job_id), actor, event_id, facts)
        for effect in outcome.effects:
            if effect != _RECEIVED:  # one mail tells of all jobs, once they are there
                carry_out(effect)
        return job_id, event_id

    def _new_id(self, tx: Transaction) -> str:
        while tx.jobs.exists(job_id := job_id_from(self._ports.ids(40))):
            pass
        return job_id


def _expect_few(models: Sequence[Model]) -> None:
    if len(models) > MODELS_LIMIT:
        raise InvalidInput.of(
            "file",
            "too_many_models",
            f"Up to {MODELS_LIMIT} models per submission; you chose more.",
            "Send the others in another submission.",
        )


def _content(shared: Submission, models: Sequence[Model]) -> Iterator[str]:
    """What makes a submission that one and no other: what was typed, and the files' bytes."""
    yield clean_line(shared.student_name)
    yield shared.student_email.strip()
    yield from (shared.discipline, clean_line(shared.class_number), shared.print_method)
    yield shared.printer
    for model in models:
        yield from (model.color, str(model.quantity), clean_text(model.note))
        yield _name_of(model.file)
        yield model.file.sha256 if isinstance(model.file, Upload) else ""


def _discard(uploads: Sequence[Upload]) -> None:
    for upload in uploads:
        upload.discard()


def _sender(form: Submission, by: str) -> Actor:
    staff = clean_line(by)
    if staff:
        return Actor(ActorKind.STAFF, staff)
    return Actor(ActorKind.STUDENT, clean_line(form.student_name)[:100])


def _name_of(file: ModelFile | FileRefused | None) -> str:
    if file is None or isinstance(file, FileRefused):
        return ""
    return file.file_name if isinstance(file, Upload) else Path(file).name
