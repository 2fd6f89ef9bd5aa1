"""The queue page, moving a job in it, and the warning of a busy printer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from printflow import Job, NotFound, Printflow, TransitionRefused
from tests.web.conftest import Upload, said, send, token

JobIn = Callable[[str], Job]


def order(lab: Printflow, printer: str = "Prusa MK4S") -> list[str]:
    return [
        one.job.id
        for queue in lab.queue.by_printer()
        if queue.printer == printer
        for one in queue.ready
    ]


def test_the_page_shows_what_prints_and_what_waits(staff: FlaskClient, job_in: JobIn) -> None:
    job_in("PRINTING")
    job_in("READYTOPRINT")
    job_in("READYTOPRINT")
    words = said(staff.get("/dashboard/queue"))
    assert "2 jobs ready, 7 h of printing" in words or "2 jobs ready, 6.5 h of printing" in words
    assert "should finish" in words
    assert "2 × True Red PLA" in words
    assert "Idle, queue empty" in words  # another printer


def test_moving_by_forms_alone(staff: FlaskClient, lab: Printflow, job_in: JobIn) -> None:
    first, second, third = (job_in("READYTOPRINT").id for _ in range(3))
    answer = staff.post(
        "/dashboard/queue/move",
        data={"csrf_token": token(staff, "/dashboard/queue"), "move": f"{third} {first}"},
    )
    assert (answer.status_code, answer.location) == (303, f"/dashboard/queue#queued-{third}")
    assert order(lab) == [third, first, second]
    lab.queue.move(third, by="Ana")
    assert order(lab) == [first, second, third]
    later = job_in("READYTOPRINT").id
    assert order(lab) == [first, second, third, later]
    moves = [event for event in lab.jobs.details(third).events if event.trigger == "order"]
    assert len(moves) == 2


def test_a_move_is_undone_from_its_notice(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    first, second, third = (job_in("READYTOPRINT").id for _ in range(3))
    form = {"csrf_token": token(staff, "/dashboard/queue"), "move": f"{third} {first}"}
    page = staff.post("/dashboard/queue/move", data=form, follow_redirects=True)
    assert f'action="/dashboard/jobs/{third}/undo"' in page.text
    event = lab.jobs.details(third).events[-1]
    staff.post(f"/dashboard/jobs/{third}/undo", data={**form, "event": event.id})
    assert order(lab) == [first, second, third]
    assert lab.queue.move(third, by="Ana", before="") is False
    assert lab.jobs.details(third).events[-1].trigger == "undo"


@pytest.mark.long
def test_a_move_that_is_overtaken_changes_nothing(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    waiting, printing = job_in("READYTOPRINT").id, job_in("PRINTING").id
    form = {"csrf_token": token(staff, "/dashboard/queue"), "move": f"{waiting} {printing}"}
    quiet = {"X-Requested-With": "XMLHttpRequest"}
    answer = staff.post("/dashboard/queue/move", data=form, headers=quiet)
    assert answer.status_code == 409
    assert "is no longer waiting for" in answer.json["problem"]  # type: ignore[index]
    form["move"] = f"{printing} "
    page = staff.post("/dashboard/queue/move", data=form, follow_redirects=True)
    assert "no longer waiting for a printer" in said(page)
    with pytest.raises(TransitionRefused):
        lab.queue.move(printing, by="Ana")
    with pytest.raises(NotFound):
        lab.queue.move("ZZZZZZZZ", by="Ana")
    assert lab.jobs.get(waiting).queue_place is None


def test_what_fits_a_printer(staff: FlaskClient, job_in: JobIn) -> None:
    job = job_in("READYTOPRINT")
    page = "/dashboard/queue?fits=Prusa+MK4S&material=PLA&color="
    assert "1 ready job fits Prusa MK4S" in said(staff.get(page + "True+Red"))
    assert job.id in said(staff.get(page + "True+Red"))
    assert "No ready jobs." in said(staff.get(page + "Black"))
    assert "no such printer" in said(staff.get("/dashboard/queue?fits=Nobody"))


def test_starting_on_a_busy_printer_warns_and_can_be_done(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    ready = job_in("READYTOPRINT")
    page = f"/dashboard/jobs/{ready.id}/start_printing"
    assert "(busy)" not in said(staff.get(page))
    printing = job_in("PRINTING")
    words = said(staff.get(page))
    assert f"Prusa MK4S has been printing job {printing.id} (Jane Doe) since" in words
    assert "Prusa MK4S (busy)" in words
    assert send(staff, page, printer="Prusa MK4S").status_code == 303
    assert lab.jobs.get(ready.id).status == "PRINTING"


def test_students_see_a_range_of_days(student: FlaskClient, upload: Upload, lab: Printflow) -> None:
    answer = student.get(upload().location)
    assert "it's usually ready in 1–3 days" in said(answer)
    assert (
        "it's usually ready between Tue, Mar 3, 2026 and Thu, Mar 5, 2026. That's an estimate."
        in said(student.get(lab.students.url(lab.jobs.find()[0])))
    )


def test_students_see_their_place_in_the_queue(
    student: FlaskClient, lab: Printflow, job_in: Callable[[str], Job]
) -> None:
    pending = job_in("PENDING")
    first, second = job_in("READYTOPRINT"), job_in("READYTOPRINT")
    words = [said(student.get(lab.students.url(job))) for job in (pending, first, second)]
    assert "If you confirm today, it's usually ready between" in words[0]
    assert "Yours is next on this printer. Staff can change the order." in words[1]
    assert "1 print is ahead of yours on this printer." in words[2]
    assert "Mon, Mar 2, 2026 and Wed, Mar 4, 2026" in words[1]
    lab.jobs.hold(first.id, by="Ana", reason="A nozzle")
    held, next_one = (said(student.get(lab.students.url(job))) for job in (first, second))
    assert "usually ready" not in held
    assert "Yours is next" in next_one
