"""What docs/scale.md says is computed from what was measured."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pytest

from tests.benchmarks.cost import COSTS, measured
from tests.benchmarks.scale import PAGE, filled, tables


def test_the_page_has_the_tables_of_what_was_measured() -> None:
    page = PAGE.read_text("utf-8")
    assert filled(page, json.loads(COSTS.read_text("utf-8"))) == page, (
        "run: python -m tests.benchmarks.scale"
    )


def test_dearer_pages_need_more_cores() -> None:
    costs = json.loads(COSTS.read_text("utf-8"))
    dear = deepcopy(costs)
    for name, spent in dear["postgresql"]["pages_ms"].items():
        dear["postgresql"]["pages_ms"][name] = 10 * spent
    assert tables(dear)["campuses"] != tables(costs)["campuses"]
    with pytest.raises(ValueError, match="0 places for machine"):
        filled("# Scale\n", costs)


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_small_measurement_finds_every_cost(tmp_path: Path) -> None:
    found = measured(tmp_path, "", jobs=2, many=1000, pages=3, changes=4)
    kept = json.loads(COSTS.read_text("utf-8"))["sqlite"]
    assert set(found) >= set(kept) - {"store_calls", "machine"}
    assert found["rows"] == kept["rows"]
    assert set(found["pages_ms"]) == set(kept["pages_ms"])
