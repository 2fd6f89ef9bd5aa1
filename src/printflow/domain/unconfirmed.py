"""Jobs that wait for their student to confirm the email address: nothing of them is with staff yet.

Anyone can write any address into the form. Where the lab wants it, a link that was mailed to the
address brings the jobs to staff; until then staff can only let them in, and the student can only
cancel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..errors import Refusal, TransitionRefused
from ..said import say
from .history import RequestJob
from .job import Job, LinkState

WAITING_FOR_CONFIRMATION = "waiting_for_confirmation"
"""The code of refusals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressToConfirm:
    """What is known of the address of one request.

    ``until`` is when its link expires. ``confirmed_by`` names the member of staff who let it in, ""
    for the student. ``browser_hash`` tells which browser sent it, "" for one that isn't known.
    """

    request_id: int
    until: datetime
    confirmed_at: datetime | None
    confirmed_by: str
    browser_hash: str

    def state(self, jobs: Sequence[Job], now: datetime) -> LinkState:
        """How its link stands at ``now`` (UTC); ``jobs`` are those of the request."""
        if self.confirmed_at is not None:
            return LinkState.USED
        if not jobs or now >= self.until:
            return LinkState.EXPIRED
        return LinkState.VOID if all(job.status.closed for job in jobs) else LinkState.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPage:
    """What the link to confirm an address shows: ``address`` is "" once the jobs were deleted."""

    state: LinkState
    address: str
    until: datetime
    confirmed_at: datetime | None
    confirmed_by: str
    jobs: tuple[RequestJob, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressWait:
    """What a student is told who just sent models that wait: where the link went, until when it
    counts, and whether an email left at all.
    """

    address: str
    until: datetime
    mailed: bool


def expect_confirmed(job: Job) -> None:
    """Raises TransitionRefused for a job that waits for its student's address."""
    if job.unconfirmed:
        raise TransitionRefused(
            [
                Refusal(
                    WAITING_FOR_CONFIRMATION,
                    say("The student hasn't confirmed the email address of this job yet."),
                    "",
                    say("Wait for the student, or let the job in first."),
                )
            ]
        )
