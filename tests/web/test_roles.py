"""Roles in the browser: what isn't allowed isn't shown, and the password is asked for again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from printflow import Job, Printflow
from printflow_web.factory import create_app
from tests.web.conftest import PASSWORD, said, send, token


def browser_of(lab: Printflow, role: str) -> FlaskClient:
    """Bo's browser at a station of that role."""
    secret = lab.stations.add("Window", by="Ana", role=role)
    browser = create_app(lab).test_client()
    answer = send(browser, "/login", station="Window", name="Bo", password=secret)
    assert answer.status_code == 303
    return browser


@pytest.fixture(autouse=True)
def a_door(lab: Printflow) -> None:
    lab.stations.set_password(PASSWORD)


def test_a_viewer_sees_and_has_no_button(lab: Printflow, job_in: Callable[[str], Job]) -> None:
    job = job_in("PENDING")
    viewer = browser_of(lab, "viewer")
    for page in ("/dashboard?status=all", f"/dashboard/jobs/{job.id}", "/dashboard/queue"):
        text = viewer.get(page).text
        main = text[text.index('<main id="content"') :]
        assert re.findall(r'method="post" action="([^"]+)"', main) in ([], ["/dashboard/queue"])
        assert "formaction=" not in main
    nav = viewer.get("/dashboard").text.partition("</nav>")[0]
    assert re.findall(r'class="nav-link" href="([^"]+)"', nav) == [
        "/dashboard",
        "/dashboard/queue",
        "/pick-up",
        "/staff",
    ]


def test_what_is_not_allowed_says_who_may(lab: Printflow, job_in: Callable[[str], Job]) -> None:
    job = job_in("PENDING")
    viewer = browser_of(lab, "viewer")
    answer = viewer.get(f"/dashboard/jobs/{job.id}/reject")
    assert answer.status_code == 403
    assert "Your role, “viewer”, doesn't allow this" in said(answer)
    assert "technician, manager, administrator" in said(answer)
    json = viewer.get(f"/dashboard/jobs/{job.id}/reject", headers={"Accept": "application/json"})
    assert json.json is not None
    assert (json.json["error"]["code"], json.json["error"]["rights"]) == (
        "right_missing",
        ["reject"],
    )


def test_a_role_that_is_gone_allows_nothing(lab: Printflow) -> None:
    browser = browser_of(lab, "viewer")
    with lab._parts.database.write() as tx:
        tx.people.set_role("Window", "gone")
    assert browser.get("/dashboard").status_code == 403
    assert browser.get("/").status_code == 200


def test_a_changed_role_counts_at_once(lab: Printflow) -> None:
    lead = browser_of(lab, "technician")
    assert lead.get("/reports").status_code == 403
    lab.stations.set_role("Window", role="manager", by="Ana")
    assert lead.get("/reports").status_code == 200


def test_the_editor_of_roles_adds_one(lab: Printflow) -> None:
    browser = browser_of(lab, "administrator")
    page = "/admin/catalog/edit/roles"
    fields: dict[str, object] = {"version": str(lab.catalog.version())}
    for number, role in enumerate(lab.catalog.export()["roles"]):
        fields[f"roles[{number}].was"] = fields[f"roles[{number}].name"] = role["name"]
        fields[f"roles[{number}].rights"] = role["rights"]
    added = {"roles[4].name": "shift lead", "roles[4].rights": ["print", "void"]}
    assert send(browser, page, **fields, **added).status_code == 303
    assert [one.name for one in lab.catalog.current.roles][-2:] == ["shift lead", "administrator"]
    assert lab.catalog.current.rights_of("shift lead") == {"see", "print", "void"}
    fields["version"] = str(lab.catalog.version())
    refused = send(browser, page, **fields, **{"roles[4].name": "empty"})
    assert refused.status_code == 422
    assert "Choose at least one." in said(refused)
    assert 'value="empty"' in refused.text


def test_the_password_is_asked_for_again(
    lab: Printflow, job_in: Callable[[str], Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_in("PENDING")
    secret = lab.stations.add("Window", by="Ana", role="manager")
    browser = create_app(lab).test_client()
    send(browser, "/login", station="Window", name="Bo", password=secret)
    monkeypatch.setattr(lab.sessions, "_confirm_minutes", 10)
    later = lab.sessions._clock
    monkeypatch.setattr(lab.sessions, "_clock", lambda: later() + timedelta(minutes=11))
    path = f"/dashboard/jobs/{job.id}/override"
    form = {"csrf_token": token(browser, path), "version": str(job.version), "to": "COMPLETED"}
    form["reason"] = "It was printed by hand."
    asked = browser.post(path, data=form)
    assert asked.status_code == 403
    assert "Confirm that it's you" in said(asked)
    assert 'value="It was printed by hand."' in asked.text, "nothing typed is lost"
    assert lab.jobs.get(job.id).status == "PENDING"
    wrong = browser.post(path, data={**form, "password_again": "wrong"})
    assert wrong.status_code == 401
    assert "Wrong station or password." in said(wrong)
    assert 'value="It was printed by hand."' in wrong.text
    done = browser.post(path, data={**form, "password_again": secret})
    assert done.status_code == 303
    assert lab.jobs.get(job.id).status == "COMPLETED"
    assert browser.get("/dashboard").status_code == 200
