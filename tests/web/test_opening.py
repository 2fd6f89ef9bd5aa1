"""Open, busy, closed: the form, the editor's pages, closing with one click, and holidays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from printflow import InvalidInput, Job, Printflow, Status
from tests import sample_models
from tests.integration.test_closed import ICS
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import FORM as FILLED
from tests.web.conftest import Upload, said, send, token

NOON = datetime(2026, 11, 25, 17, tzinfo=UTC)
OPENING, EDIT_FORM = "/admin/catalog/edit/opening", "/admin/catalog/edit/form"


@pytest.fixture(autouse=True)
def noon(clock: TestClock) -> None:
    clock.now = NOON


def change(lab: Printflow, **sections: object) -> None:
    lab.catalog.change(sections, by="Ana")


# -- the form -------------------------------------------------------------------------------------


def test_a_closed_form_says_until_when_and_what_to_do(lab: Printflow, student: FlaskClient) -> None:
    change(lab, form_times=[{"state": "closed", "ends": "2026-11-29", "text": "We're moving."}])
    page = said(student.get("/submit"))
    assert "The form is closed until Nov 30, 2026. We're moving." in page
    assert "Come back on Monday, Nov 30" in page
    assert 'name="student_name"' not in student.get("/submit").text
    assert "closed until Nov 30" in said(student.get("/"))


def test_what_was_typed_stays_when_the_form_closes_meanwhile(
    lab: Printflow, student: FlaskClient, upload: Upload
) -> None:
    form = {"csrf_token": token(student, "/submit"), **FILLED, "note": "Not too thin"}
    change(lab, form_times=[{"state": "closed"}])
    file = (BytesIO(sample_models.stl()), "bracket.stl")
    answer = student.post("/submit", data={**form, "file": file})
    assert answer.status_code == 422
    assert "The form is closed for now." in said(answer)
    assert 'value="Jane Doe"' in answer.text and "Not too thin" in answer.text
    assert lab.jobs.find() == []
    change(lab, form_times=[])
    assert upload(student_name="Jane Doe").status_code == 303


def test_scripts_are_refused_by_code_and_staff_are_not(lab: Printflow, submit: Submit) -> None:
    change(lab, form_times=[{"state": "closed"}], paused=[{"method": "Filament"}])
    with pytest.raises(InvalidInput) as caught:
        submit()
    codes = [one.code for one in caught.value.refusals]
    assert codes == ["form_closed", "print_method_paused"]
    assert submit(by="Sam").status is Status.UPLOADED


def test_a_warning_a_banner_and_pauses_stand_on_the_form(
    lab: Printflow, student: FlaskClient, upload: Upload
) -> None:
    change(
        lab,
        form_times=[{"state": "warning", "text": "It takes long in finals week."}],
        banners=[{"text": "<b>Moved</b> to room 12."}, {"text": "Old", "ends": "2026-11-24"}],
        paused=[
            {"method": "Resin", "reason": "The washer is broken.", "ends": "2026-11-29"},
            {"printer": "Prusa XL", "ends": "2026-11-24"},
        ],
    )
    answer = student.get("/submit")
    page = said(answer)
    assert "It takes long in finals week." in page and "<b>Moved</b> to room 12." in page
    assert "Old" not in page
    assert "Resin isn't available until Nov 30, 2026. The washer is broken." in page
    assert "<b>Moved" not in answer.text, "the lab's words are no HTML"
    assert "Usually ready in about 3 days" in page
    refused = upload(print_method="Resin", color="Black", printer="Formlabs Form 3")
    assert refused.status_code == 422 and "Resin isn't available" in said(refused)
    assert upload(printer="Prusa XL").status_code == 303, "its pause is over"


def test_estimates_are_open_days_where_hours_are_known(
    lab: Printflow, student: FlaskClient
) -> None:
    change(lab, opening_hours={"monday": ["9-17"], "friday": ["9-17"]})
    assert "Usually ready in about 3 open days" in said(student.get("/submit"))
    assert "Mon 9 AM–5 PM, Fri 9 AM–5 PM; next: Friday, Nov 27" in said(student.get("/"))


# -- the editor -----------------------------------------------------------------------------------


def typed(staff: FlaskClient, page: str, **fields: str) -> dict[str, str]:
    named = {name.replace("__", "."): value for name, value in fields.items()}
    return {"csrf_token": token(staff, page), "version": "1", **named}


def test_hours_terms_and_closed_days_are_typed(lab: Printflow, staff: FlaskClient) -> None:
    form = typed(staff, OPENING, opening_hours__monday="9-12, 13:00–17:00")
    form |= {"terms[0].name": "Fall 2026", "terms[0].starts": "2026-08-24"}
    form |= {"terms[0].ends": "2026-12-11", "closed_days[0].starts": "2026-11-26"}
    form |= {"closed_days[0].ends": "2026-11-29", "closed_days[0].reason": "Thanksgiving"}
    assert staff.post(OPENING, data=form).status_code == 303
    catalog = lab.catalog.current
    assert [str(span) for span in catalog.opening_hours.monday] == ["09:00-12:00", "13:00-17:00"]
    assert (catalog.terms[0].name, catalog.closed_days[0].reason) == ("Fall 2026", "Thanksgiving")
    page = staff.get(OPENING).text
    assert 'value="09:00-12:00, 13:00-17:00"' in page and 'value="Thanksgiving"' in page
    assert "Mon 9 AM–12 PM, 1 PM–5 PM" in said(staff.get("/admin/catalog"))


def test_wrong_hours_stay_as_they_were_typed(lab: Printflow, staff: FlaskClient) -> None:
    answer = staff.post(OPENING, data=typed(staff, OPENING, opening_hours__friday="22:00-02:00"))
    assert answer.status_code == 422 and "goes past midnight" in said(answer)
    assert 'value="22:00-02:00"' in answer.text and lab.catalog.version() == 1


def test_reminders_are_previewed_before_saving(
    lab: Printflow, staff: FlaskClient, job_in: Callable[[str], Job]
) -> None:
    job = job_in("COMPLETED")
    form = typed(staff, OPENING, preview="yes", opening_hours__monday="9-17")
    answer = staff.post(OPENING, data=form)
    assert answer.status_code == 200 and f"Pickup reminder for job {job.id}" in said(answer)
    assert 'value="9-17"' in answer.text and lab.catalog.version() == 1


def test_the_form_s_entries_are_typed_and_removed(lab: Printflow, staff: FlaskClient) -> None:
    form = typed(staff, EDIT_FORM)
    form |= {"form_times[0].state": "warning", "form_times[0].text": "Slow now."}
    form |= {"paused[0].what": "printer:Prusa XL", "banners[0].text": "Hello."}
    assert staff.post(EDIT_FORM, data=form).status_code == 303
    catalog = lab.catalog.current
    assert catalog.form_times[0].text == "Slow now."
    assert (catalog.paused[0].printer, catalog.banners[0].text) == ("Prusa XL", "Hello.")
    page = staff.get(EDIT_FORM).text
    assert 'value="printer:Prusa XL" selected' in page and 'value="Hello."' in page
    gone = {
        **form,
        "version": "2",
        "csrf_token": token(staff, EDIT_FORM),
        "paused[0].remove": "yes",
    }
    assert staff.post(EDIT_FORM, data=gone).status_code == 303
    assert lab.catalog.current.paused == ()


def test_one_click_closes_the_lab_and_another_opens_it(lab: Printflow, staff: FlaskClient) -> None:
    page = "/admin/hours/close"
    assert 'value="2026-11-25"' in staff.get(page).text, "from today"
    answer = send(staff, page, starts="2026-11-25", until="2026-11-30", reason="Snow", form="yes")
    assert answer.status_code == 303
    (closed,) = lab.hours.closed()
    assert (closed.ends, closed.reason) == (date(2026, 11, 29), "Snow")
    assert "The lab is closed until Monday, Nov 30. Snow" in said(staff.get("/dashboard"))
    assert "The form is closed until Nov 30, 2026." in said(staff.get("/dashboard"))
    for wrong in ({"until": ""}, {"until": "2026-11-20"}, {"starts": "x", "until": "2026-12-01"}):
        refused = send(staff, page, reason="Kept", **wrong)
        assert refused.status_code == 422 and 'value="Kept"' in refused.text
    form = {"csrf_token": token(staff, page), "starts": "2026-11-25", "ends": "2026-11-29"}
    assert staff.post("/admin/hours/open", data=form).status_code == 303
    assert lab.hours.closed() == () and lab.catalog.current.form_at(NOON).state == "open"
    assert "is closed" not in said(staff.get("/dashboard"))


def test_holidays_are_shown_before_they_are_added(lab: Printflow, staff: FlaskClient) -> None:
    page = "/admin/hours/holidays"
    file = ICS.format(year=2026, after=2027).encode()
    shown = send(staff, page, file=(BytesIO(file), "school.ics"))
    assert shown.status_code == 200 and "Winter break" in said(shown)
    assert "Daily" in said(shown) and lab.hours.closed() == ()
    row = {"row1.starts": "2026-12-24", "row1.ends": "2027-01-01", "row1.reason": "Winter break"}
    form = {"csrf_token": token(staff, page), "chosen": "row1", **row}
    assert staff.post(f"{page}/add", data=form).status_code == 303
    assert [one.reason for one in lab.hours.closed()] == ["Winter break"]
    for wrong in (b"", b"\xff\xfe", b"x" * 1000):
        assert send(staff, page, file=(BytesIO(wrong), "a.ics")).status_code == 422
    assert send(staff, page).status_code == 422
