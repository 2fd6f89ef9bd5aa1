"""A clock that was far ahead for a moment, and a machine that has run out of descriptors."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from printflow import FileState, Job, Printflow, Status
from printflow.domain.limits import Bound, Count, wait_for
from printflow.runtime.calendar import Calendar
from printflow.runtime.exhausted import ServerBusy, is_exhausted
from printflow.store.making import read_identity
from printflow.testing import Mood, Outside
from tests.plugins.lab import Submit, TestClock

AHEAD = 400


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    made = Outside(tmp_path)
    yield made
    made.close()


def _submit(lab: Printflow, model: Path) -> Job:
    return lab.intake.submit(
        model,
        student="Jane Doe",
        email="jane@example.edu",
        method="Filament",
        color="True Red",
        printer="Prusa MK4S",
        discipline="Engineering",
        class_number="ARCH 4000",
        acknowledge_minimum=True,
    )


def test_a_mail_that_was_tried_while_the_clock_was_ahead_goes_out_today(
    outside: Outside, model: Path
) -> None:
    lab = outside.open()
    _submit(lab, model)
    outside.clock.advance(days=AHEAD)
    outside.mailbox.mood = Mood.TRANSIENT
    lab.dispatch()
    outside.clock.advance(days=-AHEAD)
    outside.mailbox.mood = Mood.WELL
    lab.dispatch()
    assert len(outside.mailbox.delivered) == 1
    assert lab.mail.trouble() is None


def test_a_mail_that_was_written_while_the_clock_was_ahead_goes_out_today(
    outside: Outside, model: Path
) -> None:
    lab = outside.open()
    outside.clock.advance(days=AHEAD)
    _submit(lab, model)
    outside.clock.advance(days=-AHEAD)
    lab.dispatch()
    assert len(outside.mailbox.delivered) == 1


def test_a_pause_that_was_begun_ahead_is_over(outside: Outside, model: Path) -> None:
    lab = outside.open()
    _submit(lab, model)
    outside.clock.advance(days=AHEAD)
    outside.mailbox.mood = Mood.AUTHENTICATION
    lab.dispatch()
    assert lab.mail.paused()
    outside.clock.advance(days=-AHEAD)
    outside.mailbox.mood = Mood.WELL
    assert lab.mail.paused() == ""
    lab.dispatch()
    assert len(outside.mailbox.delivered) == 1


def test_a_file_that_was_to_be_placed_later_is_placed_today(
    lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    job = submit()
    with lab._parts.database.write() as tx:
        far = clock() + timedelta(days=AHEAD)
        tx._connection.exec_driver_sql(  # type: ignore[attr-defined]
            f"UPDATE job_files SET state = '{FileState.PENDING.value}', next_try_at = '"
            f"{far:%Y-%m-%d %H:%M:%S}.000000', lease_until = '{far:%Y-%m-%d %H:%M:%S}.000000'"
        )
    codes = [finding.code for finding in lab.doctor.examine(fix=False).findings]
    assert "work_overdue" in codes, "the doctor is not content"
    lab.dispatch()
    assert lab.jobs.get(job.id).file.state is FileState.SETTLED
    assert lab.jobs.get(job.id).status is Status.UPLOADED


def test_a_session_that_was_begun_ahead_is_over(lab: Printflow, clock: TestClock) -> None:
    lab.stations.set_password("correct horse battery")
    clock.advance(days=AHEAD)
    key = lab.sessions.sign_in("correct horse battery", name="Ana", address="192.0.2.7").key
    assert lab.sessions.get(key) is not None
    clock.advance(days=-AHEAD)
    assert lab.sessions.get(key) is None


def test_a_limit_that_was_reached_ahead_holds_nobody_back() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    bound = Bound("x", 1, timedelta(hours=1))
    ahead = {"x": Count(5, now + timedelta(days=AHEAD))}
    assert wait_for([bound], ahead, now, more=1) is None
    assert wait_for([bound], {"x": Count(5, now + timedelta(minutes=9))}, now, more=1)


def test_a_clock_that_jumps_is_not_believed_until_it_has_gone_on_for_an_hour() -> None:
    now, steady = [datetime(2026, 3, 2, tzinfo=UTC)], [0.0]

    def passes(seconds: float, jump: timedelta = timedelta()) -> bool:
        steady[0] += seconds
        now[0] += timedelta(seconds=seconds) + jump
        return calendar.is_sure(now[0])

    calendar = Calendar(lambda: now[0], lambda: steady[0])
    assert passes(600)
    assert not passes(12, timedelta(days=AHEAD))
    assert not passes(600)
    assert passes(12, timedelta(days=-AHEAD)), "it came back"
    assert not passes(12, timedelta(days=AHEAD))
    assert not passes(1800)
    assert passes(1900), "a clock that was set right goes on"


@contextmanager
def _no_descriptors() -> Iterator[None]:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = max(int(name) for name in os.listdir("/proc/self/fd"))
    held = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (used + 1, hard))
        with contextlib.suppress(OSError):
            while True:
                held.append(os.dup(0))
        yield
    finally:
        for fd in held:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux' own")
def test_out_of_descriptors_is_told_as_busy_not_as_a_lost_store(
    lab: Printflow, submit: Callable[..., Job]
) -> None:
    job = submit()
    asks: tuple[Callable[[], object], ...] = (
        lambda: read_identity(lab.settings.store),
        lambda: lab.intake.receive("bracket.stl"),
        lambda: lab.files.open(job),
    )
    for ask in asks:
        with _no_descriptors(), pytest.raises(ServerBusy) as told:
            ask()
        assert "busy" in told.value.message
        assert "identity" not in told.value.message
        assert "LimitNOFILE" in str(told.value)


def test_what_counts_as_exhausted() -> None:
    assert is_exhausted(OSError(errno.EMFILE, "x"))
    assert is_exhausted(MemoryError())
    assert not is_exhausted(OSError(errno.EACCES, "x"))
