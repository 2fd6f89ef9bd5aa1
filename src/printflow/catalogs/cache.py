"""The current catalog, read again only after a change."""

from __future__ import annotations

import threading

from ..domain.catalog import Catalog, catalog_from
from ..errors import NotFound
from ..ports import Database, Stamp, Transaction
from ..said import say


class CatalogCache:
    """The newest catalog, read again only when a newer version is in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._held: tuple[int, Catalog] | None = None
        self._unwritten: tuple[Stamp, Catalog] | None = None

    def newest(self) -> Catalog:
        """The current catalog: while the database's stamp says that nothing was written, the one
        that was read last.
        """
        stamp, known = self._database.stamp(), self._unwritten
        if known is not None and stamp is not None and known[0] == stamp:
            return known[1]
        with self._database.read() as tx:
            found = self.within(tx)
        self._unwritten = None if stamp is None else (stamp, found)
        return found

    def held(self) -> Catalog | None:
        """The catalog that was read last, without asking the database; None before that."""
        with self._lock:
            return None if self._held is None else self._held[1]

    def within(self, tx: Transaction) -> Catalog:
        """The current catalog, as an open transaction sees it."""
        return self.of_version(tx, tx.lab.catalog_version())

    def of_version(self, tx: Transaction, version: int) -> Catalog:
        """The current catalog, whose version the transaction has already read."""
        with self._lock:
            if self._held is not None and self._held[0] == version:
                return self._held[1]
        row = tx.lab.catalog()
        if row is None:
            raise NotFound(say("This lab has no catalog."), next_step=say("Run: printflow init"))
        catalog = catalog_from(row[1])
        with self._lock:
            self._held = (row[0], catalog)
        return catalog
