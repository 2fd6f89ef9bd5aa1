"""The administrators' pages: catalog, stations, outbox, system, and who changed what."""

from __future__ import annotations

import io
import json
import os
import re
import time
import tomllib
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import ChangeKind, Job, Printflow, SignInRefused, Status, sandbox
from printflow.service.system import Vitals
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import PASSWORD, said, send, token
from tests.web.test_confirm import link

EDITOR = "/admin/catalog/edit"


def fields_of(page: str) -> list[tuple[str, str]]:
    """What a browser would send of a page's main form, in order."""
    form = re.search(r'<form[^>]*action="/admin/catalog/edit/.*?</form>', page, re.S)
    assert form, "the page has no form"
    found: list[tuple[str, str]] = []
    pattern = r"<input\b[^>]*>|<textarea\b[^>]*>.*?</textarea>"
    for element in re.findall(pattern, form[0], re.S):
        name = re.search(r'name="([^"]+)"', element)
        if name is None:
            continue
        if 'type="checkbox"' in element and " checked" not in element:
            continue
        value = re.search(r'value="([^"]*)"', element)
        if element.startswith("<textarea"):
            text = element.partition(">")[2].rpartition("</textarea>")[0].removeprefix("\n")
            found.append((name[1], unescape(text)))
        else:
            found.append((name[1], unescape(value[1]) if value else ""))
    return found


def saved(browser: FlaskClient, section: str, **changes: str) -> TestResponse:
    """Open a page of the editor, change fields, and send it as a browser does.

    Names of fields are given with ``__`` for what an argument's name cannot hold: ``[``, ``]``
    and ``.`` are written as in ``printers__0__rate_per_gram``.
    """
    page = f"{EDITOR}/{section}"
    pairs = fields_of(browser.get(page).text)
    wanted = {place(name): value for name, value in changes.items()}
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    data.update({name: [value] for name, value in wanted.items()})
    return browser.post(page, data=data)


def place(name: str) -> str:
    """``printers__0__name`` as the form writes it: ``printers[0].name``."""
    first, *rest = name.split("__")
    return first + "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in rest)


# -- the catalog ------------------------------------------------------------------------------------


def test_saving_a_page_as_it_is_changes_nothing(lab: Printflow, staff: FlaskClient) -> None:
    before = lab.catalog.export()
    for section in ("printers", "methods", "reasons", "texts", "lab"):
        answer = saved(staff, section)
        assert (answer.status_code, answer.location) == (303, f"{EDITOR}/{section}")
    assert lab.catalog.export() == before
    assert lab.catalog.version() == 1
    assert "Nothing was changed." in said(staff.get("/admin/catalog"))


def test_an_old_quote_keeps_its_price(
    lab: Printflow,
    staff: FlaskClient,
    student: FlaskClient,
    job_in: Callable[[str], Job],
) -> None:
    quoted = job_in("PENDING")
    assert saved(staff, "printers", printers__0__rate_per_gram="0.50").status_code == 303
    assert lab.catalog.current.printers[0].rate_per_gram == 0.5
    assert "$4.25" in said(student.get(link(lab, quoted)))
    confirmed = lab.jobs.confirm(quoted.id, by="Ana", note="by phone")
    assert confirmed.cost_cents == 425
    newer = job_in("PENDING")
    assert newer.cost_cents == 2125
    page = said(staff.get(f"{EDITOR}/printers"))
    assert "Price history" in page
    assert "$0.50 $0.00 Ana" in page
    assert "$0.10 $0.00 Printflow" in page


def test_what_is_added_and_removed(lab: Printflow, staff: FlaskClient, submit: Submit) -> None:
    job, colors = submit(), len(lab.catalog.current.methods[0].colors)
    index = next(
        i for i, one in enumerate(lab.catalog.current.methods[0].colors) if one.name == job.color
    )
    changes = {
        f"methods__0__colors__{index}__remove": "yes",
        f"methods__0__colors__{colors}__name": "Sky",
        f"methods__0__colors__{colors}__hex": "#87ceeb",
    }
    assert saved(staff, "methods", **changes).status_code == 303
    names = lab.catalog.current.methods[0].color_names
    assert job.color not in names
    assert names[-1] == "Sky"
    assert lab.catalog.current.methods[0].colors[-1].hex == "#87CEEB"
    assert lab.jobs.get(job.id).color == "True Red", "jobs keep what they were submitted with"
    assert staff.get(f"/dashboard/jobs/{job.id}").status_code == 200
    reasons = len(lab.catalog.current.rejection_reasons)
    new = {f"rejection_reasons__{reasons}__text": "Too tall!"}
    assert saved(staff, "reasons", **new).status_code == 303
    assert lab.catalog.current.rejection_reasons[-1].code == "too_tall"


