"""Many mails through a faulty server, by workers that are killed: none is missing."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from printflow import Printflow, Settings
from printflow.testing.fault_mail_server import FaultMailServer, Mood, by_chance
from tests.plugins.fire import count
from tests.ports import free_port

pytestmark = [pytest.mark.crash, pytest.mark.long, pytest.mark.timeout(1200)]
MAILS_PER_KILL = 50


@contextmanager
def worker(store: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.crash.outbox_worker", str(store), str(port)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def fill_outbox(settings: Settings, model: Path, mails: int) -> set[str]:
    """One job that is paid for, and so many receipts: no later mail takes a receipt's place."""
    with Printflow.open(settings) as lab:
        job = lab.intake.submit(
            model,
            student="Jane Doe",
            email="jane@example.edu",
            method="Filament",
            color="Blue",
            printer="Prusa XL",
            discipline="Other",
            class_number="1",
            acknowledge_minimum=True,
        )
        lab.jobs.approve(job.id, by="Ana", grams=10, hours=1, material="PLA")
        lab.jobs.confirm(job.id, by="Ana", note="at the counter")
        paid = lab.payments.take(job.id, by="Ana", amount="1", method="cash")
        for _ in range(mails):
            lab.receipts.mail(paid.id, by="Ana")
        outbox = lab.mail.find(limit=2 * mails)
        return {mail.message_id for mail in outbox if mail.template == "receipt"}


def test_none_is_missing_and_doubles_are_the_same_mail(
    settings: Settings, model: Path, pytestconfig: pytest.Config
) -> None:
    mails = count(pytestconfig, "--outbox-mails")
    kills = mails // MAILS_PER_KILL
    wanted = fill_outbox(settings, model, mails)
    assert len(wanted) == mails
    chance = random.Random(7)
    with FaultMailServer(by_chance(0.1, seed=7), port=free_port()) as server:
        for _ in range(kills):
            with worker(settings.store, server.port):
                before = sum(server.taken.values())
                until = time.monotonic() + 20
                while sum(server.taken.values()) == before and time.monotonic() < until:
                    time.sleep(0.01)
                time.sleep(chance.random() * 0.3)
        with worker(settings.store, server.port):
            taken, since = 0, time.monotonic()
            while not wanted <= set(server.taken) and time.monotonic() - since < 60:
                time.sleep(0.1)
                if sum(server.taken.values()) > taken:  # it goes on, however slow the machine
                    taken, since = sum(server.taken.values()), time.monotonic()
            time.sleep(3)  # doubles, if there are any, come within a lease
        assert wanted <= set(server.taken)
        print(f"{mails} mails, {kills} kills, faults {dict(server.met)}, doubles {server.doubles}")
        assert server.met[Mood.DROPS_AFTER_DATA] > 0
        assert server.doubles <= server.met[Mood.DROPS_AFTER_DATA] + kills
    with Printflow.open(settings) as lab:
        receipts = [mail for mail in lab.mail.find(limit=2 * mails) if mail.template == "receipt"]
        assert {mail.state for mail in receipts} == {"sent"}
        assert len(receipts) == mails
