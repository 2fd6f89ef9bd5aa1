"""Running the lab: the work in the background, and whether everything fits together."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from ..dispatch.loop import DispatchReport
from .desk import Desk

if TYPE_CHECKING:
    from ..doctor import Examination


class AdministrationDesk(Desk):
    """The dispatcher and the doctor."""

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
        only: Collection[str] = (),
        progress: Callable[[int], None] | None = None,
    ) -> Examination:
        """Check store, database, work and settings; with ``fix``, mend what loses nothing.

        ``hashes`` reads every file to compare its contents; ``only`` names some of the checks
        (database, disk, files, work, settings), by default all; ``progress`` is told now and then
        how many files were compared.
        """
        from ..doctor import examine

        return examine(self._ports, fix=fix, hashes=hashes, only=only, progress=progress)

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

    def work_that_waits(self) -> dict[str, tuple[str, int]]:
        """For monitoring: by name, what is counted and how much there is of it."""
        with self._ports.database.read() as tx:
            return {
                "files_waiting": ("Files on their way to their folder.", tx.files.waiting()),
                "models_waiting": ("Models to be looked into.", tx.files.uninspected()),
                "mails_waiting": ("Mails in the outbox that are to be sent.", tx.outbox.waiting()),
                "mails_dead": (
                    "Mails that were refused for good.",
                    len(tx.outbox.find(state="dead", limit=1000)),
                ),
                "jobs_unreviewed": ("Jobs that nobody has looked at.", tx.jobs.unreviewed()),
            }
