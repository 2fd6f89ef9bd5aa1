"""What is outside the program and outlives it: store, database, mailboxes, time, people's memory."""

from __future__ import annotations

import copy
import os
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

from ..lab.printflow import Printflow
from ..ports import FailureKind, MailFailure
from ..settings import Settings
from ..store.making import make_store
from .faults import FaultPlan
from .wrapped import Wrapping


class ManualClock:
    """Time that moves by a microsecond a look, and by more when it is told to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def advance(self, **by: float) -> None:
        """Let time pass: ``advance(days=8)``; backwards, too."""
        self.now += timedelta(**by)


class Mood(StrEnum):
    """How a mail server treats the next mails."""

    WELL = "well"
    TRANSIENT = "transient"
    PERMANENT = "permanent"
    AUTHENTICATION = "authentication"
    CERTIFICATE = "certificate"
    SENDS_THEN_RAISES = "sends then raises"
    """It takes the mail and drops the line before it says so."""


class Mailbox:
    """A mail server and all that it ever delivered."""

    def __init__(self) -> None:
        self.mood = Mood.WELL
        self.delivered: list[EmailMessage] = []

    def send(self, message: EmailMessage) -> None:
        """Deliver, or fail, by the mood."""
        if self.mood in (Mood.WELL, Mood.SENDS_THEN_RAISES):
            self.delivered.append(message)
        if self.mood is Mood.SENDS_THEN_RAISES:
            raise MailFailure(FailureKind.TRANSIENT, "the line broke")
        if self.mood is not Mood.WELL:
            raise MailFailure(FailureKind(self.mood.value), f"{self.mood} trouble")

    def check(self) -> None:
        """Let in, or not, by the mood."""
        if self.mood not in (Mood.WELL, Mood.SENDS_THEN_RAISES, Mood.PERMANENT):
            raise MailFailure(FailureKind(self.mood.value), f"{self.mood} trouble")

    def ids(self) -> Counter[str]:
        """How often each Message-ID was delivered."""
        return Counter(str(message["Message-ID"]) for message in self.delivered)

    def link(self, job_id: str) -> str | None:
        """The token of the newest confirmation link that a student of this job was sent."""
        for message in reversed(self.delivered):
            if not str(message["Message-ID"]).startswith(f"<{job_id}."):
                continue
            part = message.get_body(("plain",))
            text = part.get_content() if part is not None else ""
            if "/confirm/" in text:
                return str(text.partition("/confirm/")[2].split()[0])
        return None


class Outside:
    """One lab's surroundings in ``folder``; open labs on it with :meth:`open`, as often as wanted.

    The database is beside the store, as on a machine whose store is a share, so that the share
    can go and come back. Nothing here is lost when a lab crashes.
    """

    def __init__(
        self, folder: Path, *, seed: int = 1, program: type[Printflow] = Printflow, **settings: Any
    ) -> None:
        self.folder = folder
        self.program = program
        self.clock = ManualClock(datetime.now(UTC).replace(microsecond=0))
        self.mailbox = Mailbox()
        self.memory: dict[str, Any] = {}
        """What people remember: for the tests' own use."""
        self.acknowledged: list[tuple[str, str]] = []
        """``(job id, trigger)`` of every call that was answered "done"."""
        self.unknown_files: set[str] = set()
        """Names of files that hands put into the store and that no row need know."""
        self.changed_files: set[str] = set()
        """Names of files that hands deleted or overwrote: nothing is promised of them."""
        self.doubled_files: set[str] = set()
        """Names under which hands put other contents into a second folder: both stay as they are
        until people have sorted it out.
        """
        self._random = Random(seed)  # noqa: S311 - repeatable on purpose
        self._labs: list[tuple[Printflow, Wrapping]] = []
        self._given = settings
        self.settings = self._settings()

    def _settings(self) -> Settings:
        given: dict[str, Any] = {
            "store": self.store,
            "database_url": f"sqlite:///{self.folder / 'printflow.db'}",
            "secret_key": "0123456789abcdef0123456789abcdef",
            "base_url": "http://127.0.0.1:8080",
            "settle_seconds": 0,
            "disk_reserve_mb": 1,
            "mail": {"staff_address": "lab@example.edu"},
        }
        return Settings(**{**given, **self._given})

    @property
    def store(self) -> Path:
        """Where the store is, or would be."""
        return self.folder / "store"

    def _ids(self, bits: int) -> int:
        return self._random.getrandbits(bits)

    # -- processes --------------------------------------------------------------------------------

    def open(self, plan: FaultPlan | None = None) -> Printflow:
        """A lab, with the faults of ``plan``."""
        wrapping = Wrapping(plan or FaultPlan())
        lab = self.program.open(
            self.settings,
            clock=self.clock,
            ids=self._ids,
            mailer=self.mailbox,
            wrap=wrapping,
        )
        self._labs.append((lab, wrapping))
        return lab

    def kill(self, lab: Printflow) -> None:
        """End a lab as the system ends a process: at once, closing what it held."""
        for entry in self._labs:
            if entry[0] is lab:
                self._labs.remove(entry)
                entry[1].bury()
                return

    def close(self) -> None:
        """End all labs."""
        for lab, _ in list(self._labs):
            self.kill(lab)

    # -- copies -----------------------------------------------------------------------------------

    def copy(self, folder: Path) -> Outside:
        """The same surroundings in another folder; no lab may be open on these."""
        if self._labs:
            raise RuntimeError("a lab is open")
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        made = copy.copy(self)
        made.folder = folder
        made.clock = ManualClock(self.clock.now)
        made.mailbox = Mailbox()
        made.mailbox.mood = self.mailbox.mood
        made.mailbox.delivered = list(self.mailbox.delivered)
        made.memory = copy.deepcopy(self.memory)
        made.acknowledged = list(self.acknowledged)
        made.unknown_files = set(self.unknown_files)
        made.changed_files = set(self.changed_files)
        made.doubled_files = set(self.doubled_files)
        made._random = copy.deepcopy(self._random)
        made._labs = []
        made.settings = made._settings()
        return made

    # -- the share --------------------------------------------------------------------------------

    @property
    def _away(self) -> Path:
        return self.folder / "share-that-is-away"

    @property
    def mounted(self) -> bool:
        """Whether the lab's own store is where it should be."""
        return not self._away.exists()

    def unmount(self) -> None:
        """The share is gone; an empty folder stays, as a mount point does."""
        if self.mounted:
            self.store.rename(self._away)
            self.store.mkdir()

    def mount_another(self) -> None:
        """The share of another lab is mounted in its place."""
        self.unmount()
        if not any(self.store.iterdir()):
            make_store(self.store)

    def mount(self) -> None:
        """The lab's own share is back. Raises AssertionError if anything was put elsewhere."""
        if self.mounted:
            return
        left = sorted(str(path) for path in self.store.rglob("*") if path.is_file())
        left = [path for path in left if not path.endswith(os.sep + "store.json")]
        if left:
            raise AssertionError(f"written into a store that is not the lab's: {left}")
        shutil.rmtree(self.store)
        self._away.rename(self.store)
