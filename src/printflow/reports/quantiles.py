"""Medians and other quantiles of what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value that ``share`` of the values do not exceed (nearest rank); None of nothing.

    ``share`` is above 0 and at most 1; the rank is ``ceil(share * n)``, as PostgreSQL's
    ``percentile_disc`` takes it, so that what is told was really measured.
    """
    if not values:
        return None
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]
