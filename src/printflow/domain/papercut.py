"""Charges to students' PaperCut accounts: what becomes of each, and when none may be sent. Pure.

A charge is sent once. Whatever isn't known of it afterward, staff find out in PaperCut by its
reference; it's never sent again automatically.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from ..said import Money, Said, say
from .currency import in_cents, of_cents
from .job import Job
from .ledger import PAYABLE
from .marking import complete, mark

BY_PAPERCUT = "PaperCut"
"""How such a payment was made, in the ledger."""
USERNAME = 100
"""Characters that a username may have."""
_WAITS = timedelta(minutes=10)
"""So long a charge waits for a worker: later the student may be gone, and expect nothing."""
_ANSWERED = timedelta(minutes=2)
"""So long after it was sent a charge may still be answered; longer than any call takes."""
_SLIP = timedelta(minutes=1)


class UsernameFrom(StrEnum):
    """What a student's username in PaperCut is; the values are those of the setting."""

    LOCAL_PART = "local_part"
    ADDRESS = "address"
    SIGN_IN = "sign_in"


def username_of(source: UsernameFrom, email: str, subject: str) -> str:
    """The username of a student; "" where it isn't known. ``subject`` is by what the sign-in
    provider, or the proxy, knows who sent the job; "" where nobody signed in.
    """
    if source is UsernameFrom.SIGN_IN:
        return subject[:USERNAME]
    if source is UsernameFrom.LOCAL_PART:
        return email.rpartition("@")[0][:USERNAME]
    return email[:USERNAME]


class ChargeState(StrEnum):
    """What has become of a charge; the value is stored."""

    WAITING = "waiting"
    """Until a worker sends it."""
    SENT = "sent"
    """It was about to be sent, or is; nothing is known of an answer."""
    CHARGED = "charged"
    REFUSED = "refused"
    """Nothing was charged."""
    UNKNOWN = "unknown"
    """It was sent and not answered: staff have to look in PaperCut."""

    @property
    def label(self) -> str:
        """As it's shown."""
        return _LABELS[self]


_LABELS: Mapping[ChargeState, str] = complete(
    ChargeState,
    {
        ChargeState.WAITING: mark("Charging…"),
        ChargeState.SENT: mark("Charging…"),
        ChargeState.CHARGED: mark("Charged"),
        ChargeState.REFUSED: mark("Not charged"),
        ChargeState.UNKNOWN: mark("Needs a look"),
    },
)
OPEN = (ChargeState.WAITING, ChargeState.SENT, ChargeState.UNKNOWN)
"""Where it may still have charged, or may charge: a job has at most one of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What staff asked to be charged for a job, and what PaperCut said. Times are UTC.

    ``reference`` is in PaperCut's comment. ``payment_id`` is its entry of the ledger.
    """

    id: int
    reference: str
    job_id: str
    amount_cents: int
    currency: str
    username: str
    state: ChargeState
    asked_at: datetime
    asked_by: str
    station: str = ""
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    answer: str = ""
    settled_by: str = ""
    payment_id: int | None = None

    @property
    def open(self) -> bool:
        """Whether it may still have charged, or may charge."""
        return self.state in OPEN

    @property
    def needs_look(self) -> bool:
        """Whether staff have to say what became of it."""
        return self.state is ChargeState.UNKNOWN


def reason_against(charge: Charge, job: Job, due_cents: int, now: datetime) -> Said | None:
    """Why a charge that waits isn't sent; None where it is."""
    if abs(now - charge.asked_at) > _WAITS:
        return say("It waited too long for the background worker. Nothing was charged.")
    if job.status not in PAYABLE or job.currency != charge.currency:
        return say("Nothing can be paid for this job anymore. Nothing was charged.")
    if due_cents != charge.amount_cents:
        return say(
            "{due} is due now, not {asked}. Nothing was charged.",
            due=Money(due_cents, charge.currency),
            asked=Money(charge.amount_cents, charge.currency),
        )
    return None


def is_lost(charge: Charge, now: datetime) -> bool:
    """Whether a charge that was sent won't be answered: whoever sent it is gone."""
    sent = charge.sent_at or charge.asked_at
    return not -_SLIP <= now - sent <= _ANSWERED


def adjustment(cents: int, currency: str) -> Decimal:
    """What a charge changes a balance by, in the currency's unit: below 0."""
    return -of_cents(cents, currency)


def shown_balance(balance: Decimal, currency: str) -> Money:
    """A balance as PaperCut says it, rounded to the currency's decimals."""
    return Money(int(in_cents(balance, currency).to_integral_value()), currency)


def not_enough(charge: Charge, balance: Decimal | None) -> Said:
    """Why PaperCut charged nothing; None where the balance couldn't be asked for."""
    if balance is None:
        return say(
            "There isn't enough in {user}'s PaperCut account. Nothing was charged.",
            user=charge.username,
        )
    return say(
        "There isn't enough in {user}'s PaperCut account: the balance is {balance}. Nothing was "
        "charged.",
        user=charge.username,
        balance=shown_balance(balance, charge.currency),
    )


def unknown_user(charge: Charge) -> Said:
    """Said of a username that PaperCut doesn't have."""
    return say("PaperCut doesn't know the user {user}. Nothing was charged.", user=charge.username)


NOT_REACHED = say("PaperCut can't be reached. Nothing was charged.")
NO_ANSWER = say("PaperCut didn't answer, so it may or may not have charged this.")


def refused(why: str) -> Said:
    """Said where PaperCut says why it refuses, such as a wrong token."""
    return say("PaperCut says: “{why}”. Nothing was charged.", why=why)


def unclear(why: str) -> Said:
    """Said where PaperCut's answer to a charge doesn't tell whether it charged."""
    return say("PaperCut says: “{why}”. It may or may not have charged this.", why=why)
