"""The main job through the library: files in their folders, mails in the outbox, at each step."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from printflow import (
    FileState,
    LinkState,
    Printflow,
    StaleJob,
    Status,
    TransitionNotAllowed,
    TransitionRefused,
)
from tests.plugins.lab import Submit, TestClock


def folders(lab: Printflow) -> dict[str, list[str]]:
    """What lies in the store's status folders."""
    root = lab.settings.store
    return {
        folder.name: sorted(file.name for file in folder.iterdir())
        for folder in sorted(root.iterdir())
        if not folder.name.startswith(".") and any(folder.iterdir())
    }


def mail_texts(lab: Printflow) -> list[str]:
    """The subjects and texts of the mails, oldest first."""
    previews = [lab.mail.preview(mail.id) for mail in reversed(lab.mail.find())]
    return [f"{mail.subject}\n{mail.text}" for mail in previews]


def confirm_token(lab: Printflow, job_id: str) -> str:
    """The token in the newest mail with a confirmation link, as the student finds it."""
    for mail in lab.mail.find():
        if mail.job_id == job_id and mail.template == "approved":
            return lab.mail.preview(mail.id).text.partition("/confirm/")[2].split()[0]
    raise AssertionError("no mail with a link")


def test_from_form_to_pick_up(lab: Printflow, submit: Submit) -> None:
    job = submit()
    name = f"JaneDoe_Filament_TrueRed_{job.id}.stl"
    assert folders(lab) == {"Uploaded": [name]}
    assert job.file.state is FileState.SETTLED
    lab.dispatch()

    job = lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="2h 30m", material="PLA")
    assert (job.status, job.cost_cents, str(job.hours)) == (Status.PENDING, 425, "2.5")
    assert folders(lab) == {"Pending": [name]}
    lab.dispatch()

    page = lab.quotes.confirm(confirm_token(lab, job.id), consent=True)
    assert (page.state, page.confirmed, page.job.status) == (
        LinkState.USED,
        True,
        Status.READYTOPRINT,
    )
    assert folders(lab) == {"ReadyToPrint": [name]}
    lab.dispatch()

    lab.jobs.start_printing(job.id, by="Sam")
    assert folders(lab) == {"Printing": [name]}
    lab.jobs.fail(job.id, by="Sam", reason="came off the bed")
    assert folders(lab) == {"ReadyToPrint": [name]}
    lab.jobs.start_printing(job.id, by="Sam", printer="Prusa XL")
    lab.jobs.complete(job.id, by="Sam")
    assert folders(lab) == {"Completed": [name]}
    lab.dispatch()
    job = lab.jobs.pick_up(job.id, by="Ana", amount="4.25", method="cash")
    assert (job.status, job.printer) == (Status.PAIDPICKEDUP, "Prusa XL")
    assert folders(lab) == {"PaidPickedUp": [name]}

    details = lab.jobs.details(job.id)
    assert [event.trigger for event in details.events] == [
        "submit", "approve", "confirm", "start_printing", "fail", "start_printing", "complete",
        "pick_up",
    ]  # fmt: skip
    assert [attempt.result for attempt in details.attempts] == ["failed", "completed"]
    assert details.due_cents == 0
    assert [mail.template for mail in reversed(lab.mail.find())] == [
        "received",
        "approved",
        "confirmed",
        "staff_alert",
        "completed",
    ]
    report = lab.dispatch()
    assert (report.failed, report.waiting_mails, report.waiting_files) == (0, 0, 0)
    assert [mail.state for mail in lab.mail.find()] == ["sent"] * 5
    assert lab.settings.mail.directory is not None
    assert len(list(lab.settings.mail.directory.glob("*.eml"))) == 5


def test_the_original_is_kept_unchanged_and_read_only(
    lab: Printflow, submit: Submit, model: Path
) -> None:
    job = submit()
    path = lab.files.path(job)
    assert path.read_bytes() == model.read_bytes()
    assert not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)

    sliced = path.with_name(f"{path.stem}_PLA_2h.gcode")
    sliced.write_text("G28\n")
    assert [fact.name for fact in lab.files.choices(job.id)] == [sliced.name, path.name]
    job = lab.jobs.approve(
        job.id, by="Ana", grams=10, hours=1, material="PLA", file=sliced.name, printer="Prusa XL"
    )
    assert folders(lab) == {"Originals": [path.name], "Pending": [sliced.name]}
    assert (job.file.name, job.file.role, job.original.folder) == (
        sliced.name,
        "sliced",
        "Originals",
    )
    assert (lab.settings.store / "Originals" / path.name).read_bytes() == model.read_bytes()
    lab.jobs.confirm(job.id, by="Ana", note="at the counter")
    assert folders(lab) == {"Originals": [path.name], "ReadyToPrint": [sliced.name]}


def test_an_approval_says_all_that_is_wrong_at_once(lab: Printflow, submit: Submit) -> None:
    job = submit()
    with pytest.raises(TransitionRefused) as refused:
        lab.jobs.approve(
            job.id, by="Ana", grams="1,500", hours="NaN", material="Cheese", printer="x", file="y"
        )
    assert [reason.field for reason in refused.value.refusals] == [
        "weight",
        "hours",
        "material",
        "printer",
        "file",
    ]
    assert lab.jobs.get(job.id) == job
    assert [mail.template for mail in lab.mail.find()] == ["received"]


def test_two_people_at_once(lab: Printflow, submit: Submit) -> None:
    job = submit()
    lab.jobs.reject(job.id, by="Ana", reasons=["Too thin"])
    with pytest.raises(TransitionNotAllowed) as second:
        lab.jobs.approve(job.id, by="Sam", grams=1, hours=1, material="PLA")
    assert (second.value.last_actor, second.value.last_trigger) == ("Ana", "reject")
    assert "override" in second.value.allowed
    with pytest.raises(StaleJob):
        lab.jobs.override(job.id, by="Sam", to="UPLOADED", reason="x", expected_version=job.version)


def test_a_requote_makes_the_old_link_void(lab: Printflow, submit: Submit) -> None:
    job = submit()
    lab.jobs.approve(job.id, by="Ana", grams=50, hours=1, material="PLA")
    first = confirm_token(lab, job.id)
    lab.jobs.requote(job.id, by="Ana", grams=60, hours=1, material="PLA")
    assert lab.quotes.page(first).state is LinkState.VOID
    page = lab.quotes.confirm(confirm_token(lab, job.id), consent=True)
    assert page.quote.cost_cents == 600


def test_override_sends_no_mail_unless_asked(lab: Printflow, submit: Submit) -> None:
    job = submit()
    before = len(lab.mail.find())
    lab.jobs.override(job.id, by="Sam", to="COMPLETED", reason="printed by hand")
    assert len(lab.mail.find()) == before
    lab.jobs.override(job.id, by="Sam", to="REJECTED", reason="wrong file", notify=True)
    assert [mail.template for mail in lab.mail.find()][: len(lab.mail.find()) - before] == [
        "rejected"
    ]
    assert folders(lab).keys() == {"Rejected"}


def test_archiving_waits_for_the_retention_period(
    lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    job = submit()
    lab.jobs.reject(job.id, by="Sam", text="The wall is too thin.")
    clock.advance(days=89)
    with pytest.raises(TransitionRefused, match="can be archived starting"):
        lab.jobs.archive(job.id, by="Sam")
    clock.advance(days=2)
    assert lab.jobs.archive(job.id, by="Sam").status is Status.ARCHIVED
    assert folders(lab).keys() == {"Archived"}
