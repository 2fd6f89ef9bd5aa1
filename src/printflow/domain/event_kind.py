"""What history tells of: the lifecycle's triggers, and what happens to a job beside them.

The latter are no steps of the lifecycle: an undo leads back over the step it undoes, an edit leads
nowhere, and an import leads from submission to where the older system had the job. Money taken or
voided leaves the status as it is, too. History keeps them, with what they changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .marking import complete, mark
from .trigger import Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRecord:
    """Everything that is said of it. Texts are English; pages translate them.

    ``label`` stands on its button, ``past`` in a sentence. The places of ``sentence`` are name,
    dest, part, why and number.
    """

    label: str
    past: str
    icon: str
    sentence: str


class Correction(StrEnum):
    """What happens to a job beside the lifecycle; the value is stored in events."""

    UNDO = "undo"
    EDIT = "edit"
    IMPORT = "import"
    REMOVE = "remove"
    VERSION = "version"
    PAYMENT = "payment"
    WAIVER = "waiver"
    VOID = "void"

    @property
    def record(self) -> CorrectionRecord:
        """Everything that is said of it."""
        return CORRECTIONS[self]

    @property
    def label(self) -> str:
        """What stands on the button (English; templates translate it)."""
        return CORRECTIONS[self].label

    @property
    def past(self) -> str:
        """What it reads in a sentence: "Ana *took back* this at 10:42"."""
        return CORRECTIONS[self].past


EventKind = Trigger | Correction

CORRECTIONS: Mapping[Correction, CorrectionRecord] = complete(
    Correction,
    {
        Correction.UNDO: CorrectionRecord(
            label=mark("Undo"),
            past=mark("took back the last step of"),
            icon="refresh",
            sentence=mark("%(name)s took that back"),
        ),
        Correction.EDIT: CorrectionRecord(
            label=mark("Edit details"),
            past=mark("edited the details of"),
            icon="pencil",
            sentence=mark("%(name)s edited the details"),
        ),
        Correction.IMPORT: CorrectionRecord(
            label=mark("Import"),
            past=mark("imported"),
            icon="upload",
            sentence=mark("%(name)s imported it from an older system, as “%(dest)s”"),
        ),
        Correction.REMOVE: CorrectionRecord(
            label=mark("Remove data"),
            past=mark("removed data of"),
            icon="archive",
            sentence=mark("%(name)s removed stored data: %(part)s (%(why)s)"),
        ),
        Correction.VERSION: CorrectionRecord(
            label=mark("New version"),
            past=mark("replaced the file of"),
            icon="upload",
            sentence=mark("%(name)s replaced the file to print"),
        ),
        Correction.PAYMENT: CorrectionRecord(
            label=mark("Take payment"),
            past=mark("took a payment for"),
            icon="coins",
            sentence=mark("%(name)s took a payment"),
        ),
        Correction.WAIVER: CorrectionRecord(
            label=mark("Waive the rest"),
            past=mark("waived what was due for"),
            icon="coins",
            sentence=mark("%(name)s waived what was due"),
        ),
        Correction.VOID: CorrectionRecord(
            label=mark("Void payment"),
            past=mark("voided a payment for"),
            icon="x",
            sentence=mark("%(name)s voided receipt %(number)s"),
        ),
    },
)


def event_kind(name: str) -> EventKind:
    """The trigger or correction that is stored as ``name``; raises ValueError."""
    return Correction(name) if name in CORRECTIONS else Trigger(name)


def past_tense(name: str) -> str:
    """What an event's trigger or correction reads in a sentence."""
    return event_kind(name).past
