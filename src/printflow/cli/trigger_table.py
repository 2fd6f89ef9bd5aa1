"""The commands that pull a trigger, as data: one row for each of staff's triggers but submit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from printflow.domain.status import Trigger


@dataclass(frozen=True, slots=True)
class Option:
    """One option: ``argument`` is the field of the lifecycle's arguments that it fills."""

    flag: str
    argument: str
    metavar: str
    help: str
    required: bool = False
    multiple: bool = False
    is_flag: bool = False
    upper: bool = False


@dataclass(frozen=True, slots=True)
class TriggerCommand:
    """A command: ``name`` as typed, and its options besides ID, --by and --json."""

    name: str
    help: str
    options: tuple[Option, ...] = ()


_NOTE = "How the student answered, and to whom."
_QUOTE = (
    Option("--weight", "weight", "GRAMS", "Weight of the print, as 42.5.", required=True),
    Option("--hours", "hours", "TIME", "Print time, as 3.25 or “2h 30m”.", required=True),
    Option("--material", "material", "NAME", "Material, as PLA.", required=True),
    Option("--printer", "printer", "NAME", "Printer, if not the one asked for."),
    Option("--file", "file", "NAME", "File to print, if not the present one."),
    Option("--note", "note", "TEXT", "A note to the student."),
)

TRIGGER_COMMANDS: Mapping[Trigger, TriggerCommand] = {
    Trigger.APPROVE: TriggerCommand("approve", "Price a job and mail its quote.", _QUOTE),
    Trigger.REQUOTE: TriggerCommand("requote", "Change the quote and mail it again.", _QUOTE),
    Trigger.REJECT: TriggerCommand(
        "reject",
        "Turn a job down and mail the reasons.",
        (
            Option(
                "--reason",
                "reasons",
                "REASON",
                "Code of a reason of the catalog, or a text; may be repeated.",
                multiple=True,
            ),
            Option("--text", "text", "TEXT", "More to the student."),
        ),
    ),
    Trigger.RESEND: TriggerCommand("resend", "Mail the quote again with a new link."),
    Trigger.CONFIRM: TriggerCommand(
        "confirm",
        "Confirm a quote for the student.",
        (Option("--note", "note", "TEXT", _NOTE, required=True),),
    ),
    Trigger.DECLINE: TriggerCommand(
        "decline",
        "Decline a quote for the student.",
        (
            Option("--note", "note", "TEXT", _NOTE, required=True),
            Option("--text", "text", "TEXT", "Why."),
        ),
    ),
    Trigger.START_PRINTING: TriggerCommand(
        "start",
        "The print begins.",
        (Option("--printer", "printer", "NAME", "Printer, if not the quoted one."),),
    ),
    Trigger.COMPLETE: TriggerCommand(
        "complete",
        "The print is done; mail where to pick it up.",
        (
            Option("--cost", "cost", "AMOUNT", "Final price, if not the quoted one."),
            Option("--grams", "weight", "GRAMS", "Final weight, if not the quoted one."),
            Option("--shelf", "shelf", "NAME", "Where the print lies now."),
        ),
    ),
    Trigger.FAIL: TriggerCommand(
        "fail",
        "The print failed; the job is ready to print again.",
        (Option("--reason", "reason", "TEXT", "What went wrong.", required=True),),
    ),
    Trigger.PICK_UP: TriggerCommand(
        "pick-up",
        "Paid (or waived) and handed out.",
        (
            Option("--amount", "amount", "AMOUNT", "What was paid, as 3.00."),
            Option("--method", "method", "METHOD", "How it was paid, as cash."),
            Option("--waive", "waive", "REASON", "Why nothing is paid."),
            Option("--receipt", "receipt", "NUMBER", "Number of the receipt."),
            Option("--payer", "payer", "NAME", "Who pays, if not the student."),
            Option("--account", "account", "CODE", "Account, course or grant that pays."),
        ),
    ),
    Trigger.DISPOSE: TriggerCommand(
        "dispose",
        "Throw a print away that nobody fetched.",
        (Option("--reason", "reason", "TEXT", "Why, where no reminder could be sent."),),
    ),
    Trigger.OVERRIDE: TriggerCommand(
        "override",
        "Set a job's status by hand.",
        (
            Option("--to", "to", "STATUS", "The new status.", required=True, upper=True),
            Option("--reason", "reason", "TEXT", "Why.", required=True),
            Option("--notify", "notify", "", "Send the new status's usual mail.", is_flag=True),
        ),
    ),
    Trigger.ARCHIVE: TriggerCommand("archive", "Put a finished job away."),
}


def command_name(trigger: Trigger) -> str:
    """What is typed to pull the trigger; one that has no command goes by its own name."""
    spec = TRIGGER_COMMANDS.get(trigger)
    return spec.name if spec is not None else trigger.value