WRONG = (
    ("printers", "printers__0__rate_per_gram", "-1", "an amount from 0 to 10,000"),
    ("printers", "printers__1__rate_per_gram", "1,500", "with a point, not a comma"),
    ("printers", "printers__0__build_volume__0", "wide", "three whole numbers in mm"),
    ("printers", "printers__0__name", "Prusa XL", "is there twice"),
    ("printers", "printers__4__name", "New one", "three whole numbers in mm"),
    ("methods", "methods__0__colors__2__hex", "red", "Enter a color, like #1F6FEB"),
    ("methods", "methods__1__materials", "", "Enter at least one"),
    ("methods", "methods__0__name", "FDM", "No printer has the print method"),
    ("texts", "pick_up__hours", " ", "Enter a text"),
    ("texts", "contact__email", "makers", "Enter an email address"),
    ("texts", "contact__web", "ftp://example.edu", "starts with https://"),
    ("lab", "time_zone", "Mars/Olympus", "There's no time zone"),
    ("lab", "minimum_charge", "3.001", "whole number of cents"),
    ("lab", "retention__archive_after_days", "soon", "a whole number of days"),
    ("reasons", "rejection_reasons__0__text", "x" * 501, "Use at most 500 characters"),
)


def test_a_wrong_value_is_told_at_its_field_and_kept(lab: Printflow, staff: FlaskClient) -> None:
    before = lab.catalog.export()
    for section, field, typed, words in WRONG:
        answer = saved(staff, section, **{field: typed})
        assert answer.status_code == 422, field
        assert words in said(answer), field
        if typed.strip() and not field.endswith("hex"):  # a color field holds no words
            assert typed in answer.text, "what was typed is kept"
    assert lab.catalog.export() == before
    assert lab.catalog.version() == 1


def test_two_administrators_at_once(lab: Printflow, staff: FlaskClient) -> None:
    page = staff.get(f"{EDITOR}/lab").text
    other = {**lab.catalog.export(), "lab_name": "Sam's lab"}
    lab.catalog.load(other, by="Sam")
    data = {**dict(fields_of(page)), "minimum_charge": "5.00"}
    answer = staff.post(f"{EDITOR}/lab", data=data)
    assert answer.status_code == 409
    assert "Sam changed the catalog on Mon, Mar 2, 2026" in said(answer)
    assert 'value="5.00"' in answer.text, "what was typed is kept"
    assert lab.catalog.current.lab_name == "Sam's lab"
    again = {**dict(fields_of(answer.text)), "lab_name": "Sam's lab"}
    assert staff.post(f"{EDITOR}/lab", data=again).status_code == 303
    assert (lab.catalog.current.lab_name, lab.catalog.current.minimum_charge_cents) == (
        "Sam's lab",
        500,
    )


def test_versions_say_who_when_and_what(lab: Printflow, staff: FlaskClient) -> None:
    saved(staff, "lab", minimum_charge="4.00")
    page = said(staff.get("/admin/catalog"))
    assert "Version 2 active minimum charge Ana · Mon, Mar 2, 2026" in page
    assert "minimum charge 3.00 4.00" in said(staff.get("/admin/catalog/versions/2"))
    assert staff.get("/admin/catalog/versions/9").status_code == 404
    send_to = "/admin/catalog/versions/1/restore"
    form = {"csrf_token": token(staff, "/admin/catalog")}
    assert staff.post(send_to, data=form).status_code == 303
    assert lab.catalog.current.minimum_charge_cents == 300
    assert lab.catalog.version() == 3
    (change, *_rest) = lab.changes.find()
    assert (change.kind, change.subject) == (ChangeKind.CATALOG, "minimum charge")
    assert (change.by, change.station) == ("Ana", "Lab")
    assert "Changed the catalog: minimum charge" in said(staff.get("/admin/changes"))


