"""A payment service's report: what each line would do is said first; each transaction counts once."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from sqlalchemy import insert, select

from printflow import InvalidInput, Job, Printflow
from printflow.db.engine import open_engine
from printflow.db.schema import jobs
from tests.integration.conftest import Program
from tests.integration.test_online_payments import (  # noqa: F401 - a fixture
    asked,
    money,
    paid,
    settings,
    wrong,
)
from tests.plugins.lab import TestClock

JobIn = Callable[[str], Job]
HEAD = ("reference", "transaction", "amount")


def report(
    rows: Iterable[Sequence[str]], head: Sequence[str] = HEAD, delimiter: str = ","
) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([head, *rows])
    return text.getvalue().encode()


def read(lab: Printflow, content: bytes, **more: Any) -> list[tuple[str, str]]:
    """What becomes of each line."""
    found = lab.payment_reports.read(content, by="Ana", **more)
    return [
        (row.outcome.value, "unreadable" if row.line.problem else str(row.finding or ""))
        for row in found.rows
    ]


def test_each_line_says_what_it_would_do_and_then_does_that(
    lab: Printflow,
    clock: TestClock,
    job_in: JobIn,
    settings: Any,  # noqa: F811
) -> None:
    one, two, three = (job_in("COMPLETED") for _ in range(3))
    early = job_in("PENDING")
    ref, called = asked(lab, one)["ref"], asked(lab, three)["ref"]
    paid(lab, clock, three, transaction="T-9")
    content = report([
        (ref, "T-1", "4.25"),
        (two.id.lower(), "T-2", "$1.00"),
        (two.id, "T-3", "3.25 USD"),
        (two.id, "T-4", "3.25"),  # nothing is due any more
        (ref, "T-1", "4.25"),
        (ref, "T-5", "4.25"),  # paid twice, by our own reference
        (called, "T-9", "4.25"),
        (called, "T-9", "5.25"),
        ("INV-2026-1", "T-6", "80.00"),
        (early.id, "T-7", "4.25"),
        (one.id, "T-8", "=1+1"),
        (one.id, "T-8", "-4.25"),
        (one.id, "", "4.25"),
        ("", "T-8", "4.25"),
        (one.id, "T-8", "EUR 4.25"),
    ])  # fmt: skip
    would = [
        ("paid", ""), ("paid", ""), ("paid", ""), ("left_out", "over"), ("already", ""),
        ("paid", "over"), ("already", ""), ("left_out", "changed"), ("left_out", "unknown"),
        ("left_out", "not_due"), *[("left_out", "unreadable")] * 4, ("left_out", "currency"),
    ]  # fmt: skip
    before = money(lab, one)
    assert read(lab, content, dry_run=True) == would
    assert money(lab, one) == before == (0, 425)
    assert read(lab, content) == would
    assert (money(lab, one), money(lab, two), money(lab, three)) == ((850, 0), (425, 0), (425, 0))
    again = read(lab, content)
    assert [outcome for outcome, _why in again].count("already") == 6 and ("paid", "") not in again
    assert money(lab, one) == (850, 0)
    taken = lab.jobs.details(two.id).ledger
    assert [(entry.by, entry.method, entry.receipt) for entry in taken] == [
        ("Ana", "online", "T-2"), ("Ana", "online", "T-3"),
    ]  # fmt: skip
    assert wrong(settings) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_reports_come_as_banks_write_them(lab: Printflow, job_in: JobIn, encoding: str) -> None:
    job = job_in("COMPLETED")
    text = f"Empfänger;Beleg;Betrag;Datum\r\n{job.id};Ü-1;4,25;02.03.2026\r\n;;;\r\n"
    columns = {
        "reference": "empfänger",
        "transaction": "Beleg",
        "amount": "Betrag",
        "date": "Datum",
    }
    done = lab.payment_reports.read(text.encode(encoding), by="Ana", columns=columns, decimal=",")
    assert [row.outcome.value for row in done.rows] == ["paid"] and done.totals == {"USD": 425}
    (entry,) = lab.jobs.details(job.id).ledger
    assert (entry.receipt, entry.note) == ("Ü-1", "02.03.2026")


def test_what_has_changed_since_it_was_shown_is_not_entered(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("COMPLETED")
    content = report([(job.id, "T-1", "4.25")])
    shown = lab.payment_reports.read(content, by="Ana", dry_run=True)
    lab.payments.take(job.id, amount="1.00", method="cash", by="Bo")
    late = lab.payment_reports.read(content, by="Ana", shown=shown.mark)
    assert late.dry_run and money(lab, job) == (100, 325)
    assert late.rows[0].finding == "over"
    other = report([(job.id, "T-1", "3.25")])
    with pytest.raises(InvalidInput, match="more than 0 new payments"):
        lab.payment_reports.read(other, by="Ana", most=0)
    mark = lab.payment_reports.read(other, by="Ana", dry_run=True).mark
    assert not lab.payment_reports.read(other, by="Ana", shown=mark).dry_run
    assert money(lab, job) == (425, 0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no column reference"),
        (b"reference,amount\n", "no column transaction"),
        (b"\x00\x01\x02", "isn't a CSV file"),
        (b"reference,transaction,amount\n" + b"x,y,1\n" * 10_001, "at most 10,000 lines"),
        (b"reference,transaction,amount\n" + b"x" * 200_000 + b",y,1\n", "isn't a CSV file"),
        (b"x" * (5 << 20), "too large"),
    ],
)
def test_what_is_no_report_is_refused_in_words(lab: Printflow, content: bytes, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        lab.payment_reports.read(content, by="Ana")
    assert words in str(refused.value)


@pytest.mark.long
def test_ten_thousand_lines_are_looked_at_together(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("COMPLETED")
    engine = open_engine(lab.settings.database)
    alphabet = "ABCDEFGHJKMNPQRSTVWXYZ"
    ids = [f"{''.join(alphabet[n // 22**i % 22] for i in range(6))}99" for n in range(9_998)]
    with engine.begin() as connection:
        row = dict(connection.execute(select(jobs).where(jobs.c.id == job.id)).one()._mapping)
        fresh = [{**row, "id": one, "token_hash": one, "standard_name": one} for one in ids]
        connection.execute(insert(jobs), fresh)
    engine.dispose()
    content = report([(one, f"T-{one}", "4.25") for one in (*ids, job.id, "unknown")])
    found = lab.payment_reports.read(content, by="Ana", dry_run=True)
    assert found.counts == {"paid": 9_999, "already": 0, "left_out": 1}
    assert found.totals == {"USD": 9_999 * 425}


def test_the_command_maps_columns_and_says_what_it_would_do(
    program: Program, lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("COMPLETED")
    file = program.folder / "report.csv"
    file.write_bytes(report([(job.id, "T-1", "4,25"), ("other", "T-2", "1,00")],
                            ("Ref", "Txn", "Paid"), ";"))  # fmt: skip
    program.environment |= {
        "PRINTFLOW_STORE": str(lab.settings.store),
        "PRINTFLOW_DATABASE_URL": lab.settings.database_url,
    }
    call = ("payments", "import", str(file), "--by", "Ana", "--decimal", ",")
    maps = ("--map", "reference=Ref", "--map", "transaction=Txn", "--map", "amount=Paid")
    assert "no column" in program.call(*call).err
    assert "FIELD=COLUMN" in program.call(*call, "--map", "Ref").err
    would = program.call(*call, *maps, "--dry-run", "--json").json
    assert would["dry_run"] and would["counts"] == {"paid": 1, "already": 0, "left_out": 1}
    assert [row["finding"] for row in would["rows"]] == [None, "unknown"]
    assert money(lab, job) == (0, 425)
    said = program.call(*call, *maps)
    assert said.code == 0 and "1 paid, 0 already recorded, 1 left out" in said.out
    assert money(lab, job) == (425, 0)
