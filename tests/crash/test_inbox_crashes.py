"""A process that dies while it reads the inbox: each email is one message, whatever it had done."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from printflow import Fate, Job, Printflow, Settings
from printflow.domain.incoming import ArrivedMail
from printflow.inbox.heads import head_of, identity_of
from printflow.ports import MailboxView
from printflow.testing.faults import Crash, FaultPlan, When
from printflow.testing.wrapped import Wrapping
from tests.plugins.fire import points
from tests.plugins.inbox import email
from tests.plugins.lab import TestClock

pytestmark = [pytest.mark.crash, pytest.mark.long]


class Box:
    """A mailbox in memory, which outlives the processes that read it."""

    place = "jane@mail/INBOX"

    def __init__(self) -> None:
        self.mails: dict[int, bytes] = {}
        self.away: list[int] = []

    def open(self) -> MailboxView:
        return MailboxView(7, len(self.mails) + 1)

    def uids_since_days(self, days: int) -> Sequence[int]:
        return sorted(self.mails)

    def uids_from(self, first: int) -> Sequence[int]:
        return [uid for uid in sorted(self.mails) if uid >= first]

    def size(self, uid: int) -> int | None:
        return len(self.mails[uid])

    def fetch(self, uid: int, size: int, *, head: bool = False) -> bytes | None:
        return self.mails[uid]

    def put_away(self, uid: int) -> None:
        self.away.append(uid)

    def wait(self, seconds: float, stopped: object) -> bool:
        return True

    def close(self) -> None:
        pass


class Reader:
    """Reads heads, and the text as it is; no process of its own."""

    def read(self, raw: bytes) -> ArrivedMail:
        said = head_of(raw)
        return ArrivedMail(
            identity=identity_of(raw, said["message_id"]),
            size=len(raw),
            message_id=said["message_id"],
            references=tuple(said["references"]),
            sender=said["sender"],
            text=raw.decode().partition("\r\n\r\n")[2].strip(),
            original=raw,
        )


@pytest.fixture
def ready(settings: Settings, clock: TestClock, model: Path) -> tuple[Settings, Job, Box]:
    """A lab with a job whose student was asked, closed again, and a mailbox with two replies."""
    with Printflow.open(settings, clock=clock) as lab:
        job = lab.intake.submit(
            model, student="Jane Doe", email="jane@example.edu", method="Filament",
            color="True Red", printer="Prusa MK4S", discipline="Engineering",
            class_number="ARCH 4000", acknowledge_minimum=True,
        )  # fmt: skip
        lab.notes.add(job.id, by="Sam", text="Which way up?", for_student=True)
        lab.dispatch()
        about = next(mail.message_id for mail in lab.mail.find() if mail.template == "message")
    box = Box()
    box.mails = {
        3: email("One.", answers=about, own_id="<1@x.y>"),
        4: email("Two.", answers=about, own_id=""),
        5: email("Hm.", sender="eve@example.org", own_id="<3@x.y>"),
    }
    given = settings.model_dump(exclude={"inbox", "mail"}, exclude_unset=True)
    inbox = {"host": "mail", "username": "jane", "password": "x"}
    return Settings(**given, mail={"directory": settings.mail.directory}, inbox=inbox), job, box


def opened(settings: Settings, clock: TestClock, box: Box, plan: FaultPlan) -> Printflow:
    wrapping = Wrapping(plan)

    def wrap(name: str, port: Any) -> Any:
        return wrapping(name, box if name == "mailbox" else port)

    lab = Printflow.open(settings, clock=clock, wrap=wrap)
    lab._parts.inbox._reader = Reader()  # type: ignore[assignment]
    return lab


def read_all(lab: Printflow) -> None:
    lab._parts.inbox.run_until_idle()


def after_a_crash(
    settings: Settings, clock: TestClock, job: Job, box: Box, number: int, when: When
) -> None:
    plan = FaultPlan()
    lab = opened(settings, clock, box, plan)
    plan.crash(plan.count + number, when)
    with pytest.raises(Crash):
        read_all(lab)
    plan.dead = False
    lab._parts.database.close()
    clock.advance(minutes=4)  # the lease of the dead
    with opened(settings, clock, box, FaultPlan()) as other:
        read_all(other)
        notes = [note.text for note in other.jobs.details(job.id).notes if note.from_student]
        assert notes == ["One.", "Two."], (number, when)
        assert [mail.text for mail in other.inbox.find((Fate.TRAY,))] == ["Hm."], (number, when)
        assert set(box.away) == {3, 4, 5}, (number, when)


@pytest.mark.embedded
def test_every_point(
    ready: tuple[Settings, Job, Box],
    clock: TestClock,
    tmp_path: Path,
    pytestconfig: pytest.Config,
) -> None:
    settings, job, box = ready
    database = settings.state_dir / "printflow.db"
    kept = tmp_path / "kept.db"
    shutil.copy(database, kept)
    counting = FaultPlan()
    with opened(settings, clock, box, counting) as lab:
        before = counting.count
        read_all(lab)
        calls = counting.calls[before:]
    assert len(calls) > 40
    for number, when in points(pytestconfig, calls, 24):
        for path in database.parent.glob("printflow.db*"):
            path.unlink()
        shutil.copy(kept, database)
        box.away.clear()
        after_a_crash(settings, clock, job, box, number, when)
