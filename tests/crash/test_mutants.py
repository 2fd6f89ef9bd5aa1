"""The harness catches what it was made for: each naive protocol works, until something crashes."""

from __future__ import annotations

from pathlib import Path

import pytest

from printflow import Printflow, PrintflowError
from tests.crash.mutants import MUTANTS
from tests.crash.points import Stage

pytestmark = pytest.mark.crash
CHAIN, STEP = "reject", 1


@pytest.mark.parametrize("mutant", MUTANTS)
@pytest.mark.long
def test_a_naive_protocol_is_caught(mutant: type[Printflow], tmp_path: Path) -> None:
    stage = Stage(tmp_path, mutant)
    caught = []
    rehearsal = stage.rehearsal(CHAIN)  # which raises if it fails without a fault
    for point in rehearsal.points():
        if point.step != STEP:
            continue
        try:
            problems = stage.crash_once(point)
        except (PrintflowError, OSError) as error:  # the job cannot be brought on any more
            problems = [str(error)]
        caught += [f"{point}: {problem}" for problem in problems]
        if caught:
            break
    assert caught
    print(mutant.__name__, caught[0])
