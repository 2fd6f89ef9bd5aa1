"""Where staff work on jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .made_once import made_once
from .parts import transliterate
from .shared import Shared

if TYPE_CHECKING:
    from ..service.bulk import Bulk
    from ..service.corrections import Corrections
    from ..service.files import Files
    from ..service.jobs import Jobs
    from ..service.listing import Listing
    from ..service.machines import Machines
    from ..service.models import Models
    from ..service.notes import Notes
    from ..service.openings import Openings
    from ..service.persons import Persons
    from ..service.plates import Plates
    from ..service.queues import Queues
    from ..service.shelf import Shelf
    from ..service.suggesting import Suggestions
    from ..service.versions import Versions
    from ..service.worklist import Worklist


class StaffRooms(Shared):
    """The rooms of staff."""

    @made_once
    def jobs(self) -> Jobs:
        """Jobs: ``get``, ``find``, ``details``, and each trigger: ``approve``, ``reject`` …"""
        from ..service.jobs import Jobs

        parts = self._parts
        return Jobs(
            parts.database,
            parts.clock,
            parts.catalogs,
            self._transitions,
            self._preview,
            parts.settings,
        )

    @made_once
    def corrections(self) -> Corrections:
        """Taking the last action back, and editing a job's details."""
        from ..service.corrections import Corrections

        parts = self._parts
        return Corrections(
            parts.database, parts.clock, parts.catalogs, parts.settings, self._filing, transliterate
        )

    @made_once
    def bulk(self) -> Bulk:
        """One action on many jobs."""
        from ..service.bulk import Bulk

        parts = self._parts
        return Bulk(parts.database, self.jobs, self.corrections)

    @made_once
    def notes(self) -> Notes:
        """Notes of staff, and their messages to students."""
        from ..service.notes import Notes

        parts = self._parts
        return Notes(parts.database, parts.clock, parts.settings, self._mail_queue, self._wake)

    @made_once
    def files(self) -> Files:
        """Where a job's files are, and what is in them."""
        from ..service.files import Files

        parts = self._parts
        return Files(parts.database, parts.store, self._file_facts)

    @made_once
    def versions(self) -> Versions:
        """Replacing the file that is printed."""
        from ..service.versions import Versions

        parts = self._parts
        return Versions(
            parts.database,
            parts.clock,
            parts.settings,
            self._uploads,
            self._filing,
            self.files,
            self._scalings,
        )

    @made_once
    def models(self) -> Models:
        """Facts and pictures of models."""
        from ..service.models import Models

        parts = self._parts
        return Models(parts.database, parts.catalogs, parts.inspections, parts.pictures, self._wake)

    @made_once
    def suggestions(self) -> Suggestions:
        """Figures that an approval could say."""
        from ..service.suggesting import Suggestions

        parts = self._parts
        return Suggestions(parts.database, parts.store, parts.catalogs, parts.settings)

    @made_once
    def openings(self) -> Openings:
        """What the staff PCs' openers report."""
        from ..service.openings import Openings

        parts = self._parts
        return Openings(parts.database, parts.clock, parts.tokens)

    @made_once
    def worklist(self) -> Worklist:
        """What the dashboard shows."""
        from ..service.worklist import Worklist

        parts = self._parts
        return Worklist(parts.database, parts.clock, parts.settings, parts.catalogs)

    @made_once
    def listing(self) -> Listing:
        """Lists of jobs however long, some at a time."""
        from ..service.listing import Listing

        parts = self._parts
        return Listing(parts.database, parts.clock, parts.settings, parts.catalogs)

    @made_once
    def queue(self) -> Queues:
        """What is ready and printing, by printer."""
        from ..service.queues import Queues

        parts = self._parts
        return Queues(
            parts.database, parts.clock, parts.catalogs, tell=parts.settings.ready_estimates
        )

    @made_once
    def plates(self) -> Plates:
        """What is printed together: ``start``, ``end``, ``move``, ``plan``."""
        from ..service.plates import Plates

        parts = self._parts
        return Plates(parts.database, parts.clock, parts.catalogs, self._firing, self._filing)

    @made_once
    def machines(self) -> Machines:
        """The units of the printers: which there are, and which are out of service."""
        from ..service.machines import Machines

        parts = self._parts
        return Machines(parts.database, parts.clock, parts.catalogs)

    @made_once
    def shelf(self) -> Shelf:
        """Finished prints that wait to be picked up."""
        from ..service.shelf import Shelf

        parts = self._parts
        return Shelf(parts.database, parts.clock, parts.settings, self._transitions, parts.catalogs)

    @made_once
    def persons(self) -> Persons:
        """Who sends the jobs: everything of one person, and finding people."""
        from ..service.persons import Persons

        parts = self._parts
        return Persons(parts.database)
