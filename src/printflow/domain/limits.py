"""How often something may be done: what is counted, under which keys, and who has to wait.

Every limit of the lab is counted alike: by the network address that asks, and by the account that
it is about (a station, an email address, a job). An IPv6 address is nobody's own: it counts as its
/64, which is one household or room, and, four times as often, as its /48, which is one site.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from .clock_slip import SLIP

_HOUSEHOLD, _SITE = 64, 48
_HOUSEHOLDS_IN_A_SITE = 4
"""So many times the limit of a /64 counts for its /48: a site may be a campus."""


@dataclass(frozen=True, slots=True)
class Bound:
    """At most ``most`` times within ``window`` under ``key``."""

    key: str
    most: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Count:
    """How often a key was counted since its window began; it counts no longer at ``until``."""

    times: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Limit:
    """One rule: ``most`` times within ``window``; 0 stands for no limit."""

    name: str
    most: int
    window: timedelta

    def for_address(self, address: str) -> tuple[Bound, ...]:
        """What bounds a network address; nothing where it is not known."""
        if not address or self.most < 1:
            return ()
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return (self._bound(f"address {_digest(address)}"),)
        if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        if not isinstance(found, IPv6Address):
            return (self._bound(f"address {found}"),)
        household, site = (ip_network((found, bits), strict=False) for bits in (_HOUSEHOLD, _SITE))
        return (
            self._bound(f"address {household}"),
            self._bound(f"address {site}", _HOUSEHOLDS_IN_A_SITE),
        )

    def for_account(self, account: str) -> tuple[Bound, ...]:
        """What bounds an account, by any text that names it; capitals do not count.

        The key holds only a hash of it: counts are no list of email addresses.
        """
        if not account or self.most < 1:
            return ()
        return (self._bound(f"account {_digest(account.strip().casefold())}"),)

    def _bound(self, key: str, times: int = 1) -> Bound:
        return Bound(f"{self.name}/{key}", self.most * times, self.window)


def wait_for(
    bounds: Iterable[Bound], counts: Mapping[str, Count], now: datetime, *, more: int = 0
) -> timedelta | None:
    """How long until ``more`` would be within every bound; None when it is."""
    waits = [
        count.until - now
        for bound in bounds
        if (count := counts.get(bound.key)) is not None
        and now < count.until <= now + bound.window + SLIP
        and count.times + more > bound.most
    ]
    return max(waits, default=None)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
