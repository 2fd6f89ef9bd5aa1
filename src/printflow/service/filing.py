"""Moves files while someone waits, or leaves that to the background."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..dispatch.placement import Placer
from ..ports import Placement, Transaction
from ..runtime.deadline import TookTooLong, patiently


class Filing:
    """Places files as far as the share answers in time. ``wake`` says that there is more to do."""

    def __init__(self, placer: Placer, wake: Callable[[], None]) -> None:
        self._placer = placer
        self._wake = wake

    def lease(self, tx: Transaction, job_id: str) -> Sequence[Placement]:
        """Keep the job's files that are to be moved from everyone else for a while."""
        return self._placer.lease(tx, job_id)

    def place(self, leased: Sequence[Placement]) -> None:
        """Place the files now if the share answers, else leave it to the dispatcher."""
        if leased:
            self.now_or_soon(lambda: self._placer.place(leased))
        else:
            self._wake()

    def place_job(self, job_id: str) -> None:
        """Place the files of a job, however long that takes."""
        self._placer.place_job(job_id)

    def now_or_soon(self, work: Callable[[], None]) -> None:
        """Do work on the share as far as it comes in time; the dispatcher does the rest."""
        try:
            patiently(work)
        except TookTooLong:
            pass
        finally:
            self._wake()
