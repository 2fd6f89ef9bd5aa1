"""Jobs and what belongs to them as JSON: Decimals as texts, times in UTC, amounts in cents."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any

import click

from printflow.domain.pricing import plain_decimal

if TYPE_CHECKING:
    from printflow import (
        Copies,
        Debtor,
        Event,
        IncomingMail,
        Job,
        JobDetails,
        JobFile,
        Machine,
        ModelFacts,
        Payment,
        Plate,
        Price,
        Printflow,
    )
    from printflow.domain.printability import Finding

    from .session import Session

_ATTEMPT = ("printer", "started_at", "started_by", "ended_at", "result", "reason")
_TOGETHER = frozenset(
    {"files", "copies_good", "copies_failed", "copies_printing", "copies_out"}
)  # told of in an entry of their own
_THOUSANDTH = Decimal("0.001")
_AS_IT_IS = frozenset({str, int, float, bool, NoneType})
"""What JSON knows anyway, and nearly all values are; a class made of one, such as a status, is none."""
_MAIL = (
    "id", "message_id", "template", "to", "state", "tries", "error", "created_at", "next_try_at",
    "sent_at",
)  # fmt: skip


_CHARGE = (
    "id", "reference", "amount_cents", "currency", "username", "state", "answer", "asked_at",
    "asked_by", "settled_by", "payment_id",
)  # fmt: skip


def print_json(document: object) -> None:
    """One JSON document on standard output, in ASCII where the output cannot take the rest."""
    click.echo(_as_json(document))


def stream_json(batches: Iterable[Sequence[object]], session: Session) -> None:
    """What :func:`print_json` writes of one list of all, each batch when it comes.

    From then on an error is told on standard error alone: a second document would be no JSON.
    """
    lead = "["
    for batch in batches:
        entries = []
        for document in batch:
            entries.append(f"{lead}\n{_as_json(document)}".replace("\n", "\n  "))
            lead = ","
        session.streaming = True
        click.echo("".join(entries), nl=False)
    click.echo("[]" if lead == "[" else "\n]")


def _as_json(document: object) -> str:
    ascii_only = (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "") != "utf8"
    return json.dumps(plain(document), indent=2, ensure_ascii=ascii_only)


def price_document(price: Price) -> dict[str, Any]:
    """A price with its lines; ``amount_cents`` add up to ``total_cents``. Of a share (unit "%"),
    ``quantity`` is the percentage and ``rate`` what it is of.
    """
    lines = []
    for line, cents in zip(price.lines, price.each_in_cents(), strict=True):
        record = line.kind.record
        quantity = line.quantity * 100 if record.unit == "%" else line.quantity
        lines.append(
            {
                "kind": line.kind,
                "label": line.label or record.label,
                "quantity": plain_decimal(quantity.quantize(_THOUSANDTH)),
                "unit": record.unit,
                "rate": plain_decimal(line.rate),
                "amount_cents": cents,
            }
        )
    return {"lines": lines, "total_cents": price.cents, "minimum_applied": price.at_minimum}


def debtor_document(debtor: Debtor) -> dict[str, Any]:
    """Who owes what: sums by currency, and the jobs, oldest first."""
    return {
        "student_name": debtor.name,
        "student_email": debtor.email,
        "since": debtor.since,
        "due_cents": debtor.totals,
        "jobs": [
            {
                "id": debt.job_id,
                "status": debt.status,
                "file": debt.original_name,
                "since": debt.since,
                "currency": debt.currency,
                "due_cents": debt.due_cents,
            }
            for debt in debtor.debts
        ],
    }


def instant(time: datetime | None) -> str | None:
    """ISO 8601 in UTC, to the second: ``2026-03-02T14:30:00Z``."""
    if time is None:
        return None
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(value: object) -> Any:
    """``value`` in what JSON knows."""
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value


def job_document(lab: Printflow, job: Job) -> dict[str, Any]:
    """A job with its files, and the triggers that the table allows from its status."""
    from printflow import ActorKind, allowed

    document = {f.name: getattr(job, f.name) for f in fields(job) if f.name not in _TOGETHER}
    return {
        **document,
        "copies": copies_document(job.copies),
        "status_label": job.status.label,
        "file": job.file.name,
        "estimate_error_percent": _estimate_error(job),
        "files": [_file(lab, job, file) for file in job.files],
        "allowed": list(allowed(job, ActorKind.STAFF)),
    }


def _estimate_error(job: Job) -> dict[str, Any]:
    """How far the lab's slicer was off, against the figures that staff decided on; empty without."""
    from printflow.domain.reckoning import error_percent

    said = job.original.reckoned
    if said is None:
        return {}
    pairs = {"grams": (said.grams, job.grams), "hours": (said.hours, job.hours)}
    return {
        name: error_percent(estimated * job.quantity, final)
        for name, (estimated, final) in pairs.items()
        if estimated is not None and final is not None
    }


