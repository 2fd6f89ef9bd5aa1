"""Which week the weekly summary tells of, and the one Message-ID of it per week and receiver. Pure."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta, tzinfo

LEAVES_AT = timedelta(hours=6)
"""After midnight of Monday, in the lab's time zone: before anyone comes to work."""

_WEEK = timedelta(days=7)


def week_told(now: datetime, zone: tzinfo) -> date:
    """The Monday of the week that the newest summary tells of: the last one that is over. ``now`` is
    UTC.
    """
    local = now.astimezone(zone).replace(tzinfo=None) - LEAVES_AT
    return local.date() - timedelta(days=local.weekday()) - _WEEK


def mail_number(week: date, address: str) -> str:
    """What makes the mail of a week and a receiver the only one: its Message-ID holds it."""
    whose = hashlib.sha256(address.strip().casefold().encode()).hexdigest()[:16]
    return f"{week.isoformat()}.{whose}"
