"""What is counted against a limit, and who has to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from printflow.domain.limits import Count, Limit, wait_for

NOW = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
LIMIT = Limit("find", 5, timedelta(minutes=10))


def keys(address: str) -> list[str]:
    return [bound.key for bound in LIMIT.for_address(address)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10.1.1.1", "::ffff:10.1.1.1"),
        ("2001:db8:1:1::5", "2001:db8:1:1:ffff::9"),
        ("fe80::1%eth0", "fe80::1%eth1"),
        ("unix:", "unix:"),
    ],
)
def test_addresses_of_one_household_count_together(one: str, other: str) -> None:
    assert keys(one) == keys(other)


def test_ipv4_addresses_count_apart() -> None:
    assert keys("10.1.1.1") == ["find/address 10.1.1.1"]
    assert not set(keys("10.1.1.1")) & set(keys("10.1.1.2"))


def test_households_of_one_site_count_apart_and_together() -> None:
    here, there = LIMIT.for_address("2001:db8:1:1::5"), LIMIT.for_address("2001:db8:1:2::5")
    assert here[0] != there[0]
    assert here[1] == there[1]
    assert (here[0].most, here[1].most) == (5, 20)
    assert not set(keys("2001:db8:1:1::5")) & set(keys("2001:db8:2:1::5"))


def test_accounts_count_without_regard_to_capitals_and_unread() -> None:
    (bound,) = LIMIT.for_account("Ada@example.edu ")
    assert LIMIT.for_account("ada@EXAMPLE.edu") == (bound,)
    assert "ada" not in bound.key
    assert LIMIT.for_account("a" * 4000)[0].key != LIMIT.for_account("b" * 4000)[0].key
    assert max(len(LIMIT.for_account("\udcff" * 4000)[0].key), len(keys("x" * 4000)[0])) < 120


def test_nothing_is_counted_where_there_is_no_limit_or_nobody() -> None:
    none = Limit("submit", 0, timedelta(hours=1))
    assert none.for_address("10.1.1.1") == none.for_account("Ada") == ()
    assert LIMIT.for_address("") == LIMIT.for_account("") == ()


def test_the_fullest_bound_says_how_long_to_wait() -> None:
    house, site = LIMIT.for_address("2001:db8:1:1::5")
    early, late = NOW + timedelta(minutes=1), NOW + timedelta(minutes=9)
    both = (house, site)
    assert wait_for(both, {}, NOW, more=1) is None
    assert wait_for(both, {house.key: Count(5, early)}, NOW) is None
    assert wait_for(both, {house.key: Count(5, early)}, NOW, more=1) == timedelta(minutes=1)
    full = {house.key: Count(6, early), site.key: Count(21, late)}
    assert wait_for(both, full, NOW) == timedelta(minutes=9)
    assert wait_for(both, {house.key: Count(99, NOW)}, NOW, more=1) is None
