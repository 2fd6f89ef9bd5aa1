"""Jobs of one request: shown together in every list, and handled together from one row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from printflow import Job, Printflow, Status, Trigger, triggers_of_some
from tests.plugins.lab import Submit
from tests.plugins.orders import SubmitMany, approved, printed
from tests.web.conftest import said, token

OF = re.compile(r"(\d+) of (\d+) in this request")


def places(text: str) -> list[tuple[str, str]]:
    """What a page's rows say of requests, in their order."""
    return OF.findall(re.sub(r'title="[^"]*"', "", unescape(text)))


def test_every_list_says_which_of_its_request_a_job_is(
    staff: FlaskClient, lab: Printflow, submit: Submit, submit_many: SubmitMany
) -> None:
    submit()
    jobs = submit_many(3)
    for address in ("/dashboard", "/dashboard?status=all", "/dashboard?view=dense"):
        page = staff.get(address).text
        assert sorted(places(page)) == [("1", "3"), ("2", "3"), ("3", "3")], address
    assert '<i class="request-short" aria-hidden="true">2/3</i>' in page
    page = staff.get(f"/dashboard/jobs/{jobs[1].id}").text
    assert places(page) == [("2", "3")]
    for job in jobs:
        printed(lab, job)
    assert places(staff.get("/pick-up").text) == [("1", "3"), ("2", "3"), ("3", "3")]
    shown = said(staff.get(f"/pick-up/{jobs[0].id}"))
    assert "Submitted together" in shown
    assert "Mark all 3 as picked up…" in shown


def test_the_queue_says_it_too(staff: FlaskClient, lab: Printflow, submit_many: SubmitMany) -> None:
    for job in submit_many(2):
        approved(lab, job)
        lab.jobs.confirm(job.id, by="Ana", note="at the desk")
    assert sorted(places(staff.get("/dashboard/queue").text)) == [("1", "2"), ("2", "2")]


def test_a_job_that_was_submitted_alone_is_as_before(staff: FlaskClient, submit: Submit) -> None:
    job = submit()
    for address in ("/dashboard", f"/dashboard/jobs/{job.id}", f"/pick-up/{job.id}"):
        page = said(staff.get(address))
        assert "in this request" not in page
        assert "Submitted together" not in page


def test_the_link_leads_to_all_of_them_in_any_status(
    staff: FlaskClient, lab: Printflow, submit: Submit, submit_many: SubmitMany
) -> None:
    submit()
    jobs = submit_many(3)
    lab.jobs.reject(jobs[2].id, by="Ana", text="Too thin.")
    row = staff.get("/dashboard").text
    link = unescape(re.findall(r'<a class="badge i-copy" href="([^"]+request=[^"]+)"', row)[0])
    page = staff.get(link)
    assert "Jobs of one request" in said(page)
    assert re.findall(r'<li class="row" id="job-(\w+)"', page.text) == [j.id for j in jobs]
    assert "All 3 in this request…" in said(page)
    csv = staff.get(link.replace("/dashboard?", "/dashboard/list.csv?")).text
    assert len(csv.splitlines()) == 4
    for wrong in ("x", "-1", "1" * 40, "²"):
        assert staff.get(f"/dashboard?status=all&request={wrong}").status_code == 400
        assert staff.get(f"/dashboard/bulk?request={wrong}").status_code == 400
    assert "No matching jobs" in said(staff.get("/dashboard?status=all&request=999999"))


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


def test_one_more_query_for_a_page(
    lab: Printflow, staff: FlaskClient, submit_many: SubmitMany, submit: Submit
) -> None:
    submit()
    staff.get("/dashboard")
    with statements() as few:
        staff.get("/dashboard")
    for _ in range(3):
        submit_many(3)
    staff.get("/dashboard")
    with statements() as many:
        staff.get("/dashboard")
    assert len(many) == len(few)
    assert sum("request_id IN" in one for one in many) == 1


def offered(page: str) -> dict[str, str]:
    """The triggers that the dialog offers, with their counts."""
    found = re.findall(r'name="trigger" value="(\w+)">.*?\((\d+)\)', page)
    return dict(found)


def test_a_row_offers_what_its_request_s_jobs_can(
    staff: FlaskClient, lab: Printflow, submit_many: SubmitMany
) -> None:
    jobs = submit_many(4)
    approved(lab, jobs[0])
    approved(lab, jobs[1])
    lab.jobs.confirm(jobs[1].id, by="Ana", note="by phone")
    lab.jobs.reject(jobs[3].id, by="Ana", text="Too thin.")
    asked = {"X-Requested-With": "fetch"}
    row = staff.get(f"/dashboard/jobs/{jobs[0].id}/menu", headers=asked).text
    menu = re.search(
        r'<a class="menu-item" data-dialog href="(/dashboard/bulk\?[^"]+)">([^<]+)', row
    )
    assert menu is not None
    assert menu[2] == "All 4 in this request…"
    page = staff.get(unescape(menu[1])).text
    counts = offered(page)
    assert counts["approve"] == "1"
    assert counts["reject"] == "2"
    assert counts["requote"] == "2"
    assert counts["start_printing"] == "1"
    assert counts["override"] == "4"
    assert "submit" not in counts and "withdraw" not in counts


