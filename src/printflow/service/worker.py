"""This process's background work."""

from __future__ import annotations

from ..dispatch.loop import Dispatcher
from ..ports import Database


class Worker:
    """Places files, sends and reads mail and looks into models, in threads of its own."""

    def __init__(self, database: Database, dispatcher: Dispatcher) -> None:
        self._database = database
        self._dispatcher = dispatcher

    def start(self) -> None:
        """Do that work in the background from now on."""
        self._dispatcher.start()

    def stop(self) -> None:
        """End the work in the background after its present step."""
        self._dispatcher.stop()

    def waiting(self) -> dict[str, tuple[str, int]]:
        """For monitoring: by name, what is counted and how much there is of it."""
        with self._database.read() as tx:
            return {
                "files_waiting": ("Files waiting to be moved to their folder.", tx.files.waiting()),
                "models_waiting": ("Models waiting to be inspected.", tx.files.uninspected()),
                "mails_waiting": ("Emails in the outbox waiting to be sent.", tx.outbox.waiting()),
                "mails_dead": (
                    "Emails that couldn't be delivered.",
                    len(tx.outbox.find(state="dead", limit=1000)),
                ),
                "replies_waiting": ("Emails in the inbox that need a job.", tx.incoming.waiting()),
                "jobs_unreviewed": ("Jobs that no one has reviewed.", tx.jobs.aside().new),
            }
