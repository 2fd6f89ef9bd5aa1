"""The real server, killed by SIGKILL at random moments while people work with it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from printflow.testing import Mailbox, Outside, settle, violations
from printflow.testing.fault_mail_server import FaultMailServer
from tests.crash.people import PASSWORD, Notes, staff, student
from tests.e2e.conftest import wait_until_it_answers
from tests.plugins.fire import count
from tests.ports import free_port

pytestmark = [pytest.mark.crash, pytest.mark.timeout(3600), pytest.mark.long]
PARTS = 4


class PostOffice(Mailbox):
    """Counts what the real mail server took, and what was sent after the last kill."""

    def __init__(self, server: FaultMailServer) -> None:
        super().__init__()
        self._server = server

    def ids(self) -> Counter[str]:
        return super().ids() + self._server.taken


@contextmanager
def serving(outside: Outside, port: int, mail_port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`printflow serve`, from its first answer to its violent end."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PRINTFLOW_")},
        "PRINTFLOW_STORE": str(outside.store),
        "PRINTFLOW_DATABASE_URL": outside.settings.database,
        "PRINTFLOW_BASE_URL": f"http://127.0.0.1:{port}",
        "PRINTFLOW_SETTLE_SECONDS": "0",
        "PRINTFLOW_MAIL__SMTP_HOST": "127.0.0.1",
        "PRINTFLOW_MAIL__SMTP_PORT": str(mail_port),
        "PRINTFLOW_MAIL__SMTP_SECURITY": "none",
        "PRINTFLOW_MAIL__STAFF_ADDRESS": "lab@example.edu",
    }
    log = outside.folder / "serve.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "printflow", "serve", "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=outside.folder,
        )
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/health/live", process, log)
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for_answers(notes: Notes, number: int) -> None:
    """Until people have had that many answers, or a minute has gone."""
    end = time.monotonic() + 60
    while len(notes.acknowledged) < number and time.monotonic() < end:
        time.sleep(0.1)


@pytest.mark.parametrize("part", range(PARTS))
def test_what_was_answered_stays_done(
    part: int, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    kills = max(1, count(pytestconfig, "--kills") // PARTS)
    chance, notes = random.Random(part), Notes()
    outside, port = Outside(tmp_path), free_port()
    lab = outside.open()
    lab.stations.set_password(PASSWORD)
    outside.kill(lab)
    with FaultMailServer(port=free_port()) as mail_server:
        outside.mailbox = PostOffice(mail_server)
        people = [
            threading.Thread(target=student, args=(port, notes, "student"), daemon=True),
            threading.Thread(target=staff, args=(port, notes, "Ana"), daemon=True),
            threading.Thread(target=staff, args=(port, notes, "Ben"), daemon=True),
        ]
        for person in people:
            person.start()
        for _ in range(kills):
            with serving(outside, port, mail_server.port):
                time.sleep(1.5 * chance.random())
        # On a busy machine few answers come between kills: the last server stays for some.
        with serving(outside, port, mail_server.port):
            wait_for_answers(notes, kills + 1)
        notes.over.set()
        for person in people:
            person.join(30)
    assert notes.wrong == []
    assert len(notes.acknowledged) > kills // 2, "hardly anything was done between the kills"
    outside.acknowledged = notes.acknowledged
    outside.clock.advance(hours=2)  # past the leases of the dead
    lab = outside.open()
    settle(outside, lab)
    problems = violations(outside, idle=True)
    doubles = sum(outside.mailbox.ids().values()) - len(outside.mailbox.ids())
    print(f"{kills} kills, {len(notes.acknowledged)} answers, {doubles} doubled mails")
    outside.kill(lab)
    assert problems == []
