"""Staff sign in at a provider: who they become, and what must not get in."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from printflow import ChangeKind, ChangeQuery, Printflow
from printflow.db.engine import open_engine
from printflow.db.schema import provider_sessions, sessions
from tests.plugins.lab import TestClock

from .conftest import Walk, path_of, token
from .hostile import HostileProvider


def acting(lab: Printflow) -> dict[str, str]:
    """Who is signed in, with their roles."""
    return {one.name: one.role for one in lab.sessions.all()}


def test_a_role_of_the_provider_is_a_role_of_the_lab(
    lab: Printflow, browser: FlaskClient, walk: Walk
) -> None:
    answer = walk(browser, "/login/provider?next=/dashboard?status=all")
    assert (answer.status_code, path_of(answer)) == (303, "/dashboard?status=all")
    assert browser.get("/dashboard").status_code == 200
    (session,) = lab.sessions.all()
    assert (session.name, session.role, session.source) == (
        "Ana Reyes", "technician", "Example University",
    )  # fmt: skip
    assert browser.get("/admin/system").status_code == 403
    record = lab.identity.records()[0]
    assert (record.accepted, record.role, record.claims["roles"]) == (
        True, "technician", ["lab-staff"],
    )  # fmt: skip


def test_what_goes_to_the_provider(browser: FlaskClient, liar: HostileProvider) -> None:
    asked = parse_qs(urlsplit(browser.get("/login/provider").location).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://localhost/login/callback"]
    assert len(asked["state"][0]) >= 32
    assert len(asked["nonce"][0]) >= 32
    assert len(asked["code_challenge"][0]) == 43
    again = parse_qs(urlsplit(browser.get("/login/provider").location).query)
    assert again["state"] != asked["state"]
    assert again["nonce"] != asked["nonce"]


def test_no_role_is_told_with_the_reason(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider
) -> None:
    liar.claims["roles"] = ["students"]
    answer = walk(browser)
    assert answer.status_code == 403
    assert "Your account has no role" in answer.text
    assert lab.sessions.all() == []
    record = lab.identity.records()[0]
    assert not record.accepted
    assert "identity.roles" in record.why
    assert record.claims["roles"] == ["students"]
    (change,) = lab.changes.find(ChangeQuery(kind=ChangeKind.SIGN_IN_FAILED))
    assert (change.by, change.station) == ("", "Example University")
    assert change.details == {"why": "role_missing"}
    assert change.subject == "an unknown name", "only who is staff is named there"


def test_a_role_that_the_catalog_does_not_have_is_none(
    lab: Printflow, liar: HostileProvider
) -> None:
    decided = lab.identity.decided({"sub": "x", "roles": ["lab-staff"]}, liar.url)
    assert decided.role == "technician"
    settings = lab.settings.identity.model_copy(update={"roles": {"lab-staff": "wizard"}})
    lab.identity._settings = settings
    decided = lab.identity.decided({"sub": "x", "roles": ["lab-staff"]}, liar.url)
    assert decided.role == ""
    assert "wizard" in decided.why


def test_an_answer_counts_once(browser: FlaskClient, walk: Walk, lab: Printflow) -> None:
    back = walk.leave(browser)
    assert browser.get(back).status_code == 303
    again = browser.get(back)
    assert again.status_code == 403
    assert "used already" in again.text
    assert len(lab.sessions.all()) == 1


def test_two_tabs_sign_in_at_once(browser: FlaskClient, walk: Walk) -> None:
    one = walk.leave(browser, "/login/provider?next=/dashboard?status=all")
    other = walk.leave(browser, "/login/provider?next=/dashboard/queue")
    assert path_of(browser.get(one)) == "/dashboard?status=all"
    assert path_of(browser.get(other)) == "/dashboard/queue"
    assert browser.get("/dashboard").status_code == 200


def test_another_browser_cannot_finish_a_sign_in(
    app: Flask, browser: FlaskClient, walk: Walk, lab: Printflow
) -> None:
    back = walk.leave(browser)
    stranger = app.test_client()
    walk.leave(stranger)  # it has a secret of its own
    answer = stranger.get(back)
    assert answer.status_code == 403
    assert "another browser" in answer.text
    assert lab.sessions.all() == []


def test_a_sign_in_takes_ten_minutes_at_most(
    browser: FlaskClient, walk: Walk, clock: TestClock
) -> None:
    back = walk.leave(browser)
    clock.advance(minutes=11)
    assert "10 minutes" in browser.get(back).text


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"state": "x", "code": "y"},
        {"error": "access_denied"},
        {"state": "\ud800".encode("utf-8", "replace").decode(), "code": "y"},
    ],
)
def test_a_way_back_that_nobody_began_is_refused(
    browser: FlaskClient, said: dict[str, str]
) -> None:
    assert browser.get("/login/callback?" + urlencode(said)).status_code == 403


def test_a_parameter_that_is_there_twice_is_refused(browser: FlaskClient, walk: Walk) -> None:
    back = walk.leave(browser)
    assert browser.get(back + "&state=another").status_code == 403


def test_the_providers_refusal_is_told(
    browser: FlaskClient, liar: HostileProvider, lab: Printflow
) -> None:
    _, state = liar.code_for(browser.get("/login/provider").location)
    said = {"state": state, "error": "access_denied", "error_description": "<script>"}
    answer = browser.get("/login/callback?" + urlencode(said))
    assert answer.status_code == 403
    assert "access_denied" in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "\\\\evil.example",
        "http:evil.example",
    ],
)
def test_nobody_is_led_to_another_site(browser: FlaskClient, walk: Walk, evil: str) -> None:
    answer = walk(browser, "/login/provider?" + urlencode({"next": evil}))
    assert path_of(answer) == "/dashboard"
    assert urlsplit(answer.location).netloc in ("", "localhost")


# -- people ---------------------------------------------------------------------------------------


def test_the_same_sub_is_the_same_person_whatever_the_address(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider
) -> None:
    walk(browser)
    liar.claims |= {"email": "reyes@example.edu", "name": "Ana Reyes-Soto"}
    walk(browser)
    assert acting(lab) == {"Ana Reyes-Soto": "technician"}
    with lab._parts.database.read() as tx:
        assert len(tx.identity.people_of("reyes@example.edu")) == 1
        assert tx.identity.people_of("ana@example.edu") == []


def test_the_same_address_with_another_sub_is_another_person(
    app: Flask, lab: Printflow, walk: Walk, liar: HostileProvider
) -> None:
    walk(app.test_client())
    liar.claims |= {"sub": "sub-2"}
    liar.userinfo = {"sub": "sub-2"}
    walk(app.test_client())
    assert sorted(acting(lab)) == ["Ana Reyes", "Ana Reyes (ana)"]


def test_a_new_display_name_is_no_way_around_a_deactivation(
    app: Flask, lab: Printflow, walk: Walk, liar: HostileProvider
) -> None:
    walk(app.test_client())
    lab.people.deactivate("Ana Reyes")
    liar.claims |= {"name": "Ana Again"}
    answer = walk(app.test_client())
    assert answer.status_code == 403
    assert "no longer on the staff list" in answer.text
    assert lab.sessions.all() == []


def test_nobody_acts_under_the_name_of_whom_the_provider_named(
    lab: Printflow, browser: FlaskClient, walk: Walk
) -> None:
    walk(browser)
    lab.people.add("Sam")
    form = {"csrf_token": token(browser, "/dashboard"), "name": "Sam"}
    assert browser.post("/acting", data=form).status_code == 404
    assert list(acting(lab)) == ["Ana Reyes"]


def test_history_says_who_and_by_which_provider(
    lab: Printflow, browser: FlaskClient, walk: Walk, submit: Any
) -> None:
    job = submit()
    walk(browser)
    form = {"csrf_token": token(browser, f"/dashboard/jobs/{job.id}"), "text": "Looks fine"}
    assert browser.post(f"/dashboard/jobs/{job.id}/notes", data=form).status_code == 303
    assert lab.jobs.details(job.id).notes[-1].author == "Ana Reyes"


# -- roles ----------------------------------------------------------------------------------------


def test_a_role_that_is_taken_away_counts_five_minutes_at_most(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider, clock: TestClock
) -> None:
    walk(browser)
    liar.claims["roles"] = []
    clock.advance(minutes=4, seconds=1)
    assert lab.provider_sessions.recheck_due()
    clock.advance(minutes=1)
    answer = browser.get("/dashboard")
    assert answer.status_code == 303
    assert path_of(answer) == "/login/check?next=/dashboard"
    back = walk(browser, path_of(answer))
    assert back.status_code == 403
    assert "no role" in back.text
    assert lab.sessions.all() == []
    assert path_of(browser.get("/dashboard")) == "/login?next=/dashboard"


def test_a_new_role_counts_without_a_new_sign_in(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider, clock: TestClock
) -> None:
    walk(browser)
    liar.claims["roles"] = ["lab-admins"]
    clock.advance(minutes=4, seconds=1)
    assert lab.provider_sessions.recheck_due()
    assert not lab.provider_sessions.recheck_due()  # once for each session
    assert acting(lab) == {"Ana Reyes": "administrator"}
    (change,) = lab.changes.find(ChangeQuery(kind=ChangeKind.PERSON_ROLE))
    assert (change.subject, change.by) == ("Ana Reyes", lab.identity.provider_name)
    assert change.details == {"role": "administrator", "before": "technician"}
    assert browser.get("/admin/system").status_code == 200
    clock.advance(minutes=4)
    assert browser.get("/dashboard").status_code == 200


def test_a_refresh_token_that_counts_no_longer_leads_through_the_provider(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider, clock: TestClock
) -> None:
    walk(browser)
    liar.refresh_error = "invalid_grant"
    clock.advance(minutes=5, seconds=1)
    lab.provider_sessions.recheck_due()
    check = path_of(browser.get("/dashboard?status=all"))
    assert check == "/login/check?next=/dashboard?status%3Dall"
    location = browser.get(check).location
    assert parse_qs(urlsplit(location).query)["prompt"] == ["none"]
    code, state = liar.code_for(location)
    answer = browser.get("/login/callback?" + urlencode({"code": code, "state": state}))
    assert path_of(answer) == "/dashboard?status=all"
    assert browser.get("/dashboard").status_code == 200


def test_who_is_signed_out_at_the_provider_is_signed_out_here(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider, clock: TestClock
) -> None:
    walk(browser)
    liar.refresh_error = "invalid_grant"
    clock.advance(minutes=6)
    lab.provider_sessions.recheck_due()
    _, state = liar.code_for(browser.get("/login/check?next=/dashboard").location)
    answer = browser.get(
        "/login/callback?" + urlencode({"state": state, "error": "login_required"})
    )
    assert path_of(answer) == "/login?next=/dashboard"
    assert "signed out" in browser.get(path_of(answer)).text
    assert lab.sessions.all() == []


def test_somebody_else_at_the_provider_does_not_take_the_session_over(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider, clock: TestClock
) -> None:
    walk(browser)
    clock.advance(minutes=6)
    liar.claims |= {"sub": "sub-2"}
    liar.userinfo = {"sub": "sub-2"}
    answer = walk(browser, "/login/check?next=/dashboard")
    assert answer.status_code == 403
    assert "Someone else" in answer.text
    assert lab.sessions.all() == []


def test_what_was_typed_is_kept_while_the_provider_is_asked(
    lab: Printflow, browser: FlaskClient, walk: Walk, clock: TestClock, submit: Any
) -> None:
    job = submit()
    walk(browser)
    form = {"csrf_token": token(browser, f"/dashboard/jobs/{job.id}"), "text": "Call her back"}
    clock.advance(minutes=6)
    answer = browser.post(f"/dashboard/jobs/{job.id}/notes", data=form)
    assert answer.status_code == 401
    assert "Call her back" in answer.text
    assert "What you typed is kept" in answer.text
    assert path_of(browser.get("/login")).startswith("/login/check")
    walk(browser, "/login/check?next=/dashboard")
    assert browser.post(f"/dashboard/jobs/{job.id}/notes", data=form).status_code == 303


def test_nobody_is_thrown_out_because_the_provider_is_down(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider, clock: TestClock
) -> None:
    walk(browser)
    liar.down = True
    for _ in range(4):
        clock.advance(minutes=5)
        assert lab.provider_sessions.recheck_due()
        assert browser.get("/dashboard").status_code == 200
    clock.advance(hours=12)
    assert browser.get("/dashboard").status_code == 303


def test_a_session_without_tokens_goes_on_while_the_provider_is_known_to_be_down(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider, clock: TestClock
) -> None:
    walk(browser)
    clock.advance(minutes=6)
    assert browser.get("/dashboard").status_code == 303
    liar.down = True
    lab.identity._state._seen = -1e9
    assert lab.identity.provider_state(patience=10).value is not None
    assert lab.identity.is_away()
    assert browser.get("/dashboard").status_code == 200
    assert "People who are signed in stay signed in" in browser.get("/login").text


def test_the_provider_down_is_told_at_the_sign_in(
    lab: Printflow, browser: FlaskClient, liar: HostileProvider
) -> None:
    liar.down = True
    answer = browser.get("/login/provider")
    assert answer.status_code == 503
    assert "answer right now" in answer.text
    lab.identity.provider_state(patience=10)
    page = browser.get("/login")
    assert "People who are signed in stay signed in" in page.text
    assert 'name="password"' in page.text  # a station's password still works


def test_overage_is_told_in_words(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider
) -> None:
    lab.identity._settings = lab.settings.identity.model_copy(update={"role_claim": "groups"})
    liar.claims |= {
        "_claim_names": {"groups": "src1"},
        "_claim_sources": {"src1": {"endpoint": "x"}},
    }
    answer = walk(browser)
    assert answer.status_code == 403
    assert "too many groups" in answer.text
    assert "app roles" in lab.identity.records()[0].why


def test_of_three_hundred_groups_the_page_shows_fifty(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider
) -> None:
    liar.claims["roles"] = [f"group-{number}" for number in range(300)] + ["lab-admins"]
    walk(browser)
    claims = lab.identity.records()[0].claims["roles"]
    assert len(claims) == 51
    page = browser.get("/admin/identity")
    assert page.status_code == 200
    assert "group-7" in page.text
    assert "+251" in page.text


# -- secrets, signing out -------------------------------------------------------------------------


_JWT = re.compile(r"eyJ[\w-]{8,}\.eyJ")
"""Two parts that begin a JSON object; three letters alone come up by chance in what is sealed."""


def test_tokens_are_stored_sealed(lab: Printflow, browser: FlaskClient, walk: Walk) -> None:
    walk(browser)
    engine = open_engine(lab.settings.database)
    with engine.begin() as connection:
        row = connection.execute(select(provider_sessions)).one()
        text = " ".join(str(cell) for cell in row)
        assert "refresh" not in text
        assert "access" not in text
        assert not _JWT.search(text)
        assert row.refresh_token_sealed
        # What was sealed for one session opens nothing in another's row.
        connection.execute(update(sessions).values(address="elsewhere"))
    engine.dispose()
    sealing = lab.provider_sessions._sealing
    assert sealing.open(row.refresh_token_sealed, row.key_hash) == "refresh"
    assert sealing.open(row.refresh_token_sealed, "another") == ""


def test_signing_out_leads_through_the_providers_own(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider
) -> None:
    walk(browser)
    answer = browser.post("/logout", data={"csrf_token": token(browser, "/dashboard")})
    assert answer.status_code == 200
    assert f"{liar.url}/end?id_token_hint=eyJ" in answer.text
    assert "post_logout_redirect_uri=http%3A%2F%2Flocalhost%2Fsigned-out" in answer.text
    assert lab.sessions.all() == []
    assert browser.get("/dashboard").status_code == 303
    assert browser.get("/signed-out").status_code == 200


def test_a_fresh_sign_in_confirms_a_sensitive_act(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider, clock: TestClock
) -> None:
    walk(browser)
    before = lab.sessions.all()[0].confirmed_at
    clock.advance(minutes=2)
    location = browser.get("/login/confirm?next=/dashboard").location
    asked = parse_qs(urlsplit(location).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    code, state = liar.code_for(location)
    answer = browser.get("/login/callback?" + urlencode({"code": code, "state": state}))
    assert path_of(answer) == "/dashboard"
    assert lab.sessions.all()[0].confirmed_at > before


def test_the_administrators_page_has_no_secret(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider
) -> None:
    from .hostile import SECRET

    liar.claims["roles"] = ["lab-admins"]
    walk(browser)
    lab.identity.provider_state(patience=10)
    page = browser.get("/admin/identity").text
    assert "http://localhost/login/callback" in page
    assert "lab-admins → administrator" in page
    assert SECRET.split("'")[0] not in page
    assert not _JWT.search(page)


@pytest.mark.parametrize("identity", [{"stations": False}])
def test_without_stations_a_password_signs_nobody_in(
    lab: Printflow, browser: FlaskClient, app: Flask
) -> None:
    lab.stations.set_password("correct horse battery")
    page = browser.get("/login")
    assert 'name="password"' not in page.text
    form = {
        "csrf_token": token(browser, "/find"), "name": "Sam", "password": "correct horse battery",
    }  # fmt: skip
    assert browser.post("/login", data=form).status_code == 401
    way_in = urlsplit(lab.identity.way_in()).path
    other = app.test_client()
    form = {"csrf_token": token(other, way_in), "name": "Sam"}
    assert acting(lab) == {}  # opening the link alone changed nothing
    assert path_of(other.post(way_in, data=form)) == "/dashboard"
    assert acting(lab) == {"Sam": "administrator"}
    assert other.get("/admin/system").status_code == 200
    form = {"csrf_token": token(browser, way_in), "name": "Eve"}
    assert browser.post(way_in, data=form).status_code == 403


def test_a_way_in_is_open_for_ten_minutes(
    lab: Printflow, browser: FlaskClient, clock: TestClock
) -> None:
    way_in = urlsplit(lab.identity.way_in()).path
    clock.advance(minutes=11)
    form = {"csrf_token": token(browser, way_in), "name": "Sam"}
    assert browser.post(way_in, data=form).status_code == 403


def test_a_session_of_a_provider_that_nothing_is_known_of_ends(
    lab: Printflow, browser: FlaskClient, walk: Walk
) -> None:
    walk(browser)
    engine = open_engine(lab.settings.database)
    with engine.begin() as connection:
        connection.execute(provider_sessions.delete())
    engine.dispose()
    lab.provider_sessions._known.clear()
    assert browser.get("/dashboard").status_code == 303


@pytest.mark.parametrize("server_settings", [{"confirm_sensitive_minutes": 3}])
def test_a_sensitive_act_wants_a_fresh_sign_in_and_keeps_what_was_typed(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider, clock: TestClock
) -> None:
    liar.claims["roles"] = ["lab-admins"]
    walk(browser)
    form = {
        "csrf_token": token(browser, "/admin/stations"),
        "name": "Window PC",
        "role": "technician",
    }
    clock.advance(minutes=4)
    answer = browser.post("/admin/stations", data=form)
    assert answer.status_code == 403
    assert "Confirm that it" in answer.text
    assert "Window PC" in answer.text
    assert 'href="/login/confirm"' in answer.text
    assert [one.name for one in lab.stations.all()] == []
    walk(browser, "/login/confirm")
    assert browser.post("/admin/stations", data=form).status_code == 200
    assert [one.name for one in lab.stations.all()] == ["Window PC"]
