"""Accepts a student's models: one request, one job for each model, all or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..domain import lifecycle
from ..domain.attempt import Arguments, Submission
from ..domain.form_guards import MODELS_LIMIT, field_of_model
from ..domain.identity import Student
from ..domain.job import Job
from ..domain.permit import STRANGER
from ..domain.question import QUESTIONS
from ..domain.scaling import Scaling, scaling_typed
from ..domain.status import Trigger
from ..domain.text import clean_line, clean_text
from ..errors import FileRefused, InvalidInput, TransitionRefused, UploadGone
from ..ports import Clock, Database, DuplicateKey, Placement
from ..runtime.permits import in_force
from ..said import say
from ..uploads.receiving import Upload
from .address_asking import AddressAsking
from .address_doubts import AddressDoubts
from .addresses import mailbox_of, normal_email
from .filing import Filing
from .form_check import FormCheck, Model, ModelFile, name_of, sender_of
from .languages import Languages
from .lookup import job_of
from .received import WITHHELD
from .repeats import earlier_jobs, form_key
from .scaling import Scalings
from .sign_in_wanted import expect_sign_in
from .staged_uploads import claim
from .submission_writer import SubmissionWriter
from .unpacking import Unpacking
from .uploading import Uploads


class Intake:
    """Where models come in."""

    def __init__(
        self,
        database: Database,
        uploads: Uploads,
        forms: FormCheck,
        writer: SubmissionWriter,
        filing: Filing,
        doubts: AddressDoubts,
        asking: AddressAsking,
        clock: Clock,
        unpacking: Unpacking,
        scalings: Scalings,
        languages: Languages,
        *,
        sign_in_required: bool = False,
    ) -> None:
        self._sign_in_required = sign_in_required
        self._database = database
        self._uploads = uploads
        self._forms = forms
        self._writer = writer
        self._filing = filing
        self._doubts = doubts
        self._asking = asking
        self._clock = clock
        self._unpacking = unpacking
        self._scalings = scalings
        self._languages = languages

    def receive(self, file_name: str, *, declared_size: int | None = None) -> Upload:
        """A sink for the bytes of a model that its sender calls ``file_name``.

        Sizes are in bytes. Raises FileMissing, FileTooLarge, StoreFull, StoreUnavailable.
        """
        return self._uploads.of_bytes(file_name, declared_size=declared_size)

    def unpacked(self, models: Sequence[Model]) -> tuple[list[Model], list[str]]:
        """The models with each ZIP replaced by those in it, which share its color, copies and note; and
        the names of the files in ZIPs that are no models.

        A ZIP that can't be taken stays, as why. :meth:`submit_several` unpacks by itself, too. Raises
        StoreUnavailable and StoreFull; all of the models' files are discarded then.
        """
        taken: list[Model] = []
        left_out: list[str] = []
        try:
            for model in models:
                found, others = self._unpacking.unpacked(model)
                taken += found
                left_out += others
        except BaseException:
            _discard([one.file for one in (*models, *taken) if isinstance(one.file, Upload)])
            raise
        return taken, left_out

    def submit(
        self,
        file: ModelFile | None,
        *,
        student: str,
        email: str,
        method: str,
        color: str,
        printer: str,
        class_number: str,
        acknowledge_minimum: bool,
        payer_code: str = "",
        quantity: int | str = 1,
        note: str = "",
        needed_by: str = "",
        own_material: bool = False,
        group: str = "",
        idempotency_key: str = "",
        by: str = "",
        language: str = "",
        **answers: str,
    ) -> Job:
        """A new job from one model; see :meth:`submit_several`."""
        jobs = self.submit_several(
            [Model(file=file, color=color, quantity=quantity, note=note)],
            student=student,
            email=email,
            method=method,
            printer=printer,
            class_number=class_number,
            acknowledge_minimum=acknowledge_minimum,
            needed_by=needed_by,
            own_material=own_material,
            group=group,
            payer_code=payer_code,
            idempotency_key=idempotency_key,
            by=by,
            language=language,
            person=None,
            **answers,
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
        class_number: str,
        acknowledge_minimum: bool,
        needed_by: str = "",
        own_material: bool = False,
        group: str = "",
        payer_code: str = "",
        consent_version: str = "",
        texts_seen: str = "",
        idempotency_key: str = "",
        by: str = "",
        sender: str = "",
        browser: str = "",
        known_browser: str | None = None,
        person: Student | None = None,
        kept_address: str | None = None,
        language: str = "",
        **answers: str,
    ) -> list[Job]:
        """New jobs, one for each model, of one request; all of them or none. A ZIP is the models in it.

        The same content sent again with the same ``idempotency_key`` by the same ``browser`` (a
        secret that only that browser has) gives the same jobs again; anything else is new.
        ``needed_by`` is the day as "2026-03-02", ``group`` the group that the student chose; staff who
        submit name it. ``answers`` are named as the form's questions: ``discipline``, and those of the method.
        ``payer_code`` is the code of who pays instead of the student.
        ``consent_version`` is that of the texts the student saw, where there was a form, and
        ``texts_seen`` their mark (:attr:`Catalog.form_agreement`): these are stored. ``by``
        names the member of staff who submits for a student; ``sender`` is the network address that
        the settings' ``submissions_per_hour`` are counted by. ``person`` is the student who is signed
        in: name and address are that person's, whatever ``student`` and ``email`` say. ``language``
        is the tag of what emails and pages of the request speak, one of ``lab.languages``; "" is
        the lab's own.

        A form says with ``known_browser`` that its student can confirm the address by email: the
        secret by which the browser is known for months, "" for one that keeps none. Where the
        settings' ``confirm_address`` is on, the jobs then wait (``job.unconfirmed``) until the
        student opens the link, or staff let them in; unless the student is signed in, or has
        confirmed the address for this browser before. Without it nothing waits.

        A form says with ``kept_address`` that its student can be asked about an address that looks
        mistyped, and which one was confirmed ("" = none so far): InvalidInput then has the code
        ADDRESS_DOUBTFUL at ``student_email``. Scripts and the command line leave it None, and
        nobody is asked; nor is who is signed in. Raises InvalidInput with every field that is wrong
        (the second model's are ``file-2``, ``color-2`` …), one of the FileRefused family when only
        one file is, TooManyRequests, StoreUnavailable or StoreFull. After any of them nothing is
        left behind.
        """
        if unknown := answers.keys() - {question.name for question in QUESTIONS}:
            raise TypeError(f"no questions of the form: {', '.join(sorted(unknown))}")
        if person is not None:
            student, email = person.name, person.email
        elif self._sign_in_required:
            expect_sign_in()
        shared = Submission(
            student_name=student,
            student_email=normal_email(email),
            class_number=class_number,
            print_method=method,
            color="",
            printer=printer,
            minimum_charge=acknowledge_minimum,
            original_name="",
            answers=answers,
            needed_by=needed_by.strip(),
            own_material=own_material,
            group=group.strip(),
            roles=person.roles if person is not None else (),
            payer_code=payer_code,
            consent_version=consent_version,
            texts_seen=texts_seen,
        )
        given = list(models) or [Model(file=None, color="")]
        uploads = [model.file for model in given if isinstance(model.file, Upload)]
        key = ""
        try:
            _expect_few(given)
            given = [self._taken_in(model, uploads) for model in given]
            given, _ = self.unpacked(given)
            uploads = [model.file for model in given if isinstance(model.file, Upload)]
            _expect_few(given)
            key = form_key(browser, idempotency_key, (by, *_content(shared, given)))
            if earlier := earlier_jobs(self._database, key):
                _discard(uploads)
                return earlier
            asked = kept_address if person is None else None
            known = self._knows(shared.student_email, person, known_browser)
            checked = self._forms.checked(shared, given, by, asked, known)
            scaled = self._scaled(given, [upload for _, upload in checked], uploads)
            unknown_sender = known_browser if person is None and not by else None
            job_ids, leased = self._accept(
                checked,
                scaled,
                given,
                known,
                key,
                by,
                sender,
                browser,
                unknown_sender,
                person,
                self._languages.known(language),
            )
        except (DuplicateKey, UploadGone, InvalidInput) as error:
            _discard(uploads)
            repeated = not isinstance(error, InvalidInput) or _names_what_is_gone(error)
            earlier = earlier_jobs(self._database, key) if repeated else []
            if (
                not earlier
            ):  # the other one was taken back at the last moment, or is another request
                raise
            return earlier
        except BaseException:
            _discard(uploads)
            raise
        self._filing.place(leased)
        with self._database.read() as tx:
            return [job_of(tx, job_id) for job_id in job_ids]

    def suggested_address(self, email: str) -> str:
        """The address that was perhaps meant by a mistyped one; "" when it looks right."""
        return self._doubts.suggested(email)

    def told_by_mail(self, job_id: str) -> bool:
        """Whether a mail left for the submission of that job, or leaves soon.

        No more than a few an hour leave for forms with the same address.
        """
        with self._database.read() as tx:
            return not any(WITHHELD in event.details for event in tx.history.events(job_id))

    def _knows(self, address: str, person: Student | None, browser: str | None) -> bool:
        """Whether it is sure that who submits is the address's owner: signed in, or in a browser
        for which the address was confirmed; or it is staff or a script.
        """
        if person is not None or in_force() != STRANGER:
            return True
        with self._database.read() as tx:
            return self._asking.known(tx, address, browser or "", self._clock())

    def _taken_in(self, model: Model, uploads: list[Upload]) -> Model:
        """The model with its file's bytes in the store, or with why they cannot be."""
        if model.file is None or isinstance(model.file, FileRefused | Upload):
            return model
        try:
            file = self._uploads.of_path(Path(model.file))
        except FileRefused as error:
            return replace(model, file=error)
        uploads.append(file)
        return replace(model, file=file)

    def _scaled(
        self, models: Sequence[Model], files: Sequence[Upload], uploads: list[Upload]
    ) -> list[tuple[Upload, Scaling] | None]:
        """Each model's scaled version, where its sender wanted one; ``uploads`` gets them, too."""
        made: list[tuple[Upload, Scaling] | None] = []
        for number, (model, file) in enumerate(zip(models, files, strict=True), 1):
            field = field_of_model("file", number)
            try:
                scaling = scaling_typed(model.read_as)
            except ValueError:
                raise InvalidInput.of(
                    field,
                    "unknown_scaling",
                    say("We don't know the unit of this model."),
                    say("Export it again, in millimeters."),
                ) from None
            if scaling is None:
                made.append(None)
                continue
            try:
                with file.read_back() as source:
                    upload = self._scalings.of(source, file.file_name, scaling)
            except FileRefused as error:
                error.field = field
                raise
            uploads.append(upload)
            made.append((upload, scaling))
        return made

    def _accept(
        self,
        checked: Sequence[tuple[Submission, Upload]],
        scaled: Sequence[tuple[Upload, Scaling] | None],
        models: Sequence[Model],
        known: bool,
        key: str,
        by: str,
        sender: str,
        browser: str,
        known_browser: str | None,
        person: Student | None,
        language: str,
    ) -> tuple[list[str], list[Placement]]:
        """Write everything in one transaction; gives the jobs' ids, and the files to be placed."""
        first, _ = checked[0]
        actor, files = sender_of(first, by), [upload for _, upload in checked]
        with self._database.write() as tx:
            # Two requests of one person at once don't both get what there is once.
            tx.limits.take_turns(mailbox_of(first.student_email))
            facts = self._forms.facts_within(tx, first, models, known)
            try:
                outcomes = [
                    lifecycle.fire(Trigger.SUBMIT, None, actor, Arguments(submission=form), facts)
                    for form, _ in checked
                ]
            except TransitionRefused as refused:
                raise InvalidInput(refused.refusals) from refused
            job_ids = self._writer.write(
                tx,
                outcomes,
                files,
                actor,
                facts,
                scaled=scaled,
                key=key,
                sender=sender,
                browser=browser,
                known_browser=known_browser,
                language=language,
            )
            claim(tx, files, self._clock)
            if person is not None:
                tx.identity.sent_by(job_ids, person.person_id)
            return job_ids, [one for job_id in job_ids for one in self._filing.lease(tx, job_id)]


def _expect_few(models: Sequence[Model]) -> None:
    if len(models) > MODELS_LIMIT:
        raise InvalidInput.of(
            "file",
            "too_many_models",
            say("Up to {most} models per submission. You chose more.", most=MODELS_LIMIT),
            say("Send the others in another submission."),
        )


def _content(shared: Submission, models: Sequence[Model]) -> Iterator[str]:
    """What makes a submission that one and no other: what was typed, and the files' bytes."""
    yield clean_line(shared.student_name)
    yield shared.student_email.strip()
    yield from (clean_line(shared.class_number), shared.print_method)
    yield from (clean_line(shared.payer_code),) if shared.payer_code else ()
    yield shared.printer
    yield from (shared.needed_by, "own" if shared.own_material else "", shared.group)
    yield from (shared.answers.get(question.name, "") for question in QUESTIONS)
    for model in models:
        yield from (model.color, str(model.quantity), clean_text(model.note))
        yield name_of(model.file)
        yield from (model.read_as,) if model.read_as else ()
        yield model.file.sha256 if isinstance(model.file, Upload) else ""


def _names_what_is_gone(error: InvalidInput) -> bool:
    return any(one.code == UploadGone.code for one in error.refusals)


def _discard(uploads: Sequence[Upload]) -> None:
    for upload in uploads:
        upload.discard()
