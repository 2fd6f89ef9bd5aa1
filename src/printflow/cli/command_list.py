"""What commands there are, in which module, under which heading: enough for ``--help``."""

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


_JOBS, _TRIGGERS, _RUN, _LAB = "Jobs", "What happens to a job", "Running the lab", "The lab"

COMMANDS: Mapping[str, Entry] = {
    "submit": Entry(_JOBS, "submit", "submit", "Submit a model for a student."),
    "list": Entry(_JOBS, "jobs", "list_jobs", "List jobs, newest first."),
    "show": Entry(_JOBS, "jobs", "show", "Show a job with its files and history."),
    "note": Entry(_JOBS, "jobs", "note", "Add a note to a job."),
    "inspect": Entry(_JOBS, "inspecting", "inspect", "Measure a model file, and draw it."),
    "waiting": Entry(_JOBS, "waiting", "waiting", "List prints that wait to be picked up."),
    "reinspect": Entry(_JOBS, "inspecting", "reinspect", "Look into jobs' models once more."),
    "day-close": Entry(_JOBS, "money", "day_close", "Sum up what a day's payments come to."),
    "report": Entry(_JOBS, "reporting", "report", "Print the lab's figures."),
    "edit": Entry(_JOBS, "corrections", "edit", "Mend what the form of a job said."),
    **{
        name: Entry(_TRIGGERS, "triggers", "", trigger.record.help, made=True)
        for name, trigger in TRIGGER_COMMANDS.items()
    },
    "archive": Entry(_TRIGGERS, "retention", "archive", "Put away finished jobs."),
    "pay": Entry(_TRIGGERS, "money", "pay", "Take a payment for a job or several."),
    "void-payment": Entry(
        _TRIGGERS, "money", "void_payment", "Void a payment; the ledger keeps it."
    ),
    "undo": Entry(_TRIGGERS, "corrections", "undo", "Take the last action of staff back."),
    "serve": Entry(_RUN, "serving", "serve", "Serve the web pages and do the work behind them."),
    "worker": Entry(_RUN, "working", "worker", "Place files and send mail until stopped."),
    "dispatch": Entry(_RUN, "working", "dispatch", "Do all work that is due, then return."),
    "doctor": Entry(_RUN, "doctor", "doctor", "Check that everything fits together."),
    "backup": Entry(_RUN, "backup", "backup", "Back everything up while the lab runs."),
    "restore": Entry(_RUN, "restore", "restore", "Put a backup back, or try whether it can be."),
    "purge": Entry(_RUN, "retention", "purge", "Archive and remove what was kept long enough."),
    "person": Entry(_RUN, "retention", "person", "Export or erase what is stored of a student."),
    "init": Entry(_LAB, "beginning", "init", "Make the store, database and staff password."),
    "import": Entry(_LAB, "importing", "import_", "Take over the jobs of an older system."),
    "demo": Entry(_LAB, "demo", "demo", "Fill a separate store with jobs to look at."),
    "staff-password": Entry(_LAB, "password", "staff_password", "Set a new staff password."),
    "catalog": Entry(_LAB, "catalog", "catalog", "Export or import printers, colors and prices."),
    "slicer": Entry(_LAB, "slicer", "slicer", "Make profiles for the lab's slicer, and try them."),
    "mail": Entry(_LAB, "mail", "mail", "Look at the lab's mails with sample data."),
    "db": Entry(_LAB, "database", "database", "Upgrade or check the database."),
    "lifecycle": Entry(_LAB, "lifecycle", "lifecycle", "Show the lifecycle's table."),
}


def sections() -> dict[str, dict[str, Entry]]:
    """The commands by heading."""
    return {
        title: dict(entries)
        for title, entries in groupby(COMMANDS.items(), key=lambda item: item[1].section)
    }
