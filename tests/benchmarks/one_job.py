"""One job's rows, as if it had gone its way: request, job, file, events, mails, quote, payment."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from anyascii import anyascii
from sqlalchemy import Table

from printflow import Status
from printflow.db import job_rows
from printflow.db.schema import (
    confirmations,
    events,
    job_files,
    jobs,
    machines,
    notes,
    outbox,
    part_outcomes,
    payment_shares,
    payments,
    plate_parts,
    plate_runs,
    plates,
    requests,
)
from printflow.domain.mailbox import mailbox
from printflow.domain.naming import ALPHABET, standard_name

ACTIVE: Final = ("UPLOADED", "PENDING", "READYTOPRINT", "PRINTING", "COMPLETED")
_WAY: Final = (
    ("submit", "UPLOADED"),
    ("approve", "PENDING"),
    ("confirm", "READYTOPRINT"),
    ("start_printing", "PRINTING"),
    ("complete", "COMPLETED"),
    ("pick_up", "PAIDPICKEDUP"),
    ("archive", "ARCHIVED"),
)
_MAILS: Final = {"submit": "received", "approve": "approved", "confirm": "confirmed"}
_FIRST: Final = [
    "Ada",
    "Ben",
    "Chloé",
    "Dai",
    "Eva",
    "Finn",
    "Grace",
    "Hugo",
    "Ines",
    "Jan",
    "Kim",
    "Luz",
    "Mia",
    "Noor",
    "Otto",
    "Pia",
]
_LAST: Final = [
    "Abel",
    "Brandt",
    "Castro",
    "Diaz",
    "Erdős",
    "Fuchs",
    "Garcia",
    "Hopper",
    "Ito",
    "Jansen",
    "Khan",
    "Lopez",
    "Mora",
]
_PRINTERS: Final = ("Prusa MK4S",) * 6 + ("Prusa XL",) * 3 + ("Raise3D Pro 2 Plus",)
_COLORS: Final = ("True Red", "Black", "White", "Blue", "Green", "Grey", "Orange")
_DISCIPLINES: Final = ("Engineering", "Architecture", "Art", "Biology", "Design")

_ON_A_PLATE: Final = 5
_LANGUAGES: Final = ("en", "de", "es", "fr", "pt_BR", "zh_CN")

_COHORT: Final = 2000
"""After so many jobs, others come with the same names and addresses of their own."""

RARE_WORD: Final = "zimmermann"
"""A word that about 120 jobs hold, however many there are."""
RARE_PRINTER: Final = "Formlabs Form 3"


MACHINES: Final = (*dict.fromkeys(_PRINTERS), RARE_PRINTER)


def machine_rows(at: datetime) -> Iterator[tuple[Table, dict[str, Any]]]:
    """One machine for each printer, by its own name."""
    for number, name in enumerate(MACHINES, 1):
        row = {"id": number, "name": name, "model": name, "implied": True, "added_at": at}
        yield machines, row


@dataclass(slots=True)
class Floor:
    """What runs at the moment: a few jobs on each machine, and as many machines as that takes."""

    at: datetime
    _machines: int = len(MACHINES)
    _running: dict[str, list[int]] = field(default_factory=dict)
    """By printer: the machine, the plate on it, and how many jobs that has."""

    def place(self, printer: str, number: int) -> tuple[int, int, list[dict[str, Any]]]:
        """The machine and plate for a job that prints, and the machine's row where it's another."""
        last = self._running.get(printer)
        if last is not None and last[2] < _ON_A_PLATE:
            last[2] += 1
            return last[0], last[1], []
        if last is None:
            self._running[printer] = [MACHINES.index(printer) + 1, number, 1]
            return MACHINES.index(printer) + 1, number, []
        self._machines += 1
        self._running[printer] = [self._machines, number, 1]
        name = f"{printer} ({self._machines})"
        new = {"id": self._machines, "name": name, "model": printer, "added_at": self.at}
        return self._machines, number, [{**new, "implied": False}]


class OneJob:
    """One job's rows."""

    def __init__(
        self,
        number: int,
        status: Status,
        at: datetime,
        chance: random.Random,
        now: datetime,
        rare: int,
        sent_with: OneJob | None = None,
        floor: Floor | None = None,
    ) -> None:
        self.number, self.status, self.at = number, status, at
        self.id = _job_id(number)
        self.sent_with, self.floor = sent_with, floor or Floor(now)
        self.first, self.last = chance.choice(_FIRST), chance.choice(_LAST)
        if sent_with is not None:
            self.first, self.last = sent_with.first, sent_with.last
        elif rare == 0:
            self.last = RARE_WORD.title()
        self.cohort: int | str = sent_with.cohort if sent_with else number // _COHORT or ""
        self.printer = RARE_PRINTER if rare == 1 else chance.choice(_PRINTERS)
        self.color = chance.choice(_COLORS)
        self.discipline = chance.choice(_DISCIPLINES)
        self.course = f"ARCH {chance.randint(1000, 4999)}"
        self.grams = Decimal(chance.randint(50, 4000)) / 10
        last = {"REJECTED": ("reject", "REJECTED")}.get(status.value)
        names = [dest for _, dest in _WAY]
        reached = 1 if last else names.index(status.value) + 1
        self.way = [*_WAY[:reached], *([last] if last else [])]
        self.since = at + timedelta(hours=len(self.way) - 1)
        if status.value in ACTIVE and number % 10:  # one of ten waits for too long
            self.since = now - timedelta(minutes=chance.randint(1, 2000))

    def rows(self, event_id: int) -> Iterator[tuple[Table, dict[str, Any]]]:
        """What each table holds of it."""
        number, at = self.number, self.at
        name, email = (
            f"{self.first} {self.last}",
            anyascii(f"{self.first}.{self.last}{self.cohort}@example.edu").lower(),
        )
        standard = standard_name(name, "Filament", self.color, self.id, transliterate=anyascii)
        since = self.since
        quoted = len(self.way) > 1 and self.status is not Status.REJECTED
        values = {
            "student_name": name,
            "student_email": email,
            "discipline": self.discipline,
            "class_number": self.course,
            "method": "Filament",
            "color": self.color,
            "printer": self.printer,
            "copies_printing": int(self.status is Status.PRINTING),
            "copies_good": int(len(self.way) > 4),
            "copies_out": int(len(self.way) > 5),
            "original_name": f"part {number}.stl",
            "currency": "USD",
        }
        if self.sent_with is None:
            yield requests, self._request(name, email)
        yield (
            jobs,
            {
                **values,
                "mailbox": mailbox(email),
                "id": self.id,
                "request_id": self.sent_with.number if self.sent_with else number,
                "request_place": 2 if self.sent_with else 1,
                "status": self.status.value,
                "version": len(self.way),
                "created_at": at,
                "updated_at": since,
                "status_since": since,
                "standard_name": standard,
                "material": "PLA" if quoted else "",
                "grams": self.grams if quoted else None,
                "hours": Decimal("3.5") if quoted else None,
                "cost_cents": 425 if quoted else None,
                "reasons": ["Too thin"] if self.status is Status.REJECTED else [],
                "last_actor": "Ana",
                "reviewed_at": None if number % 3 else since,
                "token_hash": hashlib.sha256(self.id.encode()).hexdigest(),
                "search_text": job_rows._search_text(
                    self.id, {**values, "standard_name": standard}
                ),
            },
        )
        yield (
            job_files,
            {
                "job_id": self.id,
                "role": "original",
                "authoritative": True,
                "name": f"{standard}.stl",
                "folder": self.status.folder,
                "last_seen": self.status.folder,
                "state": "missing" if number % 2000 == 1999 else "settled",
                "size": 84,
                "sha256": hashlib.sha256(str(number).encode()).hexdigest(),
            },
        )
        if number % 7 == 0:
            said = {"at": at, "author": "Ana", "text": "Which way up?", "for_student": False}
            yield notes, {"job_id": self.id, **said}
        yield from self._history(event_id, quoted, email)

    def _request(self, name: str, email: str) -> dict[str, Any]:
        return {
            "id": self.number,
            "created_at": self.at,
            "idempotency_key": f"key-{self.number}",
            "student_name": name,
            "student_email": email,
            "consent_version": "1",
            "language": _LANGUAGES[self.number % len(_LANGUAGES)],
        }

    def _history(
        self, event_id: int, quoted: bool, email: str
    ) -> Iterator[tuple[Table, dict[str, Any]]]:
        source = None
        for step, (trigger, dest) in enumerate(self.way):
            at = self.at + timedelta(hours=step)
            event_id += 1
            yield (
                events,
                {
                    "id": event_id,
                    "job_id": self.id,
                    "at": at,
                    "trigger": trigger,
                    "source": source,
                    "dest": dest,
                    "actor_kind": "staff",
                    "actor": "Ana",
                    "station": "Front desk",
                    "details": {"note": "by phone"} if trigger == "confirm" else {},
                },
            )
            source = dest
            template = _MAILS.get(trigger)
            if template:
                dead = self.number % 3000 == 2999
                yield outbox, self._mail(event_id, template, email, at, dead=dead)
        if quoted:
            yield confirmations, self._quote()
        if len(self.way) > 3:
            yield from self._prints(done=len(self.way) > 4)
        if len(self.way) > 5:
            yield payments, self._payment()
            yield payment_shares, self._share()

    def _mail(
        self, event_id: int, template: str, email: str, at: datetime, *, dead: bool
    ) -> dict[str, Any]:
        return {
            "message_id": f"<{self.id}.{template}.{event_id:016x}@example.edu>",
            "job_id": self.id,
            "event_id": event_id,
            "template": template,
            "recipient": email,
            "context": {"cost_cents": 425},
            "created_at": at,
            "state": "dead" if dead else "sent",
            "tries": 1,
            "sent_at": at,
        }

    def _quote(self) -> dict[str, Any]:
        used = self.status is not Status.PENDING
        return {
            "job_id": self.id,
            "token_hash": hashlib.sha256(f"quote {self.id}".encode()).hexdigest(),
            "cost_cents": 425,
            "currency": "USD",
            "grams": self.grams,
            "hours": Decimal("3.5"),
            "printer": self.printer,
            "material": "PLA",
            "color": self.color,
            "file_name": f"{self.id}.stl",
            "file_sha256": hashlib.sha256(str(self.number).encode()).hexdigest(),
            "issued_at": self.at,
            "expires_at": self.at + timedelta(days=7),
            "used_at": self.at + timedelta(hours=2) if used else None,
        }

    def _prints(self, *, done: bool) -> Iterator[tuple[Table, dict[str, Any]]]:
        number, begun = self.number, self.at + timedelta(hours=3)
        machine, plate, ended = MACHINES.index(self.printer) + 1, number, begun + timedelta(hours=1)
        if not done:
            machine, plate, new = self.floor.place(self.printer, number)
            yield from ((machines, row) for row in new)
        if plate == number:
            yield plates, self._plate(machine, begun, ended if done else None)
            run = {"id": number, "plate_id": number, "machine_id": machine, "started_at": begun}
            yield plate_runs, {**run, "ended_at": ended if done else None}
        part = {"id": number, "plate_id": plate, "job_id": self.id, "copies": 1}
        yield plate_parts, {**part, "added_at": begun}
        if done:
            yield part_outcomes, {"part_id": number, "at": ended, "by": "Ana", "good": 1}

    def _plate(self, machine: int, begun: datetime, ended: datetime | None) -> dict[str, Any]:
        return {
            "id": self.number,
            "machine_id": machine,
            "state": "ended" if ended else "running",
            "hours": Decimal(1),
            "created_at": begun,
            "created_by": "Ana",
            "started_at": begun,
            "started_by": "Ana",
            "ended_at": ended,
        }

    def _payment(self) -> dict[str, Any]:
        return {
            "id": self.number,
            "at": self.at + timedelta(hours=5),
            "by": "Ana",
            "amount_cents": 425,
            "currency": "USD",
            "method": "cash",
            "waived": "",
        }

    def _share(self) -> dict[str, Any]:
        return {"payment_id": self.number, "job_id": self.id, "amount_cents": 425}


def _job_id(number: int) -> str:
    """Ids that lie as scattered as random ones, without a collision."""
    scattered = (number * 0x9E3779B97) & ((1 << 40) - 1)  # an odd factor permutes 40 bits
    digits = []
    for _ in range(8):
        scattered, digit = divmod(scattered, 32)
        digits.append(ALPHABET[digit])
    return "".join(digits)
