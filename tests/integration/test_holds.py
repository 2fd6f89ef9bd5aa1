"""On hold and canceled in a whole lab: deadlines, rounds, lists, undo, and the commands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from printflow import (
    Job,
    JobQuery,
    LinkState,
    Printflow,
    Settings,
    Status,
    TransitionNotAllowed,
    TransitionRefused,
)
from tests.integration.conftest import Program
from tests.plugins.lab import TestClock

JobIn = Callable[[str], Job]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A lab that keeps prints for 30 days, and reminds after 7 and 21."""
    return settings.model_copy(
        update={"dispose_after_days": 30, "dispose_automatic": True, "reminder_hours": 48}
    )


def token_of(lab: Printflow, job: Job) -> str:
    """The link of the student's page."""
    return lab.students.url(job).rpartition("/")[2]


def mailed(lab: Printflow, job: Job) -> list[str]:
    """The templates of the job's emails, oldest first."""
    return [mail.template for mail in lab.jobs.details(job.id).mails]


def test_a_price_on_hold_neither_lapses_nor_reminds(
    lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("PENDING")
    [quote] = lab.jobs.details(job.id).quotes
    link = lab.quotes.url(quote).rpartition("/")[2]
    clock.advance(days=1)
    lab.jobs.hold(job.id, by="Ana", reason="Waits for the instructor", shown=True, notify=True)
    clock.advance(days=60)
    lab.dispatch()
    assert mailed(lab, job) == ["received", "approved", "on_hold"]
    assert lab.worklist.page(JobQuery(attention=True)).jobs == ()
    assert lab.quotes.page(link).state is LinkState.OPEN
    with pytest.raises(TransitionRefused) as refused:
        lab.quotes.confirm(link, consent=True)
    assert [one.code for one in refused.value.refusals] == ["on_hold"]
    assert lab.students.page(token_of(lab, job)).job.hold_reason == "Waits for the instructor"
    lab.jobs.perform("release", job.id, by="Ana", hold_mail=True)
    longer = lab.jobs.details(job.id).quotes[-1].expires_at - quote.expires_at
    assert timedelta(days=60) < longer < timedelta(days=60, seconds=1)
    lab.corrections.undo(job.id, by="Ana")
    assert lab.jobs.details(job.id).quotes[-1].expires_at == quote.expires_at
    assert lab.jobs.get(job.id).on_hold
    lab.jobs.release(job.id, by="Ana")
    assert lab.quotes.confirm(link, consent=True).confirmed


def test_a_print_on_hold_is_neither_handed_out_nor_discarded(
    lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("PRINTING")
    lab.jobs.hold(job.id, by="Ana", reason="Unpaid prints")
    lab.jobs.complete(job.id, by="Sam")
    clock.advance(days=60)
    for _ in range(3):
        lab.dispatch()
    assert lab.jobs.get(job.id).status is Status.COMPLETED
    assert not {"completed", "pick_up_reminder"} & set(mailed(lab, job))
    [waiting] = lab.shelf.waiting().jobs
    assert not waiting.overdue
    with pytest.raises(TransitionRefused):
        lab.jobs.pick_up(job.id, by="Ana", amount="4.25", method="cash")
    lab.jobs.release(job.id, by="Ana")
    lab.dispatch()
    assert lab.jobs.get(job.id).status is Status.COMPLETED, "nobody could come for it until now"
    assert "completed" in mailed(lab, job)
    assert lab.jobs.pick_up(job.id, by="Ana", amount="4.25", method="cash").copies_out == 1


def test_the_queue_passes_over_what_is_on_hold(lab: Printflow, job_in: JobIn) -> None:
    job, other = job_in("READYTOPRINT"), job_in("READYTOPRINT")
    lab.jobs.hold(job.id, by="Ana", reason="No nozzle")
    assert [one.id for one in lab.queue.printable_on(job.printer).jobs] == [other.id]
    for act in (lab.plates.start, lab.plates.plan):
        with pytest.raises(TransitionRefused) as refused:
            act(job.printer, [job.id], by="Sam")
        assert [one.code for one in refused.value.refusals] == ["on_hold"]
    assert lab.plates.find() == []
    assert [one.id for one in lab.worklist.page(JobQuery(held=True)).jobs] == [job.id]
    assert lab.worklist.tally().held == 1
    lab.jobs.release(job.id, by="Ana")
    assert lab.plates.start(job.printer, [job.id], by="Sam").plate


def test_canceled_is_planned_nowhere_and_can_be_undone(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("READYTOPRINT")
    lab.plates.plan(job.printer, [job.id], by="Sam")
    lab.students.ask_to_cancel(token_of(lab, job), text="Too late for me")
    assert [one.id for one in lab.worklist.page(JobQuery(attention=True)).jobs] == [job.id]
    canceled = lab.jobs.perform("cancel", job.id, by="Ana", hold_mail=True)
    assert canceled.status is Status.REJECTED
    assert canceled.reasons == ("Canceled at the student's request", "Too late for me")
    assert lab.plates.find() == []
    assert lab.students.page(token_of(lab, job)).canceled
    again = lab.corrections.undo(job.id, by="Ana")
    assert (again.status, again.cancel_reason) == (Status.READYTOPRINT, "Too late for me")
    kept = lab.jobs.decline_cancel(job.id, by="Ana", text="It's on the plate.")
    assert kept.cancel_asked_at is None
    assert mailed(lab, job)[-1] == "not_canceled"
    lab.jobs.start_printing(job.id, by="Sam")
    for act in (lab.students.ask_to_cancel, lab.students.cancel):
        with pytest.raises(TransitionNotAllowed):
            act(token_of(lab, job))


def test_a_canceled_job_owes_nothing_and_money_comes_back_first(
    lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("READYTOPRINT")
    lab.payments.take([job.id], by="Ana", amount="1.00", method="cash")
    with pytest.raises(TransitionRefused) as refused:
        lab.jobs.cancel(job.id, by="Ana", reason="A mistake")
    assert [one.code for one in refused.value.refusals] == ["paid"]
    lab.payments.void(1, by="Ana", reason="Given back")
    assert lab.jobs.cancel(job.id, by="Ana", reason="A mistake").status is Status.REJECTED
    assert lab.payments.owes() == ()
    assert not lab.jobs.details(job.id).payable


def test_the_commands(program: Program) -> None:
    job_id = program.submit()
    hold = ("hold", job_id, "--reason", "=1+1", "--by", "Ana", "--json")
    held = program.call(*hold).json
    assert (held["status"], held["hold_reason"], held["hold_shown"]) == ("UPLOADED", "=1+1", False)
    assert "release" in held["allowed"] and "approve" not in held["allowed"]
    assert program.call(*hold).code == 1
    assert program.call("hold", job_id, "--reason", "x" * 10_000, "--by", "Ana").code == 1
    released = program.call("release", job_id, "--by", "Ana", "--json").json
    assert (released["status"], released["held_at"]) == ("UPLOADED", None)
    assert program.call("release", job_id, "--by", "Ana").code == 1
    canceled = program.call("cancel", job_id, "--by", "Ana", "--reason", "R", "--json").json
    assert (canceled["status"], canceled["reasons"]) == ("REJECTED", ["Canceled by the lab", "R"])
    assert program.call("hold", job_id, "--reason", "x", "--by", "Ana").code == 1
