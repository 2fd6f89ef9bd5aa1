"""The lab's limits on pages: the editor, the form, the dialog, and a person's page."""

from __future__ import annotations

from decimal import Decimal

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import LimitAction, LimitCode, LimitWindow, Printflow, RuleKind
from tests.plugins.lab import Submit
from tests.web.conftest import Upload, said, send, token

PAGE = "/admin/catalog/edit/limits"


def test_the_editor_keeps_what_was_typed_and_names_what_never_applies(
    lab: Printflow, staff: FlaskClient
) -> None:
    form = {
        "csrf_token": token(staff, PAGE),
        "version": "1",
        "limits[0].what": "prints",
        "limits[0].cap": "3",
        "limits[0].per": "week",
        "limits[0].action": "refuse",
        "limits[0].text": "Three a week.",
        "limits[0].domains": "example.edu, school.edu",
        "limits[1].what": "prints",
        "limits[1].cap": "three",
        "limits[1].per": "week",
        "limits[1].action": "ask",
        "limits[1].domains": "school.edu",
        "limits[2].what": "",
    }
    wrong = staff.post(PAGE, data=form)
    assert wrong.status_code == 422 and "Limit 2, at most: Enter a whole number" in said(wrong)
    assert 'value="three"' in wrong.text and 'value="Three a week."' in wrong.text
    assert staff.post(PAGE, data={**form, "limits[1].cap": "5"}).status_code == 303
    first, second = lab.catalog.current.limits
    assert (first.what, first.cap, first.per, first.action, first.domains) == (
        LimitCode.PRINTS,
        Decimal(3),
        LimitWindow.WEEK,
        LimitAction.REFUSE,
        ("example.edu", "school.edu"),
    )
    assert second.cap == 5
    page = said(staff.get(PAGE))
    assert "This limit never has an effect: limit 1 comes first." in page
    assert "2 limits" in said(staff.get("/admin/catalog"))
    gone = {**form, "version": "2", "limits[1].cap": "5", "limits[1].remove": "yes"}
    assert staff.post(PAGE, data=gone).status_code == 303
    assert len(lab.catalog.current.limits) == 1


def limit(lab: Printflow, *rows: dict[str, str]) -> None:
    lab.catalog.change({"limits": list(rows)}, by="Sam")


def test_the_form_is_the_same_for_everyone_whose_address_is_not_confirmed(
    lab: Printflow, staff: FlaskClient, student: FlaskClient, upload: Upload
) -> None:
    limit(lab, {"what": "open_jobs", "cap": "1", "action": "refuse"})
    first, second = upload(), upload()
    assert first.status_code == second.status_code == 303
    assert "open job" not in said(student.get(second.headers["Location"]))
    newest, oldest = lab.jobs.find()
    assert newest.over_limit == "open_jobs" and not oldest.over_limit
    assert "Over a limit" in said(staff.get("/dashboard"))
    page = said(staff.get(f"/dashboard/jobs/{newest.id}"))
    assert "Open jobs with this one: 2. The limit is 1." in page


def test_what_everyone_would_be_refused_is_said_and_nothing_typed_is_lost(
    lab: Printflow, upload: Upload
) -> None:
    text = "Ask us about <class> sets."
    limit(lab, {"what": "prints", "cap": "2", "per": "week", "action": "refuse", "text": text})
    wrong = upload(quantity="3", note="For the <b>fair</b>")
    assert wrong.status_code == 422 and not lab.jobs.find()
    assert f"Prints: you can have 2 a week. With this request, you'd have 3. {text}" in said(wrong)
    assert 'value="3"' in wrong.text and "&lt;b&gt;fair" in wrong.text


def test_the_dialog_shows_the_limit_and_takes_a_reason(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    limit(lab, {"what": "job_grams", "cap": "50", "action": "ask"})
    job, other = submit(), submit()
    page = f"/dashboard/jobs/{job.id}/approve"
    assert "Approve over the limit" in said(staff.get(page))
    form = {"weight": "60", "hours": "1", "material": "PLA", "version": "1"}
    wrong = send(staff, page, **form)
    assert wrong.status_code == 422 and "This job weighs 60 g. The limit is 50 g." in said(wrong)
    assert 'value="60"' in wrong.text
    more = {"over_limit": "yes", "limit_reason": "for <the> fair"}
    assert send(staff, page, **form, **more).status_code == 303
    assert "for <the> fair" in said(staff.get(f"/dashboard/jobs/{job.id}"))
    many = {
        "trigger": "approve",
        "job": f"{other.id}:{other.version}",
        f"weight-{other.id}": "70",
        f"hours-{other.id}": "1",
        f"material-{other.id}": "PLA",
    }
    again = send(staff, "/dashboard/bulk", **many)
    assert again.status_code == 422 and "This job weighs 70 g." in said(again)
    done = send(staff, "/dashboard/bulk", **many, over_limit="yes", limit_reason="fair")
    assert done.status_code == 200 and lab.jobs.get(other.id).status == "PENDING"


def post(browser: FlaskClient, page: str, then: str, **fields: str) -> TestResponse:
    return browser.post(f"{page}/{then}", data={"csrf_token": token(browser, page), **fields})


def test_a_person_is_blocked_and_excepted_on_their_page(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    page = f"/dashboard/people/{job.id}"
    wrong = post(staff, page, "decide", what="block", until="2020-01-01", reason="")
    assert wrong.status_code == 422 and "Enter a reason." in said(wrong)
    assert "Choose today or a later date." in said(wrong) and 'value="2020-01-01"' in wrong.text
    for what, reason in (("block", "fire"), ("open_jobs", "thesis"), ("", "staff's own")):
        assert post(staff, page, "decide", what=what, reason=reason).status_code == 303
    shown = said(staff.get(page))
    assert "fire" in shown and "Open jobs · thesis" in shown and "All limits · staff's own" in shown
    assert "Ana blocked this person: fire" in said(staff.get(f"/dashboard/jobs/{job.id}"))
    rule = next(one for one in lab.decisions.all() if one.kind is RuleKind.BLOCK)
    assert post(staff, page, f"decisions/{rule.id}/end").status_code == 303
    assert post(staff, page, f"decisions/{rule.id}/end").status_code == 404
    assert "ended by Ana" in said(staff.get(page))
    assert "Blocked a student (no. 1)" in said(staff.get("/admin/changes"))


def test_the_editor_tries_limits_on_the_jobs_of_last_month(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    submit()
    job = submit()
    form = {
        "csrf_token": token(staff, PAGE),
        "version": "1",
        "limits[0].what": "open_jobs",
        "limits[0].cap": "1",
        "limits[0].action": "refuse",
        "preview": "yes",
    }
    page = said(staff.post(PAGE, data=form))
    assert "Of 2 jobs, 1 would have been refused, and staff would have decided about 0." in page
    assert job.id in page and not lab.catalog.current.limits
