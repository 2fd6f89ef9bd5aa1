"""The tables of who pays instead of students."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from ..domain.budgets import Claim, ClaimState, Spent, StatementLine
    from ..domain.payers import Payer


class PayerRows(Protocol):
    """Payers, and what they pay of which job."""

    def any(self) -> bool:
        """Whether there is one that was not retired."""

    def of_code(self, code: str) -> Payer | None:
        """The payer of a code, however it was typed; a retired one, too."""

    def known(self, keys: Collection[str]) -> Mapping[str, Payer]:
        """By key, the payers of these codes' keys."""

    def find(self, text: str, *, after: str, limit: int) -> Sequence[Payer]:
        """By key, from the one behind ``after`` on; ``text`` is in code or title."""

    def write(self, written: Sequence[Payer]) -> None:
        """Add each, or replace all but the number of the one of its code."""

    def take_turns(self, payer_ids: Collection[int]) -> None:
        """Hold back who else reserves of these until this transaction ends."""

    def spent(self, payer: Payer, term: str, mailbox: str, but: str = "") -> Spent:
        """What is reserved and used of it, in all and for that mailbox's jobs, besides the job ``but``: of one that is counted by terms
        in that term alone."""

    def totals(self, payers: Collection[Payer], term: str) -> Mapping[int, tuple[int, int]]:
        """By id, what is reserved and what is used of them: of those that are counted by terms, in that
        term alone."""

    def ask(self, payer_id: int, job_id: str, now: datetime) -> None:
        """The payer is to pay for the job; there is no price yet."""

    def of_job(self, job_id: str) -> Sequence[Claim]:
        """In the order in which they were asked for."""

    def of_jobs(self, job_ids: Collection[str]) -> Mapping[str, Sequence[Claim]]:
        """The same for many jobs, those without any left out."""

    def of_token(self, token_hash: str) -> Claim | None: ...

    def get(self, claim_id: int) -> Claim | None: ...

    def becomes(
        self, claim: Claim, state: ClaimState, cents: int, now: datetime, *, term: str = ""
    ) -> None:
        """Its new state and amount; the one before is kept for an undo."""

    def approval_asked(self, claim_id: int, token_hash: str, now: datetime) -> None: ...

    def approve(self, claim_id: int, by: str, now: datetime) -> None: ...

    def take_back(self, job_id: str, at: datetime, now: datetime) -> None:
        """What the event of that time made of the job's claims is as before."""

    def lines(self, payer_id: int, term: str | None) -> Sequence[StatementLine]:
        """What was reserved and used of it, oldest first; of one term, where that is said."""
