"""The catalog of a page: its figures, and its texts in the language that the page speaks."""

from __future__ import annotations

from flask import current_app, g

from printflow import Catalog, spoken_catalog, spoken_language

from .remembered import asks_nothing
from .request import lab_of
from .route_rights import of_staff


def catalog_in_force() -> Catalog:
    """The catalog, looked for once in a request, however many figures its page shows."""
    if "catalog" not in g:
        catalogs = lab_of(current_app).catalog
        g.catalog = catalogs.remembered if asks_nothing() else catalogs.current
    catalog: Catalog = g.catalog
    return catalog


def catalog_shown() -> Catalog | None:
    """The same as the page shows it: to students in the language that the page speaks. Staff get
    the default, by whose names they act. None where nothing is remembered.
    """
    catalog_in_force()
    found: Catalog | None = g.catalog
    language = spoken_language()
    kept: tuple[Catalog | None, str, Catalog | None] | None = g.get("catalog_shown")
    if kept is None or kept[0] is not found or kept[1] != language:
        said = found if found is None or of_staff() else spoken_catalog(found)
        g.catalog_shown = kept = (found, language, said)
    return kept[2]


def shown(text: str) -> str:
    """What the page says for a name, or a reason, of the catalog."""
    catalog = catalog_shown()
    return text if catalog is None else catalog.shown(text)
