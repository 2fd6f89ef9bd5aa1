"""The PaperCut server whose accounts students pay from, and what was asked of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from decimal import Decimal

    from ..domain.papercut import Charge, ChargeState


class PaperCutFailure(Exception):
    """A call that gave no result; the text is for administrators, without the token."""


class PaperCutUnreachable(PaperCutFailure):
    """The call was never sent, so nothing has changed there."""


class PaperCutFault(PaperCutFailure):
    """PaperCut answered that it can't. ``code`` is its own number, such as 262 for an unknown user."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(said)
        self.code = code

    @property
    def changed_nothing(self) -> bool:
        """Whether the fault itself says that the call was refused before it did anything."""
        return self.code in _REFUSALS


_REFUSALS = (
    259,  # the username is blank
    262,  # the user can't be found
    274,  # there are several personal accounts, and none was named
    275,  # the balance isn't valid
)


class PaperCutSilent(PaperCutFailure):
    """The call was sent, and no answer came that can be read: it may have been carried out."""


class PaperCutServer(Protocol):
    """PaperCut's accounts. Each call raises the failures above, within about 20 seconds."""

    def knows(self, username: str) -> bool: ...

    def adjust(self, username: str, amount: Decimal, comment: str) -> bool:
        """Change a balance if there's enough in it; False where there isn't."""

    def balance(self, username: str) -> Decimal: ...


class ChargeRows(Protocol):
    """The charges that were asked for. Rows are only added, and moved from state to state."""

    def add(self, one: Charge) -> int:
        """Write it down (its ``id`` is ignored) and give its id; raises DuplicateKey when the job has
        an open one, or the reference is used."""

    def get(self, charge_id: int) -> Charge | None: ...

    def of_job(self, job_id: str) -> Sequence[Charge]:
        """Oldest first."""

    def find(self, states: Collection[ChargeState], *, limit: int) -> Sequence[Charge]:
        """Newest first."""

    def pending(self, *, limit: int) -> Sequence[Charge]:
        """Those that wait or were sent, oldest first."""

    def unknown(self) -> int:
        """How many staff have to look at."""

    def move(
        self, charge_id: int, sources: Collection[ChargeState], state: ChargeState, **values: Any
    ) -> bool:
        """Set the state and other columns; False where it's in none of ``sources`` by now."""
