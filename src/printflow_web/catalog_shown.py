"""The catalog of a page: its figures, and its texts in the language that the page speaks."""

from __future__ import annotations

from flask import current_app, g

from printflow import Catalog, spoken_catalog

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
    return found if found is None or of_staff() else spoken_catalog(found)


def shown(text: str) -> str:
    """What the page says for a name, or a reason, of the catalog."""
    catalog = catalog_shown()
    return text if catalog is None else catalog.shown(text)
