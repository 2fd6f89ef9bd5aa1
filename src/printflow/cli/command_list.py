"""The commands with their modules, headings and short descriptions: enough for ``--help``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from .trigger_table import TRIGGER_COMMANDS


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command lives. ``made`` ones are built by their module's ``command(name)``."""

    section: str
    module: str
    attribute: str
    help: str
    made: bool = False


_JOBS, _TRIGGERS, _RUN, _LAB = "Jobs", "Changing jobs", "Running the lab", "The lab"

COMMANDS: Mapping[str, Entry] = {
    "submit": Entry(_JOBS, "submit", "submit", "Submit a model for a student."),
    "list": Entry(_JOBS, "jobs", "list_jobs", "List jobs, newest first."),
    "show": Entry(_JOBS, "jobs", "show", "Show a job with its files and history."),
    "note": Entry(_JOBS, "jobs", "note", "Add a note to a job."),
    "inspect": Entry(_JOBS, "inspecting", "inspect", "Measure and draw a model file."),
    "waiting": Entry(_JOBS, "waiting", "waiting", "List prints that are waiting to be picked up."),
    "reinspect": Entry(_JOBS, "inspecting", "reinspect", "Inspect jobs' models again."),
    "price": Entry(_JOBS, "money", "price", "Show what a print would cost."),
    "owes": Entry(_JOBS, "money", "owes", "List who owes the lab money."),
    "day-close": Entry(_JOBS, "money", "day_close", "Show the totals of a day's payments."),
    "report": Entry(_JOBS, "reporting", "report", "Print the lab's figures."),
    "edit": Entry(_JOBS, "corrections", "edit", "Edit job details."),
    **{
        name: Entry(_TRIGGERS, "triggers", "", trigger.record.help, made=True)
        for name, trigger in TRIGGER_COMMANDS.items()
    },
    "plate": Entry(_TRIGGERS, "plates", "plate", "Start, end, move or plan plates."),
    "archive": Entry(_TRIGGERS, "retention", "archive", "Archive finished jobs."),
    "pay": Entry(_TRIGGERS, "money", "pay", "Take a payment for one or more jobs."),
    "payments": Entry(
        _TRIGGERS,
        "online_payments",
        "payments",
        "List online payments, and charge PaperCut accounts.",
    ),
    "refund": Entry(_TRIGGERS, "money", "refund", "Refund what was paid for a job."),
    "write-off": Entry(_TRIGGERS, "money", "write_off", "Write off what is due for jobs."),
    "void-payment": Entry(
        _TRIGGERS, "money", "void_payment", "Void a payment. The ledger keeps it."
    ),
    "undo": Entry(_TRIGGERS, "corrections", "undo", "Undo the last staff action on a job."),
    "serve": Entry(_RUN, "serving", "serve", "Serve the web pages and do background work."),
    "worker": Entry(_RUN, "working", "worker", "Move files and send email until stopped."),
    "dispatch": Entry(_RUN, "working", "dispatch", "Do all work that is due, then exit."),
    "audit": Entry(_RUN, "audit", "audit", "Print who did what to the lab, as JSON lines."),
    "doctor": Entry(_RUN, "doctor", "doctor", "Check files, database and settings."),
    "backup": Entry(_RUN, "backup", "backup", "Back up everything while the lab runs."),
    "restore": Entry(_RUN, "restore", "restore", "Restore a backup, or test one."),
    "purge": Entry(_RUN, "retention", "purge", "Archive old jobs and delete expired data."),
    "person": Entry(_RUN, "retention", "person", "Export or erase a student's data."),
    "init": Entry(_LAB, "beginning", "init", "Create the store, database and staff password."),
    "import": Entry(_LAB, "importing", "import_", "Import jobs from an older system."),
    "demo": Entry(_LAB, "demo", "demo", "Fill a separate store with sample jobs."),
    "staff-password": Entry(_LAB, "password", "staff_password", "Set a new staff password."),
    "identity": Entry(
        _LAB, "identity", "identity", "Check the sign-in provider, or sign in without it."
    ),
    "catalog": Entry(_LAB, "catalog", "catalog", "Export or import printers, colors and prices."),
    "roles": Entry(_LAB, "roles", "roles", "List the lab's roles, and what each allows."),
    "closed": Entry(_LAB, "closed", "closed", "Close the lab for some days, or list closed days."),
    "limits": Entry(_LAB, "limits", "limits", "List limits; block or except people."),
    "payers": Entry(_LAB, "payers", "payers", "List, add or import who pays; show statements."),
    "machine": Entry(_LAB, "machines", "machine", "Add machines, or take them out of service."),
    "slicer": Entry(
        _LAB, "slicer", "slicer", "Make and test the lab's slicer profiles, and read sliced files."
    ),
    "mail": Entry(_LAB, "mail", "mail", "Preview the lab's emails, and test sending."),
    "db": Entry(_LAB, "database", "database", "Upgrade or check the database."),
    "lifecycle": Entry(_LAB, "lifecycle", "lifecycle", "Show the table of the job lifecycle."),
}


def sections() -> dict[str, dict[str, Entry]]:
    """The commands by heading."""
    return {
        title: dict(entries)
        for title, entries in groupby(COMMANDS.items(), key=lambda item: item[1].section)
    }
