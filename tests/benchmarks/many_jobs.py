"""A lab with years of jobs, written straight into its tables.

Every status holds at least one full page of the dashboard, in a small lab as in a large one, so
that pages of both show as much; of the statuses that somebody still works on a lab never has more
than a thousand jobs each.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from anyascii import anyascii
from sqlalchemy import Connection, Integer, String, Table, insert, text

from printflow import Printflow, Status
from printflow.db import job_rows, search
from printflow.db.engine import open_engine
from printflow.db.schema import (
    attempts,
    confirmations,
    events,
    job_files,
    jobs,
    outbox,
    payments,
    requests,
)
from printflow.domain.naming import ALPHABET, standard_name

BATCH: Final = 2000
_ACTIVE: Final = ("UPLOADED", "PENDING", "READYTOPRINT", "PRINTING", "COMPLETED")
_CLOSED: Final = {"ARCHIVED": 0.75, "PAIDPICKEDUP": 0.15, "REJECTED": 0.10}
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
_EMPTY: Final = {Integer: 0, String: ""}

RARE_WORD: Final = "zimmermann"
"""A word that about 120 jobs hold, however many there are."""
RARE_PRINTER: Final = "Formlabs Form 3"


@dataclass(frozen=True)
class Plan:
    """How many jobs of each status, over how many years before ``now``."""

    count: int
    years: float = 10.0
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    seed: int = 7

    def statuses(self) -> list[str]:
        """The statuses of all jobs, oldest first: what is closed is older."""
        each = min(1000, max(self.count // 8, 1))
        closed = self.count - each * len(_ACTIVE)
        chance = random.Random(self.seed)
        shares = [status for status, share in _CLOSED.items() for _ in range(int(closed * share))]
        shares += ["ARCHIVED"] * (closed - len(shares))
        chance.shuffle(shares)
        active = list(_ACTIVE) * each
        chance.shuffle(active)
        return [*shares, *active]


def fill(lab: Printflow, plan: Plan) -> None:
    """Write the plan's jobs with their files, events, mails, quotes, prints and payments."""
    engine = open_engine(lab.settings.database).execution_options(printflow_write=True)
    try:
        with engine.begin() as connection:
            _write(connection, plan)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("VACUUM ANALYZE"))
    finally:
        engine.dispose()


def _write(connection: Connection, plan: Plan) -> None:
    gathered: dict[Table, list[dict[str, Any]]] = {}
    for number, (table, row) in enumerate(_rows(plan)):
        gathered.setdefault(table, []).append(row)
        if number % (BATCH * 20) == 0:
            _flush(connection, gathered)
    _flush(connection, gathered)
    search.rebuild(connection)
    if connection.dialect.name == "postgresql":
        for table in (requests, job_files, events, confirmations, attempts, payments, outbox):
            name = table.name
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "
                    f"GREATEST((SELECT max(id) FROM {name}), 1))"
                )
            )


def _flush(connection: Connection, gathered: dict[Table, list[dict[str, Any]]]) -> None:
    # Rows that others point to come first.
    order = (requests, jobs, job_files, events, confirmations, attempts, payments, outbox)
    for table in order:
        rows = gathered.pop(table, [])
        for start in range(0, len(rows), BATCH):
            connection.execute(insert(table), rows[start : start + BATCH])


def _complete(table: Table, given: Mapping[str, Any]) -> dict[str, Any]:
    """The row with something in every column that wants it: tables grow."""
    row = dict(given)
    for column in table.c:
        if column.name in row or column.nullable or column.server_default is not None:
            continue
        if column.default is None and not column.primary_key:
            row[column.name] = next(
                (v for kind, v in _EMPTY.items() if isinstance(column.type, kind)), 0
            )
    return row


def _rows(plan: Plan) -> Iterator[tuple[Table, dict[str, Any]]]:
    chance = random.Random(plan.seed)
    statuses = plan.statuses()
    step = timedelta(days=365.25 * plan.years) / len(statuses)
    event_id = 0
    for number, status in enumerate(statuses, 1):
        created = plan.now - step * (len(statuses) - number + 1)
        rare = number % (len(statuses) // 120)
        job = _Telling(number, Status(status), created, chance, plan.now, rare)
        yield from job.rows(event_id)
        event_id += len(job.way)


class _Telling:
    """One job's rows."""

    def __init__(
        self,
        number: int,
        status: Status,
        at: datetime,
        chance: random.Random,
        now: datetime,
        rare: int,
    ) -> None:
        self.number, self.status, self.at = number, status, at
        self.id = _job_id(number)
        self.first, self.last = chance.choice(_FIRST), chance.choice(_LAST)
        if rare == 0:
            self.last = RARE_WORD.title()
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
        if status.value in _ACTIVE and number % 10:  # one of ten waits for too long
            self.since = now - timedelta(minutes=chance.randint(1, 2000))

    def rows(self, event_id: int) -> Iterator[tuple[Table, dict[str, Any]]]:
        """What each table holds of it."""
        for table, row in self._told(event_id):
            yield table, _complete(table, row)

    def _told(self, event_id: int) -> Iterator[tuple[Table, dict[str, Any]]]:
        number, at = self.number, self.at
        name, email = (
            f"{self.first} {self.last}",
            anyascii(f"{self.first}.{self.last}@example.edu").lower(),
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
            "original_name": f"part {number}.stl",
            "currency": "USD",
        }
        yield (
            requests,
            {
                "id": number,
                "created_at": at,
                "idempotency_key": f"key-{number}",
                "student_name": name,
                "student_email": email,
                "consent_version": "1",
            },
        )
        yield (
            jobs,
            {
                **values,
                "id": self.id,
                "request_id": number,
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
        yield from self._history(event_id, quoted, email)

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
        if len(self.way) > 4:
            yield attempts, self._print()
        if len(self.way) > 5:
            yield payments, self._payment()

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

    def _print(self) -> dict[str, Any]:
        return {
            "job_id": self.id,
            "printer": self.printer,
            "started_at": self.at + timedelta(hours=3),
            "started_by": "Ana",
            "ended_at": self.at + timedelta(hours=4),
            "result": "completed",
        }

    def _payment(self) -> dict[str, Any]:
        return {
            "job_id": self.id,
            "at": self.at + timedelta(hours=5),
            "by": "Ana",
            "amount_cents": 425,
            "currency": "USD",
            "method": "cash",
            "waived": "",
        }


def _job_id(number: int) -> str:
    """Ids that lie as scattered as random ones, without a collision."""
    scattered = (number * 0x9E3779B97) & ((1 << 40) - 1)  # an odd factor permutes 40 bits
    digits = []
    for _ in range(8):
        scattered, digit = divmod(scattered, 32)
        digits.append(ALPHABET[digit])
    return "".join(digits)
