"""Groups of people: students, faculty, people from outside. Prices, payers and limits go by them.

Whether someone belongs is said by the sign-in provider, by the domain of the email address, or by the
person on the form. Only the first two prove anything, and an address only because quotes are sent
to it. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group by its ``name``.

    Its people have an address in one of ``domains`` (or in a domain below one), or one of ``roles``
    at the sign-in provider; with ``ask``, the form offers it to everyone who is in none of the others.
    """

    name: str
    domains: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    ask: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """The group of a person ("" = none), and whether that is only what the person says."""

    group: str
    claimed: bool = False


def membership(
    groups: Iterable[Group],
    usual: str,
    *,
    email: str,
    roles: Collection[str] = (),
    chosen: str = "",
) -> Membership:
    """The group of who has this address and these roles at the provider.

    Of several groups that fit, the first counts: by role before by domain, and what was ``chosen`` on
    the form only where neither says anything. ``usual`` is the group of everyone else.
    """
    known = tuple(groups)
    held = {role.casefold() for role in roles}
    for group in known:
        if held & {role.casefold() for role in group.roles}:
            return Membership(group.name)
    for group in known:
        if any(in_domain(email, domain) for domain in group.domains):
            return Membership(group.name)
    if any(group.ask and group.name == chosen for group in known):
        return Membership(chosen, claimed=True)
    return Membership(usual)


def asked(groups: Iterable[Group]) -> tuple[str, ...]:
    """The groups that the form offers."""
    return tuple(group.name for group in groups if group.ask)


def in_domain(email: str, domain: str) -> bool:
    """Whether the address is in the domain, or in one below it."""
    host = email.rpartition("@")[2].strip().casefold()
    wanted = domain.strip().removeprefix("@").casefold()
    return bool(host) and (host == wanted or host.endswith(f".{wanted}"))
