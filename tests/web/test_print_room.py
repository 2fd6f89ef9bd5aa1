"""The print room's pages: plates and machines by forms alone, refusals, and who was first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from printflow import Job, Printflow
from printflow.db.engine import open_engine, writing
from printflow.db.schema import jobs
from tests.benchmarks.queue import fill_ready
from tests.web.conftest import said, send, token

JobIn = Callable[[str], Job]
QUEUE = "/dashboard/queue"


@pytest.fixture
def waiting(lab: Printflow, submit: Callable[..., Job]) -> Callable[..., Job]:
    """A job that waits for a printer, of so many copies."""

    def made(quantity: int = 1, **given: str) -> Job:
        job = submit(quantity=quantity, **given)
        lab.jobs.approve(
            job.id, by="Ana", grams=str(10 * quantity), hours=str(quantity), material="PLA"
        )
        return lab.jobs.confirm(job.id, by="Ana", note="by phone")

    return made


@pytest.fixture
def two_machines(lab: Printflow) -> None:
    """Two units of a printer."""
    for name in ("North", "South"):
        lab.machines.add(name, model="Prusa MK4S", by="Ana")


def start(staff: FlaskClient, machine: str, *jobs: Job, **fields: str) -> int:
    form = {"csrf_token": token(staff, QUEUE), "machine": machine, "job": [one.id for one in jobs]}
    return staff.post("/dashboard/plates/start", data={**form, **fields}).status_code


def test_jobs_start_together_and_end_part_by_part(
    staff: FlaskClient, lab: Printflow, waiting: Callable[..., Job], two_machines: None
) -> None:
    one, two = waiting(), waiting(5)
    page = said(staff.get(f"/dashboard/plates/start?job={one.id}&job={two.id}"))
    assert "Start together" in page
    assert start(staff, "North", one, two, **{f"copies-{two.id}": "2"}) == 303
    assert "2 jobs started together on North." in said(staff.get(QUEUE))
    (plate,) = lab.plates.find(running=True)
    assert {part.job_id: part.copies for part in plate.parts} == {one.id: 1, two.id: 2}
    words = said(staff.get(QUEUE))
    assert "3 copies left · 0 of 5 printed, 2 printing" in words
    assert "Idle" in words

    end = f"/dashboard/plates/{plate.id}/end"
    asked = {f"result-{one.id}": "failed", "category": "adhesion", "reason": "came off"}
    assert send(staff, end, **asked, **{f"failed-{two.id}": "1"}).status_code == 303
    assert lab.jobs.get(one.id).status == "READYTOPRINT"
    copies = lab.jobs.get(two.id).copies
    assert (copies.good, copies.failed, copies.left) == (1, 1, 4)
    words = said(staff.get(QUEUE))
    assert "What's missing is first in the queue." in words
    assert "print again" in words
    shown = said(staff.get(f"/dashboard/jobs/{two.id}"))
    assert "1 of 5 printed, 1 failed" in shown
    assert "North" in shown
    assert "Came off the build plate: came off" in shown


def test_undo_takes_back_all_jobs_of_a_plate(
    staff: FlaskClient, lab: Printflow, waiting: Callable[..., Job]
) -> None:
    one, two = waiting(), waiting()
    assert start(staff, "Prusa MK4S", one, two) == 303
    page = staff.get(QUEUE).text
    events = [part.split('"')[0] for part in page.split('name="event" value="')[1:]]
    assert len(events) == 2
    form = {"csrf_token": token(staff, QUEUE), "event": events}
    answer = staff.post("/dashboard/plates/undo", data=form, follow_redirects=True)
    assert "Undone for 2 jobs. No email was sent." in said(answer)
    assert [lab.jobs.get(job.id).status for job in (one, two)] == ["READYTOPRINT"] * 2
    assert lab.plates.find(running=True) == []
    form["event"] = ["nonsense"]
    assert staff.post("/dashboard/plates/undo", data=form).status_code == 400


def test_who_was_first_is_told_with_409(
    staff: FlaskClient, lab: Printflow, waiting: Callable[..., Job]
) -> None:
    job = waiting()
    lab.plates.start("Prusa MK4S", [job.id], by="Ben")
    form = {"csrf_token": token(staff, QUEUE), "machine": "Prusa MK4S", "job": job.id}
    answer = staff.post("/dashboard/plates/start", data=form)
    assert answer.status_code == 409
    assert "Ben" in said(answer)
    (plate,) = lab.plates.find(running=True)
    lab.plates.end(plate.id, by="Ben")
    for what in ("good", "end", "move", "start"):
        answer = staff.post(
            f"/dashboard/plates/{plate.id}/{what}", data={**form, "machine": "Prusa XL"}
        )
        assert answer.status_code == 409, what
        assert "Ben ended plate" in said(answer), what
    assert staff.get(f"/dashboard/plates/{plate.id}/end").status_code == 409
    assert staff.get("/dashboard/plates/999/end").status_code == 404


@pytest.mark.parametrize(
    ("machine", "copies", "words"),
    [
        ("North", "9", "Only 3 copies"),
        ("North", "-1", "Enter how many copies to start"),
        ("North", "1.5", "Enter how many copies to start"),
        ("Nowhere", "1", "There's no machine"),
        ("South", "1", "South is out of service: nozzle"),
        ("Formlabs Form 3", "1", "doesn't print Filament"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    staff: FlaskClient,
    lab: Printflow,
    waiting: Callable[..., Job],
    two_machines: None,
    machine: str,
    copies: str,
    words: str,
) -> None:
    lab.machines.take_out("South", reason="nozzle", by="Ana")
    job = waiting(3)
    form = {
        "csrf_token": token(staff, QUEUE),
        "machine": machine,
        "job": job.id,
        f"copies-{job.id}": copies,
        "hours": "1h 10m",
    }
    answer = staff.post("/dashboard/plates/start", data=form)
    assert answer.status_code == 422
    assert words in said(answer)
    assert 'value="1h 10m"' in answer.text
    assert f'value="{copies}"' in answer.text
    assert lab.plates.find() == []


def test_planned_moved_and_taken_off(
    staff: FlaskClient, lab: Printflow, waiting: Callable[..., Job], two_machines: None
) -> None:
    job = waiting()
    form = {"csrf_token": token(staff, QUEUE), "job": job.id, "machine": "South"}
    page = staff.post("/dashboard/plates/plan", data=form, follow_redirects=True)
    assert "Planned for South." in said(page)
    (plate,) = lab.plates.find(planned=True)
    assert send(staff, f"/dashboard/plates/{plate.id}/move", machine="North").status_code == 303
    assert lab.plates.get(plate.id).machine.name == "North"
    assert staff.post(f"/dashboard/plates/{plate.id}/start", data=form).status_code == 303
    assert lab.jobs.get(job.id).status == "PRINTING"
    moved = send(staff, f"/dashboard/plates/{plate.id}/move", machine="South", since="start")
    assert moved.status_code == 303
    assert [run.machine.name for run in lab.plates.get(plate.id).runs] == ["South"]
    same = send(staff, f"/dashboard/plates/{plate.id}/move", machine="South")
    assert same.status_code == 422
    assert staff.post(f"/dashboard/plates/{plate.id}/good", data=form).status_code == 303
    assert lab.jobs.get(job.id).status == "COMPLETED"
    other = waiting()
    form["job"] = other.id
    staff.post("/dashboard/plates/plan", data=form)
    del form["machine"]
    page = staff.post("/dashboard/plates/plan", data=form, follow_redirects=True)
    assert "Back in the queue of the model." in said(page)
    assert lab.plates.find(planned=True) == []


def test_some_of_a_plate_is_recorded_while_the_rest_prints(
    staff: FlaskClient, lab: Printflow, waiting: Callable[..., Job]
) -> None:
    one, two = waiting(), waiting()
    start(staff, "Prusa MK4S", one, two)
    (plate,) = lab.plates.find(running=True)
    end = f"/dashboard/plates/{plate.id}/end"
    assert "Still printing" in said(staff.get(f"{end}?running=yes"))
    asked = {"running": "yes", f"result-{one.id}": "failed", "reason": "came off"}
    assert send(staff, end, **asked).status_code == 303
    assert lab.jobs.get(one.id).status == "READYTOPRINT"
    assert lab.jobs.get(two.id).status == "PRINTING"
    nothing = send(staff, end, running="yes")
    assert nothing.status_code == 422
    assert "Enter what became of at least one copy." in said(nothing)


def test_machines_out_and_back_edited_added_and_retired(
    staff: FlaskClient, lab: Printflow, waiting: Callable[..., Job]
) -> None:
    job = waiting()
    added = send(staff, "/admin/machines", name="A/B & C", model="Prusa MK4S", nozzle="0.4")
    assert added.status_code == 303
    again = send(staff, "/admin/machines", name="A/B & C", model="Prusa MK4S")
    assert again.status_code == 422
    assert "already exists" in said(again)
    out = "/dashboard/machines/out?machine=A/B+%26+C"
    assert send(staff, out, machine="A/B & C", reason="").status_code == 422
    assert send(staff, out, machine="A/B & C", reason="belt broken").status_code == 303
    words = said(staff.get(QUEUE))
    assert "belt broken" in words
    assert "no machine in service" in words
    assert "out of service: belt broken" in said(
        staff.get(f"/dashboard/jobs/{job.id}/start_printing")
    )
    assert lab.queue.usually_ready("Prusa MK4S") is None
    back = {"csrf_token": token(staff, QUEUE), "machine": "A/B & C"}
    assert staff.post("/dashboard/machines/back", data=back).status_code == 303
    assert staff.post("/dashboard/machines/back", data=back).status_code == 409
    edit = "/dashboard/machines/edit?machine=A/B+%26+C"
    assert send(staff, edit, machine="A/B & C", color="True Blue").status_code == 303
    assert "True Blue" in said(staff.get(QUEUE))
    lab.plates.start("A/B & C", [job.id], by="Ana")
    refused = staff.post("/admin/machines/retire", data=back, follow_redirects=True)
    assert "End the plate or move it first" in said(refused)
    (plate,) = lab.plates.find(running=True)
    lab.plates.end(plate.id, by="Ana")
    retired = staff.post("/admin/machines/retire", data=back, follow_redirects=True)
    assert "is retired" in said(retired)
    assert staff.get("/dashboard/machines/edit?machine=Nobody").status_code == 404


def test_the_menu_of_a_machine_is_a_page_without_scripts(
    staff: FlaskClient, lab: Printflow, two_machines: None
) -> None:
    room = staff.get(QUEUE).text
    assert 'href="/dashboard/machines/menu?machine=South"' in room
    assert "Take out of service" not in room, "it's filled when it's opened"
    address = "/dashboard/machines/menu?machine=South"
    assert "Take out of service" in said(staff.get(address))
    lab.machines.take_out("South", reason="fan", by="Ben")
    page = staff.get(address)
    assert "Put back in service" in said(page)
    back = {"csrf_token": token(staff, address), "next": QUEUE, "machine": "South"}
    assert staff.post("/dashboard/machines/back", data=back).location == QUEUE
    items = staff.get(address, headers={"X-Requested-With": "fetch"}).text
    assert "Take out of service" in items and "<html" not in items
    assert staff.get("/dashboard/machines/menu?machine=Nobody").status_code == 404


def test_what_fits_says_why(
    staff: FlaskClient, lab: Printflow, waiting: Callable[..., Job]
) -> None:
    one, same, other = waiting(), waiting(), waiting(color="True Black")
    lab.dispatch()
    words = said(staff.get(f"/dashboard/plates/start?job={one.id}"))
    assert same.id in words
    assert "other color: True Black" in words
    together = said(staff.get(f"/dashboard/plates/start?job={one.id}&job={other.id}"))
    assert "These jobs need different colors." in together


def test_a_live_page_is_told_only_what_changed(
    staff: FlaskClient, lab: Printflow, waiting: Callable[..., Job]
) -> None:
    waiting()
    live = {"X-Requested-With": "live"}
    first = staff.get(QUEUE, headers=live)
    assert "<html" not in first.text
    assert "csrf" not in first.text
    tagged = {**live, "If-None-Match": first.headers["ETag"]}
    assert staff.get(QUEUE, headers=tagged).status_code == 304
    lab.machines.take_out("Prusa MK4S", reason="fan", by="Ben")
    assert staff.get(QUEUE, headers=tagged).status_code == 200


def test_bulk_start_warns_as_a_single_one(
    staff: FlaskClient, lab: Printflow, waiting: Callable[..., Job]
) -> None:
    jobs = [waiting() for _ in range(3)]
    chosen = "&".join(f"job={one.id}:{one.version}" for one in jobs[1:])
    page = f"/dashboard/bulk?trigger=start_printing&{chosen}"
    assert "2 jobs, and free machines: 1" in said(staff.get(page))
    lab.jobs.start_printing(jobs[0].id, by="Ana")
    words = said(staff.get(page))
    assert f"Prusa MK4S has been printing job {jobs[0].id}" in words


def test_a_sliced_file_gives_its_plate_s_time_and_weight(
    staff: FlaskClient, lab: Printflow, waiting: Callable[..., Job]
) -> None:
    job = waiting()
    lab.dispatch()
    name = f"{job.standard_name}.gcode"
    lab.files.path(lab.jobs.get(job.id)).with_name(name).write_text(
        "; generated by PrusaSlicer 2.9\n; filament used [g] = 12.5\n"
        "; estimated printing time (normal mode) = 1h 15m 0s\n; filament_type = PLA\n"
    )
    form = {"csrf_token": token(staff, QUEUE), "machine": "Prusa MK4S", "job": job.id}
    page = staff.post("/dashboard/plates/start", data={**form, "then": "files"})
    assert page.status_code == 200
    assert name in said(page)
    (value,) = [part.split('"')[0] for part in page.text.split('name="sliced" value="')[1:]]
    assert staff.post("/dashboard/plates/start", data={**form, "sliced": value}).status_code == 303
    (plate,) = lab.plates.find(running=True)
    assert (plate.file_name, str(plate.hours), str(plate.grams)) == (name, "1.25", "12.5")
    assert name in said(staff.get(f"/dashboard/jobs/{job.id}"))


def test_a_machine_s_form_offers_what_comes_first(
    staff: FlaskClient, lab: Printflow, waiting: Callable[..., Job]
) -> None:
    job = waiting()
    page = staff.get("/dashboard/plates/start?machine=Prusa+MK4S").text
    assert f'name="job" value="{job.id}"' in page
    empty = said(staff.get("/dashboard/plates/start?machine=Prusa+XL"))
    assert "Check at least one job below." in empty
    form = {"csrf_token": token(staff, QUEUE), "machine": "Prusa XL"}
    refused = staff.post("/dashboard/plates/start", data=form)
    assert refused.status_code == 422
    assert "Choose at least one job." in said(refused)
    assert staff.get("/dashboard/plates/start?job=nonsense!").status_code == 400
    assert staff.get("/dashboard/plates/start?job=ZZZZZZZZ").status_code == 404


def test_the_history_tells_of_plans_and_moves(
    staff: FlaskClient, lab: Printflow, waiting: Callable[..., Job], two_machines: None
) -> None:
    job = waiting()
    lab.plates.plan("North", [job.id], by="Ana")
    done = lab.plates.start("North", [job.id], by="Ana")
    assert done.plate is not None
    lab.plates.move(done.plate.id, "South", by="Ben")
    words = said(staff.get(f"/dashboard/jobs/{job.id}"))
    assert "Ana planned" in words
    assert "Ben moved" in words
    assert "moved from North" in words


def test_of_many_jobs_that_print_on_no_machine_the_newest_show_with_a_way_to_all(
    lab: Printflow, staff: FlaskClient
) -> None:
    fill_ready(lab, 80)
    engine = open_engine(lab.settings.database)
    with writing(engine) as connection:
        connection.execute(update(jobs).values(status="PRINTING", copies_printing=1))
    engine.dispose()
    page = staff.get("/dashboard/queue").text
    shown = re.findall(r'id="loose-(\w{8})"', page)
    by_model = Counter(lab.jobs.get(job_id).printer for job_id in shown)
    assert max(by_model.values()) == 8
    assert "status=PRINTING&amp;printer=Prusa+MK4S" in page
    assert "Show all jobs that are printing" in page
