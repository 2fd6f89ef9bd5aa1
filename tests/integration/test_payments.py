"""The ledger of a real lab: taking, voiding, closing the day, and that all sums are one."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from printflow import (
    DayClose,
    InvalidInput,
    Job,
    NotFound,
    Payment,
    Printflow,
    PrintflowError,
    ReportQuery,
    Settings,
    TransitionNotAllowed,
    TransitionRefused,
    Unit,
)
from printflow.domain.catalog import plain_form
from tests.plugins.lab import Submit, TestClock

JobIn = Callable[[str], Job]


def codes(error: pytest.ExceptionInfo[PrintflowError]) -> list[str]:
    return [reason.code for reason in error.value.refusals]


def refused(lab: Printflow, jobs: Any, **said: Any) -> list[str]:
    with pytest.raises((TransitionRefused, InvalidInput)) as error:
        lab.payments.take(jobs, by="Ana", **said)
    return codes(error)


def with_rules(lab: Printflow, **rules: Any) -> None:
    plain = plain_form(lab.catalog.current)
    lab.catalog.change({"payments": {**plain["payments"], **rules}}, by="Ana")


# -- taking ---------------------------------------------------------------------------------------


def test_a_part_before_the_print_and_the_rest_at_pick_up(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("READYTOPRINT")
    first = lab.payments.take(
        job.id, amount="1.00", method="card", receipt=" A-17 ", payer="Dr. Who", by="Ana",
        station="Desk", account="ARCH 4000", note="deposit",
    )  # fmt: skip
    assert (first.amount_cents, first.method, first.receipt) == (100, "card", "A-17")
    assert (first.payer, first.account, first.note) == ("Dr. Who", "ARCH 4000", "deposit")
    assert (first.by, first.station, first.job_ids) == ("Ana", "Desk", (job.id,))
    details = lab.jobs.details(job.id)
    assert (details.paid_cents, details.due_cents, details.payable) == (100, 325, True)
    told = details.events[-1]
    assert (told.trigger, told.source, told.dest) == ("payment", job.status, job.status)
    assert told.details["amount_cents"] == 100
    assert lab.jobs.get(job.id).version == job.version + 1
    lab.jobs.start_printing(job.id, by="Ana")
    lab.jobs.complete(job.id, by="Ana")
    with pytest.raises(TransitionRefused, match=r"3\.25 is due"):
        lab.jobs.pick_up(job.id, by="Ana", amount="4.25", method="cash")
    lab.jobs.pick_up(job.id, by="Ana", amount="3.25", method="cash", payer="Jane")
    details = lab.jobs.details(job.id)
    assert [(one.amount_cents, one.payer) for one in details.payments] == [
        (100, "Dr. Who"),
        (325, "Jane"),
    ]
    assert (details.due_cents, details.payable) == (0, False)


def test_a_settled_balance_is_handed_out_without_money(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("COMPLETED")
    lab.payments.take(job.id, amount="2", method="cash", by="Ana")
    with pytest.raises(TransitionRefused, match=r"2\.25 is due"):
        lab.jobs.pick_up(job.id, by="Ana")
    lab.payments.take(job.id, amount="2.25", method="account", by="Ben")
    assert lab.jobs.pick_up(job.id, by="Ana").status == "PAIDPICKEDUP"
    assert len(lab.jobs.details(job.id).payments) == 2
    assert refused(lab, job.id, amount="1", method="cash") == ["nothing_due"]


def test_one_payment_for_several_jobs(lab: Printflow, job_in: JobIn) -> None:
    jobs = [job_in("COMPLETED"), job_in("READYTOPRINT"), job_in("COMPLETED")]
    ids = [job.id for job in jobs]
    payment = lab.payments.take(ids, amount="9.00", method="card", by="Ana")
    assert {share.job_id: share.amount_cents for share in payment.shares} == {
        ids[0]: 425,
        ids[1]: 425,
        ids[2]: 50,
    }
    assert [one.balance.due_cents for one in lab.payments.balances(ids)] == [0, 0, 375]
    assert all(lab.jobs.details(one).events[-1].trigger == "payment" for one in ids)
    assert [one.id for one in lab.payments.find(job_id=ids[2])] == [payment.id]
    rest = lab.payments.take({ids[2]: "1.75"}, method="cash", by="Ana")
    assert rest.amount_cents == 175
    assert refused(lab, {ids[2]: "3"}, method="cash") == ["amount_over"]
    assert refused(lab, ids, amount="9.00", method="card") == ["amount_over"]


def test_what_is_left_is_waived_with_a_reason(lab: Printflow, job_in: JobIn) -> None:
    one, two = job_in("COMPLETED"), job_in("COMPLETED")
    payment = lab.payments.take(
        [one.id, two.id], amount="5", method="cash", waive="our mistake", by="Ana"
    )
    assert (payment.amount_cents, payment.waived_cents) == (500, 350)
    assert [lab.jobs.details(job.id).due_cents for job in (one, two)] == [0, 0]
    assert lab.jobs.pick_up(two.id, by="Ana").status == "PAIDPICKEDUP"
    (_, waived) = payment.shares if payment.shares[0].job_id == one.id else payment.shares[::-1]
    assert (waived.amount_cents, waived.waived_cents) == (75, 350)


def test_a_waived_pick_up_owes_nothing(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("COMPLETED")
    lab.jobs.pick_up(job.id, by="Ana", amount="1", method="cash", waive="half was our mistake")
    details = lab.jobs.details(job.id)
    assert (details.paid_cents, details.balance.waived_cents, details.due_cents) == (100, 325, 0)


def test_what_cannot_be_paid_for(lab: Printflow, job_in: JobIn) -> None:
    pending, done = job_in("PENDING"), job_in("COMPLETED")
    assert refused(lab, pending.id, amount="1", method="cash") == ["not_payable"]
    assert refused(lab, [done.id, done.id], amount="1", method="cash") == ["job_twice"]
    assert refused(lab, [], amount="1", method="cash") == ["jobs_missing"]
    assert refused(lab, done.id, amount="1", method="cash", key="x" * 65) == ["key_too_long"]
    with pytest.raises(NotFound):
        lab.payments.take([done.id, "ZZZZZZZZ"], amount="1", method="cash", by="Ana")
    with pytest.raises(InvalidInput, match="Enter your name"):
        lab.payments.take(done.id, amount="1", method="cash", by=" ")
    assert lab.jobs.details(done.id).ledger == ()
    assert lab.jobs.get(done.id).version == done.version


def test_a_double_click_pays_once(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("COMPLETED")
    click: dict[str, Any] = {"amount": "1", "method": "cash", "by": "Ana", "key": "abc"}
    once, twice = (lab.payments.take(job.id, **click) for _ in range(2))
    assert once == twice
    assert lab.jobs.details(job.id).paid_cents == 100


def test_a_receipt_number_is_used_once(lab: Printflow, job_in: JobIn) -> None:
    one, two = job_in("COMPLETED"), job_in("COMPLETED")
    first = lab.payments.take(one.id, amount="1", method="card", receipt="17", by="Ana")
    assert refused(lab, two.id, amount="1", method="cash", receipt=" 17") == ["receipt_used"]
    with pytest.raises(TransitionRefused, match=f"payment {first.number} of job {one.id}"):
        lab.jobs.pick_up(two.id, amount="4.25", method="cash", receipt="17", by="Ana")
    lab.payments.void(first.id, reason="wrong job", by="Ana")
    lab.jobs.pick_up(two.id, amount="4.25", method="cash", receipt="17", by="Ana")
    with_rules(lab, unique_receipts=False)
    lab.payments.take(one.id, amount="1", method="card", receipt="17", by="Ana")
    assert lab.jobs.details(one.id).paid_cents == 100


def test_a_way_of_payment_that_wants_a_receipt(lab: Printflow, job_in: JobIn) -> None:
    with_rules(lab, receipt_methods=["card"], account_methods=["account"])
    job = job_in("COMPLETED")
    assert refused(lab, job.id, amount="1", method="card") == ["receipt_missing"]
    assert refused(lab, job.id, amount="1", method="account") == ["account_missing"]
    lab.payments.take(job.id, amount="1", method="account", account="ARCH 4000", by="Ana")
    (change,) = lab.catalog.versions()[0].differences[:1]
    assert "payment methods that need a receipt number" in change.place


# -- voiding --------------------------------------------------------------------------------------


def test_a_void_is_an_entry_and_the_job_is_due_again(lab: Printflow, job_in: JobIn) -> None:
    one, two = job_in("COMPLETED"), job_in("COMPLETED")
    payment = lab.payments.take([one.id, two.id], amount="8.50", method="card", by="Ana")
    lab.jobs.pick_up(one.id, by="Ana")
    void = lab.payments.void(payment.id, reason="card was refused", by="Ben", station="Desk")
    assert void.void is not None
    assert (void.void.by, void.void.station, void.void.reason) == (
        "Ben",
        "Desk",
        "card was refused",
    )
    assert (void.amount_cents, void.shares) == (850, payment.shares), "the entry stays"
    for job in (one, two):
        details = lab.jobs.details(job.id)
        assert (details.paid_cents, details.due_cents, details.payments) == (0, 425, ())
        assert details.events[-1].trigger == "void"
        assert details.events[-1].details["payment"] == payment.id
    assert lab.jobs.details(one.id).payable, "it was handed out, and is due"
    assert lab.payments.void(payment.id, reason="card was refused", by="Ben") == void
    with pytest.raises(TransitionRefused, match="Ben already voided this payment"):
        lab.payments.void(payment.id, reason="card was refused", by="Ana")
    with pytest.raises(TransitionRefused, match="Enter a reason"):
        lab.payments.void(lab.payments.take(two.id, amount="1", method="cash", by="A").id,
                         reason=" ", by="Ana")  # fmt: skip
    with pytest.raises(NotFound):
        lab.payments.void(999, reason="x", by="Ana")


def test_undo_of_a_pick_up_voids_its_payment_alone(
    lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("COMPLETED")
    deposit = lab.payments.take(job.id, amount="1", method="card", by="Ana")
    lab.jobs.pick_up(job.id, by="Ana", amount="3.25", method="cash")
    lab.corrections.undo(job.id, by="Ben")
    assert [one.id for one in lab.jobs.details(job.id).payments] == [deposit.id]
    taken = lab.jobs.details(job.id).ledger[-1]
    assert taken.void is not None
    assert (taken.void.by, taken.amount_cents) == ("Ben", 325)
    with pytest.raises(TransitionRefused):
        lab.corrections.undo(job.id, by="Ben")  # a payment is voided, not undone


def test_a_price_that_is_lowered_shows_what_was_paid_too_much(
    lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("PRINTING")
    lab.payments.take(job.id, amount="4.25", method="cash", by="Ana")
    lab.jobs.complete(job.id, by="Ana", cost="3.00")
    assert lab.jobs.details(job.id).balance.over_cents == 125
    assert lab.jobs.details(job.id).due_cents == 0
    assert refused(lab, job.id, amount="1", method="cash") == ["nothing_due"]


def test_an_archived_job_s_payments_stay(lab: Printflow, job_in: JobIn, clock: TestClock) -> None:
    job = job_in("PAIDPICKEDUP")
    clock.advance(days=100)
    lab.jobs.archive(job.id, by="Ana")
    with pytest.raises(TransitionRefused, match="is archived"):
        lab.payments.void(lab.jobs.details(job.id).payments[0].id, reason="late", by="Ana")


# -- the day close --------------------------------------------------------------------------------


def test_a_day_that_is_over_stays_as_it_is(lab: Printflow, job_in: JobIn, clock: TestClock) -> None:
    jobs = [job_in("COMPLETED") for _ in range(3)]
    first = lab.payments.take(jobs[0].id, amount="4.25", method="cash", by="Ana")
    lab.payments.take(jobs[1].id, amount="1", method="card", receipt="=1+1", by="Ana")
    lab.jobs.pick_up(jobs[2].id, waive="a gift", by="Ben")
    day = lab.cash_up.today
    before = lab.cash_up.close()
    assert before.totals == {"USD": 525}
    assert [(one.method, one.total_cents, one.waived_cents) for one in before.sums] == [
        ("", 0, 425),
        ("card", 100, 0),
        ("cash", 425, 0),
    ]
    clock.advance(days=1)
    lab.payments.void(first.id, reason="wrong person", by="Ben")
    assert lab.cash_up.close(day).totals == before.totals
    assert lab.cash_up.close().totals == {"USD": -425}
    assert [one.id for one in lab.cash_up.close().voids] == [first.id]
    assert lab.payments.find(day=lab.cash_up.today) == []
    assert len(lab.payments.find(day=day)) == 3


def test_midnight_is_the_lab_s(lab: Printflow, job_in: JobIn, clock: TestClock) -> None:
    job = job_in("COMPLETED")
    clock.now = clock.now.replace(hour=4, minute=59)  # 11:59 pm of the day before in New York
    lab.payments.take(job.id, amount="1", method="cash", by="Ana")
    clock.advance(minutes=2)
    lab.payments.take(job.id, amount="2", method="cash", by="Ana")
    assert lab.cash_up.close(date(2026, 3, 1)).totals == {"USD": 100}
    assert lab.cash_up.close(date(2026, 3, 2)).totals == {"USD": 200}


def test_the_file_of_a_day_adds_up_and_holds_no_formula(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("COMPLETED")
    wrong = lab.payments.take(job.id, amount="4.25", method="cash", payer="=cmd|x", by="Ana")
    lab.payments.void(wrong.id, reason="@home", by="Ana")
    lab.payments.take(job.id, amount="1.10", method="cash", by="Ana", waive="-1")
    text = b"".join(lab.cash_up.file(lab.cash_up.today, "csv")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["amount"] for row in rows] == ["4.25", "1.10", "-4.25"]
    assert [row["entry"] for row in rows] == ["payment", "payment", "void"]
    assert (rows[0]["payer"], rows[2]["reason"], rows[1]["reason"]) == ("'=cmd|x", "'@home", "'-1")
    assert b"".join(lab.cash_up.file(lab.cash_up.today, "xlsx"))[:2] == b"PK"
    with pytest.raises(InvalidInput):
        lab.cash_up.file(lab.cash_up.today, "pdf")


# -- the receipt ----------------------------------------------------------------------------------


def test_the_receipt_goes_by_mail(lab: Printflow, job_in: JobIn, settings: Settings) -> None:
    one, two = job_in("COMPLETED"), job_in("COMPLETED")
    payment = lab.payments.take(
        [one.id, two.id], amount="5", method="card", receipt="A-1", by="Ana"
    )
    assert lab.receipts.mail(payment.id, by="Ana") == "jane@example.edu"
    assert lab.receipts.mail(payment.id, by="Ana", to="boss@example.edu") == "boss@example.edu"
    with pytest.raises(InvalidInput):
        lab.receipts.mail(payment.id, by="Ana", to="nobody")
    lab.dispatch()
    mails = [mail for mail in lab.mail.find() if mail.template == "receipt"]
    assert [mail.state for mail in mails] == ["sent", "sent"]
    text = lab.mail.preview(mails[0].id).text
    for part in ("$4.25", "$0.75", "$5.00", one.id, two.id, "card", "A-1", payment.number):
        assert part in text
    assert any("emailed to boss@" in note.text for note in lab.jobs.details(two.id).notes)
    lab.payments.void(payment.id, reason="refused", by="Ana")
    assert "no longer counts" in lab.mail.preview(mails[0].id).text


def test_an_erased_person_s_money_stays_without_a_name(
    lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("COMPLETED")
    lab.payments.take(
        job.id, amount="4.25", method="card", payer="Jane Doe", account="JD-1", receipt="17",
        note="Jane's card", by="Ana", key="k",
    )  # fmt: skip
    lab.jobs.pick_up(job.id, by="Ana")
    lab.personal_data.erase("jane@example.edu", by="Ana")
    lab.dispatch()
    lab.personal_data.erase("jane@example.edu", by="Ana") if lab.jobs.get(
        job.id
    ).student_email else None
    (payment,) = lab.jobs.details(job.id).payments
    assert (payment.amount_cents, payment.method, payment.receipt) == (425, "card", "17")
    assert (payment.payer, payment.account, payment.note, payment.by) == ("", "", "", "(removed)")
    assert not any("Jane" in str(event.details) for event in lab.jobs.details(job.id).events)


# -- all sums are one -----------------------------------------------------------------------------

ACTIONS = ("take", "take", "take", "several", "waive", "void", "pick_up", "undo", "lower", "wait")
acts = st.lists(
    st.tuples(st.sampled_from(ACTIONS), st.integers(0, 2), st.integers(1, 500), st.integers(0, 2)),
    min_size=1,
    max_size=14,
)


def play(lab: Printflow, clock: TestClock, jobs: list[Job], history: Any) -> None:
    ways = lab.catalog.current.payment_methods
    for action, which, cents, way in history:
        job, amount = jobs[which], f"{cents // 100}.{cents % 100:02d}"
        with suppress(TransitionRefused, TransitionNotAllowed):
            if action == "take":
                lab.payments.take(job.id, amount=amount, method=ways[way], by="Ana")
            elif action == "several":
                ids = [one.id for one in jobs]
                lab.payments.take(ids, amount=f"{cents // 50}", method=ways[way], by="Ana")
            elif action == "waive":
                lab.payments.take(job.id, amount=amount if way else "", method=ways[way],
                                 waive="a gift", by="Ana")  # fmt: skip
            elif action == "void":
                ledger = lab.payments.find(job_id=job.id)
                if ledger:
                    lab.payments.void(ledger[cents % len(ledger)].id, reason="wrong", by="Ben")
            elif action == "pick_up":
                due = lab.jobs.details(job.id).due_cents
                paid = f"{due // 100}.{due % 100:02d}"
                lab.jobs.pick_up(job.id, amount=paid, method=ways[way], by="Ana")
            elif action == "undo":
                lab.corrections.undo(job.id, by="Ana")
            elif action == "lower":
                lab.jobs.override(job.id, to="PRINTING", reason="again", by="Ana")
                lab.jobs.complete(job.id, cost=amount, by="Ana")
            else:
                clock.advance(hours=9)


def days(lab: Printflow, first: date) -> list[DayClose]:
    count = (lab.cash_up.today - first).days
    return [lab.cash_up.close(first + timedelta(days=number)) for number in range(count + 1)]


def check_sums(lab: Printflow, first: date, job_ids: list[str]) -> None:
    """The ledger, by method, by job, by day and in the reports: one sum."""
    entries: dict[int, Payment] = {}
    for job_id in job_ids:
        entries |= {one.id: one for one in lab.payments.find(job_id=job_id)}
    counts = [one for one in entries.values() if one.void is None]
    total = sum(one.amount_cents for one in counts)
    assert all(
        one.amount_cents == sum(share.amount_cents for share in one.shares)
        for one in entries.values()
    )
    details = [lab.jobs.details(job_id) for job_id in job_ids]
    assert sum(one.paid_cents for one in details) == total
    for one in details:
        balance = one.balance
        assert balance.due_cents == 0 or balance.over_cents == 0
    closes = days(lab, first)
    assert sum(sum(close.totals.values()) for close in closes) == total
    by_method: Counter[str] = Counter()
    for close in closes:
        for way in close.sums:
            by_method[way.method] += way.total_cents
    of_entries: Counter[str] = Counter()
    for entry in counts:
        of_entries[entry.method] += entry.amount_cents
    assert +by_method == +of_entries
    figures = lab.reports.figures(ReportQuery(unit=Unit.DAY))
    revenue = {str(row[0]): row[3] for row in figures.table("revenue").rows}
    assert {day: cents for day, cents in revenue.items() if cents} == {
        str(close.day): cents for close in closes if (cents := sum(close.totals.values()))
    }
    reported = {row[0]: row[3] for row in figures.table("payment_methods").rows}
    assert {way: cents for way, cents in reported.items() if cents} == +by_method
    for close in closes:
        text = b"".join(lab.cash_up.file(close.day, "csv")).decode("utf-8-sig")
        amounts = [row["amount"] for row in csv.DictReader(io.StringIO(text))]
        in_cents = [int(amount.replace(".", "")) for amount in amounts]
        assert sum(in_cents) == sum(close.totals.values())


@pytest.mark.long
@tries(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_every_sum_is_the_ledger_s(
    lab: Printflow, clock: TestClock, submit: Submit, job_in: JobIn, history: Any
) -> None:
    jobs = [job_in("COMPLETED"), job_in("READYTOPRINT"), job_in("PAIDPICKEDUP")]
    play(lab, clock, jobs, history)
    every = [job.id for job in lab.jobs.find()]
    first = date(2026, 3, 2)
    assert lab.cash_up.today >= first
    check_sums(lab, first, every)


# -- several at once ------------------------------------------------------------------------------

CASHIER = """
import json, sys
from printflow import Printflow, PrintflowError, Settings
task = json.loads(sys.stdin.readline())
taken, refused = [], []
with Printflow.open(Settings(**task["settings"])) as lab:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(task["times"]):
        try:
            jobs = task["jobs"] if number % 2 else task["jobs"][:1]
            paid = lab.payments.take(jobs, amount="0.50", method="cash", by=sys.argv[1],
                                    receipt=str(number))
            taken.append([paid.id, paid.amount_cents])
        except PrintflowError as error:
            refused.extend(reason.code for reason in error.refusals)
