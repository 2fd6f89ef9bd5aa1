"""A catalog as people who read a language get it, with amounts written as that language does."""

from __future__ import annotations

from ..domain.catalog import Catalog
from .formats import money
from .speaking import language, speaking


def spoken_catalog(catalog: Catalog, tag: str | None = None) -> Catalog:
    """The catalog's texts in a language (None: the one that is spoken here), where they're
    translated and still right, with the minimum charge in their words: "3,00 $".
    """
    wanted = language() if tag is None else tag
    if not catalog.translations.of(wanted):
        return catalog
    with speaking(wanted):
        amount = money(catalog.minimum_charge_cents, catalog.currency)
    return catalog.in_language(wanted, amount)
