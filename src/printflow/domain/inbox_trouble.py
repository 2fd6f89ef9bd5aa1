"""When the inbox isn't read: one verdict for the pages, readiness, the doctor and the figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ..said import say, sentences

UNREAD_AFTER = timedelta(minutes=10)
"""An inbox that can't be reached is told of after so long; a refused login at once."""


class InboxState(StrEnum):
    """How reading is doing; the values are what monitoring reads."""

    REFUSED = "refused"
    FAILING = "failing"
    NOT_READ = "not read"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxTrouble:
    """Replies aren't read. ``since`` is when it was last read, or reading began to fail (UTC)."""

    state: InboxState
    reason: str
    since: datetime

    @property
    def message(self) -> str:
        """What is wrong, for people."""
        what = {
            InboxState.REFUSED: say("Replies by email aren't read: the mailbox can't be opened."),
            InboxState.FAILING: say("Replies by email aren't read: the mailbox can't be reached."),
            InboxState.NOT_READ: say("Replies by email aren't read: nothing looks for them."),
        }[self.state]
        return sentences((what, self.reason))

    @property
    def next_step(self) -> str:
        """What to do about it."""
        if self.state is InboxState.NOT_READ:
            return say("Check that `printflow serve` or `printflow worker` is running.")
        return say("Check the settings under [inbox]. No reply is lost: it waits in the mailbox.")


def trouble_of(
    *, why: str, refused: bool, since: datetime | None, read_at: datetime | None, now: datetime
) -> InboxTrouble | None:
    """The verdict. ``why`` and ``since`` are of the failure that lasts, ``refused`` that waiting
    won't help; ``read_at`` is when the inbox was last seen to be fine.
    """
    if why and since is not None:
        if refused:
            return InboxTrouble(state=InboxState.REFUSED, reason=why, since=since)
        late = now - since > UNREAD_AFTER
        return InboxTrouble(state=InboxState.FAILING, reason=why, since=since) if late else None
    if read_at is not None and now - read_at > UNREAD_AFTER:
        return InboxTrouble(state=InboxState.NOT_READ, reason="", since=read_at)
    return None
