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

    def newest(self, tx: Transaction | None = None) -> Catalog:
        """The current catalog: while the database's stamp says that nothing was written, the one
        that was read last. Otherwise the open transaction is asked, or one of its own.
        """
        stamp, known = self._database.stamp(), self._unwritten
        if known is not None and stamp is not None and known[0] == stamp:
            return known[1]
        if tx is not None:
            return self.of_version(tx, tx.lab.catalog_version(), stamp)
        with self._database.read() as own:
            return self.of_version(own, own.lab.catalog_version(), stamp)

    def held(self) -> Catalog | None:
        """The catalog that was read last, without asking the database; None before that."""
        with self._lock:
            return None if self._held is None else self._held[1]

    def within(self, tx: Transaction) -> Catalog:
        """The current catalog, as an open transaction sees it."""
        return self.of_version(tx, tx.lab.catalog_version())

    def of_version(self, tx: Transaction, version: int, stamp: Stamp | None = None) -> Catalog:
        """The current catalog, whose version the transaction has already read; ``stamp`` is what the
        database had before that.
        """
        found = self._of_version(tx, version)
        if stamp is not None:
            self._unwritten = (stamp, found)
        return found

    def _of_version(self, tx: Transaction, version: int) -> Catalog:
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
