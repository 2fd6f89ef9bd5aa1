"""Four processes fire the same jobs: each trigger happens once, the others hear who did it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from printflow import Printflow, Settings, Status
from printflow.db import migrate
from tests.crash.contestant import STEPS
from tests.crash.scenario import FORM
from tests.plugins.fire import count

pytestmark = [pytest.mark.crash, pytest.mark.timeout(1800), pytest.mark.long]
PEOPLE = ("Ana", "Ben", "Cleo", "Dan")
_PLAIN: dict[str, Any] = {"base_url": "http://127.0.0.1:8080", "settle_seconds": 0}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def plain_settings(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    plain = {**_PLAIN, "store": str(tmp_path / "store"), "mail": {"directory": str(tmp_path / "m")}}
    if request.param == "postgresql":
        plain["database_url"] = request.getfixturevalue("postgresql_url")
        migrate.upgrade(Settings(**plain).database)
    return plain


def contest(plain: dict[str, Any], jobs: list[str]) -> dict[str, list[tuple[str, str, str]]]:
    task = json.dumps({"settings": plain, "jobs": jobs, "begin": time.time() + 3})
    started = {
        name: subprocess.Popen(
            [sys.executable, "-m", "tests.crash.contestant", name],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in PEOPLE
    }
    for process in started.values():
        assert process.stdin is not None
        process.stdin.write(task)
        process.stdin.close()
        process.stdin = None
    answers = {name: process.communicate()[0] for name, process in started.items()}
    assert [process.returncode for process in started.values()] == [0] * len(PEOPLE)
    return {name: [tuple(row) for row in json.loads(text)] for name, text in answers.items()}


def test_each_trigger_once(
    plain_settings: dict[str, Any], model: Path, pytestconfig: pytest.Config
) -> None:
    number = count(pytestconfig, "--contested-jobs")
    with Printflow.open(Settings(**plain_settings)) as lab:
        jobs = [lab.intake.submit(model, **FORM).id for _ in range(number)]
    answers = contest(plain_settings, jobs)

    done: Counter[tuple[str, str]] = Counter()
    winner: dict[tuple[str, str], str] = {}
    for name, rows in answers.items():
        for job_id, trigger, answer in rows:
            if answer == "done":
                done[job_id, trigger] += 1
                winner[job_id, trigger] = name
    assert done == Counter({(job, trigger): 1 for job in jobs for trigger, _ in STEPS})
    others = [(name, row) for name, rows in answers.items() for row in rows if row[2] != "done"]
    for name, (job_id, trigger, answer) in others:
        # The job may have gone on since: the person named has won a step of it.
        named = {f"conflict: {winner[job_id, step]}" for step, _ in STEPS}
        assert answer in named, (name, job_id, trigger, answer)
    assert len({winner[key] for key in winner}) > 1, "nobody had to share"

    with Printflow.open(Settings(**plain_settings)) as lab:
        assert lab.jobs.counts()[Status.PAIDPICKEDUP] == number
        for job_id in jobs:
            details = lab.jobs.details(job_id)
            who = [(event.actor.name, event.trigger.value) for event in details.events[1:]]
            assert sorted(who) == sorted((winner[job_id, step], step) for step, _ in STEPS)
            assert len(details.attempts) == 1
            assert lab.files.path(details.job).is_file()
    print(f"{number} jobs: {len(done)} done, {len(others)} conflicts, {Counter(winner.values())}")
