"""The share hangs: pages answer, staff are told, and everything catches up afterwards."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from printflow import FileState, Printflow, Status
from printflow.store.folder_store import FolderStore
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import Upload, said, send


class Valve:
    """Closed, every call of the store waits."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()


@pytest.fixture
def share(monkeypatch: pytest.MonkeyPatch) -> Iterator[Valve]:
    """The store's way to the disk, which a test can block."""
    valve = Valve()

    def blocking(name: str) -> None:
        real = getattr(FolderStore, name)

        def call(*arguments: object, **options: object) -> object:
            valve.open.wait(60)
            return real(*arguments, **options)

        monkeypatch.setattr(FolderStore, name, call)

    for name in vars(FolderStore):
        if not name.startswith("_") and name not in ("root", "path"):
            blocking(name)
    yield valve
    valve.open.set()


@pytest.mark.long
def test_pages_answer_and_all_catches_up(
    lab: Printflow,
    staff: FlaskClient,
    submit: Submit,
    upload: Upload,
    share: Valve,
    clock: TestClock,
) -> None:
    job = submit()
    staff.get("/dashboard")
    share.open.clear()
    until = time.monotonic() + 5
    while "share doesn't answer" not in said(staff.get("/dashboard")):
        assert time.monotonic() < until, "the banner comes within 5 s"
        time.sleep(0.1)
    pages = ("/dashboard", f"/dashboard/jobs/{job.id}", "/outbox", "/staff", "/submit")
    of_the_lab = ("/admin/system", "/admin/catalog", "/admin/stations", "/health/live")
    for page in (*pages, *of_the_lab):
        started = time.monotonic()
        assert staff.get(page).status_code == 200
        assert time.monotonic() - started < 1, page

    started = time.monotonic()
    while staff.get("/health/ready").status_code != 503:
        assert time.monotonic() - started < 10
        time.sleep(0.1)
    started = time.monotonic()
    assert staff.get("/health/ready").json["store"] == "does not answer"  # type: ignore[index]
    assert time.monotonic() - started < 1, "what is known to hang is not waited for"

    answer = send(staff, f"/dashboard/jobs/{job.id}/reject", text="Too thin")
    assert answer.status_code == 303, "the click is done, the file follows"
    assert lab.jobs.get(job.id).status is Status.REJECTED
    assert lab.jobs.get(job.id).file.state is FileState.PENDING
    answer = upload()
    assert answer.status_code == 503
    assert "Nothing was saved" in said(answer)

    share.open.set()
    time.sleep(0.3)
    clock.advance(minutes=2)
    lab.dispatch()
    assert lab.jobs.get(job.id).file.state is FileState.SETTLED
    assert lab.files.path(lab.jobs.get(job.id)).parent.name == "Rejected"
    until = time.monotonic() + 5
    while "share doesn't answer" in said(staff.get("/dashboard")):
        assert time.monotonic() < until
        time.sleep(0.1)
