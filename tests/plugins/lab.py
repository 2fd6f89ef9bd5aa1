"""A real lab on real folders: its settings, a clock that tests turn, and jobs at every stage."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from printflow import Job, Printflow, Settings, Status
from printflow.db import migrate
from printflow.store.making import make_store
from tests import sample_models


class TestClock:
    """Time that moves only by a microsecond a look, or when a test says so."""

    __test__ = False

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def advance(self, **by: float) -> None:
        """Let time pass: ``advance(days=8)``."""
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> TestClock:
    """The lab's clock."""
    return TestClock()


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Settings of a lab in the test's own folder; mails become ``.eml`` files."""
    url = ""
    if request.config.getoption("--postgresql"):
        url = request.getfixturevalue("upgraded_url")
    return Settings(
        store=tmp_path / "store",
        database_url=url,
        base_url="http://127.0.0.1:8080",
        settle_seconds=0,
        check_email_domain=False,
        mail={"directory": tmp_path / "mail", "staff_address": "lab@example.edu"},
    )


@pytest.fixture(scope="session")
def _upgraded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with the schema of this program and no rows, made once."""
    path = tmp_path_factory.mktemp("database") / "printflow.db"
    migrate.upgrade(f"sqlite:///{path.as_posix()}")
    return path


@pytest.fixture
def lab(settings: Settings, clock: TestClock, _upgraded_file: Path) -> Iterator[Printflow]:
    """A new lab. Its database has this program's schema already, which saves each test 0.1 s."""
    if not settings.database_url and not settings.store.exists():
        settings.store.mkdir()
        make_store(settings.store)
        shutil.copyfile(_upgraded_file, settings.state_dir / _upgraded_file.name)
    with Printflow.open(settings, clock=clock) as opened:
        yield opened


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A real STL file on this machine."""
    path = tmp_path / "bracket.stl"
    path.write_bytes(sample_models.stl())
    return path


Submit = Callable[..., Job]


@pytest.fixture
def submit(lab: Printflow, model: Path) -> Submit:
    """Submit the model; keyword arguments replace parts of a good form."""

    def submitted(**replaced: object) -> Job:
        form: dict[str, object] = {
            "student": "Jane Doe",
            "email": "jane@example.edu",
            "method": "Filament",
            "color": "True Red",
            "printer": "Prusa MK4S",
            "discipline": "Engineering",
            "class_number": "ARCH 4000",
            "acknowledge_minimum": True,
        }
        return lab.intake.submit(model, **{**form, **replaced})  # type: ignore[arg-type]

    return submitted


Advance = Callable[..., Job]


@pytest.fixture
def job_in(lab: Printflow, submit: Submit) -> Callable[[Status | str], Job]:
    """A job that went the usual way to the wanted status."""

    def brought(status: Status | str) -> Job:
        job = submit()
        if status == Status.REJECTED:
            return lab.jobs.reject(job.id, by="Sam", reasons=["Too thin"])
        steps: tuple[tuple[Status, Callable[[], Job]], ...] = (
            (Status.UPLOADED, lambda: job),
            (
                Status.PENDING,
                lambda: lab.jobs.approve(
                    job.id, by="Ana", grams="42.5", hours="3.25", material="PLA"
                ),
            ),
            (Status.READYTOPRINT, lambda: lab.jobs.confirm(job.id, by="Ana", note="by phone")),
            (Status.PRINTING, lambda: lab.jobs.start_printing(job.id, by="Sam")),
            (Status.COMPLETED, lambda: lab.jobs.complete(job.id, by="Sam")),
            (
                Status.PAIDPICKEDUP,
                lambda: lab.jobs.pick_up(job.id, by="Ana", amount="4.25", method="cash"),
            ),
        )
        for reached, step in steps:
            found = step()
            if reached == status:
                return found
        raise ValueError(f"no usual way to {status}")

    return brought
