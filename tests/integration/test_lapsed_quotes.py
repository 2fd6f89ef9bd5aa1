"""Quotes that nobody answers in time hold neither a free allowance nor a payer's budget."""

from __future__ import annotations

import threading

import pytest

from printflow import ActorKind, Job, Printflow, PrintflowError, TransitionRefused
from tests.plugins.lab import Submit, TestClock

RULES = {
    "allowances": [{"name": "50 g free", "amount": "50", "per": "ever"}],
    "minimum_charge": "0",
}


@pytest.fixture(autouse=True)
def rules(lab: Printflow) -> None:
    lab.catalog.load({**lab.catalog.export(), **RULES}, by="Ana")
    lab.payers.add(by="Ana", code="A1", budget="3.00", approver="dean@example.edu")


def quoted(lab: Printflow, job: Job, grams: str = "80") -> int | None:
    done = lab.jobs.approve(job.id, by="Ana", grams=grams, hours="1", material="PLA")
    return done.cost_cents


def left(lab: Printflow) -> int | None:
    return lab.payers.get("A1").left_cents


def refused(lab: Printflow, job: Job) -> list[str]:
    with pytest.raises(TransitionRefused) as error:
        lab.jobs.resend(job.id, by="Ana")
    return [one.code for one in error.value.refusals]


def test_what_an_expired_quote_held_is_there_for_others_and_history_says_so(
    lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    first = submit(payer_code="A1")
    assert quoted(lab, first) == 300  # 30 g of 80
    assert left(lab) == 0
    held = submit(email="held@example.edu")
    quoted(lab, held)
    lab.jobs.hold(held.id, by="Ana", reason="Which color?")
    clock.advance(days=30)
    for _ in range(2):
        lab.dispatch()
    last = lab.jobs.details(first.id).events[-1]
    assert (last.trigger, last.actor.kind) == ("lapse", ActorKind.SYSTEM)
    assert [str(one.trigger) for one in lab.jobs.details(first.id).events].count("lapse") == 1
    assert lab.jobs.details(held.id).events[-1].trigger == "hold"
    assert left(lab) == 300
    assert quoted(lab, submit(payer_code="A1")) == 300
    assert refused(lab, first) == ["budget_short", "allowance_used"]


def test_a_lapsed_quote_that_comes_back_is_reserved_again(
    lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    job = submit(payer_code="A1")
    quoted(lab, job)
    clock.advance(days=30)
    lab.dispatch()
    assert left(lab) == 300
    lab.jobs.confirm(job.id, by="Ana", note="by phone")
    assert left(lab) == 0
    asked = [mail for mail in lab.mail.find() if mail.template == "payer_asked"]
    assert len(asked) == 2  # the link of then was for what was released


def test_a_new_link_and_another_quote_at_once_share_what_is_there_once(
    lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    old = submit(payer_code="A1")
    quoted(lab, old)
    clock.advance(days=30)
    new = submit(payer_code="A1")
    start, answers = threading.Barrier(3), []

    def at_once(what: str) -> None:
        start.wait(30)
        try:
            match what:
                case "resend":
                    lab.jobs.resend(old.id, by="Ana")
                case "approve":
                    quoted(lab, new)
                case _:
                    lab.dispatch()
                    return
        except PrintflowError as error:
            answers.append(f"{what} refused: {type(error).__name__}")
        else:
            answers.append(what)

    threads = [
        threading.Thread(target=at_once, args=(what,)) for what in ("resend", "approve", "sweep")
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert len([answer for answer in answers if "refused" not in answer]) == 1, answers
    assert left(lab) == 0
