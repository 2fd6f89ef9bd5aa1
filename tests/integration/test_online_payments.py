"""Payments by link: in the ledger once, or kept for staff; nothing that was paid is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest

from printflow import (
    CallbackRefused,
    InvalidInput,
    Job,
    NotFound,
    Printflow,
    Received,
    Settings,
    StaleJob,
    TooManyRequests,
)
from printflow.runtime.payment_signature import callback_signature, link_signature
from printflow.testing.invariants import _Check
from printflow.testing.outside import Outside
from tests.integration.conftest import Program
from tests.plugins.lab import TestClock

JobIn = Callable[[str], Job]
SECRET = "example-secret-of-32-characters!"
TEMPLATE = (
    "https://pay.example.edu/start?ref={reference}&amount={amount}&cents={amount_cents}"
    "&currency={currency}&job={job}&back={return_url}&sig={signature}"
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A lab with a payment service."""
    payment = settings.payment.model_copy(
        update={
            "secret": Settings(payment={"secret": SECRET}).payment.secret,
            "url_template": TEMPLATE,
        }
    )
    return settings.model_copy(update={"payment": payment})


def wrong(settings: Settings) -> list[str]:
    """What of the database is not as it must be."""
    outside = SimpleNamespace(settings=settings, changed_files=set(), doubled_files=set())
    check = _Check(cast("Outside", outside), idle=False)
    jobs = check._rows["jobs"]
    return [
        *check._ledger(),
        *(one for job in jobs for one in check._money(job, check._of_job[job.id])),
    ]


def token_of(lab: Printflow, job: Job) -> str:
    return lab.students.url(job).rpartition("/")[2]


def asked(lab: Printflow, job: Job) -> dict[str, str]:
    """What the payment service is asked for."""
    url = lab.online.offer(token_of(lab, job)).url
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def say(
    lab: Printflow, clock: TestClock, *, secret: str = SECRET, late: int = 0, **said: Any
) -> Received:
    """What the payment service says was paid."""
    body = json.dumps(said).encode()
    timestamp = str(int(clock.now.timestamp()) - late)
    signature = callback_signature(secret, timestamp, body)
    return lab.online.receive(body, timestamp=timestamp, signature=signature, sender="192.0.2.1")


def paid(lab: Printflow, clock: TestClock, job: Job, **replaced: Any) -> Received:
    what = asked(lab, job)
    said: dict[str, Any] = {"reference": what["ref"], "transaction": "TX-1", "amount": what["amount"],
            "currency": what["currency"]}  # fmt: skip
    return say(lab, clock, **{**said, **replaced})


def money(lab: Printflow, job: Job) -> tuple[int, int]:
    balance = lab.jobs.details(job.id).balance
    return balance.paid_cents, balance.due_cents


