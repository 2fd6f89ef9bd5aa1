"""Which reasons for a rejection are from a list, and which are someone's own words. Pure."""

from __future__ import annotations

from .callbacks import BY_LAB, CANCELED, DECLINED
from .catalog import Catalog


def known_reasons(catalog: Catalog) -> frozenset[str]:
    """The reasons that anyone can choose, and those that Printflow writes; all others are own words."""
    own = (reason.text for reason in catalog.rejection_reasons)
    return frozenset((DECLINED, BY_LAB, *CANCELED, *own))
