"""Everything of one person, who is known by the address of a job of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..domain.history import Note
    from ..domain.job import Job
    from ..domain.person import FoundPerson, PersonSums


class PersonRows(Protocol):
    """Of the person who sent ``first``: of that job alone, where it has no address. None of their
    jobs that waits for its address counts, but ``first``.
    """

    def jobs(self, first: Job, after: tuple[str, str] | None, limit: int) -> Sequence[Job]:
        """The newest, from behind a place on."""

    def ready(self, first: Job) -> Sequence[Job]:
        """What can be handed over now, longest waiting first."""

    def sums(self, first: Job) -> PersonSums:
        """What all of them come to."""

    def messages(self, first: Job, limit: int) -> Sequence[tuple[str, Note]]:
        """Job id and note of the newest messages between the person and staff, newest first."""

    def find(self, words: Sequence[str], limit: int) -> Sequence[FoundPerson]:
        """The people whose name or address holds all the case-folded words, by their newest job; up
        to ``limit`` of them.
        """
