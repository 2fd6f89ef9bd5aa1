"""The benchmarks work; what they measure here says nothing, and nobody asks."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as bench
from tests.benchmarks.figure import Figure
from tests.benchmarks.pages import LANGUAGES, PAGES, SPOKEN
from tests.plugins.components import find_postgresql

QUICK = ("startup", "transitions", "doctor", "dashboard")


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.skipif(sys.platform != "linux", reason="measures beside find(1) and by /proc")
def test_a_small_run_gives_every_figure(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    pytestconfig: pytest.Config,
) -> None:
    names = bench.ALL if pytestconfig.getoption("--fire") else QUICK  # the rest starts servers
    monkeypatch.chdir(tmp_path)
    only = [part for name in names for part in ("--only", name)]
    assert bench.main(["--small", *only, "--out", str(tmp_path / "bench.json")]) == 0
    rows = json.loads((tmp_path / "bench.json").read_text())
    pictures = 2 if shutil.which("f3d") else 0  # measured beside it
    pages = 1 + sum(3 if page.flat else 2 for page in PAGES.values())
    pages += len(SPOKEN) * len(LANGUAGES)
    databases = 2 if find_postgresql() else 1
    assert len(rows) == (66 + databases + pages + pictures if names is bench.ALL else 14)
    assert all(set(row) == {"name", "value", "limit", "unit"} for row in rows)
    # The hour before a deadline, through nginx, with one process for pages and with two.
    lost = [row["value"] for row in rows if str(row["name"]).endswith(", lost or doubled")]
    assert lost == ([0, 0] if names is bench.ALL else [])
    said = capsys.readouterr().out
    assert all(str(row["name"]) in said for row in rows)
    assert not list(tmp_path.glob(".bench-*")), "what was made for it is gone"


def test_the_table_says_what_falls_short() -> None:
    table = bench.table(
        [
            Figure("small", 1.2, 1.5, "x"),
            Figure("great", 1.2, 1.5, "x", at_least=True),
        ]
    )
    small, great = table.splitlines()[1:]
    assert " ok" in small
    assert " SHORT" in great
