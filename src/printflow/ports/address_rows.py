"""The tables of addresses that are to be confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ..domain.unconfirmed import AddressToConfirm


class AddressRows(Protocol):
    """Which requests wait for their address, and which browsers need not confirm one again."""

    def ask(self, request_id: int, *, until: datetime, link_hash: str, browser_hash: str) -> None:
        """A request waits for its address from now on; its jobs say so themselves."""

    def of_link(self, link_hash: str) -> AddressToConfirm | None: ...

    def of_request(self, request_id: int) -> AddressToConfirm | None:
        """None for a request whose address was never asked for."""

    def confirm(self, request_id: int, *, by: str, now: datetime) -> bool:
        """Note who confirmed the address, "" for the student; False when someone has already."""

    def overdue(self, before: datetime, *, limit: int) -> Sequence[str]:
        """The ids of jobs that wait since before then, or of which something was removed."""

    def forget_job(self, job_id: str) -> None:
        """Delete the row of a job that was never with staff, and all that hangs on it. Of its
        request only the link's hash stays, so that the link can say what became of it.
        """

    def known(self, browser_hash: str, address_hash: str, now: datetime) -> bool:
        """Whether that browser need not confirm that address again."""

    def remember(self, browser_hash: str, address_hash: str, until: datetime) -> None: ...

    def some_browsers(self, *, until: datetime) -> bool:
        """Whether there are any that were remembered ``until`` then."""

    def forget_browsers(self, *, address_hash: str = "", until: datetime | None = None) -> None:
        """Those that know an address, or those that were remembered ``until`` then."""
