"""When mail fails: one verdict for the dashboard, readiness, the doctor and the figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ..said import say, say_n, sentences
from .history import Mail

LATE_AFTER = timedelta(minutes=10)
"""A mail that should have gone so long ago is late; it is told within a quarter of an hour."""

_REFUSED_IN_A_ROW = 2
"""So many different people whose mails were refused, and none sent since, are no typing mistakes."""


class MailState(StrEnum):
    """How mail is doing; the values are what monitoring reads."""

    PAUSED = "paused"
    CERTIFICATE = "certificate"
    LATE = "failing"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailStop:
    """No mail leaves at all, ``since`` when (UTC), for a ``reason`` in words."""

    state: MailState
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTrouble:
    """Mail does not leave. ``since`` is when that began (UTC), ``count`` how many wait or
    were refused, ``reason`` what the mail server or the system said last.
    """

    state: MailState
    reason: str
    count: int
    since: datetime | None = None

    @property
    def message(self) -> str:
        """What is wrong, for people."""
        if self.state is MailState.PAUSED:
            what = say("Email is paused: Printflow can't sign in to the email account.")
        elif self.state is MailState.CERTIFICATE:
            what = say("Email is paused: a certificate isn't trusted.")
        elif self.state is MailState.REFUSED:
            what = say("The email server is rejecting all emails.")
        elif not self.reason:
            what = say_n(
                "{count} email should have been sent by now, but nothing has tried to send it.",
                "{count} emails should have been sent by now, but nothing has tried to send them.",
                self.count,
            )
        else:
            what = say_n(
                "Email isn't being sent. {count} email is waiting.",
                "Email isn't being sent. {count} emails are waiting.",
                self.count,
            )
        return sentences((what, self.reason))

    @property
    def next_step(self) -> str:
        """What to do about it."""
        if self.state in (MailState.PAUSED, MailState.CERTIFICATE):
            return say(
                "Printflow keeps trying, and email resumes automatically once it works. If you change "
                "the settings under [mail], restart Printflow."
            )
        if self.state is MailState.LATE and not self.reason:
            return say("Check that `printflow serve` or `printflow worker` is running.")
        return say("Check the settings under [mail], and ask the person who runs the email server.")

    def age(self, now: datetime) -> timedelta:
        """For how long the oldest mail has been late; zero where none is."""
        return max(now - self.since, timedelta()) if self.since else timedelta()


def trouble_of(
    *,
    stop: MailStop | None,
    waiting: int,
    late: int,
    oldest: Mail | None,
    refused: Sequence[Mail],
) -> MailTrouble | None:
    """The verdict. With a ``stop``, so many are ``waiting``. ``late`` mails should have gone,
    ``oldest`` first; ``refused`` are the dead letters that were written after the last mail that
    was sent.
    """
    if stop is not None:
        return MailTrouble(state=stop.state, reason=stop.reason, count=waiting, since=stop.since)
    if oldest is not None:
        return MailTrouble(
            state=MailState.LATE, reason=oldest.error, count=late, since=oldest.created_at
        )
    if len({mail.to for mail in refused}) >= _REFUSED_IN_A_ROW:
        first = min(refused, key=lambda mail: mail.created_at)
        return MailTrouble(
            state=MailState.REFUSED,
            reason=refused[0].error,
            count=len(refused),
            since=first.created_at,
        )
    return None
