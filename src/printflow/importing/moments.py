"""Times of an older list: ISO 8601, and the formats that the mapping names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ..said import say
from .figures import Doubtful


def moment(text: str, formats: Sequence[str], zone: ZoneInfo) -> datetime:
    """The time that a text says, in UTC; ``zone`` is that of times without one.

    Raises Doubtful where no format reads it, and where two read it differently: 03/04 is a day in
    March or in April, and only the mapping can tell.
    """
    found = sorted(set(_readings(text, formats, zone)))
    if len(found) > 1:
        first, second = (one.astimezone(zone).strftime("%B %d, %Y, %I:%M %p") for one in found[:2])
        raise Doubtful(
            say(
                "“{typed}” could be {first}, or {second}. Leave only one format in dates in the "
                "mapping.",
                typed=text[:40],
                first=first,
                second=second,
            )
        )
    if not found:
        raise Doubtful(
            say(
                "“{typed}” isn't a date or time. Add its format to dates in the mapping.",
                typed=text[:40],
            )
        )
    return found[0]


def _readings(text: str, formats: Sequence[str], zone: ZoneInfo) -> Iterator[datetime]:
    for pattern in ("", *formats):
        try:
            read = datetime.strptime(text, pattern) if pattern else datetime.fromisoformat(text)  # noqa: DTZ007
            aware = read.replace(tzinfo=zone) if read.tzinfo is None else read
            yield aware.astimezone(UTC)
        except (ValueError, OverflowError):  # no time, or one beyond the calendar
            continue
