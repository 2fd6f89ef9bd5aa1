"""Since when jobs need attention: the lab's settings, counted in its open days."""

from __future__ import annotations

from datetime import datetime

from ..domain.attention import Attention
from ..domain.catalog import Catalog
from ..settings import Settings


def attention_at(now: datetime, catalog: Catalog, settings: Settings) -> Attention:
    """What needs attention at ``now`` (UTC)."""
    days, discarded = catalog.open_days, settings.dispose_after_days
    return Attention(
        now=now,
        aged=days.before(now, settings.attention_days),
        unclaimed=days.before(now, discarded) if discarded else None,
    )
