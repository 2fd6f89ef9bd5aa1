"""Who a sign-in provider says someone is, and which role that gives. Times are UTC.

Nothing here trusts a provider: claims are what was already checked by ``printflow.identity``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ..said import Said, say
from .text import clean_line

NO_CLAIMS: Mapping[str, Any] = {}
SIGN_IN_LIFETIME = timedelta(minutes=10)
"""How long one may take at the provider."""
BELIEVED = timedelta(minutes=5)
"""For so long a role is believed without asking the provider again."""
STUDENT_LIFETIME = timedelta(hours=12)
PROXY = "proxy"
"""Stands for the issuer of people whom a proxy in front of Printflow names."""

_LONGEST_NAME = 60
_MOST_VALUES = 50
_LONGEST_VALUE = 200
_DOMAIN_CLAIMS = ("hd",)
"""Google's domain of a Workspace account: an address alone says nothing about who manages it."""
_GOOGLE = "https://accounts.google.com"


class Purpose(StrEnum):
    """Why someone is sent to the provider."""

    STAFF = "staff"
    STUDENT = "student"
    CHECK = "check"
    """Whether the session still counts; the provider asks nothing (``prompt=none``)."""
    CONFIRM = "confirm"
    """A fresh sign-in before a sensitive act (``prompt=login``)."""
    WAY_IN = "way_in"
    """A link that the operator made on the command line."""


class Students(StrEnum):
    """Whether students sign in."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone whom a provider knows, by ``issuer`` and ``subject``. All else may change.

    ``staff_name`` is the name that history has of this person as staff, "" for a student: no two
    people share one.
    """

    id: int
    issuer: str
    subject: str
    name: str
    email: str
    staff_name: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Student:
    """A student who is signed in: what the provider said, which no form field changes."""

    person_id: int
    name: str
    email: str
    expires_at: datetime
    roles: tuple[str, ...] = ()
    """The names of roles and groups that the provider gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSession:
    """What is kept beside a staff session that a provider began. Tokens are sealed.

    ``believed_until`` is when the role has to be looked at again, ``role_place`` where the
    provider said it: "id_token", "userinfo", or "proxy".
    """

    key_hash: str
    person_id: int
    issuer: str
    role: str
    role_place: str
    believed_until: datetime
    id_token_sealed: str
    access_token_sealed: str
    refresh_token_sealed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRecord:
    """One sign-in by a provider, or why it was refused, for administrators.

    ``claims`` holds what decided about the role: names and values of claims, never a token.
    """

    id: int
    at: datetime
    purpose: Purpose
    issuer: str
    name: str
    role: str
    accepted: bool
    why: str
    claims: Mapping[str, Any]
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRules:
    """How the lab gives roles: the settings ``[identity]`` as plain data.

    ``roles`` gives a role for a value of the claim at the path ``claim``. The first entry that
    fits counts.
    """

    claim: str
    roles: Mapping[str, str]
    default_role: str
    allowed_domains: tuple[str, ...]
    issuer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDecision:
    """The role ("" is none), why, and the claims that decided."""

    role: str
    why: Said
    seen: Mapping[str, Any] = field(default_factory=dict)


def claim_at(claims: Mapping[str, Any], path: str) -> Any:
    """The claim at a path such as ``resource_access.printflow.roles``; None where there is none.

    A name may have dots itself, as addresses and some client ids have: whole names come first.
    """
    if path in claims:
        return claims[path]
    for place, sign in enumerate(path):
        if sign == ".":
            inner = claims.get(path[:place])
            if isinstance(inner, Mapping):
                found = claim_at(inner, path[place + 1 :])
                if found is not None:
                    return found
    return None


def values_of(claim: Any) -> tuple[str, ...]:
    """The values of a claim: of a list each, of a text itself and its words, of a table its names."""
    return tuple(dict.fromkeys(_values(claim)))


def _values(claim: Any) -> Iterator[str]:
    match claim:
        case str():
            yield claim
            yield from claim.split()
        case Mapping():
            yield from (str(name) for name in claim)
        case list() | tuple():
            yield from (one for one in claim if isinstance(one, str))
        case None | bool():
            return
        case _:
            yield str(claim)


def decide_role(claims: Mapping[str, Any], rules: RoleRules) -> RoleDecision:
    """Which role someone gets who has these claims, and why, in words for administrators."""
    seen = _seen(claims, rules.claim)
    if rules.allowed_domains and (problem := domain_problem(claims, rules)) is not None:
        return RoleDecision(role="", why=problem, seen=seen)
    for value, role in rules.roles.items():
        if _has(claims, rules.claim, value):
            why = say("{claim} has “{value}”.", claim=rules.claim, value=value)
            return RoleDecision(role=role, why=why, seen=seen)
    if rules.default_role:
        why = say("None of the lab's groups or roles fits, so the default role counts.")
        return RoleDecision(role=rules.default_role, why=why, seen=seen)
    return RoleDecision(role="", why=_why_none(claims, rules), seen=seen)


def _has(claims: Mapping[str, Any], path: str, wanted: str) -> bool:
    found = values_of(claim_at(claims, path))
    if "@" not in wanted:
        return wanted in found
    if path == "email" and claims.get("email_verified") is False:
        return False  # anyone may have typed it
    return wanted.casefold() in {value.casefold() for value in found}


def _why_none(claims: Mapping[str, Any], rules: RoleRules) -> Said:
    top = rules.claim.partition(".")[0]
    elsewhere = claims.get("_claim_names")
    if claims.get("hasgroups") or (isinstance(elsewhere, Mapping) and top in elsewhere):
        return say(
            "The provider left {claim} out, because this person is in too many groups. In Entra ID, "
            'use app roles instead: set identity.role_claim to "roles".',
            claim=top,
        )
    if claim_at(claims, rules.claim) is None:
        return say("The provider sent no claim {claim}, and there's no default role.",
                   claim=rules.claim)  # fmt: skip
    return say(
        "No value of {claim} is in identity.roles, and there's no default role.", claim=rules.claim
    )


def domain_problem(claims: Mapping[str, Any], rules: RoleRules) -> Said | None:
    """Why someone's domain isn't one of the lab's; None where it is, or any will do."""
    if not rules.allowed_domains:
        return None
    if rules.issuer.rstrip("/") == _GOOGLE:
        domain = str(claims.get("hd", "")).casefold()
        if not domain:
            return say("The Google account belongs to no organization: the claim hd is missing.")
    else:
        domain = str(claims.get("email", "")).rpartition("@")[2].casefold()
        if claims.get("email_verified") is False:
            return say("The provider says that the email address isn't verified.")
    if domain in rules.allowed_domains:
        return None
    return say(
        "The domain “{domain}” isn't in identity.allowed_domains.", domain=clean_line(domain)[:100]
    )


