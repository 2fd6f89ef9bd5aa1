"""Who acts: names that are not known yet, and sessions that end while a form is open."""

from __future__ import annotations

import os
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from threading import Event, Semaphore

import pytest
from argon2 import PasswordHasher
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
from printflow.service.sessions import turns_for
from printflow_web.auth import SOMEBODY_ELSE
from tests.plugins.lab import Submit, TestClock
from tests.plugins.once import hasher_in_use
from tests.web.conftest import PASSWORD, said, send, token

QUOTE = {"weight": "42.5", "hours": "3.25", "material": "PLA", "printer": "Prusa MK4S"}


def test_a_new_name_signs_in_and_joins_the_list(lab: Printflow, student: FlaskClient) -> None:
    lab.people.add("Ana")
    form = {"name": SOMEBODY_ELSE, "password": PASSWORD}
    answer = send(student, "/login", new_name="", **form)
    assert answer.status_code == 422
    assert "Choose or enter your name" in said(answer)
    assert send(student, "/login", new_name="Bo", **form).status_code == 303
    assert set(lab.people.names()) == {"Ana", "Bo"}


def test_a_new_name_counts_without_the_choice(lab: Printflow, student: FlaskClient) -> None:
    lab.people.add("Ana")
    answer = send(student, "/login", name="", new_name="Bo", password=PASSWORD)
    assert answer.status_code == 303
    assert "Bo" in lab.people.names()


def test_a_wrong_password_adds_no_name(lab: Printflow, student: FlaskClient) -> None:
    lab.people.add("Ana")
    answer = send(student, "/login", name=SOMEBODY_ELSE, new_name="Bo", password="wrong")
    assert answer.status_code == 401
    assert 'value="Bo"' in answer.text
    assert list(lab.people.names()) == ["Ana"]


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
    assert lab.jobs.get(job.id).status is Status.UPLOADED


