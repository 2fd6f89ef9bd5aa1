"""The table of what the payment service says was paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from ..domain.online_payments import JobMoney, OnlinePayment, OnlineState


class OnlineRows(Protocol):
    """What was paid online, in the ledger or not. Rows are only added, and settled by staff."""

    def add(self, one: OnlinePayment) -> int:
        """Write it down (its ``id`` is ignored) and give its id; raises DuplicateKey when one of its
        identity is there."""

    def known(self, identities: Collection[str]) -> Mapping[str, OnlinePayment]:
        """By identity, those that are there."""

    def jobs(self, job_ids: Collection[str]) -> Mapping[str, JobMoney]:
        """By id, what of these jobs is needed to enter money; unknown ones are left out."""

    def get(self, online_id: int) -> OnlinePayment | None: ...

    def find(
        self, states: Collection[OnlineState], *, limit: int, before: int | None = None
    ) -> Sequence[OnlinePayment]:
        """Newest first; with ``before``, those with a smaller id."""

    def open(self) -> int:
        """How many staff have to look at."""

    def settle(self, online_id: int, *, by: str, note: str, now: datetime) -> bool:
        """Staff have looked at it; False where nobody has to."""
