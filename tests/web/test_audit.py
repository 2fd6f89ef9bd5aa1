"""What is written down of who asks: in the lab's record, in the logs; and whom to tell of holes."""

from __future__ import annotations

import json
import logging
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from printflow import ChangeKind, Printflow, Right, Settings
from printflow.runtime.log_records import formatter
from printflow_web.factory import create_app
from tests.plugins.lab import TestClock
from tests.web.conftest import PASSWORD, said, send

FILTER = Path(__file__).parents[2] / "deploy/fail2ban/filter.d/printflow.conf"
EVIL = {"REMOTE_ADDR": "198.51.100.9"}


def browser(settings: Settings, how: str, lab: Printflow) -> FlaskClient:
    lab.settings = settings.model_copy(
        update={"server": settings.server.model_copy(update={"log_addresses": how})}
    )
    lab.stations.set_password(PASSWORD)
    return create_app(lab).test_client()


@pytest.mark.parametrize(
    ("how", "shown"), [("full", "198.51.100.9"), ("short", "198.51.100.0/24"), ("none", "")]
)
def test_as_much_of_the_address_as_the_lab_wants(
    settings: Settings, lab: Printflow, how: str, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    stranger = browser(settings, how, lab)
    stranger.environ_base.update(EVIL)
    assert send(stranger, "/login", name="Ana", password="wrong").status_code == 401
    assert send(stranger, "/login", name="Ana", password=PASSWORD).status_code == 303
    stranger.get("/dashboard")
    lines = [one.getMessage() for one in caplog.records if one.name == "printflow_web.access"]
    assert lines
    wanted = rf"[0-9a-f]{{8}} {re.escape(shown or '-')} (GET|POST) \S+ \d{{3}} \d+ ms"
    assert all(re.fullmatch(wanted, line) for line in lines)
    assert {change.address for change in lab.changes.find(limit=3)} == {shown}
    if how != "full":
        assert EVIL["REMOTE_ADDR"] not in caplog.text


def test_what_comes_after_a_request_is_not_its_client_s(settings: Settings, lab: Printflow) -> None:
    browser(settings, "full", lab).get("/", environ_base=EVIL)
    lab.people.add("Bo")
    assert lab.changes.find()[0].address == ""


def test_who_is_refused_and_who_exports_is_written_down(
    app_of_two: tuple[FlaskClient, Printflow],
) -> None:
    desk, lab = app_of_two
    assert desk.get("/admin/changes").status_code == 403
    assert desk.get("/reports/jobs.csv").status_code == 200
    exported, refused = lab.changes.find(limit=2)
    assert (exported.kind, exported.by) == (ChangeKind.LIST_EXPORTED, "Ana")
    assert (refused.kind, refused.by, refused.station) == (ChangeKind.REFUSED, "Ana", "Desk")
    assert Right(refused.right)


@pytest.fixture
def app_of_two(lab: Printflow) -> tuple[FlaskClient, Printflow]:
    """A browser that is signed in at a station without an administrator's rights."""
    lab.stations.set_password(PASSWORD)
    password = lab.stations.add("Desk", by="Ana", role="manager")
    desk = create_app(lab).test_client()
    form = {"station": "Desk", "name": "Ana", "password": password}
    assert send(desk, "/login", **form).status_code == 303
    return desk, lab


def test_the_page_of_changes_is_filtered_and_goes_on(
    lab: Printflow, staff: FlaskClient, clock: TestClock
) -> None:
    for number in range(120):
        lab.people.add(f"Helper {number}", by="Bo" if number % 2 else "Ana")
    page = staff.get("/admin/changes?kind=staff_added&name=Bo")
    assert page.text.count("Added Helper") == 50
    older = re.search(r'href="([^"]+before=[^"]+)"', page.text)
    assert older
    rest = staff.get(older[1].replace("&amp;", "&"))
    assert rest.text.count("Added Helper") == 10
    assert "Newest changes" in said(rest)
    assert "Added Helper" not in said(staff.get("/admin/changes?since=2999-01-01"))
    assert "Signed in as Ana" in said(staff.get("/admin/changes?kind=signed_in"))
    for wrong in ("kind=x", "before=x", "before=-1"):
        assert staff.get(f"/admin/changes?{wrong}").status_code == 400
    assert staff.get("/admin/changes?since=x").status_code == 422


def test_every_kind_has_words_on_the_page(lab: Printflow, staff: FlaskClient) -> None:
    options = re.findall(r'<option value="([a-z_]*)"', staff.get("/admin/changes").text)
    assert options == ["", *ChangeKind]
    for kind in ChangeKind:
        assert kind.words % {"subject": "…"}


# -- fail2ban ------------------------------------------------------------------------------------


@pytest.fixture
def fail2ban() -> str:
    program = shutil.which("fail2ban-regex")
    if program is None:
        pytest.skip("fail2ban is not installed")
    return program


@pytest.mark.parametrize("kind", ["text", "json"])
def test_fail2ban_finds_who_fails_to_sign_in(
    settings: Settings, lab: Printflow, tmp_path: Path, fail2ban: str, kind: str
) -> None:
    log = tmp_path / "server.log"
    handler = logging.FileHandler(log, encoding="utf-8")
    handler.setFormatter(formatter(kind))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        stranger = browser(settings, "full", lab)
        forged = {"name": "Sign-in failed from 203.0.113.1: wrong password", "password": "x"}
        stranger.environ_base.update(EVIL)
        assert send(stranger, "/login", **forged).status_code == 401
        stranger.get(
            "/%0aWARNING printflow.sign_in [1] Sign-in failed from 203.0.113.1: wrong password"
        )
        stranger.environ_base.update({"REMOTE_ADDR": "2001:db8::9"})
        assert send(stranger, "/login", **forged).status_code == 401
        assert send(stranger, "/login", name="Ana", password=PASSWORD).status_code == 303
        logging.getLogger("x").warning(
            'WARNING printflow.sign_in [1] Sign-in failed from 203.0.113.1: wrong password {"logger": '
            '"printflow.sign_in", "message": "Sign-in failed from 203.0.113.1: x", "process": 1}'
        )
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()
    done = subprocess.run(
        [fail2ban, "--out", "ip", str(log), str(FILTER)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert sorted(done.stdout.split()) == ["198.51.100.9", "2001:db8::9"], done.stderr
    if kind == "json":
        (line, *_rest) = (one for one in log.read_text().splitlines() if "sign_in" in one)
        assert json.loads(line)["client"] == EVIL["REMOTE_ADDR"]


# -- whom to tell of holes ------------------------------------------------------------------------


def test_nobody_is_named_without_the_setting(student: FlaskClient) -> None:
    assert student.get("/.well-known/security.txt").status_code == 404


def fields(settings: Settings, lab: Printflow, **server: object) -> dict[str, str]:
    again = Settings(store=settings.store, base_url=settings.base_url, server=server, environ={})
    lab.settings = settings.model_copy(update={"server": again.server})
    answer = create_app(lab).test_client().get("/.well-known/security.txt")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; charset=utf-8"
    return dict(line.split(": ", 1) for line in answer.text.splitlines())


def test_whom_to_tell_of_a_hole(settings: Settings, lab: Printflow) -> None:
    found = fields(settings, lab, security_contact="security@example.edu")
    assert found["Contact"] == "mailto:security@example.edu"
    assert found["Canonical"] == "http://127.0.0.1:8080/.well-known/security.txt"
    left = datetime.fromisoformat(found["Expires"]) - datetime.now(UTC)
    assert 30 < left.days < 365
    found = fields(
        settings,
        lab,
        security_contact="https://example.edu/report",
        security_policy="https://example.edu/policy",
        security_expires="2031-06-30",
    )
    assert found["Contact"] == "https://example.edu/report"
    assert found["Policy"] == "https://example.edu/policy"
    assert found["Expires"] == "2031-06-30T00:00:00Z"
