"""Who acts: names that are not known yet, and sessions that end while a form is open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from printflow import (
    ChangeKind,
    InvalidInput,
    NotFound,
    Printflow,
    PrintflowError,
    Settings,
    SignInRefused,
    Status,
    TooManyRequests,
)
from printflow_web.auth import SOMEBODY_ELSE
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import PASSWORD, said, send, token

QUOTE = {"weight": "42.5", "hours": "3.25", "material": "PLA", "printer": "Prusa MK4S"}


def test_a_new_name_signs_in_and_joins_the_list(lab: Printflow, student: FlaskClient) -> None:
    lab.add_staff("Ana")
    form = {"name": SOMEBODY_ELSE, "password": PASSWORD}
    answer = send(student, "/login", new_name="", **form)
    assert answer.status_code == 422
    assert "Say who you are" in said(answer)
    assert send(student, "/login", new_name="Bo", **form).status_code == 303
    assert set(lab.staff_names()) == {"Ana", "Bo"}


def test_a_new_name_counts_without_the_choice(lab: Printflow, student: FlaskClient) -> None:
    lab.add_staff("Ana")
    answer = send(student, "/login", name="", new_name="Bo", password=PASSWORD)
    assert answer.status_code == 303
    assert "Bo" in lab.staff_names()


def test_a_wrong_password_adds_no_name(lab: Printflow, student: FlaskClient) -> None:
    lab.add_staff("Ana")
    answer = send(student, "/login", name=SOMEBODY_ELSE, new_name="Bo", password="wrong")
    assert answer.status_code == 401
    assert 'value="Bo"' in answer.text
    assert list(lab.staff_names()) == ["Ana"]


def test_a_dialog_learns_that_the_session_ended(
    app: Flask, lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    page = f"/dashboard/jobs/{job.id}/approve"
    form = {"csrf_token": token(staff, page), **QUOTE}
    for headers in ({"X-Requested-With": "fetch"}, {"Sec-Fetch-Mode": "cors"}):
        stranger = app.test_client()
        assert stranger.post(page, data=form, headers=headers).status_code == 401
        form_of_a_stranger = {**form, "csrf_token": token(stranger, "/login")}
        assert stranger.post(page, data=form_of_a_stranger, headers=headers).status_code == 401
        kept = stranger.post(page, data={**form_of_a_stranger, "note": "Mind the corner."})
        assert kept.status_code == 401
        assert 'value="Mind the corner."' in kept.text
    assert lab.job(job.id).status is Status.UPLOADED


def test_the_form_of_an_action_that_is_not_possible(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    answer = staff.get(f"/dashboard/jobs/{job.id}/complete")
    assert answer.status_code == 409
    assert "“Complete” is not possible" in said(answer)


def test_the_message_after_an_action_is_a_sentence(staff: FlaskClient, submit: Submit) -> None:
    job = submit()
    send(staff, f"/dashboard/jobs/{job.id}/approve", **QUOTE)
    words = f"You approved job {job.id} of Jane Doe. The job is now “Waiting for student”."
    assert words in said(staff.get("/dashboard"))


# -- stations and sessions --------------------------------------------------------------------------


def signed_in(app: Flask, name: str, password: str = PASSWORD) -> FlaskClient:
    """A browser of its own."""
    browser = app.test_client()
    assert send(browser, "/login", name=name, password=password).status_code == 303
    return browser


def inside(browser: FlaskClient) -> bool:
    """Whether the staff's pages open."""
    return browser.get("/staff").status_code == 200


def test_each_station_has_a_password_of_its_own(app: Flask, lab: Printflow) -> None:
    secret = lab.add_station("Window PC", by="Ana")
    browser = signed_in(app, "Bo", secret)
    assert "Station: Window PC" in said(browser.get("/dashboard"))
    (session,) = lab.staff_sessions()
    assert (session.name, session.station, session.admin) == ("Bo", "Window PC", False)
    lab.revoke_station("Window PC", by="Ana")
    assert not inside(browser), "who is signed in by it is out at once"
    assert send(app.test_client(), "/login", name="Bo", password=secret).status_code == 401
    assert inside(signed_in(app, "Bo")), "the others go on"
    assert lab.add_station("window pc", by="Ana") != secret
    assert [one.name for one in lab.stations()] == ["Lab", "Window PC"]


def test_a_session_that_another_process_ends_is_over_at_once(
    app: Flask, lab: Printflow, settings: Settings
) -> None:
    browser = signed_in(app, "Bo")
    with Printflow.open(settings) as other:
        for _ in range(3):
            assert inside(browser)
        assert other.sign_out_others(by="Ana", name="Bo") == 1
        assert not inside(browser), "what was found before is not believed any more"


def test_a_new_password_signs_out(app: Flask, lab: Printflow) -> None:
    browser = signed_in(app, "Bo")
    lab.set_staff_password("another good password", by="the command line")
    assert not inside(browser)
    assert "You were signed out" in said(browser.get("/login"))
    assert "You were signed out" not in said(browser.get("/login")), "said once"
    assert inside(signed_in(app, "Bo", "another good password"))


