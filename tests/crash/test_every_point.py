"""The lab dies at every call it makes, recovers, and people go on: nothing is lost or doubled.

Then it dies twice: once more while it recovers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from printflow.testing import When
from tests.crash.points import CHAINS, Point, stage
from tests.plugins.fire import effort

pytestmark = [pytest.mark.crash, pytest.mark.timeout(3600)]

PARTS = 8
_SECOND_WITHIN = 150
"""The second crash of a pair comes within so many calls of the recovery."""


def points(*, all_of_them: bool = True) -> list[Point]:
    return [
        point
        for chain in CHAINS
        for point in stage().rehearsal(chain).points(all_of_them=all_of_them)
    ]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.long
def test_a_crash_at_every_call(part: int, pytestconfig: pytest.Config) -> None:
    """By default at some calls only, spread over all steps."""
    wanted = effort(pytestconfig, "--crash-points")
    every = points(all_of_them=wanted == "all")
    stride = max(1, len(every) // int(wanted)) if wanted.isdecimal() else 1
    wrong = [
        f"{point}: {problem}"
        for point in every[::stride][part::PARTS]
        for problem in stage().crash_once(point)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_crash_in_the_recovery_from_a_crash(part: int, pytestconfig: pytest.Config) -> None:
    wanted = effort(pytestconfig, "--crash-pairs")
    wrong = list(_all_pairs(part) if wanted == "all" else _some_pairs(part, int(wanted)))
    assert not wrong, "\n".join(wrong)


def _some_pairs(part: int, pairs: int) -> Iterator[str]:
    every = points()
    for number in range(part, pairs, PARTS):
        chance = random.Random(number)
        first, when = chance.choice(every), chance.choice(list(When))
        second = chance.randrange(_SECOND_WITHIN)
        reached = False
        while not reached:  # the recovery may have ended before
            reached, problems = stage().crash_twice(first, second, when)
            yield from (f"{first}, then {when} call {second}: {p}" for p in problems)
            second //= 2


def _all_pairs(part: int) -> Iterator[str]:
    for first in points()[part::PARTS]:
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
        "store.places",
        "files.claim_of_job",
        "files.rename",
        "files.settle",
        "outbox.claim",
        "outbox.sent",
        "mailer.send",
        "jobs.update",
        "history.add_event",
        "ledger.add",
        "ledger.void",
    } <= calls
    assert len(points()) > 2000
    assert len(points(all_of_them=False)) > 500
