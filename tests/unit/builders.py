"""Good examples for tests of the domain: a lab's catalog, a job in any status, and what to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from printflow.domain.attempt import Arguments, Facts, FileFact, Submission
from printflow.domain.catalog import Catalog, catalog_from
from printflow.domain.job import Actor, FileRole, FileState, Job, JobFile, Quote
from printflow.domain.pick_up import PickUpPolicy
from printflow.domain.plate import Machine, PlatePart
from printflow.domain.status import ActorKind, Status, Trigger

NOW = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
JOB_ID = "K7Q2MX9A"
ANA = Actor(ActorKind.STAFF, "Ana", "front desk")
STUDENT = Actor(ActorKind.STUDENT, "Jane Doe")
SYSTEM = Actor(ActorKind.SYSTEM, "Printflow")

DOCUMENT: dict[str, Any] = {
    "lab_name": "Test Lab",
    "currency": "USD",
    "time_zone": "America/Chicago",
    "minimum_charge": "3.00",
    "methods": [
        {
            "name": "Filament",
            "materials": ["PLA", "PETG"],
            "colors": [{"name": "True Red", "hex": "#C1272D"}, {"name": "Black", "hex": "#111111"}],
        },
        {
            "name": "Resin",
            "materials": ["Standard"],
            "colors": [{"name": "Clear", "hex": "#EEEEEE"}],
        },
    ],
    "printers": [
        {
            "name": "MK4S",
            "methods": ["Filament"],
            "build_volume": [250, 210, 220],
            "rate_per_gram": "0.10",
        },
        {
            "name": "XL",
            "methods": ["Filament"],
            "build_volume": [360, 360, 360],
            "rate_per_gram": "0.10",
            "rate_per_hour": "0.50",
        },
        {
            "name": "Form 3",
            "methods": ["Resin"],
            "build_volume": [145, 145, 175],
            "rate_per_gram": "0.20",
        },
    ],
    "disciplines": ["Art", "Engineering"],
    "rejection_reasons": [{"code": "thin", "text": "Some walls are too thin."}],
    "payment_methods": ["cash", "card"],
    "pick_up": {"place": "Room 1", "hours": "Mon–Fri 9–17"},
    "texts": {
        "introduction": "",
        "minimum_charge": "Every print costs $3.00 at least.",
        "consent": "I agree to the price.",
        "consent_version": "2",
    },
    "retention": {"archive_after_days": 90},
}


def catalog() -> Catalog:
    """Two methods, three printers."""
    return catalog_from(DOCUMENT)


def job_file(**replaced: Any) -> JobFile:
    """The original, authoritative and in place."""
    values: dict[str, Any] = {
        "id": 1,
        "job_id": JOB_ID,
        "role": FileRole.ORIGINAL,
        "authoritative": True,
        "name": f"JaneDoe_Filament_TrueRed_{JOB_ID}.stl",
        "folder": "Uploaded",
        "last_seen": "Uploaded",
        "state": FileState.SETTLED,
        "size": 684,
        "sha256": "ab" * 32,
    }
    return JobFile(**{**values, **replaced})


def job(status: Status = Status.UPLOADED, **replaced: Any) -> Job:
    """A quoted job in ``status``, old enough to be archived."""
    values: dict[str, Any] = {
        "id": JOB_ID,
        "request_id": 1,
        "status": status,
        "version": 4,
        "created_at": NOW - timedelta(days=120),
        "updated_at": NOW - timedelta(days=100),
        "status_since": NOW - timedelta(days=100),
        "student_name": "Jane Doe",
        "student_email": "jane@example.edu",
        "discipline": "Engineering",
        "class_number": "ARCH 4000",
        "method": "Filament",
        "color": "True Red",
        "printer": "MK4S",
        "original_name": "bracket.stl",
        "standard_name": f"JaneDoe_Filament_TrueRed_{JOB_ID}",
        "currency": "USD",
        "material": "PLA",
        "grams": Decimal("42.5"),
        "hours": Decimal("3.25"),
        "cost_cents": 425,
        "files": (job_file(folder=status.folder, last_seen=status.folder),),
    }
    wanted = replaced.get("quantity", 1)
    values["copies_printing"] = wanted if status is Status.PRINTING else 0
    values["copies_good"] = wanted if status.record.all_printed else 0
    values["copies_out"] = wanted if status.record.handed_out else 0
    return Job(**{**values, **replaced})


def job_for(trigger: Trigger, status: Status) -> Job:
    """A job in ``status`` whose copies call for ``trigger``."""
    copied = (Trigger.COPIES_DONE, Trigger.HAND_OUT, Trigger.START_PRINTING)
    if status is Status.PRINTING and trigger in copied:
        return job(status, quantity=5, copies_good=2, copies_printing=2)
    if trigger is Trigger.RELEASE:
        return job(status, held_at=NOW - timedelta(days=1), held_by="Ana", hold_reason="a nozzle")
    if trigger is Trigger.KEEP and status is Status.READYTOPRINT:
        return job(status, cancel_asked_at=NOW - timedelta(days=1), cancel_reason="too late")
    return job(status, quantity=5 if (trigger, status) == _HANDED else 1)


_HANDED = (Trigger.HAND_OUT, Status.COMPLETED)


MACHINES = tuple(
    Machine(id=number, name=name, model=name, implied=True)
    for number, name in enumerate(("MK4S", "XL", "Form 3"), 1)
)


def parts_of(made: Job) -> tuple[PlatePart, ...]:
    """The job's copies that print, all on one plate."""
    if not made.copies_printing:
        return ()
    part = PlatePart(id=1, plate_id=1, job_id=made.id, copies=made.copies_printing, added_at=NOW)
    return (part,)


