"""What is remembered of a job besides its present state, as plain frozen records. Times are UTC."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from .budgets import Claim, ClaimState, Split
from .callbacks import CANCELED, DECLINED, ON_REQUEST
from .debts import OWING
from .event_kind import EventKind
from .incoming import IncomingMail
from .job import Actor, Job, LinkState, Quote
from .ledger import PAYABLE, Balance, Payment, balance
from .marking import mark
from .online_payments import BY_LINK
from .papercut import BY_PAPERCUT, Charge
from .plate import Plate
from .progress import Told
from .quote_change import QuoteChange
from .retention import PART_LABELS
from .status import ActorKind, Status, Trigger
from .whose_turn import Turn

_ASKED_FOR_LINK = mark("%(name)s requested a new link")


def refused_for(job: Job, *reasons: str) -> bool:
    """Whether the job will not be printed, and one of these is the first reason."""
    return job.status.record.refused and any(one in reasons for one in job.reasons[:1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened: ``details`` holds what was said or set, as plain values."""

    id: int
    job_id: str
    at: datetime
    trigger: EventKind
    source: Status | None
    dest: Status
    actor: Actor
    details: Mapping[str, Any]

    @property
    def sentence(self) -> str:
        """Who did what, with the places of :func:`event_places`."""
        if self.trigger is Trigger.RESEND and self.actor.kind is ActorKind.STUDENT:
            return _ASKED_FOR_LINK
        return self.trigger.record.sentence


_ANY_MACHINE = mark("any machine of its printer")


def event_places(event: Event, say: Callable[[str], str] = str) -> dict[str, str]:
    """What the sentence of the event's record names; ``say`` translates the words among it."""
    details, actor = event.details, event.actor
    part = str(details.get("removed", "") or details.get("from", ""))
    return {
        "name": say(actor.name) if actor.kind is ActorKind.SYSTEM else actor.name or "Printflow",
        "source": say(event.source.label) if event.source else "–",
        "dest": say(event.dest.label),
        "part": say(PART_LABELS[part]) if part in PART_LABELS else part,
        "why": say(details.get("why", "")),
        "machine": str(details.get("machine", "")) or say(_ANY_MACHINE),
        "number": f"{details.get('payment', 0):06d}",
    }


def along(events: Iterable[Event]) -> int:
    """How far along its way to the student a job has come by its events, oldest first."""
    rank = 0
    for event in events:
        rank = event.dest.rank_after(rank)
    return rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note of staff, internal or for the student to read, or a message of the student's own."""

    at: datetime
    author: str
    text: str
    for_student: bool
    """The student may read it."""
    from_student: bool = False
    id: int = 0


def unanswered(notes: Iterable[Note]) -> datetime | None:
    """When the student last wrote, if nobody has answered since; ``notes`` are oldest first."""
    messages = [note for note in notes if note.for_student]
    return messages[-1].at if messages and messages[-1].from_student else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintAttempt:
    """A print of a job that was begun, in short: on which model, and what became of it. ``result``
    is "" while it runs, then completed, failed, or abandoned.
    """

    printer: str
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    result: str
    reason: str


