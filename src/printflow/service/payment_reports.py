"""Marks jobs as paid from a payment service's report: says first what each line would do."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..catalogs.cache import CatalogCache
from ..domain.job import Actor
from ..domain.ledger import Balance
from ..domain.naming import normal_job_id
from ..domain.online_payments import Finding, JobMoney, Reference, judged
from ..domain.payment_report import (
    Outcome,
    ReportColumns,
    ReportLine,
    ReportRow,
    books,
    counts,
    read_line,
)
from ..domain.rights import Right
from ..domain.text import clean_line
from ..errors import InvalidInput
from ..ports import Clock, Database, Transaction
from ..runtime.permits import needs
from ..said import say
from .acting import staff_actor
from .money_writer import written
from .online_booking import Told, book, payment_identity
from .pay_links import PayLinks
from .receipt_mails import ReceiptMails
from .repeats import fingerprint

MOST_BYTES, MOST_ROWS = 4 << 20, 10_000
_TOGETHER = 100
"""So many lines are entered in one transaction: others wait no longer."""
_MANY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReport:
    """What became of a report, or would: ``mark`` stands for exactly that."""

    rows: tuple[ReportRow, ...]
    dry_run: bool
    mark: str

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many lines become what."""
        return counts(self.rows)

    @property
    def totals(self) -> dict[str, int]:
        """What is entered, by currency."""
        found: dict[str, int] = {}
        for row in self.rows:
            if row.outcome is Outcome.PAID:
                line = row.line
                found[line.currency] = found.get(line.currency, 0) + line.cents
        return found


