"""What waits for a printer, as queues ask for it: the first rows, and the rest as counts and sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ..domain.job import Job
    from ..domain.queueing import Ahead, Place, Waits


class QueueRows(Protocol):
    """Jobs of which copies are still to be started, by printer. None is loaded that isn't given."""

    def first(
        self,
        printers: Collection[str],
        *,
        limit: int,
        without: Collection[str] = (),
        after: Place | None = None,
    ) -> Sequence[Job]:
        """The first ``limit`` jobs of each printer's queue, after that place."""

    def ready(
        self,
        printers: Collection[str],
        *,
        methods: Collection[str],
        material: str,
        color: str,
        limit: int,
        after: Place | None,
    ) -> Sequence[Job]:
        """Of those the first ones that are ready and not on hold, and of these methods; of a material
        and a color, where these aren't "".
        """

    def printers(self) -> Collection[str]:
        """For which printers jobs wait."""

    def at_machines(self, job_ids: Collection[str], *, loose: int) -> Sequence[Job]:
        """Of the jobs that are to be printed: those with these ids; and, newest first, at most
        ``loose`` others of each printer of which copies are printing.
        """

    def waits(self, planned: Mapping[str, int]) -> Mapping[str, Waits]:
        """What waits for each printer. ``planned`` says of how many copies of a job that is
        already settled.
        """

    def ahead(self) -> Mapping[str, Ahead]:
        """What each printer still has to print: all but what is on hold."""

    def ahead_of(self, job: Job) -> Ahead:
        """What its printer still has to print but for this job."""

    def before(self, job: Job) -> Ahead:
        """What its printer prints before a job that is ready."""

    def order(self, printer: str) -> Sequence[tuple[str, int | None]]:
        """The ids of all jobs that wait for a printer, first to last, each with the place that staff
        gave it.
        """

    def put(self, places: Mapping[str, int]) -> None:
        """Give jobs places in their queue; no change of the jobs themselves."""
