"""How things stand with a person, as the lab's limits ask. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from .job import Job
from .person_rules import PersonRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The person's other jobs, what they owe in the catalog's currency, and what staff decided
    about them.
    """

    jobs: tuple[Job, ...] = ()
    owed_cents: int = 0
    rules: tuple[PersonRule, ...] = ()


NOBODY = Standing()