def test_a_session_lasts_twelve_hours_whatever_one_does(
    app: Flask, lab: Printflow, clock: TestClock
) -> None:
    browser = signed_in(app, "Bo")
    for _ in range(11):
        clock.advance(hours=1)
        assert inside(browser)
    clock.advance(hours=1)
    assert not inside(browser)
    assert lab.staff_sessions() == []
    lab.dispatch()
    lab.set_staff_password(PASSWORD)


def test_signing_out_ends_the_session_and_not_only_the_cookie(app: Flask) -> None:
    browser = signed_in(app, "Bo")
    thief = app.test_client()
    thief.set_cookie("printflow", browser.get_cookie("printflow").value)  # type: ignore[union-attr]
    assert inside(thief)
    browser.post("/logout", data={"csrf_token": token(browser, "/staff")})
    assert not inside(thief)


def test_signing_out_everywhere(app: Flask, lab: Printflow) -> None:
    here, there, other = signed_in(app, "Bo"), signed_in(app, "Bo"), signed_in(app, "Ana")
    form = {"csrf_token": token(here, "/staff"), "everywhere": "yes"}
    assert here.post("/logout", data=form).status_code == 303
    assert [inside(browser) for browser in (here, there, other)] == [False, False, True]
    (change, *_rest) = lab.changes()
    assert (change.kind, change.subject, change.by) == (ChangeKind.SIGNED_OUT, "Bo", "Bo")
    assert change.details == {"sessions": 2}


def test_a_deactivated_name_is_out_and_stays_out(app: Flask, lab: Printflow) -> None:
    browser = signed_in(app, "Bo")
    lab.deactivate_staff("Bo", by="Ana", station="Lab")
    assert not inside(browser)
    answer = send(app.test_client(), "/login", name="*", new_name="bo", password=PASSWORD)
    assert answer.status_code == 422
    assert "Bo was taken from the list of staff." in said(answer)
    assert lab.staff_names() == ()
    lab.add_staff("BO", by="Ana")
    assert lab.staff_names() == ("Bo",)
    kinds = [change.kind.value for change in lab.changes()]
    assert kinds[:3] == ["staff_reactivated", "staff_deactivated", "staff_added"]


def test_who_acts_is_on_every_change(app: Flask, lab: Printflow, submit: Submit) -> None:
    browser, job = signed_in(app, "Bo", lab.add_station("Window", by="x")), submit()
    lab.add_staff("Ana")
    send(browser, f"/dashboard/jobs/{job.id}/approve", **QUOTE)
    form = {"csrf_token": token(browser, "/staff"), "name": "Ana"}
    assert browser.post("/acting", data=form).status_code == 303
    send(browser, f"/dashboard/jobs/{job.id}/reject", text="Too thin")
    actors = [(one.actor.name, one.actor.station) for one in lab.details(job.id).events[1:]]
    assert actors == [("Bo", "Window"), ("Ana", "Window")]
    assert browser.post("/acting", data={**form, "name": "Nobody"}).status_code == 404


def test_the_last_station_of_administrators_stays(lab: Printflow) -> None:
    lab.set_staff_password(PASSWORD)
    lab.add_station("Window", by="Ana")
    last = "the last station that may administer"
    with pytest.raises(InvalidInput, match=last):
        lab.revoke_station("Lab", by="Ana")
    with pytest.raises(InvalidInput, match=last):
        lab.set_station_role("Lab", admin=False, by="Ana")
    lab.set_station_role("Window", admin=True, by="Ana")
    lab.revoke_station("Lab", by="Ana")
    assert lab.ensure_staff_password() is None
    lab.set_staff_password(PASSWORD)
    assert [one.revoked_at for one in lab.stations()] == [None, None], "the way back in"


def test_passwords_of_stations(lab: Printflow) -> None:
    lab.set_staff_password(PASSWORD)
    for password, code in (("short", "password_length"), (PASSWORD, "password_taken")):
        with pytest.raises(InvalidInput) as refused:
            lab.add_station("Window", by="Ana", password=password)
        assert refused.value.refusals[0].code == code
    for name in ("", " ", "x" * 61, "LAB"):
        with pytest.raises(InvalidInput):
            lab.add_station(name, by="Ana")
    with pytest.raises(NotFound):
        lab.revoke_station("Nowhere", by="Ana")


def test_attempts_at_once_count_as_many(lab: Printflow) -> None:
    """Eight threads at the same moment have five tries, not eight."""
    lab.set_staff_password(PASSWORD)

    def attempt(_number: int) -> str:
        try:
            return lab.check_staff_password("wrong", address="10.1.1.1")
        except PrintflowError as error:
            return error.code

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(attempt, range(8)))
    assert sorted(answers) == ["sign_in_refused"] * 5 + ["too_many_requests"] * 3


@pytest.mark.parametrize(
    ("address", "neighbor", "shared"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
    ],
)
def test_the_throttle_of_a_neighborhood(
    lab: Printflow, address: str, neighbor: str, shared: bool
) -> None:
    lab.set_staff_password(PASSWORD)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            lab.check_staff_password("wrong", address=address)
    if shared:
        with pytest.raises(TooManyRequests):
            lab.check_staff_password(PASSWORD, address=neighbor)
    else:
        assert lab.check_staff_password(PASSWORD, address=neighbor) == "Lab"
    assert lab.check_staff_password(PASSWORD, address="10.9.9.9") == "Lab"
