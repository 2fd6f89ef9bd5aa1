"""The lab's limits, asked without a request at hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..catalogs.cache import CatalogCache
from ..domain.catalog import plain_form
from ..domain.limit_rows import idle
from ..domain.rights import Right
from ..errors import CatalogInvalid
from ..runtime.permits import needs
from ..said import Said


class LabLimits:
    """How much of what people may have."""

    def __init__(self, catalogs: CatalogCache) -> None:
        self._catalogs = catalogs

    @needs(Right.SEE)
    def idle(self, sections: Mapping[str, Any] | None = None) -> dict[int, Said]:
        """By their places, from 0, what is to be said of limits that never have an effect, or that
        refuse everyone: with these sections of the plain form, or as they are. Nothing while the
        sections are no catalog.
        """
        from ..catalogs.file import checked_catalog

        catalog = self._catalogs.newest()
        if sections is not None:
            try:
                catalog = checked_catalog({**plain_form(catalog), **sections})
            except CatalogInvalid:
                return {}
        return idle(catalog.limits, catalog.terms)
