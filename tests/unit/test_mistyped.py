"""Which addresses look mistyped, and what was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printflow.domain.mistyped import (
    PROVIDERS,
    is_well_known,
    one_slip_apart,
    suggested_address,
)

OWN = ("example.edu", "ut.edu")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ada@gmial.com", "ada@gmail.com"),
        ("ada@gamil.com", "ada@gmail.com"),
        ("ada@gmai.com", "ada@gmail.com"),
        ("ada@gmaill.com", "ada@gmail.com"),
        ("ada@gmail.con", "ada@gmail.com"),
        ("ada@gmail.co", "ada@gmail.com"),
        ("ada@gmial.con", "ada@gmail.com"),
        ("ada@hotmial.com", "ada@hotmail.com"),
        ("ada@yaho.com", "ada@yahoo.com"),
        ("ada@yahoo.cmo", "ada@yahoo.com"),
        ("ada@outlok.com", "ada@outlook.com"),
        ("ada@iclould.com", "ada@icloud.com"),
        ("ada@company.con", "ada@company.com"),
        ("ada@school.eud", "ada@school.edu"),
        ("Ada.L+3d@GMIAL.COM", "Ada.L+3d@gmail.com"),
        ("ada@exmaple.edu", "ada@example.edu"),
        ("ada@example.edo", "ada@example.edu"),
        ("ada@exampl.edu", "ada@example.edu"),
        ("ada@students.exmaple.edu", "ada@students.example.edu"),
        ("ada@tu.edu", "ada@ut.edu"),
    ],
)
def test_a_slip_is_asked_about(typed: str, meant: str) -> None:
    assert suggested_address(typed, OWN) == meant


@pytest.mark.parametrize(
    "typed",
    [
        *(f"ada@{domain}" for domain in PROVIDERS),
        "ada@example.edu", "ada@cs.example.edu", "ada@mail.com", "ada@ymail.com", "ada@email.com",
        "ada@yahoo.co.uk", "ada@gmx.de", "ada@hotmail.fr", "ada@line.com", "ada@mit.edu",
        "ada@company.co", "ada@example.org", "ada@company.com.mx", "ada@life.com", "ada@man.com",
        "", "ada", "@gmial.com", "ada@", "ada@con", "ada@.con",
    ],
)  # fmt: skip
def test_what_may_well_be_right_is_not(typed: str) -> None:
    assert suggested_address(typed, OWN) == ""


def test_only_a_whole_domain_of_the_lab_s_own_counts() -> None:
    assert suggested_address("ada@localhots", ("localhost",)) == ""
    assert suggested_address("ada@notexample.edu", ("example.edu",)) == ""
    assert not is_well_known("notexample.edu", ("example.edu",))


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("ab", "ba", True),
        ("abc", "abd", True),
        ("abc", "abcd", True),
        ("abc", "xabc", True),
        ("abc", "abc", False),
        ("abc", "cba", False),
        ("abcd", "badc", False),
        ("abc", "abcde", False),
        ("", "a", True),
        ("", "", False),
    ],
)
def test_one_slip(one: str, other: str, near: bool) -> None:
    assert one_slip_apart(one, other) is near
    assert one_slip_apart(other, one) is near


@given(st.sampled_from(PROVIDERS), st.data())
def test_every_slip_in_a_long_name_is_seen(domain: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(domain) - 1))
    letter = data.draw(st.sampled_from("abcxyz0-"))
    for slip in (
        domain[:place] + domain[place + 1 :],
        domain[:place] + letter + domain[place:],
        domain[:place] + letter + domain[place + 1 :],
    ):
        assert slip == domain or one_slip_apart(slip, domain)


@given(st.text(max_size=30) | st.emails())
def test_what_is_suggested_is_not_asked_about_again(typed: str) -> None:
    if found := suggested_address(typed, OWN):
        assert suggested_address(found, OWN) == ""
        assert found.rpartition("@")[0] == typed.rpartition("@")[0]