def test_export_and_import(lab: Printflow, staff: FlaskClient) -> None:
    as_toml = staff.get("/admin/catalog/versions/1/toml")
    assert as_toml.headers["Content-Disposition"] == 'attachment; filename="catalog-1.toml"'
    assert tomllib.loads(as_toml.text) == lab.catalog.export()
    as_json = json.loads(staff.get("/admin/catalog/versions/1/json").data)
    assert as_json == lab.catalog.export()
    assert staff.get("/admin/catalog/versions/1/exe").status_code == 404

    def sent(name: str, content: bytes) -> TestResponse:
        form = {"csrf_token": token(staff, "/admin/catalog"), "file": (io.BytesIO(content), name)}
        return staff.post("/admin/catalog/import", data=form)

    changed = {**as_json, "lab_name": "Another lab"}
    assert sent("c.json", json.dumps(changed).encode()).status_code == 303
    assert lab.catalog.current.lab_name == "Another lab"
    assert lab.catalog.versions()[0].by == "Ana"
    broken = {**as_json, "printers": [], "currency": "dollars"}
    for name, content, words in (
        ("c.json", json.dumps(broken).encode(), "printers: Add at least one"),
        ("c.json", json.dumps(broken).encode(), "currency: Use at most 3 characters"),
        ("c.json", b"{", "isn't valid JSON"),
        ("c.toml", b"\xff\xfe", "isn't text in UTF-8"),
        ("c.exe", b"x", "a .toml or a .json file"),
        ("", b"", "Choose a file"),
    ):
        answer = sent(name, content)
        assert answer.status_code == 422, name
        assert words in said(answer)
    assert sent("c.json", b" " * 100_000).status_code == 413
    assert lab.catalog.version() == 2


def test_pages_of_the_editor_that_are_none(staff: FlaskClient) -> None:
    assert staff.get(f"{EDITOR}/nothing").status_code == 404
    form = {"csrf_token": token(staff, "/admin/catalog")}
    assert staff.post(f"{EDITOR}/nothing", data=form).status_code == 404
    for version in ("", "x", "-1"):
        answer = staff.post(f"{EDITOR}/lab", data={**form, "version": version})
        assert answer.status_code == 400
        assert "This page is out of date." in said(answer)


# -- stations ---------------------------------------------------------------------------------------


def test_a_station_s_password_is_shown_once(app: Flask, lab: Printflow, staff: FlaskClient) -> None:
    answer = send(staff, "/admin/stations", name="Window PC", role="technician")
    found = re.search(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){3}", answer.text)
    assert found, "the password is shown"
    assert answer.headers["Cache-Control"] == "no-store"
    assert found[0] not in staff.get("/admin/stations").text
    window = app.test_client()
    assert (
        send(window, "/login", station="Window PC", name="Ana", password=found[0]).status_code
        == 303
    )
    assert window.get("/admin/stations").status_code == 403
    assert "with one of these roles to do it: administrator" in said(window.get("/admin/stations"))
    assert "/admin" not in window.get("/dashboard").text
    post(staff, f"{at(lab, 'Window PC')}/role", role="administrator")
    assert window.get("/admin/stations").status_code == 200, "at once"
    post(staff, f"{at(lab, 'Window PC')}/revoke")
    assert window.get("/dashboard").status_code == 303
    made = [one for one in lab.changes.find() if one.kind.value.startswith("station_")]
    assert [one.kind.value for one in made[:3]] == [
        "station_revoked", "station_role", "station_added",
    ]  # fmt: skip
    assert {one.by for one in made[:3]} == {"Ana"}


def at(lab: Printflow, station: str) -> str:
    """The address of a station."""
    (found,) = [one for one in lab.stations.all() if one.name == station]
    return f"/admin/stations/{found.id}"


