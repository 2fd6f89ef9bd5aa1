"""The lab's rules for prints that are waiting, from its settings and its open days."""

from __future__ import annotations

from ..domain.open_days import OpenDays
from ..domain.pick_up import PickUpPolicy
from ..settings import Settings


def pick_up_policy(settings: Settings, days: OpenDays) -> PickUpPolicy:
    """When students are reminded to pick up a print, and when it may be discarded."""
    return PickUpPolicy(
        reminder_days=settings.pickup_reminder_days,
        dispose_after_days=settings.dispose_after_days,
        days=days,
    )
