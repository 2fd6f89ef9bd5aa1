"""What the history records: the lifecycle's triggers, and what happens to a job beside them.

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

    ``label`` stands on its button, ``past`` says who did it when. The places of ``sentence`` are name,
    dest, part, why, number and machine.
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
    SCALE = "scale"
    PAYMENT = "payment"
    WAIVER = "waiver"
    VOID = "void"
    REFUND = "refund"
    WRITE_OFF = "write_off"
    MOVE = "move"
    PLAN = "plan"
    ORDER = "order"
    ADDRESS_CONFIRMED = "address_confirmed"
    LET_IN = "let_in"
    LAPSE = "lapse"

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
        """Who did it when, as a sentence."""
        return CORRECTIONS[self].past


EventKind = Trigger | Correction

CORRECTIONS: Mapping[Correction, CorrectionRecord] = complete(
    Correction,
    {
        Correction.UNDO: CorrectionRecord(
            label=mark("Undo"),
            past=mark("%(name)s undid the last step on %(time)s."),
            icon="refresh",
            sentence=mark("%(name)s undid that"),
        ),
        Correction.EDIT: CorrectionRecord(
            label=mark("Edit details"),
            past=mark("%(name)s edited the details on %(time)s."),
            icon="pencil",
            sentence=mark("%(name)s edited the details"),
        ),
        Correction.IMPORT: CorrectionRecord(
            label=mark("Import"),
            past=mark("%(name)s imported it on %(time)s."),
            icon="upload",
            sentence=mark("%(name)s imported it from an older system as “%(dest)s”"),
        ),
        Correction.REMOVE: CorrectionRecord(
            label=mark("Remove data"),
            past=mark("%(name)s removed stored data on %(time)s."),
            icon="archive",
            sentence=mark("%(name)s removed stored data: %(part)s (%(why)s)"),
        ),
        Correction.VERSION: CorrectionRecord(
            label=mark("New version"),
            past=mark("%(name)s replaced the file to print on %(time)s."),
            icon="upload",
            sentence=mark("%(name)s replaced the file to print"),
        ),
        Correction.SCALE: CorrectionRecord(
            label=mark("Scale the model"),
            past=mark("%(name)s scaled the model on %(time)s."),
            icon="box",
            sentence=mark("%(name)s scaled the model"),
        ),
        Correction.PAYMENT: CorrectionRecord(
            label=mark("Take payment"),
            past=mark("%(name)s took a payment on %(time)s."),
            icon="coins",
            sentence=mark("%(name)s took a payment"),
        ),
        Correction.WAIVER: CorrectionRecord(
            label=mark("Waive the rest"),
            past=mark("%(name)s waived the amount due on %(time)s."),
            icon="coins",
            sentence=mark("%(name)s waived the amount due"),
        ),
        Correction.VOID: CorrectionRecord(
            label=mark("Void payment"),
            past=mark("%(name)s voided a payment on %(time)s."),
            icon="x",
            sentence=mark("%(name)s voided receipt %(number)s"),
        ),
        Correction.REFUND: CorrectionRecord(
            label=mark("Refund"),
            past=mark("%(name)s refunded money on %(time)s."),
            icon="coins",
            sentence=mark("%(name)s refunded money"),
        ),
        Correction.WRITE_OFF: CorrectionRecord(
            label=mark("Write off"),
            past=mark("%(name)s wrote off the amount due on %(time)s."),
            icon="coins",
            sentence=mark("%(name)s wrote off the amount due"),
        ),
        Correction.MOVE: CorrectionRecord(
            label=mark("Move to another machine"),
            past=mark("%(name)s moved the print to another machine on %(time)s."),
            icon="printer",
            sentence=mark("%(name)s moved the print from %(part)s to %(machine)s"),
        ),
        Correction.ORDER: CorrectionRecord(
            label=mark("Change the queue's order"),
            past=mark("%(name)s changed its place in the queue on %(time)s."),
            icon="printer",
            sentence=mark("%(name)s changed its place in the queue"),
        ),
        Correction.ADDRESS_CONFIRMED: CorrectionRecord(
            label=mark("Confirm the address"),
            past=mark("%(name)s confirmed the email address on %(time)s."),
            icon="mail",
            sentence=mark("%(name)s confirmed the email address"),
        ),
        Correction.LET_IN: CorrectionRecord(
            label=mark("Let in"),
            past=mark("%(name)s let it in on %(time)s."),
            icon="check",
            sentence=mark("%(name)s let it in without a confirmed email address"),
        ),
        Correction.LAPSE: CorrectionRecord(
            label=mark("Release what was reserved"),
            past=mark("%(name)s released what was reserved on %(time)s."),
            icon="clock",
            sentence=mark(
                "The quote expired unanswered, so %(name)s released what was reserved for it"
            ),
        ),
        Correction.PLAN: CorrectionRecord(
            label=mark("Plan the print"),
            past=mark("%(name)s planned the print on %(time)s."),
            icon="printer",
            sentence=mark("%(name)s planned the print: %(machine)s"),
        ),
    },
)


def event_kind(name: str) -> EventKind:
    """The trigger or correction that is stored as ``name``; raises ValueError."""
    return Correction(name) if name in CORRECTIONS else Trigger(name)


def past_tense(name: str) -> str:
    """Who did it when, as a sentence; its places are name and time."""
    return event_kind(name).past
