"""One attempt to pull a trigger: what is asked, what is known, and what comes of it.

Everything a guard or callback may look at stands here, so that they need no I/O, and everything
they decide is gathered here as data. An attempt is made for one call and thrown away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..errors import Refusal
from .agreement import Agreement
from .allowances import Allowance
from .budgets import Claim
from .catalog import Catalog
from .effects import Effect
from .job import Actor, Job, Quote
from .ledger import Balance
from .limit_standing import NOBODY, Standing
from .payers import Payer
from .pick_up import PickUpPolicy
from .plate import Machine, PlatePart
from .price_rows import Beside
from .pricing import Price, PriceLine
from .status import Status, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A student's form as it was typed; the accepted file's name is ``original_name``."""

    student_name: str
    student_email: str
    class_number: str
    print_method: str
    color: str
    printer: str
    minimum_charge: bool
    original_name: str
    quantity: str = "1"
    note: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    """By the question's name; see ``question``."""
    needed_by: str = ""
    """The day as ``2026-03-02``."""
    own_material: bool = False
    group: str = ""
    """The group that the student says to be in."""
    roles: tuple[str, ...] = ()
    """What the sign-in provider says the student is."""
    payer_code: str = ""
    """The code of the payer, or "" where the student pays."""
    consent_version: str = ""
    """Of the texts that the form showed; "" where the caller says nothing of it."""
    texts_seen: str = ""
    """The mark of those texts; see ``agreement``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What comes with a trigger, as people typed it; each trigger reads its own few."""

    submission: Submission | None = None
    weight: str = ""
    hours: str = ""
    material: str = ""
    printer: str = ""
    file: str = ""
    cost: str = ""
    note: str = ""
    reasons: tuple[str, ...] = ()
    text: str = ""
    reason: str = ""
    to: str = ""
    notify: bool = False
    shown: bool = False
    """The student may read the reason."""
    amount: str = ""
    method: str = ""
    waive: str = ""
    receipt: str = ""
    payer: str = ""
    account: str = ""
    hand_over: str = ""
    """What this payment shares with those of the jobs that are handed over with it; "" alone."""
    shelf: str = ""
    machine: str = ""
    """The name of the machine to print on."""
    copies: str = ""
    """How many copies are started or handed out; "" for all."""
    plate: str = ""
    """The plate that copies are started on, or of which a result is recorded; "" for any."""
    good: str = ""
    failed: str = ""
    not_printed: str = ""
    category: str = ""
    """What sort of failure it was; see ``plate.Failure``."""
    wasted: str = ""
    """The weight that failed copies took, in grams."""
    expected_cents: str = ""
    """The price that the form showed, in integer cents; "" where it showed none."""
    agreed: Agreement | None = None
    """The text that the student agreed to."""
    catalog_version: str = ""
    """The version of the catalog that the form was made from; "" where that is not known."""
    over_limit: bool = False
    """It is approved over the lab's limits, because of ``limit_reason``."""
    limit_reason: str = ""
    student_pays_rest: bool = False
    """The student pays what the payers' budgets don't cover."""
    consent: bool = False
    seen: str = ""
    """What the student's page said that can be corrected, as ``guards.to_see``; "" where that isn't known."""
    by_link: bool = False


@dataclass(frozen=True, slots=True)
class FileFact:
    """What was found of the file that an approval would print."""

    name: str
    present: bool
    settled: bool
    """Nobody wrote to it for a few seconds, and it is not empty."""
    acceptable: bool = True
    """It belongs to this job, lies beside the original and is of a printable type."""
    authoritative: bool = False
    """It is the job's authoritative file already."""
    sha256: str = ""
    size: int = 0
    """In bytes."""
    folder: str = ""
    """The store's folder it was found in."""
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the service looked up before it asks the lifecycle. ``now`` is UTC."""

    now: datetime
    catalog: Catalog
    catalog_version: int = 0
    email_problem: str = ""
    """Why the e-mail address cannot be used ("" = it can)."""
    chosen_file: FileFact | None = None
    quote: Quote | None = None
    """The quote of the presented link, or the job's newest one."""
    quoted: bool = True
    """Whether the job has ever been quoted, as far as was looked up."""
    paid_cents: int = 0
    """What was paid or waived before, in integer cents."""
    held_cents: int = 0
    """What the lab has of the student's money for the job, in integer cents."""
    students_cancel: str = "ask"
    """What the settings let students do after they confirmed: see ``Settings.students_cancel``."""
    receipt_used: str = ""
    """Which payment has the receipt's number already ("" = none)."""
    resend_from: datetime | None = None
    """Before this time the student may not ask for another link."""
    pick_up: PickUpPolicy = field(default_factory=PickUpPolicy)
    came_from: Status | None = None
    """The status that the job was in before the present one."""
    machines: tuple[Machine, ...] = ()
    """The machines of the lab, where the trigger starts a print."""
    busy_until: Mapping[int, datetime | None] = field(default_factory=dict)
    """By machine, when its last running plate ends; None where that is not known."""
    parts: tuple[PlatePart, ...] = ()
    """The job's parts on running plates that a result is recorded of: all, or those of one plate."""
    free: tuple[tuple[Allowance, Decimal], ...] = ()
    """What is left of the person's free allowances."""
    beside: Beside | None = None
    """What the other jobs of the request come to, where the minimum charge is per request."""
    payer: Payer | None = None
    """Whose code the form has."""
    claims: tuple[Claim, ...] = ()
    """What payers pay of the job."""
    rooms: Mapping[int, int | None] = field(default_factory=dict)
    """By claim, how many cents its payer can still pay for the job; None = without end."""
    standing: Standing = NOBODY
    """How things stand with the person, for the lab's limits."""
    person_known: bool = False
    """Whether it is sure that the person is the address's owner."""
    models: int = 1
    """How many models the form has, and how many copies of all of them."""
    copies: int = 1
    free_in: Mapping[str, int | None] = field(default_factory=dict)
    """In how many days each printer should be free, where the form leaves the choice to the lab."""
    reminder_left: bool = False
    """A reminder to pick up the print was sent since it was completed."""


@dataclass
class Attempt:
    """The throw-away model on which the state machine is fired; ``state`` is the machine's."""

    trigger: Trigger
    actor: Actor
    args: Arguments
    facts: Facts
    job: Job | None
    state: str
    refusals: list[Refusal] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    """What history should remember of this event (plain texts and numbers)."""
    price_lines: tuple[PriceLine, ...] = ()
    """How the price that this attempt sets comes about."""
    reckoned: list[Price | None] = field(default_factory=list)
    """What its figures come to, once a guard or callback has asked (``price_of_attempt``)."""

    @property
    def subject(self) -> Job:
        """The job; every trigger but submit has one."""
        if self.job is None:
            raise LookupError("a submission has no job yet")
        return self.job

    @property
    def due_cents(self) -> int:
        """What is still to pay for the job, in integer cents; never below 0."""
        return Balance(self.subject.cost_cents or 0, self.facts.paid_cents).due_cents

    def refuse(self, reasons: Iterable[Refusal]) -> None:
        """Add reasons why this cannot be."""
        self.refusals.extend(reasons)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt that was let through comes to."""

    trigger: Trigger
    source: Status | None
    dest: Status
    changes: Mapping[str, Any]
    effects: tuple[Effect, ...]
    details: Mapping[str, Any]
