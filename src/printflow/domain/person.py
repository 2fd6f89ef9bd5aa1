"""Everything of one person at the lab: jobs, money, holds, and messages. Pure.

A person is known by the email address; a job without one stands for itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .debts import OWING
from .history import Note
from .job import Job
from .ledger import Balance


@dataclass(frozen=True, slots=True)
class PersonJob:
    """A job of the person, and how its money stands."""

    job: Job
    balance: Balance

    @property
    def owed_cents(self) -> int:
        """What is due of it by now: its print is finished, or was handed out."""
        return self.balance.due_cents if self.job.status in OWING else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSums:
    """What all jobs of a person come to."""

    count: int
    """How many there are."""
    held: int
    """How many of them are on hold."""
    owed: dict[str, int]
    """What is due by now, in integer cents by currency."""
    paid: dict[str, int]
    """What was paid, less what was refunded, in integer cents by currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """One page of a person's jobs, newest first, and what all of them come to.

    ``name`` is that of the newest job. ``next`` is the cursor of the page after this one, or "".
    """

    name: str
    email: str
    sums: PersonSums
    jobs: tuple[PersonJob, ...]
    ready: tuple[PersonJob, ...]
    """What can be handed over now, longest waiting first."""
    messages: tuple[tuple[str, Note], ...]
    """Job id and note of the newest messages between the person and staff, newest first."""
    next: str = ""

    @property
    def ready_due(self) -> dict[str, int]:
        """What is due for all that is ready, in integer cents by currency."""
        return by_currency((one.job.currency, one.balance.due_cents) for one in self.ready)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPerson:
    """A person that a search found; ``job_id`` is their newest job that it found."""

    name: str
    email: str
    job_id: str
    jobs: int
    """How many jobs it found."""


def by_currency(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The sums of amounts in cents, those of 0 left out."""
    found: dict[str, int] = {}
    for currency, cents in amounts:
        if cents:
            found[currency] = found.get(currency, 0) + cents
    return found


def people_of(found: Iterable[FoundPerson], words: Iterable[str]) -> tuple[FoundPerson, ...]:
    """The people whose name or address holds all the case-folded words, each once, in the order of
    their first one: one address in several spellings or under several names is one person.
    """
    wanted, people = tuple(words), dict[str, FoundPerson]()
    for one in found:
        key = one.email.casefold() or one.job_id
        if key in people:
            people[key] = replace(people[key], jobs=people[key].jobs + one.jobs)
        elif all(word in f"{one.name} {one.email}".casefold() for word in wanted):
            people[key] = one
    return tuple(people.values())