def _seen(claims: Mapping[str, Any], path: str) -> dict[str, Any]:
    """What of the claims an administrator needs to see; shortened, and no token."""
    names = [path, *_DOMAIN_CLAIMS, "email_verified", "hasgroups"]
    found = {name: shortened(value) for name in names
             if (value := claim_at(claims, name)) is not None}  # fmt: skip
    elsewhere = claims.get("_claim_names")
    if isinstance(elsewhere, Mapping):
        found["_claim_names"] = shortened(list(elsewhere))
    return found


def shortened(value: Any) -> Any:
    """A claim's value as it's kept: of three hundred groups the first fifty, and how many more."""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return clean_line(value)[:_LONGEST_VALUE]
    values = [clean_line(one)[:_LONGEST_VALUE] for one in values_of(value)]
    more = len(values) - _MOST_VALUES
    return values if more <= 0 else [*values[:_MOST_VALUES], f"… +{more}"]


def display_name(claims: Mapping[str, Any], name_claim: str) -> str:
    """The name that people see: what the claims have of one, at worst the subject."""
    given = f"{claims.get('given_name') or ''} {claims.get('family_name') or ''}"
    for found in (claim_at(claims, name_claim), claims.get("name"), given,
                  claims.get("preferred_username"), claims.get("email")):  # fmt: skip
        if isinstance(found, str) and (name := clean_line(found)):
            return name[:100]
    return clean_line(str(claims.get("sub", "")))[:100]


def verified_email(claims: Mapping[str, Any], email_claim: str) -> str:
    """The address that the provider vouches for; "" where it says that it doesn't."""
    found = claim_at(claims, email_claim)
    if isinstance(found, list | tuple):  # LDAP's mail may have several
        found = found[0] if found else ""
    if not isinstance(found, str) or claims.get("email_verified") in (False, "false"):
        return ""
    return clean_line(found)[:254]


def acting_names(name: str, email: str, login: str) -> Iterator[str]:
    """Names that staff of one display name are told apart by, the plainest first."""
    base = name[:_LONGEST_NAME]
    yield base
    for sign in (email.partition("@")[0], login.partition("@")[0]):
        if sign := clean_line(sign):
            sign = sign[:20]
            yield f"{name[: _LONGEST_NAME - len(sign) - 3].rstrip()} ({sign})"
    for number in range(2, 1000):
        yield f"{name[: _LONGEST_NAME - 6].rstrip()} ({number})"
