"""Taking down who signs in at a provider, and under which name history has them as staff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..domain.identity import (
    Person,
    ProviderSession,
    acting_names,
    claim_at,
    display_name,
    verified_email,
)
from ..domain.people import ChangeKind
from ..errors import IdentityRefused
from ..ports import Transaction
from ..said import say
from .addresses import normal_email
from .changes import ChangedBy
from .people import known_name

_LONGEST_NAME = 60


def known_person(
    tx: Transaction,
    issuer: str,
    claims: Mapping[str, Any],
    now: datetime,
    *,
    name_claim: str = "name",
    email_claim: str = "email",
) -> Person:
    """The person of these claims, by issuer and subject alone, with the name and address of today."""
    email = verified_email(claims, email_claim)
    return tx.identity.put_person(
        issuer,
        str(claims["sub"]),
        name=display_name(claims, name_claim),
        email=normal_email(email) if email else "",
        now=now,
    )


def give_role(
    tx: Transaction, kept: ProviderSession, role: str, staff_name: str, *, by: str, now: datetime
) -> None:
    """The provider says this role now: it counts, and another one than before is written down."""
    if tx.identity.set_role(kept.key_hash, role):
        ChangedBy(by).record(
            tx, ChangeKind.PERSON_ROLE, staff_name, now, role=role, before=kept.role
        )


def staff_name_of(tx: Transaction, person: Person, claims: Mapping[str, Any]) -> str:
    """The name that history gets, which no other person has: it follows the display name.

    Raises IdentityRefused when an administrator took the person's name from the list: a new
    display name is no way around that.
    """
    login = claim_at(claims, "preferred_username")
    names = acting_names(person.name, person.email, login if isinstance(login, str) else "")
    plain = person.name[:_LONGEST_NAME].rstrip()
    if person.staff_name:
        _refuse_deactivated(tx, person.staff_name)
        if person.staff_name == plain or person.staff_name.startswith(f"{plain} ("):
            return person.staff_name
    for name in names:
        if not tx.identity.staff_name_taken(name, but=person.id):
            known = known_name(tx, name)
            found = known.name if known else name
            _refuse_deactivated(tx, found)
            tx.identity.name_staff(person.id, found)
            return found
    raise IdentityRefused(say("Too many people of staff have the name {name}.", name=plain))


def _refuse_deactivated(tx: Transaction, name: str) -> None:
    known = known_name(tx, name)
    if known is not None and known.deactivated_at is not None:
        raise IdentityRefused(
            say("{name} is no longer on the staff list.", name=known.name),
            code="name_deactivated",
            next_step=say("An administrator can add the name again."),
        )
