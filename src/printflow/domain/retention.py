"""How long what is kept: parts of a job's data, when each is deleted, and what of it stays forever.

What stays are anonymous statistics: the job's row without anyone's name, the skeleton of its
events, its prints, and the amounts that were paid. Reports say the same before and after.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Any

from .marking import mark


class Part(StrEnum):
    """A class of data with a period of its own. The value is stored, and names the setting."""

    FILES = "files"
    """The model files."""
    MAILS = "mails"
    """The texts and addresses of mails."""
    PERSONAL = "personal"
    """Name, address, who paid, file names, notes, and the links that open the student's pages."""
    EVENTS = "events"
    """Who on staff did each step, at which station, and what they wrote."""
    PAYMENTS = "payments"
    """Who took or voided a payment, and why; amounts, ways and receipt numbers stay."""
    JOBS = "jobs"
    """What else is about the job: who reviewed it, who opened its files, links."""

    @property
    def label(self) -> str:
        """The part in people's words (English; templates translate it)."""
        return PART_LABELS[self]


PART_LABELS: Mapping[str, str] = {
    Part.FILES: mark("Model files"),
    Part.MAILS: mark("Emails"),
    Part.PERSONAL: mark("Personal data"),
    Part.EVENTS: mark("Names in the history"),
    Part.PAYMENTS: mark("Names on payments"),
    Part.JOBS: mark("Other job details"),
}
"""The label of each part, by its value."""
REMOVED_NAME = "(removed)"
"""What stands where a name stood."""
OTHER_REASON = "(another reason)"
"""What stands where a reason in someone's own words stood."""
_KEPT = ("reasons", "reason", "event", "undone", "cost_cents", "final_grams", "amount_cents",
         "waived_cents", "payment", "method", "material", "printer", "weight", "grams", "hours", "removed", "why", "override")  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Removal:
    """Something that goes, or is archived (``part`` None), from ``due_at`` (UTC) on."""

    due_at: datetime
    job_id: str
    part: Part | None


@dataclass(frozen=True, slots=True)
class RemovalDay:
    """The ``jobs`` of which the same ``parts`` go (None: that are archived) from a day on;
    ``due`` says that the day has come.
    """

    day: date
    parts: tuple[Part | None, ...]
    jobs: tuple[str, ...]
    due: bool


def by_day(plan: Iterable[Removal], now: datetime, zone: tzinfo) -> tuple[RemovalDay, ...]:
    """A plan by the days of a time zone, and on each day by what goes, archiving first."""
    order, today = (None, *Part), now.astimezone(zone).date()
    of_a_job: dict[tuple[date, str], list[int]] = {}
    for one in plan:
        day = one.due_at.astimezone(zone).date()
        of_a_job.setdefault((day, one.job_id), []).append(order.index(one.part))
    alike: dict[tuple[date, tuple[int, ...]], list[str]] = {}
    for (day, job_id), places in of_a_job.items():
        alike.setdefault((day, tuple(sorted(set(places)))), []).append(job_id)
    return tuple(
        RemovalDay(day, tuple(order[place] for place in places), tuple(jobs), day <= today)
        for (day, places), jobs in sorted(alike.items())
    )


@dataclass(frozen=True, slots=True)
class RemovalDays:
    """A page of a plan by days; ``next`` is the day that the next one begins with, None at the end."""

    days: tuple[RemovalDay, ...]
    next: date | None = None


def first_cut(kinds: Iterable[Sequence[Removal]], limit: int, zone: tzinfo) -> date | None:
    """The first day of which something may be missing, where of each kind of removal the first
    ``limit`` are known; None if nothing is.
    """
    cut = [one[-1].due_at.astimezone(zone).date() for one in kinds if len(one) >= limit]
    return min(cut, default=None)


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What a run did: jobs ``archived``, parts ``removed``, and those that have to ``wait``."""

    archived: tuple[str, ...] = ()
    removed: tuple[tuple[str, Part], ...] = ()
    waiting: tuple[tuple[str, Part], ...] = ()
    """Files that are open somewhere, and personal data until the files, whose names tell it, are
    gone."""
    mails: int = 0
    """How many mails went that told of no one job."""
    audit: int = 0
    """How many entries of the lab's own record went."""


def known_or_other(reasons: Iterable[str], known: Collection[str]) -> list[str]:
    """The reasons, with those in someone's own words made one of their kind."""
    return [reason if reason in known else OTHER_REASON for reason in reasons]


def unsigned(details: Mapping[str, Any], known_reasons: Collection[str]) -> dict[str, Any]:
    """An event's details without what names the student or their file, or is in someone's own
    words.
    """
    kept = {key: value for key, value in details.items() if key in _KEPT}
    if "reasons" in kept:
        kept["reasons"] = known_or_other(kept["reasons"], known_reasons)
    if "reason" in kept:
        (kept["reason"],) = known_or_other([kept["reason"]], known_reasons)
    return kept
