"""Limits at work: at the form, at approval, two at once, exceptions and blocks, counts."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from printflow import STRANGER, InvalidInput, Job, LimitCode, NotFound, Printflow, TransitionRefused
from printflow.domain.limit_counts import LimitOutcome
from tests.plugins.lab import Submit, TestClock

FIGURES: dict[str, Any] = {"hours": "1", "material": "PLA", "by": "Ana"}
EMAIL = "jane@example.edu"


def limits(lab: Printflow, *rows: dict[str, Any], **more: Any) -> None:
    lab.catalog.change({"limits": list(rows), **more}, by="Sam")


def limit(what: str, cap: str, action: str = "refuse", **more: Any) -> dict[str, Any]:
    return {"what": what, "cap": cap, "action": action, **more}


def counted(lab: Printflow) -> dict[tuple[str, str], int]:
    day = lab.hours.today
    with lab._parts.database.read() as tx:
        return {(one.outcome.value, one.rule): one.times for one in tx.limits.counted(day, day)}


def codes(refused: Any) -> list[str]:
    return [one.code for one in refused.value.refusals]


def test_a_known_person_is_refused_in_words_and_it_is_counted(
    lab: Printflow, submit: Submit
) -> None:
    limits(lab, limit("open_jobs", "2"))
    first, _second = submit(), submit()
    with pytest.raises(InvalidInput) as refused:
        submit()
    assert codes(refused) == ["limit_open_jobs"]
    assert "Open jobs: you can have 2 at a time" in refused.value.refusals[0].message
    assert counted(lab) == {("refused", "open_jobs > 2 ever"): 1}
    lab.jobs.reject(first.id, by="Ana", text="Too thin.")
    assert not submit().over_limit, "a rejected job counts no more"


def test_nobody_learns_of_an_address_what_its_owner_has(lab: Printflow, submit: Submit) -> None:
    limits(lab, limit("open_jobs", "1"), limit("prints", "3", per="ever"))
    submit()
    lab.decisions.block(EMAIL, reason="fire", by="Ana")
    with lab.acting(STRANGER):
        job = submit()
        assert lab.limits.told(job) == ()
        with pytest.raises(InvalidInput) as refused:
            submit(quantity=4)
    assert codes(refused) == ["limit_prints"], "so it is whoever asks"
    assert job.limits_passed == (LimitCode.BLOCKED, LimitCode.OPEN_JOBS)
    assert [one.code.value for one in lab.limits.of_job(job)] == ["blocked", "open_jobs"]


def test_a_mailbox_is_one_person_in_whichever_spelling(lab: Printflow, submit: Submit) -> None:
    limits(
        lab,
        limit("open_jobs", "3"),
        allowances=[{"name": "Free", "amount": "50", "per": "ever"}],
        minimum_charge="0",
    )
    lab.payers.add(by="Ana", code="A1", each="1.00")
    first = submit(email="jane.doe@example.edu", payer_code="A1")
    other = submit(email="someone@example.edu", payer_code="A1")
    again = submit(email="JaneDoe+prints@Example.edu", payer_code="A1")
    each = [
        lab.jobs.approve(job.id, grams="60", student_pays_rest=True, **FIGURES).cost_cents
        for job in (first, other, again)
    ]
    assert each == [100, 100, 600], "the 50 g free are used by another spelling"
    claims = [lab.jobs.details(job.id).claims[0].cents for job in (first, other, again)]
    assert claims == [100, 100, 0], "so is what A1 pays for each student"
    lab.corrections.edit(other.id, student_email="j.anedoe@example.edu", by="Ana")
    with pytest.raises(InvalidInput) as refused:
        submit(email="janedoe@example.edu")
    assert codes(refused) == ["limit_open_jobs"]
    assert submit(email="someone@example.edu").id


def test_staff_approve_over_a_limit_with_a_reason(lab: Printflow, submit: Submit) -> None:
    limits(
        lab, limit("job_grams", "50", "ask"), limit("grams", "80"), limit("job_hours", "9", "warn")
    )
    job, other = submit(), submit()
    lab.jobs.approve(other.id, grams="45", **FIGURES)
    with pytest.raises(TransitionRefused) as refused:
        lab.jobs.approve(job.id, grams="60", **FIGURES)
    (reason,) = refused.value.refusals
    assert (reason.code, reason.field) == ("limit_grams", "over_limit")
    assert "Material in all with this job: 105 g. The limit is 80 g." in reason.message
    assert "This job weighs 60 g." in reason.message
    with pytest.raises(TransitionRefused) as refused:
        lab.jobs.perform("approve", job.id, weight="60", over_limit=True, **FIGURES)
    assert codes(refused) == ["limit_reason_missing"]
    done = lab.jobs.approve(
        job.id, grams="60", over_limit=True, limit_reason="for the fair", **FIGURES
    )
    event = lab.jobs.details(done.id).events[-1]
    assert event.details["limit_reason"] == "for the fair"
    assert counted(lab)[("approved", "grams > 80 ever")] == 1
    lab.corrections.undo(done.id, by="Ana")
    assert lab.jobs.approve(job.id, grams="35", **FIGURES).status == "PENDING"


def test_what_was_let_in_is_marked_until_staff_decide(lab: Printflow, submit: Submit) -> None:
    limits(lab, limit("prints", "1", "ask", per="ever"), limit("open_jobs", "1", "warn"))
    submit()
    job = submit()
    assert job.limits_passed == (LimitCode.PRINTS,)
    assert [one.code.value for one in lab.limits.told(job)] == ["prints", "open_jobs"]
    assert counted(lab) == {("let_in", "prints > 1 ever"): 1, ("warned", "open_jobs > 1 ever"): 1}
    done = lab.jobs.approve(job.id, grams="5", over_limit=True, limit_reason="ok", **FIGURES)
    assert not done.over_limit
    assert lab.corrections.undo(job.id, by="Ana").limits_passed == (LimitCode.PRINTS,)


def test_models_of_one_request_see_each_other(lab: Printflow, submit: Submit) -> None:
    limits(lab, limit("money", "5", "ask", per="ever"))
    jobs: list[Job] = [submit(), submit()]
    answers = lab.bulk.perform(
        lab_trigger(), [(job.id, None) for job in jobs], by="Ana",
        each={job.id: {"weight": "30", "hours": "1", "material": "PLA"} for job in jobs},
    )  # fmt: skip
    assert [answer.error is None for answer in answers] == [True, False]


def lab_trigger() -> Any:
    from printflow import Trigger

    return Trigger.APPROVE


def test_debts_and_prints_on_the_shelf(lab: Printflow, submit: Submit, clock: TestClock) -> None:
    job = submit()
    lab.jobs.approve(job.id, grams="42.5", **FIGURES)
    lab.jobs.confirm(job.id, by="Ana", note="phone")
    lab.jobs.start_printing(job.id, by="Ana")
    lab.jobs.complete(job.id, by="Ana")
    limits(lab, limit("owed", "4"), limit("uncollected_days", "14"))
    with pytest.raises(InvalidInput) as refused:
        submit()
    assert codes(refused) == ["limit_owed"]
    clock.advance(days=15)
    with pytest.raises(InvalidInput) as refused:
        submit()
    assert codes(refused) == ["limit_owed", "limit_uncollected_days"]
    lab.jobs.pick_up(job.id, by="Ana", amount="4.25", method="cash")
    assert submit().id


def test_blocks_and_exceptions_have_reason_and_end(
    lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    limits(lab, limit("open_jobs", "1"))
    submit()
    tomorrow = lab.hours.today + timedelta(days=1)
    rule = lab.decisions.except_from(
        EMAIL, code="open_jobs", reason="thesis", until=tomorrow, by="Ana"
    )
    assert submit().id
    block = lab.decisions.block("Jane+x@example.edu", reason="fire", until=str(tomorrow), by="Ana")
    assert {one.id for one in lab.decisions.all()} == {rule.id, block.id}
    with pytest.raises(InvalidInput) as refused:
        submit()
    assert codes(refused) == ["limit_blocked"] and "fire" not in str(refused.value)
    clock.advance(days=2)
    assert lab.decisions.all() == ()
    with pytest.raises(InvalidInput) as refused:
        submit()
    assert codes(refused) == ["limit_open_jobs"]
    assert lab.decisions.unblock(EMAIL, by="Ana") == 1
    with pytest.raises(NotFound):
        lab.decisions.unblock(EMAIL, by="Ana")
    for wrong in ({"reason": ""}, {"reason": "x", "until": "2020-01-01"}, {"reason": "x" * 301}):
        with pytest.raises(InvalidInput):
            lab.decisions.block(EMAIL, by="Ana", **wrong)
    kinds = [one.kind.value for one in lab.changes.find()]
    assert {"person_blocked", "person_unblocked", "person_excepted"} <= set(kinds)


def test_staff_submit_for_someone_and_decide_later(lab: Printflow, submit: Submit) -> None:
    limits(lab, limit("open_jobs", "0"))
    job = submit(by="Ana")
    assert job.limits_passed == (LimitCode.OPEN_JOBS,)


def test_two_approvals_at_once_do_not_both_slip_under(lab: Printflow, submit: Submit) -> None:
    limits(lab, limit("grams", "50", per="ever"))
    jobs = [submit(), submit()]
    done: list[object] = []
    gate = threading.Barrier(2)

    def approve(job: Job) -> None:
        gate.wait()
        try:
            done.append(lab.jobs.approve(job.id, grams="30", **FIGURES).id)
        except TransitionRefused as error:
            done.append(error.refusals[0].code)

    threads = [threading.Thread(target=approve, args=(job,)) for job in jobs]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert done.count("limit_grams") == 1


def test_two_requests_at_once_do_not_both_slip_under(lab: Printflow, submit: Submit) -> None:
    limits(lab, limit("open_jobs", "1"))
    done: list[str] = []
    gate = threading.Barrier(2)

    def send() -> None:
        gate.wait()
        try:
            done.append(submit().id)
        except InvalidInput as error:
            done.append(error.refusals[0].code)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert done.count("limit_open_jobs") == 1 and len(lab.jobs.find()) == 1


def test_the_preview_sees_each_job_as_it_came_in(
    lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    first = submit()
    clock.advance(hours=1)
    second = submit()
    lab.jobs.approve(second.id, grams="60", **FIGURES)
    found = lab.limits.preview(
        {"limits": [limit("open_jobs", "1"), limit("job_grams", "50", "ask")]}
    )
    assert (found.looked_at, found.refused, found.asked) == (2, 1, 0)
    assert [(job.id, one.code.value) for job, one in found.shown] == [(second.id, "open_jobs")]
    clock.advance(days=31)
    assert lab.limits.preview({"limits": [limit("open_jobs", "0")]}).looked_at == 0
    assert lab.catalog.current.limits == () and first.id
    assert LimitOutcome.REFUSED.label
