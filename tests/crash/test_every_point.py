"""The lab dies at every call it makes, recovers, and people go on: nothing is lost or doubled.

Then it dies twice: once more while it recovers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice

import pytest

from printflow.testing import When
from tests.crash.points import CHAINS, Point, stage

pytestmark = [pytest.mark.crash, pytest.mark.timeout(3600)]

PARTS = 32
_THINNED = {"decline": 4}
"""Chains that add little of their own: by default every n-th of their points."""
_SECOND_WITHIN = 150
"""The second crash of a pair comes within so many calls of the recovery."""


def points(*, thinned: bool = True) -> Iterator[Point]:
    for chain in CHAINS:
        every = _THINNED.get(chain, 1) if thinned else 1
        yield from islice(stage().rehearsal(chain).points(), 0, None, every)


@pytest.fixture
def thorough(request: pytest.FixtureRequest) -> bool:
    return str(request.config.getoption("--pairs")) == "all"


@pytest.mark.parametrize("part", range(PARTS))
def test_a_crash_at_every_call(part: int, thorough: bool) -> None:
    wrong = [
        f"{point}: {problem}"
        for point in islice(points(thinned=not thorough), part, None, PARTS)
        for problem in stage().crash_once(point)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_crash_in_the_recovery_from_a_crash(
    part: int, thorough: bool, pytestconfig: pytest.Config
) -> None:
    if thorough:
        wrong = list(_all_pairs(part))
    else:
        count = int(pytestconfig.getoption("--pairs"))
        wrong = list(_some_pairs(part, count))
    assert not wrong, "\n".join(wrong)


def _some_pairs(part: int, count: int) -> Iterator[str]:
    every = list(points())
    for number in range(part, count, PARTS):
        chance = random.Random(number)
        first, when = chance.choice(every), chance.choice(list(When))
        second = chance.randrange(_SECOND_WITHIN)
        reached = False
        while not reached:  # the recovery may have ended before
            reached, problems = stage().crash_twice(first, second, when)
            yield from (f"{first}, then {when} call {second}: {p}" for p in problems)
            second //= 2


def _all_pairs(part: int) -> Iterator[str]:
    for first in islice(points(thinned=False), part, None, PARTS):
        second, reached = 0, True
        while reached:
            for when in When:
                reached, problems = stage().crash_twice(first, second, when)
                yield from (f"{first}, then {when} call {second}: {p}" for p in problems)
            second += 1


def test_the_scenario_has_many_calls() -> None:
    """What the tests above rest on: the ports are counted at all, and so is every one of them."""
    calls = {call for chain in CHAINS for step in stage().rehearsal(chain).calls for call in step}
    assert {
        "write.begin",
        "write.commit",
        "read.begin",
        "read.commit",
        "store.open_incoming",
        "store.write",
        "store.seal_incoming",
        "store.adopt_incoming",
        "store.move",
        "store.where",
        "files.claim",
        "files.settle",
        "outbox.claim",
        "outbox.sent",
        "mailer.send",
        "jobs.update",
        "history.add_event",
    } <= calls
    assert sum(1 for _ in points(thinned=False)) > 2000
