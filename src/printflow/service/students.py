"""What students ask: submit a model, look at a job, answer a quote."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from ..domain import lifecycle
from ..domain.attempt import Arguments, Facts, Outcome, Submission
from ..domain.effects import MailTemplate
from ..domain.history import QuotePage
from ..domain.job import Actor, FileRole, Job, LinkState
from ..domain.naming import job_id_from, standard_name
from ..domain.status import ActorKind, Status, Trigger
from ..domain.text import clean_line
from ..errors import (
    FileRefused,
    InvalidInput,
    LinkExpired,
    LinkOvertaken,
    TooManyRequests,
    TransitionNotAllowed,
    TransitionRefused,
)
from ..intake import Upload, no_file, receive, receive_path
from ..ports import DuplicateKey, Transaction
from ..tokens import token_hash
from .addresses import email_problem
from .carry_out import CarryOut, add_mail
from .desk import no_job, no_link
from .transition import Request, TransitionDesk

_MEGABYTE = 1 << 20
_LINKS_EVERY = timedelta(minutes=10)


class StudentDesk(TransitionDesk):
    """The public side of the lab."""

    # -- submitting -----------------------------------------------------------------------------

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
            declared_size=declared_size,
        )

    def submit(
        self,
        file: str | os.PathLike[str] | Upload | None,
        *,
        student: str,
        email: str,
        method: str,
        color: str,
        printer: str,
        discipline: str,
        class_number: str,
        acknowledge_minimum: bool,
        idempotency_key: str = "",
        by: str = "",
    ) -> Job:
        """A new job from a model: a path on this machine, or an :class:`Upload`.

        The same ``idempotency_key`` gives the same job again. ``by`` names the member of staff
        who submits for a student. Raises InvalidInput with every field that is wrong, one of the
        FileRefused family when only the file is, StoreUnavailable or StoreFull. After any of
        them nothing is left behind.
        """
        form = Submission(
            student_name=student,
            student_email=email,
            discipline=discipline,
            class_number=class_number,
            print_method=method,
            color=color,
            printer=printer,
            minimum_charge=acknowledge_minimum,
            original_name=_name_of(file),
        )
        upload = file if isinstance(file, Upload) else None
        try:
            if (earlier := self._earlier(idempotency_key)) is not None:
                if upload is not None:
                    upload.discard()
                return earlier
            refusals = self._form_refusals(form, by)
            try:
                if file is None:
                    raise no_file()
                if not isinstance(file, Upload):
                    file = upload = self._read(Path(file))
                file.seal()
            except FileRefused as refused:
                if refusals is None:
                    raise
                raise InvalidInput((*refusals.refusals, *refused.refusals)) from refused
            if refusals is not None:
                raise InvalidInput(refusals.refusals)
            job_id = self._accept(form, file, idempotency_key, by)
        except DuplicateKey:
            self._discard(upload)
            earlier = self._earlier(idempotency_key)
            if earlier is None:  # the other one was taken back at the last moment
                raise
            return earlier
        except BaseException:
            self._discard(upload)
            raise
        self._settle_files(job_id)
        with self._ports.database.read() as tx:
            return self._job(tx, job_id)

    def _discard(self, upload: Upload | None) -> None:
        if upload is not None:
            upload.discard()

    def _read(self, path: Path) -> Upload:
        settings = self.settings
        return receive_path(
            self._ports.store,
            self._ports.ids,
            path,
            limit=settings.max_upload_mb * _MEGABYTE,
            reserve=settings.disk_reserve_mb * _MEGABYTE,
        )

    def _earlier(self, idempotency_key: str) -> Job | None:
        if not idempotency_key:
            return None
        with self._ports.database.read() as tx:
            job_id = tx.jobs.request_of_key(idempotency_key)
            return tx.jobs.get(job_id) if job_id else None

    def _form_refusals(self, form: Submission, by: str) -> TransitionRefused | None:
        """What is wrong with the form; a missing file is told apart from it."""
        try:
            lifecycle.fire(
                Trigger.SUBMIT,
                None,
                _sender(form, by),
                Arguments(submission=replace(form, original_name=form.original_name or "?")),
                self._form_facts(form),
            )
        except TransitionRefused as refused:
            return refused
        return None

    def _form_facts(self, form: Submission) -> Facts:
        allowed = self.settings.allowed_email_domains
        return Facts(
            now=self._ports.clock(),
            catalog=self.catalog,
            email_problem=email_problem(form.student_email, allowed),
        )

    def _accept(self, form: Submission, upload: Upload, key: str, by: str) -> str:
        """Write the job, its file, its event and its mail; gives the new id."""
        ports, actor, facts = self._ports, _sender(form, by), self._form_facts(form)
        outcome = lifecycle.fire(Trigger.SUBMIT, None, actor, Arguments(submission=form), facts)
        with ports.database.write() as tx:
            job_id = self._new_id(tx)
            request_id = tx.jobs.add_request(
                now=facts.now,
                idempotency_key=key,
                student_name=outcome.changes["student_name"],
                student_email=outcome.changes["student_email"],
                consent_version=facts.catalog.texts.consent_version,
            )
            self._write_job(tx, job_id, request_id, outcome, upload, actor, facts)
        return job_id

    def _write_job(
        self,
        tx: Transaction,
        job_id: str,
        request_id: int,
        outcome: Outcome,
        upload: Upload,
        actor: Actor,
        facts: Facts,
    ) -> None:
        ports, values = self._ports, outcome.changes
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
            values=values,
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
            details=outcome.details,
        )
        carry_out = CarryOut(ports, tx, self._job(tx, job_id), actor, event_id, facts)
        for effect in outcome.effects:
            carry_out(effect)

    def _new_id(self, tx: Transaction) -> str:
        while tx.jobs.exists(job_id := job_id_from(self._ports.ids(40))):
            pass
        return job_id

    # -- looking ----------------------------------------------------------------------------------

    def job_by_token(self, token: str) -> Job:
        """The job of a status page's link; raises NotFound."""
        with self._ports.database.read() as tx:
            job = tx.jobs.of_token(token_hash(token))
        if job is None:
            raise no_job()
        return job

    def status_url(self, job: Job) -> str:
        """The address of the student's own page of the job."""
        return f"{self.settings.effective_base_url}/jobs/{self._ports.tokens.of_job(job.id)}"

    def mail_my_links(self, email: str) -> None:
        """Mail the links of all jobs of an address to it, if it is known; says nothing else.

        Raises InvalidInput when it cannot be an address.
        """
        if problem := email_problem(email, ()):
            raise InvalidInput.of("student_email", "student_email_invalid", problem)
        address, now = email.strip(), self._ports.clock()
        with self._ports.database.write() as tx:
            key = f"links/{address.lower()[:100]}"
            recent, _ = tx.lab.count(key, now - _LINKS_EVERY)
            jobs = tx.jobs.of_email(address)
            if recent or not jobs:
                return
            tx.lab.add_count(key, now)
            add_mail(
                self._ports,
                tx,
                template=MailTemplate.FIND_JOBS,
                recipient=jobs[0].student_email,
                job_id=None,
                event_id=None,
                confirmation_id=None,
                context={"job_ids": [job.id for job in jobs]},
                now=now,
            )
        self._ports.dispatcher.wake()

    # -- answering a quote --------------------------------------------------------------------------

    def quote_page(self, token: str) -> QuotePage:
        """What stands behind a confirmation link; raises NotFound. Changes nothing."""
        with self._ports.database.read() as tx:
            quote = tx.quotes.of_token(token_hash(token))
            if quote is None:
                raise no_link()
            newest = tx.quotes.newest(quote.job_id)
            events = tx.history.events(quote.job_id)
            return QuotePage(
                job=self._job(tx, quote.job_id),
                quote=quote,
                state=quote.state(self._ports.clock()),
                newest=newest is not None and newest.id == quote.id,
                confirmed=any(
                    event.trigger is Trigger.CONFIRM and event.at == quote.used_at
                    for event in events
                ),
            )

    def confirm_by_link(self, token: str, *, consent: bool) -> QuotePage:
        """The student agrees to the quote. Doing so twice shows the same answer again.

        Raises NotFound, LinkExpired, LinkOvertaken, TransitionRefused (no consent).
        """
        return self._answer(token, Trigger.CONFIRM, Arguments(consent=consent, by_link=True))

    def decline_by_link(self, token: str, *, text: str = "") -> QuotePage:
        """The student turns the quote down, with a word why if they like. Raises as confirming."""
        return self._answer(token, Trigger.DECLINE, Arguments(text=text, by_link=True))

    def resend_by_link(self, token: str) -> QuotePage:
        """A new link by mail, asked for on the page of an expired one.

        Raises NotFound, LinkOvertaken, TooManyRequests.
        """
        page = self.quote_page(token)
        if page.state is not LinkState.EXPIRED or not page.newest:
            raise overtaken(page)
        try:
            self._pull(self._of_student(page, token, Trigger.RESEND, Arguments(by_link=True)))
        except TransitionNotAllowed:
            raise overtaken(page) from None
        except TransitionRefused as refused:
            reason = refused.refusals[0]
            raise TooManyRequests(
                reason.message,
                retry_after=self.settings.resend_minutes * 60,
                next_step=reason.next_step,
            ) from refused
        return page

    def _of_student(
        self, page: QuotePage, token: str, trigger: Trigger, args: Arguments
    ) -> Request:
        return Request(
            trigger=trigger,
            job_id=page.job.id,
            actor=Actor(ActorKind.STUDENT, page.job.student_name),
            args=args,
            quote_of=lambda tx: tx.quotes.of_token(token_hash(token)),
        )

    def _answer(self, token: str, trigger: Trigger, args: Arguments) -> QuotePage:
        page = self.quote_page(token)
        if page.state is LinkState.USED:
            return page
        if page.state is LinkState.VOID:
            raise overtaken(page)
        try:
            self._pull(self._of_student(page, token, trigger, args))
        except TransitionNotAllowed:
            # Somebody was faster: the same student in another tab, or staff.
            page = self.quote_page(token)
            if page.state is not LinkState.USED:
                raise overtaken(page) from None
            return page
        except TransitionRefused as refused:
            codes = {reason.code for reason in refused.refusals}
            if "link_expired" in codes:
                raise LinkExpired(
                    "This link has expired.", next_step="Ask for a new one on its page."
                ) from refused
            if codes & {"link_overtaken", "quote_changed"}:
                raise overtaken(page) from refused
            raise
        return self.quote_page(token)


def overtaken(page: QuotePage) -> LinkOvertaken:
    """The refusal of a link that no longer counts."""
    if page.job.status is Status.PENDING:
        return LinkOvertaken(
            "A newer quote took this link's place.", next_step="The newest mail counts."
        )
    return LinkOvertaken(
        f"This job is {page.job.status.label!r} now, so this link no longer counts.",
        next_step="The newest mail counts.",
    )


def _sender(form: Submission, by: str) -> Actor:
    staff = clean_line(by)
    if staff:
        return Actor(ActorKind.STAFF, staff)
    return Actor(ActorKind.STUDENT, clean_line(form.student_name)[:100])


def _name_of(file: str | os.PathLike[str] | Upload | None) -> str:
    if file is None:
        return ""
    return file.file_name if isinstance(file, Upload) else Path(file).name
