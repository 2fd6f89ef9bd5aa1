"""Two web servers and two workers behind nginx, on one PostgreSQL and one store, while they die.

Students submit, staff work on three dashboards; every few seconds one web server and one worker are
killed. Nothing may be lost and nothing doubled, but for mails with the same Message-ID.
"""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from printflow.db import migrate
from printflow.testing import Mailbox, Outside, settle, violations
from printflow.testing.fault_mail_server import FaultMailServer
from tests.crash.people import PASSWORD, Browser, Notes, field_of, staff
from tests.crash.topology import topology
from tests.plugins.fire import count
from tests.ports import free_port
from tests.web.conftest import FORM

pytestmark = [
    pytest.mark.crash,
    pytest.mark.postgresql,
    pytest.mark.nginx,
    pytest.mark.timeout(3600),
    pytest.mark.long,
]
AT_ONCE = 12
Answer = tuple[int, str, str]
EVERY = 3.0


class PostOffice(Mailbox):
    """Counts what the real mail server took, and what was sent after the last kill."""

    def __init__(self, server: FaultMailServer) -> None:
        super().__init__()
        self._server = server

    def ids(self) -> Counter[str]:
        return super().ids() + self._server.taken


class Students:
    """So many students, some at a time; each tries until the page says thank you."""

    def __init__(self, port: int, notes: Notes, number: int) -> None:
        self._port, self._notes = port, notes
        self._left = list(range(number))
        self._lock = threading.Lock()
        self.took: list[float] = []
        self.again = 0

    def work(self) -> None:
        """One of those at a keyboard."""
        while not self._notes.over.is_set():
            with self._lock:
                if not self._left:
                    return
                number = self._left.pop()
            while not self._submit(number) and not self._notes.over.is_set():
                self.again += 1
                time.sleep(0.1)

    def _submit(self, number: int) -> bool:
        browser = Browser(self._port)
        try:
            page = self._timed(lambda: browser.ask("GET", "/submit"))
            if page[0] != 200:
                return self._passing(page)
            form = {
                **FORM,
                "student_name": f"Student {number}",
                "student_email": f"student{number}@example.edu",
                "csrf_token": field_of(page[1], "csrf_token"),
                "idempotency_key": f"student-{number}",
            }
            answer = self._timed(lambda: browser.submit(**form))
        except (OSError, http.client.HTTPException):
            return False
        if answer[0] != 303:
            return self._passing(answer)
        job_id = answer[2].partition("job=")[2]
        self._notes.jobs.append(job_id)
        self._notes.acknowledged.append((job_id, "submit"))
        return True

    def _timed(self, ask: Callable[[], Answer]) -> Answer:
        began = time.perf_counter()
        answer = ask()
        if answer[0] < 400:
            self.took.append(time.perf_counter() - began)
        return answer

    def _passing(self, answer: Answer) -> bool:
        if answer[0] not in (502, 503, 504):
            self._notes.wrong.append(f"a student got {answer[0]}: {answer[1][:300]}")
        return False


def dashboard(port: int, notes: Notes, took: list[float]) -> None:
    """An open dashboard, looked at all the time."""
    browser = Browser(port)
    signed_in = False
    while not notes.over.is_set():
        try:
            if not signed_in:
                _, page, _ = browser.ask("GET", "/login")
                form = {"csrf_token": field_of(page, "csrf_token"), "name": "Ana"}
                signed_in = browser.post("/login", **form, password=PASSWORD)[0] == 303
                continue
            began = time.perf_counter()
            status, _, _ = browser.ask("GET", "/dashboard?status=all")
            if status == 200:
                took.append(time.perf_counter() - began)
            elif status not in (502, 503, 504):
                notes.wrong.append(f"a dashboard got {status}")
        except (OSError, http.client.HTTPException, AssertionError):
            pass
        notes.over.wait(0.5)


def test_nothing_is_lost_or_doubled(
    tmp_path: Path, pytestconfig: pytest.Config, nginx_path: Path, postgresql_url: str
) -> None:
    students = count(pytestconfig, "--students")
    with FaultMailServer(port=free_port()) as mail_server:
        outside = Outside(tmp_path, database_url=postgresql_url)
        migrate.upgrade(outside.settings.database)
        outside.mailbox = PostOffice(mail_server)
        lab = outside.open()
        lab.stations.set_password(PASSWORD)
        outside.kill(lab)
        notes, looks = Notes(), list[float]()
        with topology(
            tmp_path,
            nginx_path,
            PRINTFLOW_STORE=str(outside.store),
            PRINTFLOW_DATABASE_URL=postgresql_url,
            PRINTFLOW_SECRET_KEY="0123456789abcdef0123456789abcdef",
            PRINTFLOW_SETTLE_SECONDS="0",
            PRINTFLOW_MAIL__SMTP_HOST="127.0.0.1",
            PRINTFLOW_MAIL__SMTP_PORT=str(mail_server.port),
            PRINTFLOW_MAIL__SMTP_SECURITY="none",
            PRINTFLOW_MAIL__STAFF_ADDRESS="lab@example.edu",
        ) as site:
            queue = Students(site.port, notes, students)
            people = [threading.Thread(target=queue.work) for _ in range(AT_ONCE)]
            desks = [
                threading.Thread(target=staff, args=(site.port, notes, name))
                for name in ("Ana", "Ben", "Cleo")
            ]
            desks += [
                threading.Thread(target=dashboard, args=(site.port, notes, looks)) for _ in range(3)
            ]
            unrest = threading.Thread(
                target=site.unrest, args=(notes.over,), kwargs={"every": EVERY}
            )
            for thread in (*people, *desks, unrest):
                thread.start()
            for thread in people:
                thread.join(1200)
            # Staff and the kills go on for a while when the last student has left.
            notes.over.wait(2 * EVERY)
            notes.over.set()
            for thread in (*people, *desks, unrest):
                thread.join(60)
            kills = site.kills
        assert notes.wrong == []
        assert len(notes.jobs) == len(set(notes.jobs)) == students
        assert kills >= 2
        outside.acknowledged = notes.acknowledged
        outside.clock.advance(hours=2)  # past the leases of the dead
        lab = outside.open()
        settle(outside, lab)
        problems = violations(outside, idle=True)
        doubles = sum(outside.mailbox.ids().values()) - len(outside.mailbox.ids())
        outside.kill(lab)
    print(
        f"{students} students, {len(notes.acknowledged)} answers, {kills} kills, "
        f"{queue.again} tries again, {doubles} doubled mails; "
        f"p95 of students' pages {p95(queue.took):.2f} s, of dashboards {p95(looks):.2f} s"
    )
    assert problems == []


def p95(seconds: list[float]) -> float:
    """The time that 95 of 100 pages stay below."""
    return statistics.quantiles(seconds, n=20)[-1]
