"""What quotes and prints hold of allowances, budgets and limits: not once the quote has lapsed, and
still when the print was archived.
"""

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


def printed(lab: Printflow, job: Job, amount: str) -> None:
    lab.jobs.confirm(job.id, by="Ana", note="by phone")
    lab.jobs.start_printing(job.id, by="Ana")
    lab.jobs.complete(job.id, by="Ana")
    if amount:
        lab.jobs.pick_up(job.id, by="Ana", amount=amount, method="cash" if amount != "0" else "")


def test_archiving_gives_nothing_back_of_allowances_budgets_and_limits(
    lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    lab.catalog.change(
        {
            "retention": {**lab.catalog.export()["retention"], "archive_after_days": 1},
            "limits": [{"what": "grams", "cap": "150", "action": "ask", "per": "ever"}],
        },
        by="Sam",
    )
    lab.payers.edit("A1", each="3.00", budget="9.00", approver="", by="Ana")
    out, turned_down = submit(payer_code="A1"), submit()
    quoted(lab, turned_down, "60")
    lab.jobs.reject(turned_down.id, by="Ana", text="Too thin.")
    assert quoted(lab, out) == 300, "what was rejected leaves the 50 g free"
    printed(lab, out, "0")

    def held() -> tuple[int | None, str, list[str]]:
        """The price of 10 g more, what A1 can't pay of it, and the limit that 80 g more pass."""
        job = submit(payer_code="A1")
        with pytest.raises(TransitionRefused) as error:
            quoted(lab, job, "10")
        short = error.value.refusals[0].code
        with pytest.raises(TransitionRefused) as error:
            quoted(lab, job, "80")
        codes = [one.code for one in error.value.refusals]
        done = lab.jobs.approve(
            job.id, by="Ana", grams="10", hours="1", material="PLA", student_pays_rest=True
        )
        lab.jobs.reject(job.id, by="Ana", text="Too thin.")
        return done.cost_cents, short, codes

    before = held()
    assert before == (100, "budget_short", ["budget_short", "limit_grams"])
    clock.advance(days=2)
    for job in (out, turned_down):
        assert lab.jobs.perform("archive", job.id, by="Sam").status == "ARCHIVED"
    assert held() == before


def test_a_lapsed_quote_counts_toward_no_limit_until_it_comes_back(
    lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    limits = [{"what": "grams", "cap": "100", "action": "ask", "per": "ever"}]
    lab.catalog.change({"allowances": [], "limits": limits}, by="Sam")
    old, new = submit(), submit()
    quoted(lab, old)
    clock.advance(days=30)
    assert quoted(lab, new) == 800
    assert refused(lab, old) == ["limit_grams"]
    with pytest.raises(TransitionRefused) as error:
        lab.jobs.confirm(old.id, by="Ana", note="by phone")
    assert [one.code for one in error.value.refusals] == ["limit_grams"]
    lab.jobs.reject(new.id, by="Ana", text="Too thin.")
    lab.jobs.confirm(old.id, by="Ana", note="by phone")
    assert lab.limits.of_job(submit()) == ()
    assert lab.limits.preview({"limits": limits}).refused == 0