def test_the_form_of_an_action_that_is_not_possible(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    answer = staff.get(f"/dashboard/jobs/{job.id}/complete")
    assert answer.status_code == 409
    assert "“Mark as completed” isn't available" in said(answer)


def test_the_message_after_an_action_is_a_sentence(staff: FlaskClient, submit: Submit) -> None:
    job = submit()
    send(staff, f"/dashboard/jobs/{job.id}/approve", **QUOTE)
    words = f"You approved job {job.id} (Jane Doe). It's now “Waiting for student”."
    assert words in said(staff.get("/dashboard"))


# -- stations and sessions --------------------------------------------------------------------------


def signed_in(app: Flask, name: str, password: str = PASSWORD, station: str = "Lab") -> FlaskClient:
    """A browser of its own."""
    browser = app.test_client()
    form = {"name": name, "password": password, "station": station}
    assert send(browser, "/login", **form).status_code == 303
    return browser


def inside(browser: FlaskClient) -> bool:
    """Whether the staff's pages open."""
    return browser.get("/staff").status_code == 200


def test_each_station_has_a_password_of_its_own(app: Flask, lab: Printflow) -> None:
    secret = lab.stations.add("Window PC", by="Ana")
    browser = signed_in(app, "Bo", secret, "window pc")
    assert "Station: Window PC" in said(browser.get("/dashboard"))
    (session,) = lab.sessions.all()
    assert (session.name, session.station, session.role) == ("Bo", "Window PC", "technician")
    lab.stations.revoke("Window PC", by="Ana")
    assert not inside(browser), "who is signed in by it is out at once"
    assert send(app.test_client(), "/login", name="Bo", password=secret).status_code == 401
    assert inside(signed_in(app, "Bo")), "the others go on"
    assert lab.stations.add("window pc", by="Ana") != secret
    assert [one.name for one in lab.stations.all()] == ["Lab", "Window PC"]


def test_a_session_that_another_process_ends_is_over_at_once(
    app: Flask, lab: Printflow, settings: Settings
) -> None:
    browser = signed_in(app, "Bo")
    with Printflow.open(settings) as other:
        for _ in range(3):
            assert inside(browser)
        assert other.sessions.sign_out_others(by="Ana", name="Bo") == 1
        assert not inside(browser), "what was found before is not believed any more"


def test_a_new_password_signs_out(app: Flask, lab: Printflow) -> None:
    browser = signed_in(app, "Bo")
    lab.stations.set_password("another good password", by="the command line")
    assert not inside(browser)
    assert "You've been signed out" in said(browser.get("/login"))
    assert "You've been signed out" not in said(browser.get("/login")), "said once"
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
    assert lab.sessions.all() == []
    lab.dispatch()
    lab.stations.set_password(PASSWORD)


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
    (change, *_rest) = lab.changes.find()
    assert (change.kind, change.subject, change.by) == (ChangeKind.SIGNED_OUT, "Bo", "Bo")
    assert change.details == {"sessions": 2}


def test_a_deactivated_name_is_out_and_stays_out(app: Flask, lab: Printflow) -> None:
    browser = signed_in(app, "Bo")
    lab.people.deactivate("Bo", by="Ana", station="Lab")
    assert not inside(browser)
    answer = send(app.test_client(), "/login", name="*", new_name="bo", password=PASSWORD)
    assert answer.status_code == 422
    assert "Bo is no longer on the staff list." in said(answer)
    assert lab.people.names() == ()
    lab.people.add("BO", by="Ana")
    assert lab.people.names() == ("Bo",)
    kinds = [one.kind.value for one in lab.changes.find() if one.kind.value.startswith("staff")]
    assert kinds[:3] == ["staff_reactivated", "staff_deactivated", "staff_added"]


def test_who_acts_is_on_every_change(app: Flask, lab: Printflow, submit: Submit) -> None:
    browser, job = signed_in(app, "Bo", lab.stations.add("Window", by="x"), "Window"), submit()
    lab.people.add("Ana")
    send(browser, f"/dashboard/jobs/{job.id}/approve", **QUOTE)
    form = {"csrf_token": token(browser, "/staff"), "name": "Ana"}
    assert browser.post("/acting", data=form).status_code == 303
    send(browser, f"/dashboard/jobs/{job.id}/reject", text="Too thin")
    actors = [(one.actor.name, one.actor.station) for one in lab.jobs.details(job.id).events[1:]]
    assert actors == [("Bo", "Window"), ("Ana", "Window")]
    assert browser.post("/acting", data={**form, "name": "Nobody"}).status_code == 404


def test_the_last_station_of_administrators_stays(lab: Printflow) -> None:
    lab.stations.set_password(PASSWORD)
    lab.stations.add("Window", by="Ana")
    last = "the last station that can administer"
    with pytest.raises(InvalidInput, match=last):
        lab.stations.revoke("Lab", by="Ana")
    with pytest.raises(InvalidInput, match=last):
        lab.stations.set_role("Lab", role="manager", by="Ana")
    lab.stations.set_role("Window", role="administrator", by="Ana")
    lab.stations.revoke("Lab", by="Ana")
    assert lab.stations.ensure_password() is None
    lab.stations.set_password(PASSWORD)
    assert [one.revoked_at for one in lab.stations.all()] == [None, None], "the way back in"


def test_passwords_of_stations(lab: Printflow) -> None:
    lab.stations.set_password(PASSWORD)
    for password, code in (("short", "password_length"), (PASSWORD, "password_taken")):
        with pytest.raises(InvalidInput) as refused:
            lab.stations.add("Window", by="Ana", password=password)
        assert refused.value.refusals[0].code == code
    for name in ("", " ", "x" * 61, "LAB"):
        with pytest.raises(InvalidInput):
            lab.stations.add(name, by="Ana")
    with pytest.raises(NotFound):
        lab.stations.revoke("Nowhere", by="Ana")


@pytest.mark.long
def test_attempts_at_once_count_as_many(lab: Printflow) -> None:
    """Twelve threads at the same moment, again and again, have five tries and not sixty."""
    lab.stations.set_password(PASSWORD)

    def attempt(_number: int) -> str:
        try:
            return lab.sessions.check_password("wrong", address="10.1.1.1")
        except PrintflowError as error:
            return error.code

    with ThreadPoolExecutor(12) as threads:
        answers = [one for _ in range(5) for one in threads.map(attempt, range(12))]
    assert answers.count("sign_in_refused") == 5
    assert set(answers) == {"sign_in_refused", "sign_in_busy", "too_many_requests"}


@pytest.mark.parametrize(
    ("address", "neighbor", "shared"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
    ],
)
@pytest.mark.long
def test_the_throttle_of_a_neighborhood(
    lab: Printflow, address: str, neighbor: str, shared: bool
) -> None:
    lab.stations.set_password(PASSWORD)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            lab.sessions.check_password("wrong", address=address)
    if shared:
        with pytest.raises(TooManyRequests):
            lab.sessions.check_password(PASSWORD, address=neighbor)
    else:
        assert lab.sessions.check_password(PASSWORD, address=neighbor) == "Lab"
    assert lab.sessions.check_password(PASSWORD, address="10.9.9.9") == "Lab"


# -- guessing -------------------------------------------------------------------------------------


def guess(lab: Printflow, address: str, station: str = "Lab", known_pc: str = "") -> str:
    """What a wrong password comes to."""
    try:
        return lab.sessions.check_password(
            "wrong", address=address, station=station, known_pc=known_pc
        )
    except PrintflowError as error:
        return error.code


def test_passwords_are_hashed_as_owasp_says() -> None:
    assert hasher_in_use().hash(PASSWORD).startswith("$argon2id$v=19$m=47104,t=1,p=1$")


class TestGuessing:
    """Who guesses is slowed down, and nobody else."""

    def test_one_s_own_password_takes_back_nothing_of_another_station_s(
        self, lab: Printflow
    ) -> None:
        lab.stations.set_password(PASSWORD)
        own = lab.stations.add("Window", by="Ana")
        for _ in range(4):
            assert guess(lab, "10.1.1.1") == "sign_in_refused"
            lab.sessions.sign_in(own, name="Eve", station="Window", address="10.1.1.1")
        assert guess(lab, "10.1.1.1") == "sign_in_refused"
        assert guess(lab, "10.1.1.1") == "too_many_requests"

    def test_a_botnet_guesses_no_more_than_one_address_could(
        self, lab: Printflow, clock: TestClock
    ) -> None:
        lab.stations.set_password(PASSWORD)
        lab.stations.add("Window", by="Ana")
        answers = [guess(lab, f"10.1.1.{number}", "LAB ") for number in range(30)]
        assert answers == ["sign_in_refused"] * 20 + ["too_many_requests"] * 10
        assert guess(lab, "10.2.2.2", "Window") == "sign_in_refused", "another station"
        clock.advance(minutes=10)
        assert guess(lab, "10.3.3.3") == "sign_in_refused"

    def test_a_pc_that_has_signed_in_is_not_locked_out_by_strangers(
        self, lab: Printflow, clock: TestClock
    ) -> None:
        lab.stations.set_password(PASSWORD)
        known = lab.sessions.sign_in(PASSWORD, name="Ana", address="10.1.1.1").known_pc
        for number in range(40):
            guess(lab, f"10.1.1.{number % 8}")
        assert guess(lab, "10.1.1.1") == "too_many_requests"
        signed_in = lab.sessions.sign_in(PASSWORD, name="Ana", address="10.1.1.1", known_pc=known)
        assert signed_in.station == "Lab"
        answers = [guess(lab, "10.1.1.1", known_pc=known) for _ in range(6)]
        assert answers == ["sign_in_refused"] * 5 + ["too_many_requests"], "but it is counted"
        clock.advance(minutes=1)
        assert guess(lab, "10.1.1.1", known_pc=known) == "sign_in_refused"

    def test_a_known_pc_is_a_stranger_elsewhere_and_after_a_renewal(self, lab: Printflow) -> None:
        lab.stations.set_password(PASSWORD)
        lab.stations.add("Window", by="Ana")
        known = lab.sessions.sign_in(PASSWORD, name="Ana", station="Lab", address="x").known_pc
        assert lab.sessions.known_at(known) == "Lab"
        for _ in range(5):
            guess(lab, "10.1.1.1", "Window", known)
        assert guess(lab, "10.1.1.1", "Window", known) == "too_many_requests"
        number, _, rest = known.partition(".")
        for forged in (f"{int(number) + 1}.{rest}", known[:-1], f"{known}x", rest, "", "1..", "²."):
            assert lab.sessions.known_at(forged) == ""
        lab.stations.set_password("another good password")
        assert lab.sessions.known_at(known) == ""
        known = lab.sessions.sign_in(
            "another good password", name="Ana", station="Lab", address="y"
        ).known_pc
        lab.stations.set_role("Window", role="administrator", by="Ana")
        lab.stations.revoke("Lab", by="Ana")
        assert lab.sessions.known_at(known) == ""

    def test_a_station_that_is_none_costs_and_counts_the_same(self, lab: Printflow) -> None:
        lab.stations.set_password(PASSWORD)
        lab.stations.add("Window", by="Ana")
        for station in ("Window", "Nowhere"):
            address = f"10.4.4.{len(station)}"
            with pytest.raises(SignInRefused, match="Wrong station or password"):
                lab.sessions.check_password("wrong", address=address, station=station)
            answers = [guess(lab, address, station) for _ in range(5)]
            assert answers == ["sign_in_refused"] * 4 + ["too_many_requests"]
        with pytest.raises(InvalidInput) as refused:
            lab.sessions.check_password(PASSWORD, address="x")
        assert refused.value.refusals[0].field == "station"


def test_as_many_comparisons_for_one_try_whatever_the_stations(
    lab: Printflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One for a known name and for an unknown one, with one station and with five."""
    compared: list[str] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, stored: str, password: str) -> bool:
        compared.append(stored)
        return verify(hasher, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    lab.stations.set_password(PASSWORD)
    for number in range(2):
        lab.stations.add(f"Window {number}", by="Ana")
    compared.clear()
    for station in ("Lab", "Window 1", "Nowhere"):
        guess(lab, "10.1.1.1", station)
        assert len(compared) == 1, station
        compared.clear()


def test_when_full_it_says_so_at_once_and_known_pcs_go_on(
    app: Flask, lab: Printflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Strangers occupy three threads of eight, whatever they send; a known PC has a place left."""
    known = signed_in(app, "Ana")
    entered, go_on = Semaphore(0), Event()

    def slow(stored: str | None, password: str) -> bool:
        if password == PASSWORD:
            return True
        entered.release()
        assert go_on.wait(60)
        return False

    monkeypatch.setattr("printflow.service.passwords.is_password", slow)

    def attempt(number: int) -> str:
        return guess(lab, f"10.1.{number}.1")

    with ThreadPoolExecutor(12) as threads:
        answers = [threads.submit(attempt, number) for number in range(12)]
        try:
            refused = [one.result() for one in islice(as_completed(answers, timeout=60), 9)]
            assert refused == ["sign_in_busy"] * 9
            answer = send(app.test_client(), "/login", name="Bo", password="wrong")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            assert "Many people are signing in right now" in said(answer)
            assert 'value="Bo"' in answer.text, "what was typed is kept"
            assert send(known, "/login", name="Ana", password=PASSWORD).status_code == 303
            assert app.test_client().get("/").status_code == 200
        finally:
            go_on.set()
        assert sorted(one.result() for one in answers)[9:] == ["sign_in_refused"] * 3
    assert entered.acquire(timeout=1)


@pytest.mark.parametrize(("threads", "places"), [(1, 2), (2, 2), (4, 2), (8, 5), (64, 5)])
def test_comparing_passwords_leaves_threads_to_the_pages(threads: int, places: int) -> None:
    """Turns of strangers and of known PCs together; the fewest servers can have is one of each."""
    strangers, known = turns_for(threads)
    assert strangers.places + known.places == places
    assert strangers.places <= max(1, threads // 2)


# -- what the sign-in page tells ---------------------------------------------------------------------


def test_strangers_learn_no_name(app: Flask, lab: Printflow) -> None:
    lab.people.add("Ana Lovelace")
    stranger = app.test_client()
    for form in ({}, {"name": "Ana Lovelace", "password": "wrong"}, {"name": "x", "password": ""}):
        page = send(stranger, "/login", **form) if form else stranger.get("/login")
        shown = page.text.replace('value="Ana Lovelace"', "") if form else page.text
        assert "Lovelace" not in shown
        assert "<select" not in shown
    lab.stations.add("Window PC", by="Ana")
    assert 'name="station"' in stranger.get("/login").text
    assert "Window PC" not in stranger.get("/login").text.replace("such as “Window PC”", "")


def test_a_pc_that_has_signed_in_chooses_from_the_names(app: Flask, lab: Printflow) -> None:
    lab.people.add("Sam")
    lab.people.add("Rosa")
    assert 'name="station"' not in app.test_client().get("/login").text, "a small lab has one"
    secret = lab.stations.add("Window", by="Ana")
    browser = signed_in(app, "Bo", secret, "Window")
    browser.post("/acting", data={"csrf_token": token(browser, "/staff"), "name": "Sam"})
    browser.post("/logout", data={"csrf_token": token(browser, "/staff")})
    page = browser.get("/login").text
    assert re.search(r"<option selected>\s*Sam</option>", page)
    assert ">Bo<" in page
    assert "Rosa" not in page, "she has never used this PC"
    assert 'value="Window"' in page
    form = {"name": "Sam", "password": secret}
    assert send(browser, "/login", **form).status_code == 303, "known where, without a word"
    assert 'value="Window"' in browser.get("/login").text
    lab.stations.renew("Window", by="Ana")
    page = browser.get("/login").text
    assert ">Bo<" not in page, "the old password shows no names"
    assert 'value="Sam"' in page, "but its own last one"


def test_a_browser_can_be_told_to_forget(app: Flask, lab: Printflow) -> None:
    browser = signed_in(app, "Bo")
    lab.people.add("Sam")
    assert "Sam" not in browser.get("/login").text
    assert send(browser, "/login", name="Sam", password=PASSWORD).status_code == 303
    assert "Sam" in browser.get("/login").text
    form = {"csrf_token": token(browser, "/login")}
    assert browser.post("/login/forget", data=form).status_code == 303
    page = browser.get("/login").text
    assert ">Sam<" not in page
    assert 'value="Bo"' not in page


@pytest.mark.parametrize("value", ["", "x", "a.b", "W10.x", "é", "W1tdXQ." + "a" * 27])
def test_a_pc_s_cookie_may_be_anything(app: Flask, lab: Printflow, value: str) -> None:
    browser = app.test_client()
    browser.set_cookie("printflow_pc", value)
    assert browser.get("/login").status_code == 200
    assert send(browser, "/login", name="Bo", password=PASSWORD).status_code == 303


def test_the_pc_s_cookie_is_no_script_s_and_no_other_site_s(app: Flask) -> None:
    cookie = signed_in(app, "Bo").get_cookie("printflow_pc")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")


@pytest.mark.skipif(sys.platform != "linux", reason="no other system knows a thread's priority")
def test_pages_go_before_passwords(lab: Printflow, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def looked(_stored: str | None, _password: str) -> bool:
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return True

    lab.stations.set_password(PASSWORD)
    monkeypatch.setattr("printflow.service.passwords.is_password", looked)
    lab.sessions.check_password(PASSWORD, address="x")
    here = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert seen == [max(here, 15)]
