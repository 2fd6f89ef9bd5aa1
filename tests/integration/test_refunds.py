"""Refunds and write-offs: never more than was paid, never twice, and everything adds up."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from printflow import InvalidInput, Job, Payment, Printflow, TransitionRefused
from tests.integration.conftest import Program

JobIn = Callable[[str], Job]


@contextmanager
def refused(*codes: str) -> Iterator[None]:
    """What happens is refused for these reasons."""
    with pytest.raises(TransitionRefused) as raised:
        yield
    assert [one.code for one in raised.value.refusals] == list(codes)


def money(lab: Printflow, job: Job) -> tuple[int, int, int]:
    """What the lab has of the job's money, what is due, and what was refunded."""
    balance = lab.jobs.details(job.id).balance
    return balance.paid_cents, balance.due_cents, balance.refunded_cents


def back(lab: Printflow, job: Job, amount: str, **more: Any) -> Payment:
    """Give money back."""
    return lab.payments.refund(job.id, amount=amount, reason="Came out wrong", by="Ana", **more)


def test_a_refund_takes_from_what_was_paid_and_is_not_due_again(
    lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("PAIDPICKEDUP")
    entry = back(lab, job, "1.25")
    assert (entry.amount_cents, entry.kind, entry.method) == (-125, "refund", "cash")
    assert money(lab, job) == (300, 0, 125)
    assert lab.payments.owes() == ()
    with refused("refund_over"):
        back(lab, job, "3.01")
    back(lab, job, "3.00", method="card")
    assert money(lab, job) == (0, 0, 425)
    with refused("nothing_paid"):
        back(lab, job, "0.01")
    close = lab.cash_up.close()
    assert close.totals == {"USD": 0}
    assert {
        one.method: (one.taken_cents, one.refunded_cents, one.waived_cents) for one in close.sums
    } == {
        "cash": (425, 125, 0),
        "card": (0, 300, 0),
    }
    rows = list(
        csv.DictReader(
            io.StringIO(b"".join(lab.cash_up.file(close.day, "csv")).decode("utf-8-sig"))
        )
    )
    assert [(row["entry"], row["amount"], row["waived"]) for row in rows] == [
        ("payment", "4.25", "0.00"),
        ("refund", "-1.25", "0.00"),
        ("refund", "-3.00", "0.00"),
    ]


def test_what_is_no_refund(lab: Printflow, job_in: JobIn) -> None:
    unpaid, job = job_in("COMPLETED"), job_in("PAIDPICKEDUP")
    with refused("nothing_paid"):
        back(lab, unpaid, "1.00")
    for amount in ("-1", "0", "", "nan", "1e9", "=1"):
        with refused("amount_invalid"):
            back(lab, job, amount)
    for reason, code in (("", "reason_missing"), ("x" * 10_000, "reason_too_long")):
        with refused(code):
            lab.payments.refund(job.id, amount="1.00", reason=reason, by="Ana")
    with refused("method_unknown"):
        back(lab, job, "1.00", method="shells")
    with refused("paid_changed"):
        lab.payments.refund(job.id, amount="1.00", reason="x", by="Ana", expected_paid=100)
    assert money(lab, job) == (425, 0, 0)


def test_a_refund_and_its_payment_are_voided_in_their_order(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("COMPLETED")
    paid = lab.payments.take(job.id, by="Ana", amount="4.25", method="cash")
    entry = back(lab, job, "4.00")
    with refused("refunded"):
        lab.payments.void(paid.id, reason="wrong", by="Ana")
    lab.payments.void(entry.id, reason="wrong", by="Ana")
    assert money(lab, job) == (425, 0, 0)
    lab.payments.void(paid.id, reason="wrong", by="Ana")
    assert money(lab, job) == (0, 425, 0)
    assert lab.cash_up.close().totals == {"USD": 0}


def test_overpaid_money_goes_back_and_nothing_is_forgiven(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("PRINTING")
    lab.payments.take(job.id, by="Ana", amount="4.25", method="cash")
    lab.jobs.complete(job.id, by="Ana", cost="3.00")
    back(lab, job, "1.25")
    balance = lab.jobs.details(job.id).balance
    assert (balance.paid_cents, balance.forgone_cents, balance.over_cents) == (300, 0, 0)


def test_a_paid_job_is_refunded_then_canceled(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("READYTOPRINT")
    lab.payments.take(job.id, by="Ana", amount="2.00", method="cash")
    with refused("paid"):
        lab.jobs.cancel(job.id, by="Ana", reason="No time")
    back(lab, job, "2.00")
    assert lab.jobs.cancel(job.id, by="Ana", reason="No time").status == "REJECTED"
    assert lab.payments.owes() == ()


def test_two_clerks_refund_once(lab: Printflow, job_in: JobIn) -> None:
    """Of refunds of everything at once, one is entered."""
    job = job_in("PAIDPICKEDUP")
    job = job_in("PAIDPICKEDUP")

    def press(_number: int) -> str:
        try:
            return back(lab, job, "4.25").number
        except TransitionRefused as error:
            return error.refusals[0].code

    with ThreadPoolExecutor(4) as clerks:
        said = sorted(clerks.map(press, range(4)))
    assert said[1:] == ["nothing_paid"] * 3
    assert money(lab, job) == (0, 0, 425)


def test_a_key_refunds_once(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("PAIDPICKEDUP")
    first = back(lab, job, "1.00", key="one")
    assert back(lab, job, "1.00", key="one") == first
    with pytest.raises(InvalidInput):
        back(lab, job, "2.00", key="one")
    assert money(lab, job) == (325, 0, 100)


def test_what_is_written_off_is_owed_no_more(lab: Printflow, job_in: JobIn) -> None:
    job, other, waiting = job_in("COMPLETED"), job_in("COMPLETED"), job_in("READYTOPRINT")
    lab.payments.take(job.id, by="Ana", amount="1.00", method="cash")
    with refused("nothing_due"):
        lab.payments.write_off(waiting.id, reason="Moved away", by="Ana")
    with refused("due_changed"):
        lab.payments.write_off(job.id, reason="x", by="Ana", expected_due={job.id: 425})
    entry = lab.payments.write_off([job.id, other.id], reason="Moved away", by="Ana")
    assert (entry.amount_cents, entry.waived_cents, entry.kind) == (0, 750, "write_off")
    assert lab.payments.owes() == ()
    assert money(lab, job) == (100, 0, 0)
    [sums] = [one for one in lab.cash_up.close().sums if not one.method]
    assert (sums.written_off_cents, sums.waived_cents) == (750, 0)
    with refused("nothing_due"):
        lab.payments.write_off(job.id, reason="Again", by="Ana")
    lab.payments.void(entry.id, reason="They came back", by="Ana")
    assert [one.totals for one in lab.payments.owes()] == [{"USD": 750}]


def test_the_commands(program: Program) -> None:
    job_id = program.submit()
    program.call(
        "approve", job_id, "--by", "Sam", "--weight", "42.5", "--hours", "3", "--material", "PLA"
    )
    program.call("confirm", job_id, "--by", "Sam", "--note", "phone")
    program.call("pay", job_id, "--by", "Ana", "--amount", "4.25", "--method", "cash")
    refund = ("refund", job_id, "--reason", "=cmd()", "--by", "Ana")
    said = program.call(*refund, "--amount", "1.00", "--json").json
    assert (said["kind"], said["amount_cents"], said["waived"]) == ("refund", -100, "=cmd()")
    assert program.call(*refund, "--amount", "9", "--json").refused_fields == ["amount"]
    assert program.call(*refund, "--amount", "-1", "--json").code == 1
    shown = program.call("show", job_id, "--json").json
    assert (shown["paid_cents"], shown["refunded_cents"], shown["due_cents"]) == (325, 100, 0)
    assert program.call("day-close", "--json").json["totals"] == {"USD": 325}
    assert program.call("write-off", job_id, "--reason", "x", "--by", "Ana").code == 1