def attempt_of(plate: Plate, job_id: str) -> PrintAttempt | None:
    """What a plate was to a job; None where it has not begun."""
    part = plate.part_of(job_id)
    if part is None or plate.started_at is None:
        return None
    done = not part.open and part.outcomes
    result = "failed" if part.failed else "completed" if part.good else "abandoned"
    reasons = [one.reason for one in part.outcomes if one.reason]
    return PrintAttempt(
        printer=plate.machine.model,
        started_at=plate.started_at,
        started_by=plate.started_by,
        ended_at=part.outcomes[-1].at if done else None,
        result=result if done else "",
        reason="\n".join(reasons),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOpening:
    """A file was opened in a slicer, as the opener of a staff PC (``station``) reported.

    ``by`` is who had clicked on "Open" just before, "" if nobody is known.
    """

    at: datetime
    file_name: str
    by: str
    station: str


MAIL_STATES = ("queued", "sending", "sent", "dead", "canceled", "overtaken")
"""What can become of an email; nearly all are sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A row of the outbox. ``state`` is queued, sending, sent, dead, canceled (with the
    action that wrote it) or overtaken (a later step made it pointless; ``error`` says which).
    """

    id: int
    message_id: str
    job_id: str | None
    template: str
    to: str
    state: str
    tries: int
    error: str
    created_at: datetime
    next_try_at: datetime | None
    sent_at: datetime | None
    confirmation_id: int | None
    context: Mapping[str, Any]
    bounced_at: datetime | None = None
    """When it came back from the recipient's mail server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDetails:
    """A job with all that is remembered of it; ``allowed`` is what staff can do in its status."""

    job: Job
    events: tuple[Event, ...]
    notes: tuple[Note, ...]
    quotes: tuple[Quote, ...]
    plates: tuple[Plate, ...]
    """What it was, is, and will be printed on, oldest first."""
    ledger: tuple[Payment, ...]
    """All its payments, the void ones too, oldest first."""
    mails: tuple[Mail, ...]
    claims: tuple[Claim, ...]
    """What payers pay of it."""
    allowed: tuple[Trigger, ...]
    openings: tuple[FileOpening, ...] = ()
    incoming: tuple[IncomingMail, ...] = ()
    """The emails about it that came in, oldest first."""
    charges: tuple[Charge, ...] = ()
    """What was asked to be charged to the student's PaperCut account, oldest first."""
    together: tuple[str, ...] = ()
    """The ids of all jobs of its request, in the order of the student's models."""
    older: Mapping[str, int] = field(default_factory=dict)
    """Where only a part of ``events``, ``notes`` or ``mails`` was asked for and there are older ones:
    the id, by the field's name, that they come before."""

    @property
    def attempts(self) -> tuple[PrintAttempt, ...]:
        """Its prints in short, oldest first."""
        every = (attempt_of(plate, self.job.id) for plate in self.plates)
        return tuple(one for one in every if one is not None)

    @property
    def discarded(self) -> bool:
        """Whether the job's last step threw the print away."""
        return self.events[-1].trigger is Trigger.DISPOSE

    @property
    def canceled(self) -> bool:
        """Whether the student canceled the request."""
        return refused_for(self.job, *CANCELED)

    @property
    def payments(self) -> tuple[Payment, ...]:
        """The payments that count."""
        return tuple(payment for payment in self.ledger if payment.void is None)

    @property
    def balance(self) -> Balance:
        """How the job's money stands."""
        found = balance(self.job.id, self.job.cost_cents, self.ledger)
        reserved = (one for one in self.claims if one.state is ClaimState.RESERVED)
        return replace(found, covered_cents=sum(one.cents for one in reserved))

    @property
    def payable(self) -> bool:
        """Whether a payment can be taken for it now."""
        return self.job.status in PAYABLE and self.due_cents > 0

    @property
    def paid_online(self) -> bool:
        """Whether some of it was paid at the payment service: what is refunded is refunded there."""
        return any(one.method == BY_LINK and not one.refunds for one in self.payments)

    @property
    def paid_by_papercut(self) -> bool:
        """Whether some of it was charged to a PaperCut account: refunds are made there, too."""
        return any(one.method == BY_PAPERCUT and not one.refunds for one in self.payments)

    @property
    def charge(self) -> Charge | None:
        """The newest charge to a PaperCut account, unless it has become a payment."""
        newest = self.charges[-1] if self.charges else None
        return newest if newest is not None and newest.payment_id is None else None

    @property
    def refundable(self) -> bool:
        """Whether the lab has money for it that it can give back now."""
        return self.balance.paid_cents > 0 and self.job.status is not Status.ARCHIVED

    @property
    def owes(self) -> bool:
        """Whether something is due for a print that is finished or handed out."""
        return self.job.status in OWING and self.due_cents > 0

    @property
    def paid_cents(self) -> int:
        """What was paid for this job so far, in integer cents."""
        return self.balance.paid_cents

    @property
    def due_cents(self) -> int:
        """What is still to pay, in integer cents; never below 0."""
        return self.balance.due_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestJob:
    """A job with the address of its student's page, and whose turn it is."""

    job: Job
    url: str
    turn: Turn = Turn.NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """A job on the page of its whole request. ``confirm_url`` is where its price is answered, "" where
    it doesn't wait for that; ``due_cents`` what is still to pay for a print that is there.
    """

    job: Job
    url: str
    turn: Turn
    confirm_url: str
    lapsed: bool
    due_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """All jobs that were sent together, in the order of their models, for their student."""

    lines: tuple[RequestLine, ...]

    @property
    def _counted(self) -> tuple[Job, ...]:
        return tuple(one.job for one in self.lines if not one.job.status.record.refused)

    @property
    def currency(self) -> str:
        """That of all prices; "" where they have several."""
        found = {job.currency for job in self._counted}
        return found.pop() if len(found) == 1 else ""

    @property
    def total_cents(self) -> int:
        """What all prices come to that are known, without what isn't printed; in integer cents."""
        return sum(job.cost_cents or 0 for job in self._counted)

    @property
    def unpriced(self) -> int:
        """How many of them have no price yet."""
        return sum(job.cost_cents is None for job in self._counted)

    @property
    def due_cents(self) -> int:
        """What is still to pay for prints that are there, in integer cents."""
        return sum(one.due_cents for one in self.lines)

    @property
    def open_quotes(self) -> tuple[RequestLine, ...]:
        """Those whose prices wait for an answer and can be given one."""
        return tuple(
            one for one in self.lines if one.confirm_url and not (one.lapsed or one.job.on_hold)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentPage:
    """What a student may see of a job: nothing internal, and nothing of other people."""

    job: Job
    along: int
    """The rank of the last status on the way to its student that the job was in."""
    disposed: bool
    """It was never picked up, and the print is gone."""
    request: tuple[RequestJob, ...]
    """All jobs that were sent together, this one among them."""
    messages: tuple[Note, ...]
    """Between the student and staff, oldest first."""
    mails: tuple[Mail, ...]
    """To the student, oldest first."""
    quote: Quote | None
    """What waits for the student's answer, or has lapsed without one."""
    quote_state: LinkState | None
    confirm_url: str
    """The page of that quote; "" without one."""
    balance: Balance
    can_withdraw: bool
    cancel: str
    """How the student can cancel after confirming: "cancel", "ask", "asked", or "" for not."""
    told: Told
    """What the student is told of the print beside its status."""
    pay_url: str = ""
    """Where what is due can be paid online; "" where the student isn't asked to."""
    change: str = ""
    """How the student can have something changed: "change", "ask", or "" for not."""

    @property
    def waits(self) -> bool:
        """Whether it waits for the student to confirm the address."""
        return self.job.unconfirmed and not self.job.status.closed

    @property
    def idle(self) -> bool:
        """Whether the lab looks at the model, and nothing is for the student to do."""
        return self.job.status.record.reviewable and not self.written_to

    @property
    def written_to(self) -> bool:
        """Whether the last message is the lab's: it may be a question, so nothing on the page says
        that there is nothing to do.
        """
        return bool(self.messages) and not (
            self.messages[-1].from_student or self.job.status.closed
        )

    @property
    def canceled(self) -> bool:
        """The student took the model back: that is no rejection to them."""
        return refused_for(self.job, *CANCELED)

    @property
    def canceled_by_staff(self) -> bool:
        """Staff did so when the student asked; the reasons can be of both."""
        return refused_for(self.job, ON_REQUEST)

    @property
    def declined(self) -> bool:
        """The student said no to the price."""
        return refused_for(self.job, DECLINED)

    @property
    def paid_cents(self) -> int:
        """What was paid so far, in integer cents."""
        return self.balance.paid_cents

    @property
    def due_cents(self) -> int:
        """What is still to pay, in integer cents; never below 0."""
        return self.balance.due_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotePage:
    """What stands behind a confirmation link: its job, its quote and how the link stands."""

    job: Job
    quote: Quote
    state: LinkState
    newest: bool
    """No later quote was issued for the job."""
    confirmed: bool
    """The student's answer to this link was yes."""
    along: int
    """The rank of the last status on the way to its student that the job was in."""
    together: tuple[OpenQuote, ...] = ()
    """The other models of the same request whose quotes wait for their answer, too."""
    agreed: tuple[OpenQuote, ...] = ()
    """The models of the same request whose prices the student agreed to, this one among them."""
    change: QuoteChange | None = None
    """How the price differs from that of the quote before, and why."""
    note: str = ""
    """What staff wrote with the price."""
    too_late: str = ""
    """What to say to who answered otherwise after the quote had been answered; "" to all others."""
    not_confirmed: tuple[Job, ...] = ()
    """Models that were to be confirmed with it, but whose quotes had changed or lapsed."""
    paid: Split
    """What payers pay of the price, and what the student does."""

    @property
    def agreed_cents(self) -> int:
        """What the student pays for all that was agreed to, in integer cents."""
        return sum(one.paid.own_cents for one in self.agreed)

    @property
    def asked(self) -> int:
        """How many models of the request were agreed to, or wait for an answer."""
        return len(self.agreed) + len(self.together)

    def cents_with(self, tokens: Collection[str]) -> int:
        """What the student pays for this model and those of ``together`` with these tokens."""
        others = (one.paid.own_cents for one in self.together if one.token in tokens)
        return self.paid.own_cents + sum(others)

    @property
    def _paids(self) -> tuple[Split, ...]:
        return (self.paid, *(one.paid for one in self.together))

    @property
    def anyone_pays(self) -> bool:
        """Whether a payer pays a part of any of them."""
        return any(one.paid_by for one in self._paids)

    @property
    def nothing_due(self) -> bool:
        """Whether the student pays nothing, whichever of the models are confirmed with it."""
        return not any(one.own_cents for one in self._paids)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuote:
    """A quote that waits for the student's answer, or has got it; ``url`` is its own page."""

    job: Job
    quote: Quote
    paid: Split
    url: str

    @property
    def token(self) -> str:
        """What its link ends with: it stands for this price, not for the next one."""
        return self.url.rpartition("/")[2]