class PaymentReports:
    """Reports that payment services make, as CSV files."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogs: CatalogCache,
        pay_links: PayLinks,
        receipts: ReceiptMails,
    ) -> None:
        self._receipts = receipts
        self._database = database
        self._clock = clock
        self._catalogs = catalogs
        self._pay_links = pay_links

    @needs(Right.PAYMENTS)
    def read(
        self,
        content: bytes,
        *,
        by: str,
        station: str = "",
        columns: Mapping[str, str] | None = None,
        decimal: str = ".",
        currency: str = "",
        dry_run: bool = False,
        shown: str | None = None,
        most: int = MOST_ROWS,
    ) -> PaymentReport:
        """Enter what a report says was paid, each transaction once; with ``dry_run`` only say so.

        ``columns`` names the report's column for reference, transaction, amount, currency or date;
        ``decimal`` is "." or ","; ``currency`` is that of lines that name none. ``shown`` is the
        mark of what was shown before: where it would be something else by now, nothing is entered,
        and the answer is a dry run. Raises InvalidInput for what is no such file, and for one that
        would enter more than ``most`` payments.
        """
        actor = staff_actor(by, station)
        header, rows = _rows(content)
        wanted = ReportColumns.of(header, columns or {}, decimal=decimal, currency=currency)
        with self._database.read() as tx:
            planned = self._planned(tx, rows, wanted)
        mark = fingerprint(_told(row) for row in planned)
        if dry_run or (shown is not None and shown != mark):
            return PaymentReport(rows=planned, dry_run=True, mark=mark)
        done = {row.line.number: row for row in planned}
        to_enter = [row for row in planned if row.outcome is Outcome.PAID]
        if len(to_enter) > most:
            raise InvalidInput.of(
                "file",
                "too_many",
                say("This file has more than {most} new payments.", most=most),
                say("Split it, or import it with printflow payments import."),
            )
        for start in range(0, len(to_enter), _TOGETHER):
            some = to_enter[start : start + _TOGETHER]
            done |= written(self._database, partial(self._enter, rows=some, actor=actor))
        return PaymentReport(rows=tuple(done.values()), dry_run=False, mark=mark)

    def _enter(
        self, tx: Transaction, rows: Sequence[ReportRow], actor: Actor
    ) -> dict[int, ReportRow]:
        now = self._clock()
        found = {}
        for row in rows:
            line = row.line
            told = Told(
                "report", line.reference, row.job_id, line.transaction, line.cents, line.currency,
                line.date,
            )  # fmt: skip
            one, repeated = book(tx, told, self._pay_links, self._receipts, actor, now)
            outcome = Outcome.ALREADY if repeated else Outcome.PAID
            found[line.number] = replace(row, outcome=outcome, finding=one.finding)
        return found

    def _planned(
        self, tx: Transaction, rows: Sequence[tuple[int, dict[str, str]]], columns: ReportColumns
    ) -> tuple[ReportRow, ...]:
        fallback = columns.currency or self._catalogs.within(tx).currency
        cells = {clean_line(row.get(columns.names["reference"]) or "") for _number, row in rows}
        meant = {cell: found for cell in cells if (found := self._pay_links.meant(cell))}
        named = {cell: normal_job_id(cell) or "" for cell in cells - meant.keys()}
        jobs = tx.online.jobs({one.job_id for one in meant.values()} | set(named.values()) - {""})

        def currency_of(reference: str) -> str:
            if reference in meant:
                return meant[reference].currency
            job = jobs.get(named.get(reference, ""))
            return job.currency if job is not None else fallback

        lines = [read_line(number, row, columns, currency_of) for number, row in rows]
        settled: dict[str, tuple[int, int]] = {}
        for some in _chunks(sorted(jobs)):
            settled |= tx.ledger.settled_of(some)
        due = {
            one.id: Balance(one.cost_cents, *settled.get(one.id, (0, 0))).due_cents
            for one in jobs.values()
        }
        meet: list[tuple[ReportLine, Reference | None, JobMoney | None]] = []
        for line in lines:
            reference = meant.get(line.reference)
            job = jobs.get(reference.job_id if reference else named.get(line.reference, ""))
            meet.append((line, reference, job))
        identities = {_identity(line, job) for line, _reference, job in meet}
        known = {
            identity: (one.amount_cents, one.currency)
            for identity, one in tx.online.known(identities).items()
        }
        return tuple(_row(*one, due, known) for one in meet)


def _identity(line: ReportLine, job: JobMoney | None) -> str:
    return payment_identity(line.transaction, job.id if job is not None else "", line.reference)


def _row(
    line: ReportLine,
    reference: Reference | None,
    job: JobMoney | None,
    due: dict[str, int],
    known: dict[str, tuple[int, str]],
) -> ReportRow:
    """What becomes of a line; ``due`` and ``known`` are as they are after the lines before it."""
    row = ReportRow(line=line, outcome=Outcome.LEFT_OUT, job_id=job.id if job else "")
    if line.problem is not None:
        return row
    identity, said = _identity(line, job), (line.cents, line.currency)
    left = due.get(job.id, 0) if job else 0
    if identity in known:
        same = known[identity] == said
        return replace(
            row,
            outcome=Outcome.ALREADY if same else Outcome.LEFT_OUT,
            finding=None if same else Finding.CHANGED,
            due_cents=left,
        )
    asked = reference.cents if reference is not None else None
    finding = judged(job, asked, left, *said)
    if job is None or not books(finding, sealed=reference is not None):
        return replace(row, finding=finding, due_cents=left)
    known[identity] = said
    due[job.id] = max(0, left - line.cents)
    return replace(row, outcome=Outcome.PAID, finding=finding, due_cents=due[job.id])


def _told(row: ReportRow) -> str:
    line = row.line
    return repr((line.number, line.transaction, row.job_id, line.cents, line.currency, row.outcome,
                 row.finding, row.due_cents))  # fmt: skip


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _MANY):
        yield ids[start : start + _MANY]


def _rows(content: bytes) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """The names of the columns, and the lines by them. Raises InvalidInput (field file)."""
    if len(content) > MOST_BYTES:
        raise _no_file(say("The file is too large."))
    reader = csv.reader(io.StringIO(_text(content), newline=""), delimiter=_delimiter(content))
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) == MOST_ROWS:
                raise _no_file(say("Use at most {most} lines.", most=MOST_ROWS))
            rows.append((reader.line_num, dict(zip(header, cells, strict=False))))
    except csv.Error:
        raise _no_file(say("The file isn't a CSV file.")) from None
    return header, rows


def _text(content: bytes) -> str:
    """Reports come in UTF-8, in what Windows writes, or in UTF-16 with its mark."""
    encodings: tuple[str, ...]
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _no_file(say("The file isn't a CSV file."))


def _delimiter(content: bytes) -> str:
    """What parts the columns, as the first line shows."""
    first = _text(content).partition("\n")[0]
    return max(",;\t", key=first.count)


def _no_file(message: str) -> InvalidInput:
    return InvalidInput.of(
        "file", "file_invalid", message, say("Its first line names the columns.")
    )
