"""One second try in CI for tests that drive a browser or a desktop on a crowded machine.

Playwright's own runner does the same in CI. A run says which tests needed it, and fails where more
than a handful did: then it isn't the machine. Tests of what may be lost in a crash get none.
"""

from __future__ import annotations

from typing import Final

import pytest

from tests.plugins.components import in_ci

_DRIVEN: Final = ("chromium", "desktop", "nginx", "samba", "slicer", "tk", "wine")
_AT_MOST: Final = 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what may be tried again."""
    if not in_ci():
        return
    for item in items:
        if item.get_closest_marker("crash"):
            continue
        if any(item.get_closest_marker(name) for name in _DRIVEN):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_configure(config: pytest.Config) -> None:
    """Gather the tries where the reports of all workers arrive."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(SecondTries(), "printflow-second-tries")


class SecondTries:
    """The tests that failed at first, with what they said then."""

    def __init__(self) -> None:
        self.first: list[pytest.TestReport] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that is tried again."""
        if str(report.outcome) == "rerun":
            self.first.append(report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run in which too many tests needed it."""
        if len(self.first) > _AT_MOST:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say which tests, and why they failed."""
        if not self.first:
            return
        terminalreporter.section("tried a second time")
        for report in self.first:
            terminalreporter.line(report.nodeid)
            terminalreporter.line(report.longreprtext)
        if len(self.first) > _AT_MOST:
            terminalreporter.line(
                f"{len(self.first)} tests needed a second try; with more than {_AT_MOST} the run fails."
            )
