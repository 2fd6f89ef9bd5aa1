"""How long what is kept: parts of a job's data, when each goes, and what of it stays for ever.

What stays are anonymous statistics: the job's row without anybody's name, the skeleton of its
events, its prints, and the amounts that were paid. Reports say the same before and after.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


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
    """What else tells of the job: who reviewed it, who opened its files, links."""

    @property
    def label(self) -> str:
        """The part in people's words (English; templates translate it)."""
        return _LABELS[self]


_LABELS = {
    Part.FILES: "Model files",
    Part.MAILS: "Mails",
    Part.PERSONAL: "Personal data",
    Part.EVENTS: "Names in the history",
    Part.PAYMENTS: "Names at payments",
    Part.JOBS: "Other details of the job",
}
REMOVED_NAME = "(removed)"
"""What stands where a name stood."""
OTHER_REASON = "(another reason)"
"""What stands where a reason in somebody's own words stood."""
_KEPT = ("reasons", "reason", "event", "undone", "cost_cents", "final_grams", "amount_cents",
         "waived_cents", "payment", "method", "material", "printer", "weight", "grams", "hours", "removed", "why", "override")  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Removal:
    """Something that goes, or is archived (``part`` None), from ``due_at`` (UTC) on."""

    due_at: datetime
    job_id: str
    part: Part | None


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What a run did: jobs ``archived``, parts ``removed``, and those that have to ``wait``."""

    archived: tuple[str, ...] = ()
    removed: tuple[tuple[str, Part], ...] = ()
    waiting: tuple[tuple[str, Part], ...] = ()
    """Personal data wait until the files, whose names tell it, are gone."""


def impersonal(details: Mapping[str, Any]) -> dict[str, Any]:
    """An event's details without what names the student or their file."""
    return {key: value for key, value in details.items() if key in _KEPT}


def unsigned(details: Mapping[str, Any], known_reasons: Collection[str]) -> dict[str, Any]:
    """The same, with reasons in somebody's own words made one of their kind."""
    kept = impersonal(details)
    if "reasons" in kept:
        kept["reasons"] = [r if r in known_reasons else OTHER_REASON for r in kept["reasons"]]
    if "reason" in kept and kept["reason"] not in known_reasons:
        kept["reason"] = OTHER_REASON
    return kept