def test_what_is_asked_for_is_signed_and_is_what_is_due(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("COMPLETED")
    what = asked(lab, job)
    assert (what["amount"], what["cents"], what["currency"]) == ("4.25", "425", "USD")
    assert what["job"] == job.id and what["ref"].startswith(f"{job.id}-425-USD-")
    assert what["back"] == "http://127.0.0.1:8080/payment/back"
    parts = (job.id, what["ref"], "425", "USD", what["back"])
    assert what["sig"] == link_signature(SECRET, *parts)
    lab.payments.take(job.id, amount="1.00", method="cash", by="Ana")
    other = asked(lab, job)
    assert other["amount"] == "3.25" and other["ref"] != what["ref"]
    assert lab.online.offer(token_of(lab, job_in("READYTOPRINT"))).url == ""


def test_a_payment_is_entered_once_however_often_it_is_told(
    lab: Printflow, clock: TestClock, job_in: JobIn, settings: Settings
) -> None:
    job = job_in("COMPLETED")
    reference = asked(lab, job)["ref"]
    first = paid(lab, clock, job)
    assert first.booked and not first.repeated and first.due_cents == 0
    clock.advance(days=2)
    again = say(lab, clock, reference=reference.lower(), transaction="TX-1", amount_cents=425,
                currency="usd")  # fmt: skip
    assert again.repeated and again.payment == first.payment
    assert money(lab, job) == (425, 0)
    (entry,) = lab.jobs.details(job.id).ledger
    assert (entry.method, entry.by, entry.receipt) == ("online", "Payment service", "TX-1")
    # Another transaction for the same link: two people paid it.
    other = say(lab, clock, reference=reference, transaction="TX-2", amount="4.25", currency="USD")
    assert (other.booked, other.payment.finding) == (True, "over")
    assert lab.jobs.details(job.id).balance.over_cents == 425
    assert lab.jobs.details(job.id).paid_online
    lab.payments.refund(job.id, amount="4.25", reason="Paid twice", by="Ana")
    assert money(lab, job) == (425, 0)
    assert [one.id for one in lab.online.find(waiting=True)] == [other.payment.id]
    lab.online.settle(other.payment.id, note="Refunded at the service", by="Ana")
    assert lab.online.settle(other.payment.id, note="Again", by="Bo").settled_by == "Ana"
    assert lab.online.waiting() == 0
    assert wrong(settings) == []


def test_two_at_once_enter_one_payment(
    lab: Printflow, clock: TestClock, job_in: JobIn, settings: Settings
) -> None:
    job = job_in("COMPLETED")
    what = asked(lab, job)
    said: dict[str, Any] = {
        "reference": what["ref"],
        "transaction": "TX-1",
        "amount": "4.25",
        "currency": "USD",
    }
    with ThreadPoolExecutor(8) as pool:
        answers = [one.result() for one in [
            pool.submit(say, lab, clock, **said) for _ in range(8)
        ]]  # fmt: skip
    assert len({one.payment.id for one in answers}) == 1
    assert [one.repeated for one in answers].count(False) == 1
    assert money(lab, job) == (425, 0) and len(lab.jobs.details(job.id).ledger) == 1
    assert wrong(settings) == []


def test_money_that_fits_nowhere_is_kept_for_staff(
    lab: Printflow, clock: TestClock, job_in: JobIn, settings: Settings
) -> None:
    job = job_in("COMPLETED")
    reference = asked(lab, job)["ref"]
    found, what = {}, dict[str, Any]()
    for number, (name, replaced) in enumerate({
        "made up": {"reference": reference[:-1] + ("A" if reference[-1] != "A" else "B")},
        "no job": {"reference": "whatever"},
        "euros": {"currency": "EUR"},
        "yen": {"currency": "JPY", "amount": "425"},
        "less": {"amount": "1.00"},
        "more": {"amount": "9.00"},
    }.items()):  # fmt: skip
        what = {"reference": reference, "amount": "4.25", "currency": "USD", **replaced}
        answer = say(lab, clock, transaction=f"TX-{number}", **what)
        found[name] = (answer.booked, answer.payment.finding, answer.payment.amount_cents)
    assert found == {
        "made up": (False, "unknown", 425),
        "no job": (False, "unknown", 425),
        "euros": (False, "currency", 425),
        "yen": (False, "currency", 425),
        "less": (True, "amount", 100),
        "more": (True, "over", 900),
    }
    changed = say(
        lab, clock, reference=reference, transaction="TX-4", amount="2.00", currency="USD"
    )
    assert (changed.booked, changed.payment.finding) == (False, "changed")
    assert say(lab, clock, reference=reference, transaction="TX-4", amount="2.00",
               currency="USD").payment == changed.payment  # fmt: skip
    assert money(lab, job) == (1000, 0)
    assert lab.online.waiting() == 7
    assert wrong(settings) == []


def test_an_old_link_records_what_was_paid_and_the_rest_stays_due(
    lab: Printflow, clock: TestClock, job_in: JobIn
) -> None:
    job = job_in("PRINTING")
    job = lab.jobs.complete(job.id, by="Sam", cost="3.00")
    old = asked(lab, job)
    lab.jobs.override(job.id, by="Ana", to="PRINTING", reason="Not finished")
    lab.jobs.complete(job.id, by="Sam", cost="4.00")
    assert asked(lab, job)["amount"] == "4.00"
    answer = say(lab, clock, reference=old["ref"], transaction="TX-1", amount=old["amount"],
                 currency="USD")  # fmt: skip
    assert (answer.booked, answer.payment.finding, answer.due_cents) == (True, None, 100)
    assert asked(lab, job)["amount"] == "1.00"


def test_what_is_not_signed_changes_nothing(
    lab: Printflow, clock: TestClock, job_in: JobIn
) -> None:
    job = job_in("COMPLETED")
    what = asked(lab, job)
    good: dict[str, Any] = {
        "reference": what["ref"],
        "transaction": "TX-1",
        "amount": "4.25",
        "currency": "USD",
    }
    given: dict[str, Any]
    for given in ({"secret": SECRET + "x"}, {"late": 301}, {"late": -301}):
        with pytest.raises(CallbackRefused):
            say(lab, clock, **given, **good)
    for wrong in ({"amount": "0"}, {"amount": "-1"}, {"amount": 4.25}, {"amount": "4.255"},
                  {"amount": "4.25", "amount_cents": 424}, {"amount_cents": True, "amount": None},
                  {"currency": "dollars"}, {"transaction": ""}, {"transaction": "x" * 101},
                  {"reference": None}):  # fmt: skip
        with pytest.raises(InvalidInput):
            say(lab, clock, **{**good, **wrong})
    for body in (b"", b"[]", b"\xff", b"[" * 5000):
        with pytest.raises(InvalidInput):
            stamp = str(int(clock.now.timestamp()))
            signature = callback_signature(SECRET, stamp, body)
            lab.online.receive(body, timestamp=stamp, signature=signature)
    assert money(lab, job) == (0, 425) and lab.online.find() == []
    with pytest.raises(TooManyRequests):
        for _ in range(60):
            try:
                say(lab, clock, secret="wrong" * 8, **good)
            except CallbackRefused:
                continue
    clock.advance(hours=2)
    assert say(lab, clock, **good).booked
    refused = [one for one in lab.changes.find(limit=500) if one.kind == "refused"]
    assert refused and "signature" in refused[-1].subject


def test_the_mails_that_ask_for_money_say_where_to_pay(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("COMPLETED")
    mails = {mail.template: lab.mail.preview(mail.id) for mail in lab.mail.find()}
    where = f"{lab.students.url(job)}/pay?due=425"
    assert where in mails["completed"].text and where in mails["completed"].html
    early = job_in("READYTOPRINT")
    first = next(
        one for one in lab.mail.find() if one.job_id == early.id and one.template == "confirmed"
    )
    assert "/pay" not in lab.mail.preview(first.id).text


def test_pick_up_of_what_was_paid_meanwhile_is_refused_on_an_old_page(
    lab: Printflow, clock: TestClock, job_in: JobIn
) -> None:
    one, other = job_in("COMPLETED"), job_in("COMPLETED")
    paid(lab, clock, one)
    pages = [(job.id, job.version) for job in (one, other)]
    first, second = lab.bulk.perform(lab.jobs.details(one.id).allowed[0].PICK_UP, pages, by="Ana",
                                     method="cash")  # fmt: skip
    assert isinstance(first.error, StaleJob) and second.error is None
    assert lab.jobs.pick_up(one.id, by="Ana").status == "PAIDPICKEDUP"
    assert money(lab, one) == (425, 0)


def test_a_lab_without_a_secret_takes_no_messages(lab: Printflow, clock: TestClock) -> None:
    lab.online._secret = ""
    with pytest.raises(NotFound):
        say(lab, clock, reference="x", transaction="x", amount="1.00", currency="USD")


def test_the_command_lists_settles_and_signs(
    program: Program, lab: Printflow, clock: TestClock
) -> None:
    say(lab, clock, reference="nothing", transaction="TX-9", amount="5.00", currency="USD")
    program.environment |= {
        "PRINTFLOW_STORE": str(lab.settings.store),
        "PRINTFLOW_DATABASE_URL": lab.settings.database_url,
        "PRINTFLOW_PAYMENT__SECRET": SECRET,
    }
    assert "No job has this reference." in program.call("payments", "--waiting").out
    (one,) = program.call("payments", "--json").json
    assert (one["transaction"], one["finding"], one["payment"]) == ("TX-9", "unknown", None)
    done = program.call("payments", "settle", str(one["id"]), "--note", "Refunded", "--by", "Ana")
    assert done.code == 0 and lab.online.waiting() == 0
    body = program.folder / "body.json"
    body.write_text("{}")
    headers = program.call("payments", "sign", str(body), "--json").json
    assert headers["Printflow-Signature"] == callback_signature(
        SECRET, headers["Printflow-Timestamp"], b"{}"
    )
    assert SECRET not in program.call("settings", "--json").out