def post(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Post with the token of the stations' page."""
    return browser.post(path, data={"csrf_token": token(browser, "/admin/stations"), **fields})


def test_refusals_about_stations(lab: Printflow, staff: FlaskClient) -> None:
    for fields, words in (
        ({"name": "LAB"}, "already exists"),
        ({"name": " "}, "Enter a name"),
        ({"name": "Window", "password": "short"}, "8 to 200 characters"),
        ({"name": "Window", "password": PASSWORD}, "Choose a different password"),
    ):
        answer = post(staff, "/admin/stations", **fields)
        assert answer.status_code == 422
        assert words in said(answer)
        assert PASSWORD not in answer.text
    post(staff, f"{at(lab, 'Lab')}/revoke")
    assert "the last station that can administer" in said(staff.get("/admin/stations"))
    for action in ("password", "role", "revoke"):
        assert post(staff, f"/admin/stations/999/{action}").status_code == 404
        assert post(staff, f"/admin/stations/{'9' * 40}/{action}").status_code == 404
    assert post(staff, "/admin/stations/sign-out").status_code == 400
    assert post(staff, "/admin/stations/sign-out", session="x").status_code == 400
    assert [one.name for one in lab.stations.all()] == ["Lab"]


NAMES = ["a/b", "..", ".", "Größe 模型 🖨 %2e ?#", "x" * 60]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.long
def test_a_station_of_any_name_can_be_renewed_and_revoked(
    lab: Printflow, staff: FlaskClient, name: str
) -> None:
    lab.stations.add(name, by="Ana", password="a first good password")
    page = staff.get("/admin/stations").text
    actions = re.findall(rf'action="({at(lab, name)}/\w+)"', page)
    assert {one.rpartition("/")[2] for one in actions} == {"password", "role", "revoke"}
    answer = post(staff, f"{at(lab, name)}/password", password="a second good password")
    assert f"The password for {name} is shown only once" in said(answer)
    post(staff, f"{at(lab, name)}/role", role="administrator")
    with pytest.raises(SignInRefused):
        lab.sessions.check_password("a first good password", station=name, address="x")
    lab.sessions.check_password("a second good password", station=name, address="x")
    post(staff, f"{at(lab, name)}/revoke")
    with pytest.raises(SignInRefused):
        lab.sessions.check_password("a second good password", station=name, address="x")
    post(staff, "/admin/stations", name=name, password="a third good password")
    lab.sessions.check_password("a third good password", station=name, address="x")


def test_one_s_own_station_gets_a_new_password(
    app: Flask, lab: Printflow, staff: FlaskClient
) -> None:
    other = app.test_client()
    assert send(other, "/login", name="Sam", password=PASSWORD).status_code == 303
    answer = post(staff, f"{at(lab, 'Lab')}/password", password="another good password")
    assert "another good password" in said(answer)
    assert staff.get("/dashboard").status_code == 200, "who set it stays"
    assert other.get("/dashboard").status_code == 303
    assert lab.sessions.check_password("another good password", address="x") == "Lab"


def test_signing_others_out(app: Flask, lab: Printflow, staff: FlaskClient) -> None:
    other = app.test_client()
    send(other, "/login", name="Sam", password=PASSWORD)
    (sam,) = [one for one in lab.sessions.all() if one.name == "Sam"]
    assert "Sam Lab · 127.0.0.1" in said(staff.get("/admin/stations"))
    assert post(staff, "/admin/stations/sign-out", session=str(sam.id)).status_code == 303
    assert other.get("/dashboard").status_code == 303
    assert staff.get("/dashboard").status_code == 200
    post(staff, "/admin/stations/sign-out", everybody="yes")
    assert staff.get("/dashboard").status_code == 303


# -- staff ------------------------------------------------------------------------------------------


def test_names_are_deactivated_and_brought_back(
    app: Flask, lab: Printflow, staff: FlaskClient
) -> None:
    lab.people.add("Sam")
    window = app.test_client()
    secret = lab.stations.add("Window", by="Ana")
    send(window, "/login", station="Window", name="Sam", password=secret)
    assert post(staff, "/staff/deactivate", name="Sam").status_code == 303
    assert "Former staff Sam since" in said(staff.get("/staff"))
    assert window.get("/staff").status_code == 303, "signed out"
    assert post(staff, "/staff/deactivate", name="Sam").status_code == 404
    secret = lab.stations.renew("Window", by="Ana")
    send(window, "/login", station="Window", name="Bo", password=secret)
    form = {"csrf_token": token(window, "/staff"), "name": "Sam"}
    assert window.post("/staff", data=form).status_code == 403, "for administrators"
    assert post(staff, "/staff", name="Sam").status_code == 303
    assert lab.people.names() == ("Ana", "Bo", "Sam")


# -- mails ------------------------------------------------------------------------------------------


def test_the_outbox_counts_and_pages(
    lab: Printflow, staff: FlaskClient, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("printflow_web.admin._PAGE", 2)
    for _ in range(5):
        submit()
    page = staff.get("/outbox")
    assert "Waiting 5" in said(page)
    older = re.search(r"/outbox\?before=\d+", page.text)
    assert older
    second = staff.get(older[0])
    assert "Newest emails" in said(second)
    shown = [re.findall(r'href="/outbox/(\d+)"', one.text) for one in (page, second)]
    assert shown == [["5", "4"], ["3", "2"]]
    assert staff.get("/outbox?before=x").status_code == 400
    assert staff.get("/outbox?state=canceled").status_code == 200


def test_a_mail_that_was_canceled_is_not_sent_again(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    lab.dispatch()
    send(staff, f"/dashboard/jobs/{job.id}/reject", text="Too thin")
    (held,) = [mail for mail in lab.mail.find() if mail.template == "rejected"]
    assert "unless undone" in said(staff.get("/outbox"))
    lab.corrections.undo(job.id, by="Ana")
    assert "Send again" not in said(staff.get(f"/outbox/{held.id}"))
    assert post(staff, f"/outbox/{held.id}/retry", to="x@example.edu").status_code == 409
    assert lab.mail.get(held.id).state == "canceled"


def test_who_sent_a_mail_again_is_kept(lab: Printflow, staff: FlaskClient, submit: Submit) -> None:
    submit()
    (mail,) = lab.mail.find()
    post(staff, f"/outbox/{mail.id}/retry", to="jane.doe@example.edu")
    (change, *_rest) = lab.changes.find()
    assert (change.kind, change.by) == (ChangeKind.MAIL_RETRIED, "Ana")
    assert change.details == {"to": "jane.doe@example.edu", "before": "jane@example.edu"}
    assert "to jane.doe@example.edu" in said(staff.get("/admin/changes"))
    assert post(staff, "/outbox/resume").status_code == 303
    assert lab.changes.find()[0].kind is ChangeKind.OUTBOX_RESUMED


# -- override ---------------------------------------------------------------------------------------


def test_an_override_mails_only_when_ticked(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    page = f"/dashboard/jobs/{job.id}/override"
    assert not re.search(r'name="notify"[^>]*checked', staff.get(page).text)
    assert send(staff, page, to="COMPLETED", reason="").status_code == 422
    assert send(staff, page, to="COMPLETED", reason="Printed by hand").status_code == 303
    assert lab.jobs.get(job.id).status is Status.COMPLETED
    assert "completed" not in {mail.template for mail in lab.mail.find()}
    assert send(staff, page, to="REJECTED", reason="Twice", notify="yes").status_code == 303
    assert "rejected" in {mail.template for mail in lab.mail.find()}


# -- the system page --------------------------------------------------------------------------------


def until(said_so: Callable[[], bool], *, seconds: float = 10) -> None:
    """Wait for what happens in the background."""
    end = time.monotonic() + seconds
    while not said_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_doctor_looks_and_mends_in_the_background(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    lab.dispatch()
    path = lab.files.path(lab.jobs.get(job.id))
    path.rename(path.parents[1] / "Printing" / path.name)
    stray = path.with_name("nobody.stl")
    stray.write_bytes(b"x")
    os.utime(stray, (1, 1))
    page = "/admin/system"
    assert post(staff, f"{page}/checkup").status_code == 303
    until(lambda: "can be fixed" in said(staff.get(page)))
    seen = said(staff.get(page))
    assert "nobody.stl" in seen
    assert "It belongs in Uploaded." in seen
    assert not path.exists(), "looking changes nothing"
    post(staff, f"{page}/checkup", mend="yes", contents="yes")
    until(lambda: "fixed" in said(staff.get(page)) and path.exists())
    assert not stray.exists()
    assert list((lab.settings.store / ".quarantine").rglob("*nobody.stl*"))
    until(lambda: lab.changes.find()[0].kind is ChangeKind.MENDED)
    assert lab.changes.find()[0].by == "Ana"


def test_the_system_page_says_what_the_sandbox_lacks(
    lab: Printflow, staff: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "A process that reads a model can reach the network."
    monkeypatch.setattr(sandbox, "missing", lambda: (words,))
    until(lambda: "in an incomplete sandbox" in said(staff.get("/admin/system")))
    assert words in said(staff.get("/admin/system"))


def test_the_system_page_tells_what_there_is(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    logs = lab.settings.state_dir / "logs"
    logs.mkdir(exist_ok=True)
    many = "".join(f"line {number}\n" for number in range(20_000))
    (logs / "server-here.log").write_text(f"{many}the <last> line\n", "utf-8")
    (logs / "worker-there.log").write_text("a worker's line\n", "utf-8")
    os.utime(logs / "worker-there.log", (1, 1))
    submit()
    until(lambda: "in a sandbox" in said(staff.get("/admin/system")))
    until(lambda: "responding" in said(staff.get("/admin/system")))
    page = said(staff.get("/admin/system"))
    database = lab.settings.database.partition(":")[0].partition("+")[0]
    assert database in page.lower()
    for words in (
        "free",
        "none Files aren't being moved",
        "1 waiting",
        "Printflow 0.",
        "Python 3.",
    ):
        assert words in page
    assert "the <last> line" in page
    assert "line 19801" in page
    assert "line 19800" not in page, "the last 200 lines"
    assert "a worker's line" in said(staff.get("/admin/system?log=worker-there.log"))
    assert "the <last> line" in said(staff.get("/admin/system?log=../../secret.key"))
    key = (lab.settings.state_dir / "secret.key").read_text("utf-8")
    assert key not in page


def test_workers_give_signs_of_life(lab: Printflow, staff: FlaskClient, clock: TestClock) -> None:
    assert lab.system.health()["worker"] == "not running"
    assert lab.system.health()["status"] == "degraded"
    lab.worker.start()
    until(lambda: lab.system.health()["worker"] == "running")
    assert lab.system.health()["status"] == "ok"
    works = ("running files", "running email", "running models")
    until(lambda: all(work in said(staff.get("/admin/system")) for work in works))
    lab.worker.stop()
    assert lab.system.health()["worker"] == "not running", "one that ended in order leaves no sign"
    with lab._parts.database.write() as tx:
        tx.lab.beat("elsewhere/1/files", clock(), clock())
    clock.advance(seconds=91)
    assert lab.system.health()["worker"] == "silent"
    assert "not responding files elsewhere/1" in said(staff.get("/admin/system"))


# -- health -----------------------------------------------------------------------------------------


def test_ready_says_what_is_wrong_without_secrets(
    lab: Printflow, student: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab.system._vitals, "_every", 0.0)
    ready = student.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json is not None
    assert set(ready.json) == {
        "ok", "status", "database", "store", "disk", "worker", "mail", "inbox", "waiting"
    }  # fmt: skip
    assert ready.json["waiting"] == {"files": 0, "mails": 0, "dead_mails": 0}
    store = lab.settings.store
    store.rename(tmp_path / "away")
    until(lambda: student.get("/health/ready").status_code == 503)
    gone = student.get("/health/ready")
    assert gone.json is not None
    assert (gone.json["ok"], gone.json["status"]) == (False, "down")
    assert gone.json["store"] == "not available"
    assert str(store) not in gone.text, "no paths for strangers"
    assert student.get("/health/live").status_code == 200
    (tmp_path / "away").rename(store)
    until(lambda: student.get("/health/ready").status_code == 200)


@pytest.mark.parametrize(
    ("vitals", "status"),
    [
        (Vitals("ok", "ok", 1.0, 10, ()), 503),
        (Vitals("the database is at /srv/x", "ok", 1.0, 9999, ()), 503),
        (Vitals("ok", "does not answer", None, None, ()), 503),
        (Vitals("ok", "ok", 1.0, 9999, ()), 200),
    ],
)
def test_ready_on_grounds_of_all_kinds(
    lab: Printflow,
    student: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    vitals: Vitals,
    status: int,
) -> None:
    monkeypatch.setattr(lab.system._vitals, "_look", lambda: vitals)
    answer = student.get("/health/ready")
    assert answer.status_code == status
    assert "/srv" not in answer.text
