"""A mail server for tests that has moods: it refuses, drops, hangs, drips, as told or by chance.

Needs the package ``aiosmtpd`` (in the development group). Part of :mod:`printflow.testing`.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from enum import StrEnum

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mood(StrEnum):
    """How the server treats a mail."""

    GOOD = "good"
    CLOSING = "421 closing"
    MAILBOX_BUSY = "450 mailbox busy"
    LOCAL_ERROR = "451 local error"
    NO_ROOM = "452 no room"
    NO_SUCH_USER = "550 no such user"
    TOO_LARGE = "552 too large"
    DROPS_BEFORE_DATA = "drops before DATA"
    DROPS_AFTER_DATA = "drops after DATA"
    """The mail was taken, but the answer never comes: the sender cannot know."""
    HANGS = "hangs"
    DRIPS = "a byte a second"


PASSING = (
    Mood.CLOSING,
    Mood.MAILBOX_BUSY,
    Mood.LOCAL_ERROR,
    Mood.NO_ROOM,
    Mood.DROPS_BEFORE_DATA,
    Mood.DROPS_AFTER_DATA,
)
"""Moods after which trying again is right."""

_VERY_LONG = 3600
"""Seconds."""


@dataclass
class FaultMailServer:
    """An SMTP server on 127.0.0.1; ``mood`` is asked again for each mail. Use it in ``with``."""

    mood: Callable[[], Mood] = lambda: Mood.GOOD
    port: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    """How often each Message-ID was taken."""
    met: Counter[Mood] = field(default_factory=Counter)

    def __enter__(self) -> FaultMailServer:
        self._lock = threading.Lock()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.stop()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        """Take or refuse the recipient; the mail's mood is settled here."""
        mood = self.mood()
        session.printflow_mood = mood  # type: ignore[attr-defined]
        with self._lock:
            self.met[mood] += 1
        if mood in (Mood.MAILBOX_BUSY, Mood.NO_SUCH_USER, Mood.CLOSING):
            return mood.value
        if mood is Mood.DROPS_BEFORE_DATA:
            _drop(server)
        if mood is Mood.HANGS:
            await asyncio.sleep(_VERY_LONG)
        if mood is Mood.DRIPS:
            await _drip(server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take or refuse the mail."""
        mood = session.printflow_mood  # type: ignore[attr-defined]
        if mood in (Mood.LOCAL_ERROR, Mood.NO_ROOM, Mood.TOO_LARGE):
            return str(mood.value)
        content = envelope.content
        data = content if isinstance(content, bytes) else str(content).encode()
        identity = str(message_from_bytes(data, policy=policy.default)["Message-ID"])
        with self._lock:
            self.taken[identity] += 1
        if mood is Mood.DROPS_AFTER_DATA:
            _drop(server)
        return "250 OK"

    @property
    def doubles(self) -> int:
        """How many mails came once too often."""
        return sum(self.taken.values()) - len(self.taken)


async def _drip(server: SMTP) -> None:
    """Each byte comes in time for a time-out that counts from the byte before."""
    for _ in range(_VERY_LONG):
        if isinstance(server.transport, asyncio.Transport):
            server.transport.write(b"2")
        await asyncio.sleep(1)


def _drop(server: SMTP) -> None:
    transport = server.transport
    if isinstance(transport, asyncio.Transport):
        transport.abort()


def by_chance(share: float, seed: int, moods: tuple[Mood, ...] = PASSING) -> Callable[[], Mood]:
    """Good, but for ``share`` of the mails in one of ``moods``; the same every time for a seed."""
    chance = random.Random(seed)  # noqa: S311 - a test's dice, no secret

    def mood() -> Mood:
        return chance.choice(moods) if chance.random() < share else Mood.GOOD

    return mood
