"""Receipts by email, where the lab wants them: one for each payment and refund, and none otherwise."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest

from printflow import Job, Printflow, Settings
from printflow.testing.invariants import _Check
from printflow.testing.outside import Outside
from tests.plugins.lab import TestClock

JobIn = Callable[[str], Job]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The lab's own, with receipts by email."""
    return settings.model_copy(update={"mail": settings.mail.model_copy(update={"receipts": True})})


def receipts(lab: Printflow) -> list[str]:
    """The states of all receipts by email, oldest first; each belongs to the entry it is for."""
    outside = SimpleNamespace(settings=lab.settings, changed_files=set(), doubled_files=set())
    assert list(_Check(cast("Outside", outside), idle=False)._receipts()) == []
    return [one.state for one in reversed(lab.mail.find()) if one.template == "receipt"]


def test_each_payment_and_refund_has_its_receipt(
    lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("COMPLETED")
    lab.payments.take(job.id, amount="2.00", method="cash", by="Ana", key="a")
    lab.payments.take(job.id, amount="2.00", method="cash", by="Ana", key="a")
    lab.dispatch()
    assert receipts(lab) == ["queued"], "the same form twice is one payment; a void still stops it"
    clock.advance(seconds=lab.settings.undo_seconds + 1)
    lab.jobs.pick_up(job.id, by="Ana", amount="2.25", method="card")
    lab.payments.refund(job.id, amount="1.00", reason="Came out wrong", by="Ana")
    clock.advance(seconds=lab.settings.undo_seconds + 1)
    lab.dispatch()
    assert receipts(lab) == ["sent"] * 3
    mails = [one for one in reversed(lab.mail.find()) if one.template == "receipt"]
    texts = [lab.mail.preview(one.id).text for one in mails]
    assert [
        words in text
        for words, text in zip(("$2.00", "$2.25", "Refunded: $1.00"), texts, strict=True)
    ] == [True] * 3
    assert {one.to for one in mails} == {"jane@example.edu"}


def test_what_moves_no_money_sends_none(lab: Printflow, job_in: JobIn, clock: TestClock) -> None:
    waived, off = job_in("COMPLETED"), job_in("COMPLETED")
    lab.jobs.pick_up(waived.id, by="Ana", waive="Our mistake")
    lab.payments.write_off(off.id, reason="Moved away", by="Ana")
    clock.advance(minutes=5)
    lab.dispatch()
    assert receipts(lab) == []


def test_a_payment_that_is_taken_back_in_time_sends_none(
    lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    one, other = job_in("COMPLETED"), job_in("COMPLETED")
    lab.jobs.pick_up(one.id, by="Ana", amount="4.25", method="cash")
    lab.corrections.undo(one.id, by="Ana")
    wrong = lab.payments.take(other.id, amount="4.25", method="cash", by="Ana")
    lab.payments.void(wrong.id, reason="Wrong person", by="Ana")
    clock.advance(minutes=5)
    lab.dispatch()
    assert set(receipts(lab)) <= {"canceled", "overtaken"}
    assert len(receipts(lab)) == 2


def test_jobs_that_are_handed_over_together_share_one(
    lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    jobs = [job_in("COMPLETED") for _ in range(2)]
    for job in jobs:
        lab.jobs.perform("pick_up", job.id, by="Ana", amount="4.25", method="cash", hand_over="h1")
    clock.advance(minutes=2)
    lab.dispatch()
    assert receipts(lab) == ["sent"]
    mail = next(one for one in lab.mail.find() if one.template == "receipt")
    shown = lab.mail.preview(mail.id).text
    assert "$8.50" in shown and all(job.id in shown for job in jobs)


def test_one_that_is_missing_or_too_many_is_noticed(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("COMPLETED")
    lab.payments.take(job.id, amount="2.00", method="cash", by="Ana")
    off = lab.settings.model_copy(
        update={"mail": lab.settings.mail.model_copy(update={"receipts": False})}
    )
    outside = SimpleNamespace(settings=off, changed_files=set(), doubled_files=set())
    wrong = list(_Check(cast("Outside", outside), idle=False)._receipts())
    assert wrong == ["payment 1: 1 receipts by email, not 0"]
