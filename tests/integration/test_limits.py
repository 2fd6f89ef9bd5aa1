"""Counting against limits in the database, by many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from printflow import Printflow, Settings, TooManyRequests
from printflow.domain.limits import Limit
from printflow.ports import Database
from printflow.said import say
from printflow.service.limits import check, count, give_back, wait_words
from tests.plugins.lab import TestClock

NOW = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
LIMIT = Limit("guess", 5, timedelta(minutes=10))
HOUSE = LIMIT.for_address("2001:db8:1:1::5") + LIMIT.for_account("Ada")


@pytest.fixture
def database(lab: Printflow, settings: Settings) -> Database:
    return lab._parts.database


def test_many_at_once_count_as_many(database: Database) -> None:
    """Twelve tries at the same moment, by threads that each have their own connection."""

    def attempt(number: int) -> bool:
        # Given in any order: no two wait for each other.
        bounds = HOUSE if number % 2 else tuple(reversed(HOUSE))
        try:
            with database.write() as tx:
                count(tx, bounds, NOW, "Too often.")
        except TooManyRequests:
            return False
        return True

    with ThreadPoolExecutor(12) as threads:
        assert sum(threads.map(attempt, range(12))) == 5


def test_a_window_ends_and_begins_again(database: Database) -> None:
    for _ in range(5):
        with database.write() as tx:
            count(tx, HOUSE, NOW, "Too often.")
    almost = NOW + timedelta(minutes=9, seconds=30)
    for refuse in (check, count):
        with pytest.raises(TooManyRequests) as refused, database.write() as tx:
            refuse(tx, HOUSE, almost, "Too often.", next_step=say("Wait {wait}."))
        assert (refused.value.retry_after, refused.value.next_step) == (30, "Wait 30 seconds.")
    later = NOW + timedelta(minutes=10)
    with database.write() as tx:
        check(tx, HOUSE, later, "Too often.")
        count(tx, HOUSE, later, "Too often.")
        assert {one.times for one in tx.lab.counts([b.key for b in HOUSE]).values()} == {1}
        tx.lab.forget_counts(later)
        assert len(tx.lab.counts([b.key for b in HOUSE])) == 3, "they still count"
        tx.lab.forget_counts(later + LIMIT.window)
        assert not tx.lab.counts([b.key for b in HOUSE])


def test_giving_back_takes_back_one(database: Database) -> None:
    with database.write() as tx:
        for _ in range(4):
            count(tx, HOUSE, NOW, "Too often.")
        give_back(tx, HOUSE)
        assert {one.times for one in tx.lab.counts([b.key for b in HOUSE]).values()} == {3}
        for _ in range(9):
            give_back(tx, HOUSE)
        assert {one.times for one in tx.lab.counts([b.key for b in HOUSE]).values()} == {0}


def test_what_was_refused_is_not_counted(database: Database) -> None:
    """Asking again and again does not make the wait longer, nor fill a neighbor's count."""
    for _ in range(30):
        try:
            with database.write() as tx:
                count(tx, HOUSE, NOW, "Too often.")
        except TooManyRequests:
            continue
    neighbor = LIMIT.for_address("2001:db8:1:2::5")
    with database.write() as tx:
        count(tx, neighbor, NOW, "Too often.")


def test_waits_in_words() -> None:
    assert [wait_words(n) for n in (1, 59, 60, 61, 3600)] == [
        "1 second", "59 seconds", "1 minute", "2 minutes", "60 minutes",
    ]  # fmt: skip


def test_who_looked_at_the_clock_first_and_counts_second_starts_nothing_anew(
    lab: Printflow, clock: TestClock
) -> None:
    """Threads overtake each other between looking at the clock and counting."""
    limit = Limit("sign-in", 5, timedelta(minutes=1))
    bounds, now = limit.for_address("10.1.1.1"), clock()
    database = lab._parts.database
    with database.write() as tx:
        for back in range(5):
            count(tx, bounds, now - timedelta(microseconds=back), "Too often.")
    with pytest.raises(TooManyRequests), database.write() as tx:
        count(tx, bounds, now - timedelta(seconds=2), "Too often.")
