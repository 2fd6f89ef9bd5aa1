"""Several web servers and workers on one PostgreSQL and one store: told of changes, never twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from printflow import InvalidInput, Job, Model, Printflow, PrintflowError, Settings, Status
from printflow.db import migrate
from printflow.db.alone import alone
from printflow.db.engine import open_engine
from printflow.domain.job import FileState
from tests import sample_models
from tests.benchmarks.transitions import FORM

pytestmark = pytest.mark.postgresql


@pytest.fixture
def shared(tmp_path: Path, upgraded_url: str) -> Settings:
    return Settings(
        store=tmp_path / "store",
        database_url=upgraded_url,
        settle_seconds=0,
        mail={"directory": tmp_path / "mail"},
    )


def until(look: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 60
    while not look():
        assert time.monotonic() < end, f"no {what}"
        time.sleep(0.02)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks by himself: who acts was told."""
    monkeypatch.setattr("printflow.dispatch.loop.POLL_SECONDS", 600.0)
    monkeypatch.setattr("printflow.service.tallies._UNASKED", 600.0)


@pytest.fixture
def web(shared: Settings) -> Iterator[Printflow]:
    with Printflow.open(shared, role="server") as lab:
        until(lambda: lab._listener and lab._listener.connected, "listener of the web server")
        yield lab


@pytest.fixture
def worker(shared: Settings, web: Printflow) -> Iterator[Printflow]:
    with Printflow.open(shared, role="worker") as lab:
        until(lambda: lab._listener and lab._listener.connected, "listener of the worker")
        lab.worker.start()
        yield lab


def mails(shared: Settings) -> list[Path]:
    assert shared.mail.directory
    return list(shared.mail.directory.glob("*.eml"))


def test_a_worker_is_woken_by_another_process(
    patient: None, shared: Settings, web: Printflow, worker: Printflow, model: Path
) -> None:
    time.sleep(0.5)  # the worker has looked once, found nothing, and sleeps
    web.intake.submit(model, **FORM)  # type: ignore[arg-type]
    until(lambda: len(mails(shared)) == 1, "mail, although nobody polls")


def test_a_web_server_shows_what_another_one_did(
    patient: None, shared: Settings, web: Printflow, model: Path
) -> None:
    with Printflow.open(shared, role="server") as other:
        until(lambda: other._listener and other._listener.connected, "listener")
        before = other.worklist.recent_tally(600.0)
        assert other.worklist.recent_tally(600.0) is before
        web.intake.submit(model, **FORM)  # type: ignore[arg-type]
        until(lambda: other.worklist.recent_tally(0.5).by_status["UPLOADED"] == 1, "new count")  # type: ignore[index]


def cut(shared: Settings) -> int:
    """End all connections that listen; says how many there were."""
    engine = open_engine(shared.database)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        ended = connection.scalars(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
        ).all()
    engine.dispose()
    assert all(ended)
    return len(ended)


def test_a_lost_connection_is_made_again(shared: Settings, web: Printflow, model: Path) -> None:
    heard = threading.Event()
    listener = web._listener
    assert listener
    assert cut(shared) == 1
    until(lambda: not listener.connected, "end of the connection")
    listener._heard = heard.set
    until(lambda: listener.connected, "new connection")
    heard.clear()
    web.intake.submit(model, **FORM)  # type: ignore[arg-type]
    until(heard.is_set, "word of the submission")


