"""The second try that CI gives to tests of browsers."""

from collections.abc import Callable

import pytest

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]

TESTS = """
import pathlib

import pytest

def once(name):
    seen = pathlib.Path(name)
    if not seen.exists():
        seen.touch()
        raise AssertionError(f"{name} at first")

@pytest.mark.chromium
@pytest.mark.parametrize("name", ["page0", "page1", "page2"])
def test_page(name):
    if int(name[-1]) < SLOW:
        once(name)

@pytest.mark.chromium
def test_broken():
    assert not BROKEN

@pytest.mark.crash
@pytest.mark.chromium
def test_lost():
    if LOST:
        once("lost")

def test_sum():
    if WRONG:
        once("sum")
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the suite above with flags, in CI or not."""

    def suite(ci: str = "true", **flags: int) -> pytest.RunResult:
        monkeypatch.setenv("CI", ci)
        known = {"SLOW": 0, "BROKEN": 0, "LOST": 0, "WRONG": 0, **flags}
        pytester.makeini("[pytest]\nmarkers =\n  chromium: a browser\n  crash: kills")
        pytester.makepyfile("\n".join(f"{name} = {value}" for name, value in known.items()) + TESTS)
        return pytester.runpytest_inprocess("-p", "tests.plugins.second_try", "-p", "no:xdist")

    return suite


@pytest.mark.parametrize(
    ("flags", "counts"),
    [
        ({}, {"passed": 6}),
        ({"SLOW": 2}, {"passed": 6, "rerun": 2}),
        ({"BROKEN": 1}, {"passed": 5, "failed": 1, "rerun": 1}),
        ({"LOST": 1}, {"passed": 5, "failed": 1}),
        ({"WRONG": 1}, {"passed": 5, "failed": 1}),
    ],
)
def test_only_what_is_driven_gets_a_second_try(
    run: Run, flags: dict[str, int], counts: dict[str, int]
) -> None:
    result = run(**flags)
    assert {name: n for name, n in result.parseoutcomes().items() if name != "warnings"} == counts
    assert result.ret == ("failed" in counts)
    if "rerun" in counts:
        result.stdout.fnmatch_lines(["*tried a second time*", "*::test_*", "*AssertionError*"])


def test_a_run_fails_where_too_many_needed_it(run: Run) -> None:
    result = run(SLOW=3)
    assert result.parseoutcomes() == {"passed": 6, "rerun": 3}
    assert result.ret == 1
    result.stdout.fnmatch_lines(["3 tests needed a second try*"])


def test_people_s_own_runs_try_once(run: Run) -> None:
    assert run(ci="", SLOW=2).parseoutcomes() == {"passed": 4, "failed": 2}
