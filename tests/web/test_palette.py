"""The command palette: what it finds, what it offers to do, and nothing beyond who asks may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from printflow import ActorKind, Job, Printflow, allowed
from tests.plugins.lab import Submit
from tests.web.test_roles import browser_of

Entries = list[dict[str, Any]]


def found(browser: FlaskClient, q: str = "", job: str = "") -> Entries:
    answer = browser.get("/dashboard/find", query_string={"q": q, "job": job})
    assert answer.status_code == 200
    entries: Entries = answer.get_json()["entries"]
    return entries


def of(entries: Entries, kind: str) -> list[str]:
    return [one["words"] for one in entries if one["kind"] == kind]


def test_jobs_by_number_and_words_and_people(staff: FlaskClient, submit: Submit) -> None:
    jane, ada = submit(student="Jane Doe"), submit(student="Ada Byron", email="ada@example.edu")
    for typed in (jane.id, jane.id.lower(), f"{jane.id[:4]}-{jane.id[4:]}"):
        first = found(staff, typed, ada.id)[0]
        assert (first["kind"], first["address"]) == ("Job", f"/dashboard/jobs/{jane.id}")
        assert first["detail"] == f"{jane.id} · bracket.stl · Uploaded"
    entries = found(staff, "byron")
    assert of(entries, "Job") == ["Ada Byron"] and of(entries, "Person") == ["Ada Byron"]
    assert found(staff, "nothing like that") == []
    assert of(found(staff, "a"), "Job") == []  # one letter fits too much


def test_pages_are_those_of_the_menu(staff: FlaskClient, lab: Printflow) -> None:
    lab.views.add("Rush prints", {"status": "PENDING", "search": "rush"}, by="Ana")
    entries = found(staff)
    assert of(entries, "Page")[:4] == ["Jobs", "Queue", "Pickup", "Payments"]
    assert {"Catalog", "Who owes", "Set up this PC"} <= set(of(entries, "Page"))
    assert all(staff.get(one["address"]).status_code in (200, 303) for one in entries)
    (view,) = (one for one in found(staff, "pri") if one["kind"] == "View")
    assert view["address"] == "/dashboard?status=PENDING&search=rush"
    assert of(found(staff, "upl"), "List") == ["Uploaded"]


@pytest.mark.parametrize("status", ["UPLOADED", "PENDING", "READYTOPRINT", "COMPLETED"])
def test_acts_are_those_of_the_lifecycle(
    staff: FlaskClient, job_in: Callable[[str], Job], status: str
) -> None:
    job = job_in(status)
    acts = [one for one in found(staff, job=job.id) if one["kind"] == "Action"]
    assert all(one["dialog"] for one in acts)
    wanted = {f"/dashboard/jobs/{job.id}/{one.value}" for one in allowed(job, ActorKind.STAFF)}
    more = {f"/dashboard/jobs/{job.id}/{one}" for one in ("edit", "notes")}
    assert {one["address"] for one in acts} == wanted | more
    assert all(staff.get(one["address"]).status_code == 200 for one in acts)


def test_a_viewer_is_offered_what_a_viewer_may(
    staff: FlaskClient, lab: Printflow, job_in: Callable[[str], Job]
) -> None:
    job, viewer = job_in("UPLOADED"), browser_of(lab, "viewer")
    entries = found(viewer, job=job.id)
    assert of(entries, "Action") == []
    assert not {"Payments", "Outbox", "Catalog", "Who owes"} & set(of(entries, "Page"))
    assert all(viewer.get(one["address"]).status_code in (200, 303) for one in entries)
    assert of(found(viewer, job.id), "Job") == [job.student_name]
    assert staff.get("/dashboard/find?job=NOBODY99").status_code == 200
