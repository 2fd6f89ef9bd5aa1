"""The tables of emails that come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from ..domain.incoming import ArrivedMail, Fate, IncomingMail, Why


class IncomingRows(Protocol):
    """What came in, and what became of it."""

    def known(self, identity: str) -> bool:
        """Whether this email was taken in before."""

    def add(
        self,
        mail: ArrivedMail,
        *,
        fate: Fate,
        why: Why,
        now: datetime,
        job_id: str | None = None,
        note_id: int | None = None,
        outbox_id: int | None = None,
        keep: bool = True,
    ) -> int:
        """Write it down; without ``keep`` neither its text nor itself. Gives its id.

        Raises DuplicateKey when someone else has just taken it in.
        """

    def settle(
        self,
        mail_id: int,
        *,
        fate: Fate,
        job_id: str | None,
        note_id: int | None,
        by: str,
        now: datetime | None,
    ) -> None:
        """Staff have decided about it, or with ``now`` None have taken that back."""

    def get(self, mail_id: int) -> IncomingMail | None: ...

    def whole(self, mail_id: int) -> str:
        """Its text with what it quotes."""

    def original(self, mail_id: int) -> bytes | None: ...

    def picture(self, mail_id: int, picture_id: int) -> bytes | None: ...

    def of_job(self, job_id: str) -> Sequence[IncomingMail]:
        """Those of a job, oldest first."""

    def beside_notes(self, job_id: str, note_ids: Collection[int]) -> Sequence[IncomingMail]:
        """Those of a job that became these notes or still wait in the tray, oldest first."""

    def find(
        self, fates: Collection[Fate], *, limit: int, before: int | None = None
    ) -> Sequence[IncomingMail]:
        """Newest first; with ``before``, those with a smaller id."""

    def counts(self) -> Mapping[Fate, int]:
        """How many there are of each."""

    def waiting(self) -> int:
        """How many need a job."""

    def of_sender(self, sender: str) -> Sequence[IncomingMail]:
        """Those from an address in any case that are in no job."""

    def forget(self, mail_ids: Collection[int]) -> None:
        """Take out what is personal; that it came stays, so that it doesn't come again."""

    def forget_of_job(self, job_id: str) -> None: ...

    def forget_settled(self, fates: Collection[Fate], before: datetime) -> int:
        """The same for those of no job that came before then; gives how many."""


class LeaseRows(Protocol):
    """Work that one process does at a time."""

    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        """Take the lease, or keep it; False while someone else has it."""

    def holder(self, name: str, now: datetime) -> str:
        """Who has it; "" when it's free."""

    def let_go(self, name: str, holder: str) -> None: ...
