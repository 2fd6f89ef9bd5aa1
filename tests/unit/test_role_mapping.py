"""Which role the claims of the common providers give, and which reason is told."""

from __future__ import annotations

from typing import Any

import pytest

from printflow.domain.identity import (
    RoleRules,
    acting_names,
    claim_at,
    decide_role,
    display_name,
    values_of,
    verified_email,
)


def rules(**changed: Any) -> RoleRules:
    given: dict[str, Any] = {
        "claim": "roles",
        "roles": {"admin": "administrator", "staff": "technician"},
        "default_role": "",
        "allowed_domains": (),
        "issuer": "https://login.example.edu",
    }
    return RoleRules(**{**given, **changed})


@pytest.mark.parametrize(
    ("claims", "path", "found"),
    [
        ({"roles": ["a"]}, "roles", ["a"]),
        (
            {"resource_access": {"printflow": {"roles": ["a"]}}},
            "resource_access.printflow.roles",
            ["a"],
        ),
        ({"resource_access": {"my.app": {"roles": ["a"]}}}, "resource_access.my.app.roles", ["a"]),
        ({"https://example.edu/roles": "a"}, "https://example.edu/roles", "a"),
        ({"a": "text"}, "a.b", None),
        ({}, "a.b.c", None),
        ({"a": {"b": None}}, "a.b", None),
    ],
)
def test_a_claim_by_its_path(claims: dict[str, Any], path: str, found: Any) -> None:
    assert claim_at(claims, path) == found


@pytest.mark.parametrize(
    ("claim", "values"),
    [
        (["a", "b", "a"], ("a", "b")),
        ("a b", ("a b", "a", "b")),
        ("a", ("a",)),
        ({"admin": {"org": "x"}}, ("admin",)),
        ([1, None, "a", ["b"]], ("a",)),
        (True, ()),
        (None, ()),
        (7, ("7",)),
    ],
)
def test_the_values_of_a_claim(claim: Any, values: tuple[str, ...]) -> None:
    assert values_of(claim) == values


@pytest.mark.parametrize(
    ("claims", "changed", "role"),
    [
        ({"roles": ["staff"]}, {}, "technician"),
        ({"roles": "students staff"}, {}, "technician"),
        ({"roles": ["staff", "admin"]}, {}, "administrator"),  # the first of the lab's list
        ({"roles": ["Staff"]}, {}, ""),
        ({"roles": ["staffer"]}, {}, ""),
        ({}, {}, ""),
        ({}, {"default_role": "viewer"}, "viewer"),
        # Google: by address, which it vouches for
        (
            {"email": "Ana@Example.edu", "email_verified": True, "hd": "example.edu"},
            {"claim": "email", "roles": {"ana@example.edu": "manager"},
             "allowed_domains": ("example.edu",), "issuer": "https://accounts.google.com"},
            "manager",
        ),
        (
            {"email": "ana@example.edu", "email_verified": False},
            {"claim": "email", "roles": {"ana@example.edu": "manager"}},
            "",
        ),
        # An address of the domain in an account that the domain doesn't manage
        (
            {"email": "ana@example.edu", "email_verified": True, "roles": ["staff"]},
            {"allowed_domains": ("example.edu",), "issuer": "https://accounts.google.com"},
            "",
        ),
        ({"email": "a@evil.example", "roles": ["staff"]}, {"allowed_domains": ("example.edu",)}, ""),
        ({"email": "a@x.example.edu", "roles": ["staff"]}, {"allowed_domains": ("example.edu",)}, ""),
        ({"email": "a@example.edu", "roles": ["staff"]}, {"allowed_domains": ("example.edu",)},
         "technician"),
    ],
)  # fmt: skip
def test_the_role(claims: dict[str, Any], changed: dict[str, Any], role: str) -> None:
    decided = decide_role(claims, rules(**changed))
    assert decided.role == role
    assert decided.why


@pytest.mark.parametrize("claims", [{"hasgroups": True}, {"_claim_names": {"groups": "src1"}}])
def test_too_many_groups_are_told_apart_from_none(claims: dict[str, Any]) -> None:
    assert "too many groups" in decide_role(claims, rules(claim="groups")).why
    assert "no claim groups" in decide_role({}, rules(claim="groups")).why


def test_names() -> None:
    assert display_name({"sub": "1", "name": " Ana  Reyes "}, "name") == "Ana Reyes"
    assert display_name({"sub": "1", "given_name": "Ana", "family_name": "R"}, "name") == "Ana R"
    assert display_name({"sub": "1", "nick": {"a": "b"}}, "nick") == "1"
    names = acting_names("Sam Lee", "slee2@example.edu", "")
    assert [next(names) for _ in range(3)] == ["Sam Lee", "Sam Lee (slee2)", "Sam Lee (2)"]
    assert all(
        len(name) <= 60
        for name, _ in zip(acting_names("x" * 100, "y" * 90, ""), range(9), strict=False)
    )


def test_the_address() -> None:
    assert verified_email({"email": "a@x.edu"}, "email") == "a@x.edu"
    assert verified_email({"mail": ["a@x.edu", "b@x.edu"]}, "mail") == "a@x.edu"
    assert verified_email({"email": "a@x.edu", "email_verified": False}, "email") == ""
    assert verified_email({"email": 7}, "email") == ""
