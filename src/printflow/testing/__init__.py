"""Tests a lab with faults at every call of its ports, and checks what must be true afterward.

For tests of Printflow itself and of what is built on it::

    outside = Outside(tmp_path)  # store, database, mailbox and clock: what outlives a crash
    plan = FaultPlan()
    plan.crash(17, When.AFTER)  # the process dies after its 17th call of a port
    lab = outside.open(plan)
    try:
        lab.intake.submit(...)
    except Crash:
        outside.kill(lab)
    lab = outside.open()  # recovery
    settle(outside, lab)
    assert violations(outside, idle=True) == []
"""

from __future__ import annotations

from ..lab.printflow import Printflow
from .faults import Crash, FaultPlan, When, os_error
from .invariants import undone, violations
from .outside import Mailbox, ManualClock, Mood, Outside
from .wrapped import Wrapping, crash_points, telling_points

__all__ = [
    "Crash",
    "FaultPlan",
    "Mailbox",
    "ManualClock",
    "Mood",
    "NeverDone",
    "Outside",
    "When",
    "Wrapping",
    "crash_points",
    "os_error",
    "settle",
    "telling_points",
    "undone",
    "violations",
]

_ROUNDS = 60


class NeverDone(AssertionError):
    """Work is left that time and a lab that is well do not bring to its end."""


def settle(outside: Outside, lab: Printflow) -> None:
    """Let the dispatcher work, and time pass, until nothing waits but files that only people find.

    Raises NeverDone when that does not come about. A day has passed at the end, so that
    uploads that came to nothing are swept, and what was missing has been looked for again.
    """
    for _ in range(_ROUNDS):
        report = lab.dispatch()
        if not (report.mail_paused or undone(outside)):
            break
        outside.clock.advance(minutes=3)
    else:
        raise NeverDone(f"the dispatcher never gets done: {report}, {undone(outside)}")
    outside.clock.advance(hours=25)
    lab.dispatch()
