"""What the mails say, made from real jobs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from printflow import Job, Printflow, PrintflowError, RenderedMail, Settings
from tests import sample_models
from tests.crash.scenario import FORM
from tests.plugins.lab import Submit, TestClock


def newest(lab: Printflow, template: str) -> RenderedMail:
    mail = next(mail for mail in lab.mail.find() if mail.template == template)
    return lab.mail.preview(mail.id)


def test_each_mail_says_what_people_need(
    lab: Printflow, job_in: Callable[[str], Job], submit: Submit
) -> None:
    job = job_in("COMPLETED")
    wanted = {
        "received": [job.id, "bracket.stl", lab.students.url(job)],
        "approved": ["$4.25", "42.5 g", "3.5 h", "PLA", "Prusa MK4S", "Mar 9, 2026", "/confirm/"],
        "confirmed": [job.id, "$4.25"],
        "completed": [
            "$4.25",
            lab.catalog.current.pick_up.place,
            lab.catalog.current.pick_up.hours,
        ],
        "staff_alert": ["Jane Doe", f"/dashboard/jobs/{job.id}"],
    }
    for template, words in wanted.items():
        mail = newest(lab, template)
        assert job.id in mail.subject
        for word in words:
            assert word in mail.text + mail.subject, (template, word)
    other = submit()
    lab.jobs.reject(other.id, by="Ana", text="The wall is too thin.")
    assert "- The wall is too thin." in newest(lab, "rejected").text
    assert "The wall is too thin." in newest(lab, "rejected").html


def test_names_are_text_in_html_and_one_line_in_subjects(lab: Printflow) -> None:
    upload = lab.intake.receive("<script>alert(1)<script>\nX.stl")
    upload.write(sample_models.stl())
    job = lab.intake.submit(upload, **FORM)
    mail = newest(lab, "received")
    assert "&lt;script&gt;alert" in mail.html
    assert "<script>" not in mail.html
    assert "\n" not in mail.subject
    assert f'href="{lab.students.url(job)}"' in mail.html


def test_staff_hear_of_a_declined_quote(lab: Printflow, job_in: Callable[[str], Job]) -> None:
    job = job_in("PENDING")
    lab.jobs.decline(job.id, by="Ana", note="by phone", text="Too expensive")
    mail = newest(lab, "staff_alert")
    assert mail.subject.startswith("Declined: Jane Doe")
    assert "Too expensive" in mail.text


def test_staff_read_the_size_and_what_speaks_against_printing(
    lab: Printflow, submit: Submit, model: Path
) -> None:
    model.write_bytes(sample_models.stl(sample_models.box(300, 15, 10)[:-1]))
    job = submit()
    lab.models.inspect_due()
    lab.students.withdraw(lab.students.url(job).rpartition("/")[2])
    mail = newest(lab, "staff_alert")
    for text in (mail.text, mail.html):
        assert "300.0 × 15.0 × 10.0 mm" in text
        assert "Too large for Prusa MK4S." in text
        assert "3 open edges" in text


def test_a_lab_s_own_file_takes_the_shipped_one_s_place(
    settings: Settings, clock: TestClock, tmp_path: Path, model: Path
) -> None:
    own = tmp_path / "templates"
    (own / "received").mkdir(parents=True)
    (own / "received" / "subject.txt").write_text("Got it: {{ job_label }}\n")
    mail = settings.mail.model_copy(update={"templates": own})
    with Printflow.open(settings.model_copy(update={"mail": mail}), clock=clock) as lab:
        form: dict[str, Any] = {
            "student": "A B",
            "email": "a@b.cc",
            "method": "Filament",
            "color": "Blue",
        }
        rest: dict[str, Any] = {"printer": "Prusa XL", "discipline": "Other", "class_number": "1"}
        job = lab.intake.submit(model, **form, **rest, acknowledge_minimum=True)
        assert newest(lab, "received").subject == f"Got it: {job.id}"
        assert "Hello A," in newest(lab, "received").text
        (own / "received" / "subject.txt").write_text("{{ nothing }}")
        with pytest.raises(PrintflowError, match=r"received/subject\.txt"):
            newest(lab, "received")
        assert lab.dispatch().failed == 1, "the mail waits until the template is mended"
        assert lab.mail.find()[0].state == "queued"


def test_eml_files_are_whole_and_one_per_mail(lab: Printflow, submit: Submit) -> None:
    submit()
    lab.dispatch()
    folder = lab.settings.mail.directory
    assert folder is not None
    (path,) = folder.iterdir()
    assert path.suffix == ".eml"
    (mail,) = lab.mail.find()
    lab.mail.retry(mail.id, by="Ana")
    lab.dispatch()
    assert list(folder.iterdir()) == [path], "the same Message-ID is the same file"
