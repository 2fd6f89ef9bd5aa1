"""Histories that nobody thought of: see :mod:`tests.crash.machine`."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.crash.machine import Fire
from tests.plugins.fire import count

pytestmark = [pytest.mark.crash, pytest.mark.timeout(3600)]
PARTS = 4
PHASES = (Phase.explicit, Phase.generate)
"""Shrinking a history takes minutes; add ``Phase.shrink`` for the time of a search."""


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_lost_whatever_happens(part: int, pytestconfig: pytest.Config) -> None:
    """The parts differ by their seed; each is the same every time."""
    histories = count(pytestconfig, "--crash-histories")
    machine = seed(part)(type(f"Fire{part}", (Fire,), {}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=max(1, histories // PARTS),
            stateful_step_count=40,
            deadline=None,
            database=None,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )
