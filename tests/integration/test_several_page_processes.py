"""``serve --workers 2``: one address, one that works behind it, and none missed that dies."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from printflow import Printflow, Settings
from printflow.db import migrate
from printflow.errors import AlreadyRunning
from tests.crash.people import Browser, field_of
from tests.ports import free_port
from tests.web.conftest import FORM

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="several processes need Linux"),
    pytest.mark.timeout(180),
]

# Killed between taking a mail and saying that it was sent, a process keeps it for twice this and
# half a minute: only then is it sent again.
MAIL_DEADLINE = 5


class Site:
    """The running program and its processes."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process, self.port, self._log = process, port, log

    def parts(self) -> list[int]:
        """The process ids of what the first process has started."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in listed.read_text().split()]

    def said(self) -> str:
        return self._log.read_text()

    def browser(self) -> Browser:
        return Browser(self.port)


@contextmanager
def site(store: Path, *options: str, **environment: str) -> Iterator[Site]:
    with site_at(free_port(), store, *options, **environment) as running:
        yield running


@contextmanager
def site_at(port: int, store: Path, *options: str, **environment: str) -> Iterator[Site]:
    log = store.with_name("said.txt")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PRINTFLOW_")}
    settings = {
        "PRINTFLOW_STORE": str(store),
        "PRINTFLOW_CHECK_EMAIL_DOMAIN": "false",
        "PRINTFLOW_MAIL__DEADLINE_SECONDS": str(MAIL_DEADLINE),
    }
    command = [sys.executable, "-m", "printflow", "serve", "--port", str(port), "--workers", "2"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, *options],
            env={**inherited, **settings, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Site(process, port, log)
    finally:
        process.terminate()
        process.wait(60)


def until(look: Callable[[], object], what: str, *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, f"no {what}"
        time.sleep(0.05)


def answers(running: Site) -> bool:
    try:
        return running.browser().ask("GET", "/health/live")[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def submit(running: Site, number: int) -> str:
    browser = running.browser()
    _, page, _ = browser.ask("GET", "/submit")
    form = {**FORM, "csrf_token": field_of(page, "csrf_token"), "idempotency_key": f"k{number}"}
    status, page, where = browser.submit(**form)
    assert status == 303, page
    return where.partition("job=")[2]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "store").mkdir()
    return tmp_path / "store"


def served_until_told(store: Path, lab_settings: Settings, **environment: str) -> None:
    with site(store, **environment) as running:
        until(lambda: answers(running), "answer")
        until(lambda: len(running.parts()) == 3, "three processes")
        assert running.said().count("The staff password is ") == 1
        jobs = [submit(running, 0)]
        for number, victim in enumerate(running.parts(), start=1):
            os.kill(victim, signal.SIGKILL)
            jobs.append(submit(running, number))  # the others answer meanwhile
            until(partial(_replaced, running, victim), "process in its place")
        assert running.said().count("signal SIGKILL") == 3
        assert running.said().count("The staff password is ") == 1
        with Printflow.open(lab_settings) as lab:
            assert {job.id for job in lab.jobs.find()} == set(jobs)
            # The one that works in the background sends mail, also after it has died.
            until(
                lambda: not lab.worker.waiting()["mails_waiting"][1],
                "mail sent",
                seconds=2 * MAIL_DEADLINE + 30 + 60,
            )
        parts = running.parts()
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(30) == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in parts)


def test_what_dies_comes_back_and_nothing_is_lost(store: Path) -> None:
    served_until_told(store, Settings(store=store))


@pytest.mark.postgresql
def test_on_postgresql_too(store: Path, postgresql_url: str) -> None:
    settings = Settings(store=store, database_url=postgresql_url)
    migrate.upgrade(settings.database)
    served_until_told(store, settings, PRINTFLOW_DATABASE_URL=postgresql_url)


def test_when_the_first_is_killed_all_end_and_another_server_starts(store: Path) -> None:
    with site(store) as running:
        until(lambda: answers(running), "answer")
        until(lambda: len(running.parts()) == 3, "three processes")
        parts = running.parts()
        running.process.kill()
        running.process.wait(60)
        with site_at(running.port, store) as next_one:
            until(lambda: next_one.process.poll() is not None or answers(next_one), "answer")
            assert next_one.process.poll() is None, next_one.said()
            assert not any(_runs(pid) for pid in parts)


_BUSY = """
import os, signal, sys, time
from pathlib import Path
from printflow.cli.processes import divide

part = divide(1)
if not isinstance(part, int):
    told = Path(sys.argv[1], f"told {part.number}")
    signal.signal(signal.SIGTERM, lambda *_: told.touch())  # and goes on with what it has begun
    Path(sys.argv[1], f"ready {part.number}").touch()
    part.ready()
    while True:
        time.sleep(1)
"""


def test_no_work_under_way_keeps_a_process_whose_first_was_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _BUSY, str(tmp_path)]) as first:
        try:
            until(lambda: len(list(tmp_path.glob("ready *"))) == 2, "two processes")
            parts = Site(first, 0, tmp_path).parts()
        finally:
            first.kill()
    until(lambda: not any(_runs(pid) for pid in parts), "end")
    assert not list(tmp_path.glob("told *")), "what is only told to end may take its time"


def test_a_second_server_is_refused(store: Path) -> None:
    with site(store) as running:
        until(lambda: answers(running), "answer")
        with pytest.raises(AlreadyRunning):
            Printflow.open(Settings(store=store), role="server")
    log = store.with_name("said.txt")
    with Printflow.open(Settings(store=store), role="server"), site(store) as second:
        assert second.process.wait(60) != 0
    assert "A server already runs" in log.read_text()


def test_a_taken_address_is_told(store: Path) -> None:
    with site(store) as running:
        until(lambda: answers(running), "answer")
        again = [sys.executable, "-m", "printflow", "serve", "--workers", "2"]
        other = store.with_name("other")
        other.mkdir()
        found = subprocess.run(
            [*again, "--port", str(running.port), "--json"],
            env={**os.environ, "PRINTFLOW_STORE": str(other)},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert found.returncode == 2, "as with one process"
    assert "choose another port" in found.stderr


def test_no_process_works_with_no_worker_and_figures_are_those_of_all(store: Path) -> None:
    with site(store, "--no-worker", "--json") as running:
        until(lambda: answers(running), "answer")
        for number in range(3):
            submit(running, number)
        told, _ = json.JSONDecoder().raw_decode(running.said())
        assert told["url"].endswith(str(running.port))
        with Printflow.open(Settings(store=store)) as lab:
            assert lab.worker.waiting()["mails_waiting"][1] == 3
        counted = 'printflow_request_seconds_count{endpoint="student.submit",method="POST"'
        _, figures, _ = running.browser().ask("GET", "/metrics")
        [line] = [line for line in figures.splitlines() if line.startswith(counted)]
        assert line.endswith(" 3.0")


def test_one_piece_of_an_upload_at_a_time_by_whichever_process(store: Path) -> None:
    settings = Settings(store=store)
    with (
        Printflow.open(settings, role="server"),
        Printflow.open(settings, role="pages") as one,
        Printflow.open(settings, role="pages") as other,
    ):
        mine, theirs = one._parts.database, other._parts.database
        with (
            mine.alone("upload a") as first,
            theirs.alone("upload a") as second,
            theirs.alone("upload b") as elsewhere,
        ):
            assert (first, second, elsewhere) == (True, False, True)
        with theirs.alone("upload a") as later:
            assert later


def _replaced(running: Site, victim: int) -> bool:
    parts = running.parts()
    return victim not in parts and len(parts) == 3


def _runs(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