def details_document(lab: Printflow, details: JobDetails) -> dict[str, Any]:
    """A job with all that is remembered of it: what ``show --json`` prints."""
    return {
        **job_document(lab, details.job),
        "paid_cents": details.paid_cents,
        "due_cents": details.due_cents,
        "refunded_cents": details.balance.refunded_cents,
        "events": [_event(event) for event in details.events],
        "notes": [_fields(note, "at", "author", "text", "for_student") for note in details.notes],
        "quotes": [
            {f.name: getattr(quote, f.name) for f in fields(quote)} for quote in details.quotes
        ],
        "attempts": [_fields(attempt, *_ATTEMPT) for attempt in details.attempts],
        "plates": [plate_document(plate) for plate in details.plates],
        "payments": [payment_document(payment) for payment in details.ledger],
        "charges": [_fields(charge, *_CHARGE) for charge in details.charges],
        "mails": [_fields(mail, *_MAIL) for mail in details.mails],
        "incoming": [incoming_document(mail) for mail in details.incoming],
        "allowed": list(details.allowed),
    }


def incoming_document(mail: IncomingMail) -> dict[str, Any]:
    """An email that came in, and what became of it."""
    return {
        **_fields(mail, "id", "at", "sent_at", "fate", "why", "job_id", "sender", "sender_name"),
        **_fields(mail, "subject", "text", "size", "settled_at", "settled_by"),
        "attachments": [_fields(one, "name", "size", "kept") for one in mail.attachments],
    }


def copies_document(copies: Copies) -> dict[str, int]:
    """How many copies are wanted, and what has become of them."""
    return _fields(copies, "wanted", "good", "printing", "failed", "out", "left")


def machine_document(machine: Machine) -> dict[str, Any]:
    """A machine; ``out_since`` is null while it is in service."""
    return {
        **_fields(machine, "name", "model", "in_service", "out_since", "out_reason", "out_by"),
        **_fields(machine, "place", "nozzle", "material", "color", "notes"),
        **_fields(machine, "implied", "added_at", "retired_at"),
    }


def plate_document(plate: Plate) -> dict[str, Any]:
    """A plate with its parts, what became of them, and on which machines it ran."""
    return {
        **_fields(plate, "id", "state"),
        "machine": plate.machine.name,
        "model": plate.machine.model,
        "parts": [
            {
                **_fields(part, "job_id", "copies", "good", "failed", "not_printed", "open"),
                "outcomes": [
                    {
                        **_fields(one, "at", "by", "good", "failed", "not_printed"),
                        **_fields(one, "category", "reason", "grams_wasted"),
                    }
                    for one in part.outcomes
                ],
            }
            for part in plate.parts
        ],
        "runs": [
            {"machine": run.machine.name, **_fields(run, "started_at", "ended_at")}
            for run in plate.runs
        ],
        "file": plate.file_name,
        **_fields(plate, "file_plate", "grams", "hours", "created_at", "created_by"),
        **_fields(plate, "started_at", "started_by", "expected_end", "ended_at", "ended_by"),
    }


def payment_document(payment: Payment) -> dict[str, Any]:
    """An entry of the ledger with its shares; ``void`` is null while it counts."""
    return {
        **_fields(
            payment, "id", "number", "kind", "at", "by", "station", "amount_cents", "waived_cents"
        ),
        **_fields(payment, "currency", "method", "receipt", "payer", "account", "note", "waived"),
        "shares": [
            _fields(share, "job_id", "amount_cents", "waived_cents") for share in payment.shares
        ],
        "void": _fields(payment.void, "at", "by", "station", "reason") if payment.void else None,
    }


def _file(lab: Printflow, job: Job, file: JobFile) -> dict[str, Any]:
    facts = facts_document(file.facts) if file.facts else None
    if facts is not None and file.facts is not None:
        facts["fits"] = list(lab.models.fits(job, file.facts))
        facts["warnings"] = list(lab.models.warnings(job, file.facts))
        facts["verdict"] = lab.models.verdict(job, file.facts)
    return {
        **_fields(
            file,
            "id",
            "name",
            "role",
            "authoritative",
            "folder",
            "last_seen",
            "last_named",
            "state",
        ),
        **_fields(file, "size", "sha256"),
        "path": lab.files.path(file),
        "inspection": file.inspection,
        "inspection_note": file.inspection_note,
        "picture": file.picture,
        "facts": facts,
        "change": lab.models.change(job, file),
        "reckoned": file.reckoned.plain() if file.reckoned else None,
    }


def facts_document(facts: ModelFacts) -> dict[str, Any]:
    """Measured facts as scripts read them."""
    return {
        **_fields(facts, "format", "triangles", "bodies", "dimensions_mm", "volume_cm3"),
        **_fields(facts, "area_cm2", "watertight", "open_edges", "wound", "notes"),
        "colors": list(facts.colors),
        "plates": [asdict(plate) for plate in facts.plates],
        "findings": [_finding(one) for one in facts.findings],
        "checked_for": facts.checked_for.plain() if facts.checked_for else None,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        **_fields(finding, "code", "severity", "message", "at_mm", "value", "limit", "count"),
        **_fields(finding, "area_mm2", "volume_cm3"),
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        **_fields(event, "at", "trigger", "source", "dest"),
        "actor": _fields(event.actor, "kind", "name", "station"),
        "details": event.details,
    }


def _fields(of: object, *names: str) -> dict[str, Any]:
    return {name: getattr(of, name) for name in names}