json.dump([taken, refused], sys.stdout)
"""


def test_cashiers_at_once_take_no_more_than_is_due_and_no_receipt_twice(
    lab: Printflow, settings: Settings, job_in: JobIn
) -> None:
    jobs = [job_in("COMPLETED").id for _ in range(2)]
    plain = {
        "store": str(settings.store),
        "database_url": settings.database_url or "",
        "base_url": settings.base_url,
        "settle_seconds": 0,
        "mail": {"directory": str(settings.mail.directory)},
    }
    task = json.dumps({"settings": plain, "jobs": jobs, "times": 30})
    at_once = [
        subprocess.Popen(
            [sys.executable, "-c", CASHIER, name],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("Ana", "Ben", "Cleo")
    ]
    for process in at_once:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(task + "\n")
        process.stdin.flush()
    for process in at_once:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in at_once:  # all of them, before anybody's answer is read
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    answers = [json.loads(process.communicate()[0]) for process in at_once]
    assert [process.returncode for process in at_once] == [0, 0, 0]
    taken = [tuple(one) for answer in answers for one in answer[0]]
    codes = {code for answer in answers for code in answer[1]}
    assert codes <= {"amount_over", "nothing_due", "receipt_used"}, "nothing else went wrong"
    assert "receipt_used" in codes
    assert len({number for number, _ in taken}) == len(taken)
    paid = [lab.jobs.details(job_id).paid_cents for job_id in jobs]
    assert sum(paid) == sum(cents for _, cents in taken)
    assert all(cents <= 425 for cents in paid)
    entries = {one.id: one for job_id in jobs for one in lab.payments.find(job_id=job_id)}
    receipts = [one.receipt for one in entries.values()]
    assert len(receipts) == len(set(receipts)) == len(taken)