def perform(staff: FlaskClient, number: int, trigger: str, **fields: str) -> str:
    """Choose the trigger in the request's form, and apply it, as without scripts."""
    form = staff.get(f"/dashboard/bulk?request={number}&trigger={trigger}").text
    chosen = re.findall(r'name="job" value="([^"]+)"', form)
    data: dict[str, object] = {
        "csrf_token": token(staff, "/staff"),
        "trigger": trigger,
        "job": chosen,
        **fields,
    }
    return said(staff.post("/dashboard/bulk", data=data))


def statuses(lab: Printflow, jobs: list[Job]) -> list[Status]:
    return [lab.jobs.get(job.id).status for job in jobs]


def test_the_whole_way_together(
    staff: FlaskClient, lab: Printflow, submit_many: SubmitMany
) -> None:
    jobs = submit_many(3)
    number = jobs[0].request_id
    lab.jobs.reject(jobs[2].id, by="Ana", text="Too thin.")
    page = said(staff.get(f"/dashboard/bulk?request={number}&trigger=approve"))
    assert "1 other job in this request isn't included" in page
    given = {
        f"{name}-{job.id}": value
        for job in jobs[:2]
        for name, value in (("weight", "40"), ("hours", "2"), ("material", "PLA"))
    }
    assert "2 of 2 done" in perform(staff, number, "approve", **given)
    form = staff.get(f"/dashboard/bulk?request={number}&trigger=requote").text
    assert re.search(rf'id="weight-{jobs[0].id}"[^>]*value="40', form), "what was quoted"
    changed = {**given, f"weight-{jobs[0].id}": "60"}
    assert "2 of 2 done" in perform(staff, number, "requote", **changed)
    assert [lab.jobs.get(job.id).cost_cents for job in jobs[:2]] == [600, 400]
    assert "2 of 2 done" in perform(staff, number, "confirm", note="at the desk")
    assert "2 of 2 done" in perform(staff, number, "start_printing")
    assert "2 of 2 done" in perform(staff, number, "complete", shelf="A1")
    assert "2 of 2 done" in perform(staff, number, "pick_up", method="cash")
    assert statuses(lab, jobs) == [Status.PAIDPICKEDUP] * 2 + [Status.REJECTED]
    assert lab.jobs.details(jobs[0].id).due_cents == 0


def test_the_form_says_that_the_email_waits(
    staff: FlaskClient, lab: Printflow, submit: Submit, submit_many: SubmitMany
) -> None:
    alone, jobs = submit(), submit_many(3)
    words = "The email waits for 2 other jobs of this request"
    assert words in said(staff.get(f"/dashboard/jobs/{jobs[0].id}/approve"))
    assert words in said(staff.get(f"/dashboard/jobs/{jobs[0].id}/reject"))
    assert "The email waits" not in said(staff.get(f"/dashboard/jobs/{alone.id}/approve"))
    lab.jobs.reject(jobs[1].id, by="Ana", text="Too thin.")
    both = "The email waits for the other job of this request"
    assert both in said(staff.get(f"/dashboard/jobs/{jobs[0].id}/approve"))
    assert "The email waits" not in said(staff.get(f"/dashboard/jobs/{jobs[0].id}/override"))


def test_what_none_of_them_can_is_not_offered(
    staff: FlaskClient, lab: Printflow, submit_many: SubmitMany
) -> None:
    (job, _other) = submit_many(2)
    page = staff.get(f"/dashboard/bulk?request={job.request_id}&trigger=complete").text
    assert "Approve" in page
    assert 'action="/dashboard/bulk"' in page
    assert 'name="trigger" value="complete"' not in page


def test_a_job_that_changed_meanwhile_is_left_as_it_is(
    staff: FlaskClient, lab: Printflow, submit_many: SubmitMany
) -> None:
    first, second = submit_many(2)
    form = staff.get(f"/dashboard/bulk?request={first.request_id}&trigger=reject").text
    chosen = re.findall(r'name="job" value="([^"]+)"', form)
    approved(lab, second)
    data = {
        "csrf_token": token(staff, "/staff"),
        "trigger": "reject",
        "job": chosen,
        "text": "Too thin.",
    }
    assert "1 of 2 done" in said(staff.post("/dashboard/bulk", data=data))
    assert statuses(lab, [first, second]) == [Status.REJECTED, Status.PENDING]


def test_the_triggers_that_some_have() -> None:
    found = dict(triggers_of_some([Status.UPLOADED, Status.UPLOADED, Status.PENDING]))
    assert found[Trigger.APPROVE] == 2
    assert found[Trigger.REJECT] == 3
    assert Trigger.COMPLETE not in found
    assert triggers_of_some([]) == ()


def test_lists_and_the_library_find_them(
    lab: Printflow, submit: Submit, submit_many: SubmitMany
) -> None:
    submit()
    jobs = submit_many(3)
    assert {job.id for job in lab.jobs.find(together_with=jobs[1].id)} == {j.id for j in jobs}
    assert [job.id for job in lab.jobs.of_request(jobs[0].request_id)] == [j.id for j in jobs]
    assert lab.jobs.find(together_with=jobs[1].id, status="PENDING") == []
