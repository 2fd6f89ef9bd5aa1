"""Taking an action back: everything is as before, and no mail leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from printflow import Job, Printflow, StaleJob, Status, TransitionRefused, Trigger
from tests.plugins.lab import Submit, TestClock

ACTS: dict[Trigger, dict[str, Any]] = {
    Trigger.APPROVE: {"weight": "42.5", "hours": "3", "material": "PLA"},
    Trigger.REQUOTE: {"weight": "60", "hours": "4", "material": "PETG"},
    Trigger.RESEND: {},
    Trigger.CONFIRM: {"note": "at the desk"},
    Trigger.START_PRINTING: {"printer": "Prusa XL"},
    Trigger.FAIL: {"reason": "came off the bed"},
    Trigger.COMPLETE: {"cost": "7.00"},
    Trigger.PICK_UP: {"waive": "a gift"},
}
WAY = (
    Trigger.APPROVE,
    Trigger.REQUOTE,
    Trigger.CONFIRM,
    Trigger.START_PRINTING,
    Trigger.COMPLETE,
    Trigger.PICK_UP,
)


def act(lab: Printflow, job: Job, trigger: Trigger) -> Job:
    return lab.jobs.perform(trigger, job.id, by="Ana", hold_mail=True, **ACTS[trigger])


def reached(lab: Printflow, job: Job, trigger: Trigger) -> Job:
    """The job just before a trigger."""
    way = {Trigger.RESEND: Trigger.REQUOTE, Trigger.FAIL: Trigger.COMPLETE}.get(trigger, trigger)
    for step in WAY[: WAY.index(way)]:
        if step is not Trigger.REQUOTE:
            lab.dispatch()  # each mail leaves before the next step overtakes it
            job = lab.jobs.perform(step, job.id, by="Ana", **ACTS[step])
    lab.dispatch()
    return lab.jobs.get(job.id)


def comparable(lab: Printflow, job: Job) -> tuple[object, ...]:
    details = lab.jobs.details(job.id)
    open_links = [(quote.id, quote.used_at) for quote in details.quotes if quote.voided_at is None]
    same = replace(job, version=0, updated_at=job.created_at, last_actor="")
    return same, details.attempts, details.payments, details.notes, open_links


@pytest.mark.parametrize("trigger", ACTS)
def test_all_is_as_before(
    lab: Printflow, submit: Submit, clock: TestClock, trigger: Trigger
) -> None:
    before = reached(lab, submit(), trigger)
    was = comparable(lab, before)
    sent = {mail.id for mail in lab.jobs.details(before.id).mails if mail.state == "sent"}
    act(lab, before, trigger)
    clock.advance(seconds=20)
    lab.dispatch()
    after = lab.corrections.undo(before.id, by="Ben")
    assert comparable(lab, after) == was
    assert lab.files.path(after).parent.name == before.status.folder
    clock.advance(hours=1)
    lab.dispatch()
    mails = lab.jobs.details(before.id).mails
    assert {mail.id for mail in mails if mail.state == "sent"} == sent
    assert {mail.state for mail in mails if mail.id not in sent} <= {"canceled"}
    done, undone = lab.jobs.details(before.id).events[-2:]
    assert (done.trigger, undone.trigger) == (trigger, "undo")
    assert (undone.actor.name, undone.details["event"]) == ("Ben", done.id)
    act(lab, after, trigger)  # and it can be done again


def test_a_sliced_file_that_was_taken_in_can_be_chosen_again(
    lab: Printflow, submit: Submit
) -> None:
    job = submit()
    name = f"{job.standard_name}_PLA.gcode"
    (lab.settings.store / "Uploaded" / name).write_bytes(b"G28\n")
    lab.jobs.perform(
        "approve", job.id, by="Ana", hold_mail=True, file=name, **ACTS[Trigger.APPROVE]
    )
    back = lab.corrections.undo(job.id, by="Ana")
    assert (back.file.name, back.file.folder) == (job.file.name, "Uploaded")
    assert lab.files.path(back).is_file()
    again = lab.jobs.perform("approve", job.id, by="Ana", file=name, **ACTS[Trigger.APPROVE])
    assert again.file.name == name
    lab.dispatch()
    assert lab.files.path(again).read_bytes() == b"G28\n"
    assert lab.files.path(again).parent.name == "Pending"


def refusal(lab: Printflow, job: Job, **given: Any) -> str:
    with pytest.raises(TransitionRefused) as refused:
        lab.corrections.undo(job.id, by="Ana", **given)
    return refused.value.refusals[0].code


def test_when_it_is_too_late(lab: Printflow, submit: Submit, clock: TestClock) -> None:
    job = submit()
    assert refusal(lab, job) == "nothing_to_undo"
    act(lab, job, Trigger.APPROVE)
    clock.advance(seconds=31)
    lab.dispatch()
    assert refusal(lab, job) == "mail_left"
    clock.advance(seconds=10)
    assert refusal(lab, job) == "too_late"


def test_only_the_last_action(lab: Printflow, submit: Submit) -> None:
    job = submit()
    act(lab, job, Trigger.APPROVE)
    first = lab.jobs.details(job.id).events[-1]
    act(lab, job, Trigger.CONFIRM)
    assert refusal(lab, job, event_id=first.id) == "acted_since"
    back = lab.corrections.undo(job.id, by="Ana", event_id=lab.jobs.details(job.id).events[-1].id)
    assert back.status is Status.PENDING
    assert refusal(lab, job) == "nothing_to_undo"


def test_what_scripts_do_leaves_at_once(lab: Printflow, submit: Submit) -> None:
    job = submit()
    lab.jobs.perform("approve", job.id, by="Ana", **ACTS[Trigger.APPROVE])
    lab.dispatch()
    assert refusal(lab, job) == "mail_left"


def test_a_students_answer_stays(lab: Printflow, submit: Submit) -> None:
    job = submit()
    job = lab.jobs.perform("approve", job.id, by="Ana", **ACTS[Trigger.APPROVE])
    token = lab._parts.tokens.of_quote(
        job.id, (q := lab.jobs.details(job.id).quotes[-1]).id, q.issued_at
    )
    lab.quotes.decline(token, text="too dear")
    assert refusal(lab, job) in ("not_staffs", "mail_left")


def test_details_are_edited_with_old_and_new_in_the_history(lab: Printflow, submit: Submit) -> None:
    job = submit()
    edited = lab.corrections.edit(job.id, by="Ana", student_name="Jane Roe", color="Blue")
    assert (edited.student_name, edited.color) == ("Jane Roe", "Blue")
    event = lab.jobs.details(job.id).events[-1]
    assert event.trigger == "edit"
    assert event.details["changed"] == {
        "student_name": [job.student_name, "Jane Roe"],
        "color": [job.color, "Blue"],
        "files": [job.standard_name, f"JaneRoe_Filament_Blue_{job.id}"],
    }
    assert [found.id for found in lab.jobs.find(search="roe")] == [job.id]
    assert lab.corrections.edit(job.id, by="Ana", color="Blue").version == edited.version
    with pytest.raises(StaleJob):
        lab.corrections.edit(job.id, by="Ben", expected_version=job.version, color="Green")


def test_an_edit_is_checked_as_the_form_is(lab: Printflow, submit: Submit) -> None:
    job = submit()
    with pytest.raises(TransitionRefused) as refused:
        lab.corrections.edit(
            job.id, by="Ana", student_name=" ", student_email="nobody", printer="none"
        )
    assert {r.field for r in refused.value.refusals} == {
        "student_name",
        "student_email",
        "printer",
    }