@pytest.mark.long
def test_polling_goes_on_while_nobody_is_told(
    shared: Settings,
    web: Printflow,
    worker: Printflow,
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("printflow.db.wakeup._RETRY_SECONDS", (600.0,))
    with Printflow.open(shared, role="server") as other:
        until(lambda: other._listener and other._listener.connected, "listener")
        before = other.worklist.recent_tally(0.5).by_status[Status.UPLOADED]
        assert cut(shared) == 3
        for lab in (web, worker, other):
            until(lambda lab=lab: not lab._listener.connected, "end of the connection")  # type: ignore[misc]
        web.intake.submit(model, **FORM)  # type: ignore[arg-type]
        until(lambda: len(mails(shared)) == 1, "mail of a worker that looks by himself")
        until(
            lambda: other.worklist.recent_tally(0.5).by_status[Status.UPLOADED] == before + 1,
            "count of a server that looks by itself",
        )
        assert not any(lab._listener and lab._listener.connected for lab in (web, worker, other))


@pytest.mark.long
def test_workers_place_each_file_once_and_send_each_mail_once(
    shared: Settings, web: Printflow, model: Path
) -> None:
    jobs: list[Job] = [web.intake.submit(model, **FORM) for _ in range(15)]  # type: ignore[arg-type]
    with ExitStack() as stack:
        workers = [stack.enter_context(Printflow.open(shared, role="worker")) for _ in range(3)]
        for one in workers:
            one.worker.start()
        for job in jobs:
            web.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
        until(lambda: len(mails(shared)) >= 30, "mails")
        until(
            lambda: web.system.health()["waiting"] == {"files": 0, "mails": 0, "dead_mails": 0},
            "rest",
        )
    ids = [
        line
        for path in mails(shared)
        for line in path.read_text().splitlines()
        if "Message-I" in line
    ]
    assert len(ids) == len(set(ids)) == 30
    for job in web.jobs.find():
        assert job.file.state is FileState.SETTLED
        assert web.files.path(job).exists()


def test_only_one_at_a_time(upgraded_url: str) -> None:
    engine = open_engine(upgraded_url.replace("postgresql:", "postgresql+psycopg:"))
    with alone(engine, "sweep", wait=False) as first, alone(engine, "sweep", wait=False) as second:
        assert (first, second) == (True, False)
        with alone(engine, "other", wait=False) as third:
            assert third
    with alone(engine, "sweep", wait=False) as again:
        assert again
    engine.dispose()


@pytest.mark.long
def test_two_that_upgrade_and_open_at_once(tmp_path: Path, postgresql_url: str) -> None:
    settings = Settings(store=tmp_path / "store", database_url=postgresql_url)
    faults: list[BaseException] = []
    told: list[str | None] = []
    ready = threading.Barrier(3)

    def begin() -> None:
        try:
            ready.wait()
            migrate.upgrade(settings.database)
            with Printflow.open(settings, role="server") as lab:
                told.append(lab.stations.ensure_password())
        except BaseException as error:
            faults.append(error)

    settings.store.mkdir()
    threads = [threading.Thread(target=begin) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    passwords = [password for password in told if password]
    with Printflow.open(settings) as lab:
        assert lab.catalog.version() == 1
        # One is told, and it is the one that opens: nobody writes down a password that is void.
        assert len(passwords) == 1
        lab.sessions.sign_in(passwords[0], name="Ana", address="127.0.0.1")


@pytest.mark.long
def test_stations_that_several_change_at_once(tmp_path: Path, upgraded_url: str) -> None:
    settings = Settings(store=tmp_path / "store", database_url=upgraded_url)
    settings.store.mkdir()
    with ExitStack() as stack:
        labs = [stack.enter_context(Printflow.open(settings)) for _ in range(4)]
        labs[0].stations.set_password("correct horse battery")
        labs[0].stations.add("Office", by="Ana", role="administrator")

        def at_once(act: Callable[[int], object]) -> list[str]:
            """What each is told: "" who was obeyed, else the refusal's code."""
            ready, told = threading.Barrier(4), [""] * 4

            def one(number: int) -> None:
                ready.wait()
                try:
                    act(number)
                except PrintflowError as refused:
                    told[number] = (
                        refused.refusals[0] if isinstance(refused, InvalidInput) else refused
                    ).code
                except BaseException as fault:
                    told[number] = repr(fault)

            threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return sorted(told)

        told = at_once(lambda number: labs[number].stations.add("Front desk", by="Ana"))
        assert told == ["", *["station_known"] * 3]
        # The last that may administer the lab stays, however many let go at once.
        names = ["Lab", "Office"] * 2
        told = at_once(lambda number: labs[number].stations.revoke(names[number], by="Ana"))
        assert told.count("") == 1
        assert set(told) <= {"", "last_admin_station", "not_found"}
        assert at_once(lambda number: labs[number].people.add("Bea")) == [""] * 4


@pytest.mark.long
def test_two_workers_tell_what_was_decided_together_once(
    shared: Settings, tmp_path: Path, web: Printflow
) -> None:
    """Each may claim an email of the request first; neither tells what the other does."""
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    form: dict[str, Any] = {key: value for key, value in FORM.items() if key != "color"}
    requests = [
        web.intake.submit_several([Model(file=model, color="Blue")] * 4, **form) for _ in range(8)
    ]
    web.dispatch()
    for jobs in requests:
        for job in jobs:
            web.jobs.approve(job.id, by="Ana", grams="42.5", hours="3", material="PLA")
    with ExitStack() as stack:
        labs = [stack.enter_context(Printflow.open(shared)) for _ in range(2)]
        threads = [threading.Thread(target=lab._parts.postman.send_due) for lab in labs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    postman = web._parts.postman
    until(lambda: (postman.send_due(), not web.mail.counts().get("queued"))[1], "rest")
    told: list[int] = []
    for mail in web.mail.find(limit=500):
        if mail.template == "prices":
            assert mail.state == "sent"
            told += [line["mail"] for line in mail.context["lines"]]
        elif mail.template == "approved" and mail.state == "sent":
            told.append(mail.id)
    assert len(told) == len(set(told)) == 32
    prices = [mail for mail in web.mail.find(limit=500) if mail.template == "prices"]
    assert len(prices) == 8, "one for each request"
