"""The lab's own record: who signed in, was refused, changed or exported what; and handing it on."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from printflow import (
    Change,
    ChangeKind,
    ChangeQuery,
    InvalidInput,
    Printflow,
    Settings,
    SignInRefused,
    TooManyRequests,
    acts_from,
    address_for_logs,
)
from printflow.db.engine import open_engine
from printflow.db.schema import changes
from tests.integration.conftest import Program, bare_environment
from tests.plugins.lab import Submit, TestClock

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def nowhere() -> object:
    yield
    acts_from("")


def of_kind(lab: Printflow, kind: ChangeKind) -> list[Change]:
    return lab.changes.find(ChangeQuery(kind=kind), limit=500)


def test_who_came_and_went(lab: Printflow) -> None:
    lab.stations.set_password(PASSWORD)
    acts_from("192.0.2.0/24")
    signed_in = lab.sessions.sign_in(PASSWORD, name="Ana", address="192.0.2.7")
    lab.sessions.sign_out(signed_in.key)
    lab.sessions.sign_out(signed_in.key)
    left, came = lab.changes.find(limit=2)
    assert (came.kind, came.by, came.station) == (ChangeKind.SIGNED_IN, "Ana", "Lab")
    assert (left.kind, left.by, left.station) == (ChangeKind.LEFT, "Ana", "Lab")
    assert came.address == left.address == "192.0.2.0/24"


def test_who_a_provider_sends_is_written_down_with_the_role(lab: Printflow) -> None:
    begun = lab.sessions.begin(
        name="Ana", role="technician", source="login.example.edu", address="192.0.2.7"
    )
    lab.sessions.sign_out(begun.key)
    (came,), (left,) = of_kind(lab, ChangeKind.SIGNED_IN), of_kind(lab, ChangeKind.LEFT)
    assert (came.by, came.station, left.station) == ("Ana", *["login.example.edu"] * 2)
    assert came.details == {"way": "login.example.edu", "role": "technician"}


def test_a_station_s_new_role_is_written_down_with_the_earlier_one(lab: Printflow) -> None:
    lab.stations.set_password(PASSWORD)
    lab.stations.add("Desk", by="Ana", role="viewer")
    lab.stations.set_role("Desk", role="manager", by="Ana")
    (change,) = of_kind(lab, ChangeKind.STATION_ROLE)
    assert change.details == {"before": "viewer", "role": "manager"}


def test_a_wrong_password_is_written_down_without_what_was_typed(
    lab: Printflow, caplog: pytest.LogCaptureFixture
) -> None:
    """People type their password where their name belongs."""
    lab.stations.set_password(PASSWORD)
    lab.people.add("Ana")
    acts_from("192.0.2.7")
    for name in ("Ana", "hunter2 hunter2"):
        with pytest.raises(SignInRefused):
            lab.sessions.sign_in("wrong", name=name, address="192.0.2.7")
    unknown, ana = of_kind(lab, ChangeKind.SIGN_IN_FAILED)
    assert (ana.subject, ana.by, ana.of_a_stranger) == ("Ana", "", True)
    assert unknown.subject == "an unknown name"
    assert "hunter2" not in repr(lab.changes.find()) + caplog.text
    said = [one.getMessage() for one in caplog.records if one.name == "printflow.sign_in"]
    assert said == ["Sign-in failed from 192.0.2.7: wrong password"] * 2


def test_an_attack_does_not_fill_the_record(lab: Printflow, clock: TestClock) -> None:
    lab.stations.set_password(PASSWORD)
    acts_from("192.0.2.7")
    for _ in range(120):
        with pytest.raises((SignInRefused, TooManyRequests)):
            lab.sessions.sign_in("wrong", name="x", address="192.0.2.7")
    assert [one.times for one in of_kind(lab, ChangeKind.SIGN_IN_FAILED)] == [100, 10, 1]
    clock.advance(hours=1, minutes=1)
    for one in range(1200):
        acts_from(f"2001:db8::{one:x}")
        lab.changes.note_refusal("approve", right="approve")
    assert len(of_kind(lab, ChangeKind.REFUSED)) == 201, "200 in the hour, and the 1000th"
    clock.advance(hours=1, minutes=1)
    lab.changes.note_refusal("approve", right="approve")
    assert len(of_kind(lab, ChangeKind.REFUSED)) == 202, "the next hour begins anew"


def test_what_was_refused_says_which_right_was_missing(lab: Printflow) -> None:
    lab.changes.note_refusal("void a payment", by="Sam", station="Desk", right="void")
    (change,) = lab.changes.find()
    assert (change.by, change.station, change.right) == ("Sam", "Desk", "void")
    assert not change.of_a_stranger


def test_exports_are_written_down(lab: Printflow, submit: Submit) -> None:
    submit()
    b"".join(lab.reports.file("jobs", "csv", by="Ana", station="Desk"))
    name = next(iter(lab.reports.figures().tables)).name
    b"".join(lab.reports.file(name, "xlsx", by="Ana", station="Desk"))
    report, jobs = of_kind(lab, ChangeKind.LIST_EXPORTED)
    assert "names and addresses" in jobs.subject
    assert (name in report.subject, report.details["format"]) == (True, "xlsx")
    assert {report.by, jobs.by} == {"Ana"}
    with pytest.raises(InvalidInput):
        lab.reports.file("jobs", "pdf", by="Ana")
    assert len(of_kind(lab, ChangeKind.LIST_EXPORTED)) == 2


def test_erasing_a_person_leaves_no_address_in_the_record(lab: Printflow, submit: Submit) -> None:
    job = submit()
    lab.jobs.reject(job.id, by="Sam", reasons=["Too thin"])
    lab.personal_data.export("Jane@example.edu", by="Ana")
    (exported,) = of_kind(lab, ChangeKind.PERSON_EXPORTED)
    assert exported.details == {"person": "Jane@example.edu", "jobs": [job.id]}
    lab.dispatch()
    lab.personal_data.erase("jane@example.edu", by="Ana")
    lab.dispatch()
    (erased,) = of_kind(lab, ChangeKind.PERSON_ERASED)
    assert erased.details == {"jobs": [job.id]}
    (exported,) = of_kind(lab, ChangeKind.PERSON_EXPORTED)
    assert exported.details["jobs"] == [job.id]
    assert "jane" not in repr(lab.changes.find()).lower()


def test_old_entries_go_with_what_else_was_kept_long_enough(
    lab: Printflow, clock: TestClock
) -> None:
    lab.people.add("Ana", by="Bo")
    clock.advance(days=364)
    lab.people.add("Sam", by="Bo")
    assert lab.retention.audit_due() == 0
    assert lab.retention.purge().audit == 0
    clock.advance(days=2)
    assert lab.retention.audit_due() == 1
    assert lab.retention.purge().audit == 1
    assert [one.subject for one in lab.changes.find()] == ["Sam"]


def test_settings_are_written_down_at_a_start_that_changed_them(
    tmp_path: Path, clock: TestClock
) -> None:
    file = tmp_path / "printflow.toml"
    store = str(tmp_path / "store")

    def start(text: str, **environ: str) -> list[Change]:
        file.write_text(f"store = '{store}'\n{text}")
        settings = Settings(config_file=file, environ=environ)
        with Printflow.open(settings, clock=clock, role="server") as lab:
            return of_kind(lab, ChangeKind.SETTINGS)

    assert len(start("")) == 1
    assert len(start("")) == 1, "nothing has changed"
    secret = "a secret that nobody may read"
    newest, _ = start("quote_days = 9", PRINTFLOW_SERVER__METRICS_TOKEN=secret)
    assert newest.details["files"] == [str(file)]
    assert newest.details["environment"] == ["PRINTFLOW_SERVER__METRICS_TOKEN"]
    assert newest.details["changed"] == ["quote_days", "server.metrics_token"]
    assert newest.details["role"] == "server"
    again = start("quote_days = 9", PRINTFLOW_SERVER__METRICS_TOKEN=secret + "!")
    assert again[0].details["changed"] == ["server.metrics_token"]
    engine = open_engine(Settings(store=store, environ={}).database)
    with engine.connect() as connection:
        rows = [
            str(connection.exec_driver_sql(f"SELECT * FROM {table}").all())
            for table in ("lab", "changes")
        ]
    engine.dispose()
    assert secret not in "".join(rows)


@pytest.mark.parametrize(
    ("address", "full", "short"),
    [
        ("192.0.2.77", "192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::7%eth0", "2001:db8:1:2::7", "2001:db8:1::/48"),
        ("", "", ""),
        ("unix:\n /run/x", "unix:/run/x", ""),
    ],
)
def test_as_much_of_an_address_as_the_setting_says(address: str, full: str, short: str) -> None:
    assert address_for_logs(address, "full") == full
    assert address_for_logs(address, "short") == short
    assert address_for_logs(address, "none") == ""


# -- handing it on -------------------------------------------------------------------------------


def many(lab: Printflow, count: int) -> None:
    engine = open_engine(lab.settings.database)
    began = datetime(2025, 1, 1, tzinfo=UTC)
    with engine.begin() as connection:
        rows: list[dict[str, object]] = [
            {
                "at": began + timedelta(minutes=one),
                "by": f"Staff {one % 50}",
                "station": "Lab",
                "kind": ("signed_in", "left", "list_exported")[one % 3],
                "subject": f"Staff {one % 50}",
                "details": {},
            }
            for one in range(count)
        ]
        connection.execute(insert(changes), rows)
    engine.dispose()


def test_all_of_it_is_read_page_by_page(lab: Printflow) -> None:
    many(lab, 1201)
    found = list(lab.changes.each())
    assert [one.id for one in found] == sorted(one.id for one in found)
    assert len(found) == 1201
    rest = list(lab.changes.each(after=found[700].id))
    assert rest == found[701:]
    query = ChangeQuery(kind=ChangeKind.LEFT, name="Staff 7", since=found[100].at)
    wanted = [
        one
        for one in found[100:]
        if one.kind is ChangeKind.LEFT and "Staff 7" in (one.by, one.subject)
    ]
    assert list(lab.changes.each(query)) == wanted
    newest_first, before = [], None
    while page := lab.changes.find(query, limit=3, before=before):
        newest_first += page
        before = page[-1].id
    assert newest_first == wanted[::-1]


FIELDS = (
    "id", "at", "kind", "text", "by", "station", "address", "right", "times", "subject", "details",
)  # fmt: skip
"""A promise to the programs that read them."""


def test_a_siem_gets_one_line_per_entry(program: Program) -> None:
    with Printflow.open(Settings(store=program.store, environ={})) as lab:
        lab.people.add("Ana", by="Bo\n{}", station="Desk")
        acts_from("192.0.2.0/24")
        lab.changes.note_refusal("approve", by="Bo", right="approve")
        acts_from("")
    lines = program.call("audit").out.splitlines()
    first, second = (json.loads(line) for line in lines)
    assert tuple(first) == tuple(second) == FIELDS
    assert datetime.fromisoformat(first["at"]).utcoffset() == timedelta()
    assert first["at"].endswith("Z")
    assert (first["kind"], first["text"]) == ("staff_added", "Added Ana to staff")
    assert (second["address"], second["right"]) == ("192.0.2.0/24", "approve")
    assert program.call("audit", "--after", str(first["id"])).out.splitlines() == lines[1:]
    assert program.call("audit", "--kind", "refused").out.splitlines() == lines[1:]
    assert program.call("audit", "--name", "Ana", "--since", "1d").out.splitlines() == lines[:1]
    assert program.call("audit", "--since", "2999-01-01").out == ""
    for wrong in (("--kind", "x"), ("--since", "soon"), ("--since", "7y")):
        said = program.call("audit", *wrong)
        assert said.code == 1 and "Traceback" not in said.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
def test_followed_entries_come_as_they_are_written(program: Program) -> None:
    with Printflow.open(Settings(store=program.store, environ={})) as lab:
        lab.people.add("Ana", by="Bo")
        process = subprocess.Popen(
            [sys.executable, "-m", "printflow", "audit", "--follow"],
            cwd=program.folder,
            env={**bare_environment(), **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["subject"] == "Ana"
        lab.people.add("Cleo", by="Bo")
        assert json.loads(process.stdout.readline())["subject"] == "Cleo"
    process.terminate()
    assert process.communicate(timeout=30)[0] == "", "each entry once"
    assert process.returncode == 0
