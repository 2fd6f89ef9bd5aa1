"""Running the lab: its catalog, the work in the background, and how things stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..catalog_file import checked_catalog
from ..deadline import TookTooLong, within
from ..dispatcher import DispatchReport
from ..domain.catalog import Catalog, plain_form
from ..domain.text import clean_line
from ..errors import PrintflowError
from .desk import PATIENCE_SECONDS, Desk

if TYPE_CHECKING:
    from ..doctor import Examination


class AdministrationDesk(Desk):
    """The catalog, the dispatcher and the lab's health."""

    def export_catalog(self) -> dict[str, Any]:
        """The catalog in force as dicts, lists, texts and numbers."""
        return plain_form(self.catalog)

    def import_catalog(self, data: Mapping[str, Any], *, by: str) -> Catalog:
        """Put a new version of the catalog in force; quotes made before keep their figures.

        Raises CatalogInvalid with every problem.
        """
        catalog = checked_catalog(data)
        with self._ports.database.write() as tx:
            tx.lab.add_catalog(plain_form(catalog), by=clean_line(by)[:60], now=self._ports.clock())
        return self.catalog

    def dispatch(self) -> DispatchReport:
        """Do all work that is due (place files, send mail, sweep), then return."""
        return self._ports.dispatcher.run_until_idle()

    def file_count(self) -> int:
        """How many files the lab's jobs have."""
        with self._ports.database.read() as tx:
            return tx.files.count()

    def examine(
        self,
        *,
        fix: bool = False,
        hashes: bool = True,
        progress: Callable[[int], None] | None = None,
    ) -> Examination:
        """Check store, database, work and settings; with ``fix``, mend what loses nothing.

        ``hashes`` reads every file to compare its contents; ``progress`` is told after each row
        how many files were compared.
        """
        from ..doctor import examine

        return examine(self._ports, fix=fix, hashes=hashes, progress=progress)

    def start_worker(self) -> None:
        """Do that work in the background from now on."""
        self._ports.dispatcher.start()

    def stop_worker(self) -> None:
        """End the work in the background after its present step."""
        self._ports.dispatcher.stop()

    def store_problem(self) -> str:
        """What is wrong with the file store as far as is known ("" = nothing); never waits.

        Asking starts a look in the background, so what happens is known within a few seconds of
        pages being looked at.
        """
        return self._ports.watch.problem()

    def health(self) -> dict[str, Any]:
        """How things stand: database, store, disk, worker, mail; no secrets.

        ``ok`` is whether the lab can take and handle jobs.
        """
        database = self._probe(self._database_answers)
        store = self._probe(self._ports.store.check_identity)
        free_mb = None
        if store == "ok":
            free_mb = within(PATIENCE_SECONDS, self._ports.store.free_bytes) >> 20
        low = free_mb is not None and free_mb < self.settings.disk_reserve_mb
        mail = self._ports.postman.paused() if database == "ok" else ""
        return {
            "ok": database == "ok" and store == "ok" and not low,
            "database": database,
            "store": store,
            "disk": {"free_mb": free_mb, "low": low},
            "worker": "running" if self._ports.dispatcher.running else "not in this process",
            "mail": "paused" if mail else "ok",
        }

    def work_that_waits(self) -> dict[str, tuple[str, int]]:
        """For monitoring: by name, what is counted and how much there is of it."""
        with self._ports.database.read() as tx:
            return {
                "files_waiting": ("Files on their way to their folder.", tx.files.waiting()),
                "mails_waiting": ("Mails in the outbox that are to be sent.", tx.outbox.waiting()),
                "mails_dead": (
                    "Mails that were refused for good.",
                    len(tx.outbox.find(state="dead", limit=1000)),
                ),
                "jobs_unreviewed": ("Jobs that nobody has looked at.", tx.jobs.unreviewed()),
            }

    def _database_answers(self) -> None:
        with self._ports.database.read() as tx:
            tx.lab.catalog_version()

    def _probe(self, check: Any) -> str:
        try:
            within(PATIENCE_SECONDS, check)
        except TookTooLong:
            return "does not answer"
        except (PrintflowError, OSError) as error:
            return str(error)
        return "ok"
