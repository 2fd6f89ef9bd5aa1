"""Missing components: skipped and listed here, failing in CI."""

import pytest

pytest_plugins = ["pytester"]

SUITE = """
import pytest

@pytest.mark.slicer
def test_needs_a_slicer():
    raise AssertionError("must not run")

def test_runs():
    pass
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A suite with one test whose component is on no machine."""
    pytester.makeini("[pytest]\nmarkers =\n  slicer: needs a slicer")
    pytester.makepyfile(SUITE)
    monkeypatch.setattr("tests.plugins.components.FINDERS", {"slicer": lambda: None})
    monkeypatch.setattr("tests.plugins.components._find", lambda component: None)
    return pytester


def test_elsewhere_it_is_skipped_and_listed(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    result = suite.runpytest_inprocess("-p", "tests.plugins.components", "-p", "no:xdist")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["Not run here: 1 for want of slicer", "*::test_needs_a_slicer"])


def test_in_ci_it_fails(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    result = suite.runpytest_inprocess("-p", "tests.plugins.components", "-p", "no:xdist")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*CI=true, and not on this machine: slicer*"])