def quote(**replaced: Any) -> Quote:
    """The open quote that belongs to :func:`job`."""
    values: dict[str, Any] = {
        "id": 7,
        "job_id": JOB_ID,
        "cost_cents": 425,
        "currency": "USD",
        "grams": Decimal("42.5"),
        "hours": Decimal("3.25"),
        "printer": "MK4S",
        "material": "PLA",
        "color": "True Red",
        "file_name": job_file().name,
        "file_sha256": job_file().sha256,
        "issued_at": NOW - timedelta(days=1),
        "expires_at": NOW + timedelta(days=6),
    }
    return Quote(**{**values, **replaced})


def chosen(**replaced: Any) -> FileFact:
    """The job's own file, ready to print."""
    values: dict[str, Any] = {
        "name": job_file().name,
        "present": True,
        "settled": True,
        "authoritative": True,
    }
    return FileFact(**{**values, **replaced})


def facts(**replaced: Any) -> Facts:
    """Facts under which every trigger goes through."""
    values: dict[str, Any] = {
        "now": NOW,
        "catalog": catalog(),
        "chosen_file": chosen(),
        "quote": quote(),
        "pick_up": PickUpPolicy(reminder_days=(7, 21), dispose_after_days=30),
        "reminder_left": True,
        "students_cancel": "until_print",
        "machines": MACHINES,
        "parts": parts_of(job(Status.PRINTING)),
    }
    return Facts(**{**values, **replaced})


def form(**replaced: Any) -> Submission:
    """A complete form."""
    values: dict[str, Any] = {
        "student_name": "Jane Doe",
        "student_email": "jane@example.edu",
        "answers": {"discipline": replaced.pop("discipline", "Engineering")},
        "class_number": "ARCH 4000",
        "print_method": "Filament",
        "color": "True Red",
        "printer": "MK4S",
        "minimum_charge": True,
        "original_name": "bracket.stl",
    }
    return Submission(**{**values, **replaced})


def good_arguments(trigger: Trigger, *, status: Status | None = None) -> Arguments:
    """What a member of staff says so that ``trigger`` goes through from ``status``."""
    said: dict[Trigger, Arguments] = {
        Trigger.SUBMIT: Arguments(submission=form()),
        Trigger.APPROVE: Arguments(weight="42.5", hours="3.25", material="PLA"),
        Trigger.REQUOTE: Arguments(weight="50", hours="2h 30m", material="PETG", printer="XL"),
        Trigger.REJECT: Arguments(reasons=("thin",)),
        Trigger.CONFIRM: Arguments(note="by phone, 14:30"),
        Trigger.DECLINE: Arguments(note="by phone, 14:30"),
        Trigger.FAIL: Arguments(reason="came off the bed"),
        Trigger.PICK_UP: Arguments(amount="4.25", method="cash"),
        Trigger.HOLD: Arguments(reason="waits for a nozzle"),
        Trigger.CANCEL: Arguments(reason="asked by phone"),
        Trigger.OVERRIDE: Arguments(reason="clicked the wrong row", to="COMPLETED"),
    }
    arguments = said.get(trigger, Arguments())
    if trigger is Trigger.OVERRIDE and status is Status.COMPLETED:
        return replace(arguments, to="PRINTING")
    return arguments
