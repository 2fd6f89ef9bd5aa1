"""Writes the effects of a transition in its transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from ..domain.attempt import Facts
from ..domain.callbacks import WITHDRAWN
from ..domain.effects import (
    AddNote,
    AdoptFile,
    AskPayer,
    CountLimits,
    Effect,
    EndCopies,
    ExtendQuote,
    IssueConfirmation,
    LeavePlates,
    MailTemplate,
    PlaceFile,
    RecordPayment,
    ReserveBudget,
    SendMail,
    StartCopies,
    UseConfirmation,
    VoidConfirmations,
)
from ..domain.job import Actor, FileRole, Job, LinkState, Quote
from ..domain.ledger import Payment, Share
from ..domain.mail_record import MAILS
from ..domain.naming import names_after
from ..domain.pricing import PriceLine
from ..domain.status import ORIGINALS, Status
from ..domain.told_together import HELD_UNTIL, step_of
from ..ports import Transaction
from ..runtime.tokens import Tokens, token_hash
from ..settings import Settings
from .claims import write_claims
from .mail_queue import MailQueue
from .plate_writer import PlateWriter
from .receipt_mails import ReceiptMails

_NEW = 0
"""Stands for the id of a file that has none yet."""


class EffectWriter:
    """Carries out the effects of events. Nothing of an event is kept between them."""

    def __init__(self, settings: Settings, tokens: Tokens, mails: MailQueue) -> None:
        self._settings = settings
        self._tokens = tokens
        self._mails = mails

    def write(
        self,
        tx: Transaction,
        job: Job,
        actor: Actor,
        event_id: int,
        facts: Facts,
        effects: Iterable[Effect],
        *,
        hold: timedelta = timedelta(),
    ) -> None:
        """Write what follows from one event, in order; ``job`` is as it is afterwards, and mails
        wait for ``hold`` before they leave.
        """
        of_event = _OfEvent(
            self._settings, self._tokens, self._mails, tx, job, actor, event_id, facts, hold
        )
        for effect in effects:
            of_event(effect)


class _OfEvent:
    """One event while its effects are written: a later one may need what an earlier one made."""

    def __init__(
        self,
        settings: Settings,
        tokens: Tokens,
        mails: MailQueue,
        tx: Transaction,
        job: Job,
        actor: Actor,
        event_id: int,
        facts: Facts,
        hold: timedelta,
    ) -> None:
        self._settings = settings
        self._tokens = tokens
        self._mails = mails
        self._tx = tx
        self._job = job
        self._actor = actor
        self._event_id = event_id
        self._facts = facts
        self._now = facts.now
        self._mail_from = facts.now + hold
        self._plates = PlateWriter(tx, facts.now, actor.name)
        self._note = ""
        self._told = False
        self._adopted: tuple[str, str] | None = None
        self._quote_id: int | None = None

    def __call__(self, effect: Effect) -> None:
        """Write one effect."""
        match effect:
            case PlaceFile(folder):
                self._place(folder)
            case AdoptFile(name):
                self._adopt(name)
            case SendMail(template):
                self._send(template)
            case IssueConfirmation() | VoidConfirmations() | ExtendQuote() | UseConfirmation():
                self._change_link(effect)
            case StartCopies(machine, copies, plate):
                self._plates.start(self._job, machine, copies, plate)
            case EndCopies():
                self._plates.end(self._job, self._facts.parts, effect)
            case LeavePlates(reason):
                self._plates.leave(self._job, reason)
            case CountLimits(counts):
                day = self._facts.catalog.open_days.day_of(self._now)
                self._tx.limits.count(day, counts)
            case AskPayer() | ReserveBudget():
                write_claims(self._tx, self._job, effect, self._tokens, self._now)
            case RecordPayment():
                self._record(effect)
            case AddNote(text, for_student):
                self._note = text if for_student else self._note
                self._tx.history.add_note(
                    self._job.id,
                    at=self._now,
                    author=self._actor.name,
                    text=text,
                    for_student=for_student,
                )

    def _record(self, entry: RecordPayment) -> None:
        share = Share(
            job_id=self._job.id,
            amount_cents=entry.amount_cents,
            waived_cents=entry.waived_cents,
            event_id=self._event_id,
        )
        payment_id = self._tx.ledger.add(
            Payment(
                id=0,
                at=self._now,
                by=self._actor.name,
                station=self._actor.station,
                amount_cents=entry.amount_cents,
                currency=self._job.currency,
                method=entry.method,
                receipt=entry.receipt,
                payer=entry.payer,
                account=entry.account,
                waived=entry.waived,
                hand_over=entry.hand_over,
                shares=(share,),
            )
        )
        ReceiptMails(self._settings, self._mails).add(self._tx, payment_id, self._now)

    # -- files ------------------------------------------------------------------------------------

    def _adopt(self, name: str) -> None:
        fact = self._facts.chosen_file
        if fact is None or fact.name != name:
            raise LookupError(f"nothing is known of the file to adopt: {name!r}")
        old = self._job.file
        self._tx.files.belongs(old.id, ORIGINALS, authoritative=False, now=self._now)
        self._adopted = (named := self._named(name), fact.sha256)
        for file in self._job.files:
            if file.name == name:
                self._tx.files.belongs(
                    file.id, self._job.status.folder, authoritative=True, now=self._now
                )
                return
        self._tx.files.add(
            self._job.id,
            role=FileRole.SLICED,
            authoritative=True,
            name=named,
            called=name,
            folder=self._job.status.folder,
            last_seen=fact.folder,
            incoming="",
            size=fact.size,
            sha256=fact.sha256,
            now=self._now,
        )

    def _named(self, name: str) -> str:
        """What a file is called from now on that was saved under a name: a slicer that was started
        before the job was corrected saves under the old one.
        """
        job = self._job
        known = {file.id: file.names for file in job.files}
        if any(name in names[:1] for names in known.values()):
            return name
        return names_after({**known, _NEW: (name,)}, job.standard_name, job.id)[_NEW]

    def _place(self, folder: str) -> None:
        if self._adopted is None and self._job.file.folder != folder:
            self._tx.files.belongs(self._job.file.id, folder, authoritative=True, now=self._now)

    # -- confirmations ----------------------------------------------------------------------------

    def _change_link(
        self, effect: IssueConfirmation | VoidConfirmations | ExtendQuote | UseConfirmation
    ) -> None:
        match effect:
            case IssueConfirmation(lines):
                self._issue_confirmation(lines)
            case VoidConfirmations():
                self._void_confirmations()
            case ExtendQuote(by):
                self._extend_quote(by)
            case UseConfirmation():
                self._use_confirmation()

    def _issue_confirmation(self, lines: tuple[PriceLine, ...]) -> None:
        self._void_confirmations()
        job = self._job
        if job.cost_cents is None or job.grams is None or job.hours is None:
            raise LookupError(f"job {job.id} has no figures to quote")
        name, sha256 = self._adopted or (job.file.name, job.file.sha256)
        before = None if lines else self._tx.quotes.newest(job.id)
        if before is not None and before.cost_cents == job.cost_cents:
            lines = before.price_lines
        quote = Quote(
            id=0,
            job_id=job.id,
            cost_cents=job.cost_cents,
            currency=job.currency,
            grams=job.grams,
            hours=job.hours,
            printer=job.printer,
            material=job.material,
            color=job.color,
            file_name=name,
            file_sha256=sha256,
            issued_at=self._now,
            expires_at=self._facts.catalog.open_days.after(self._now, self._settings.quote_days),
            price_lines=lines,
        )
        quote_id = self._tx.quotes.issue(quote)
        token = self._tokens.of_quote(job.id, quote_id, quote.issued_at)
        self._tx.quotes.set_token(quote_id, token_hash(token))
        self._quote_id = quote_id

    def _void_confirmations(self) -> None:
        if self._facts.quoted:
            self._tx.quotes.void_open(self._job.id, self._now)

    def _extend_quote(self, by: timedelta) -> None:
        quote = self._facts.quote
        if quote is not None and quote.state(self._now - by) is LinkState.OPEN:
            self._tx.quotes.expire_at(quote.id, quote.expires_at + by)

    def _use_confirmation(self) -> None:
        quote = self._facts.quote
        if quote is not None:
            self._tx.quotes.use(quote.id, self._now, self._actor.name)

    # -- mail -------------------------------------------------------------------------------------

    def _send(self, template: MailTemplate) -> None:
        if template is MailTemplate.PAYER_ASKED:
            self._ask_approvers()
        else:
            self._mail(template)

    def _ask_approvers(self) -> None:
        """Those of the job's payers who are asked with this event."""
        for claim in self._tx.payers.of_job(self._job.id):
            if claim.waits and claim.asked_at == self._now:
                self._mails.add(
                    self._tx,
                    template=MailTemplate.PAYER_ASKED,
                    recipient=claim.payer.approver,
                    job_id=self._job.id,
                    event_id=self._event_id,
                    confirmation_id=None,
                    context={"claim_id": claim.id},
                    now=self._now,
                    not_before=self._mail_from,
                )

    def _mail(self, template: MailTemplate) -> None:
        if MAILS[template].optional:
            if self._told or not getattr(self._settings.mail, template.value):
                return
            self._told = True  # one email a step: the first that the lab wants
        recipient = self._job.student_email
        if template is MailTemplate.STAFF_ALERT:
            recipient = self._settings.mail.staff_address
            if not recipient:
                return  # a lab without a shared mailbox sees it on the dashboard
        context: dict[str, Any] = {"cost_cents": self._job.cost_cents}
        if self._job.reasons:
            context["reasons"] = list(self._job.reasons)
        if self._note:
            context["note"] = self._note
        if template is MailTemplate.ON_HOLD and self._job.hold_shown:
            context["note"] = self._job.hold_reason
        if template is MailTemplate.DISPOSED:
            context["waited_since"] = self._job.status_since.isoformat()
        if template is MailTemplate.STAFF_ALERT:
            context["outcome"] = _outcome(self._job)
            if self._job.cancel_reason:
                context["reasons"] = [self._job.cancel_reason]
        if self._mail_from > self._now and step_of(template):
            context[HELD_UNTIL] = self._mail_from.isoformat()
        self._mails.add(
            self._tx,
            template=template,
            recipient=recipient,
            job_id=self._job.id,
            event_id=self._event_id,
            confirmation_id=self._quote_id,
            context=context,
            now=self._now,
            not_before=self._mail_from,
        )


def _outcome(job: Job) -> str:
    """What staff are told: confirmed, declined, withdrawn, or that the student asks to cancel."""
    if job.status is Status.READYTOPRINT:
        return "cancel_asked" if job.cancel_asked_at else "confirmed"
    return "withdrawn" if WITHDRAWN in job.reasons[:1] else "declined"
