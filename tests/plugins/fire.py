"""How hard the crash tests try: a little by default, a lot where ``--fire`` is given, as CI does."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import settings

from printflow.testing import When, crash_points, telling_points

_EFFORT: Final[dict[str, tuple[str, str, str]]] = {
    "--crash-points": ("48", "telling", "crashes at a call of a port: a number, telling, or all"),
    "--crash-pairs": ("32", "200", "crashes in the recovery from a crash: a number, or all"),
    "--crash-histories": ("12", "150", "histories of the state machine"),
    "--kills": ("10", "72", "processes that are killed by SIGKILL"),
    "--outbox-mails": ("200", "1000", "mails that killed workers send through a faulty server"),
    "--mutated-models": ("150", "3000", "model files with changed bytes"),
    "--contested-jobs": ("40", "160", "jobs that four processes fire at once"),
    "--students": ("16", "500", "students while servers and workers die"),
}


_EXAMPLES: Final = 1500


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("printflow", "Printflow's tests under fire")
    group.addoption(
        "--fire", action="store_true", help="only what can try harder, as hard as CI does (minutes)"
    )
    group.addoption("--long", action="store_true", help="run the tests that take long, too")
    for name, (little, much, what) in _EFFORT.items():
        group.addoption(name, help=f"{what} ({little}; with --fire {much})")


def pytest_configure(config: pytest.Config) -> None:
    """No property has to hold in time, on however crowded a machine; with --fire hypothesis tries
    each thousands of times.
    """
    settings.register_profile("untimed", parent=settings(), deadline=None)
    settings.load_profile("untimed")
    settings.register_profile("fire", max_examples=_EXAMPLES, deadline=None)
    if config.getoption("--fire"):
        settings.load_profile("fire")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes long, unless it is asked for; on PostgreSQL the long tests of pages
    stay out, too: they are about browsers, not about the database.
    """
    if config.getoption("--fire"):
        _leave_out(config, items, {item for item in items if not _tries_harder(item)})
    asked = config.getoption("--long") or config.getoption("--fire")
    if asked and not config.getoption("--postgresql"):
        return
    long = {
        item
        for item in items
        if item.get_closest_marker("long")
        and (not asked or item.path.is_relative_to(config.rootpath / "tests" / "web"))
    }
    _leave_out(config, items, long)


def _leave_out(config: pytest.Config, items: list[pytest.Item], left: set[pytest.Item]) -> None:
    if left:
        config.hook.pytest_deselected(items=list(left))
        items[:] = [item for item in items if item not in left]


def _tries_harder(item: pytest.Item) -> bool:
    """Whether --fire makes a difference to a test: properties, what is counted in the table above,
    what takes long, and crashes. The others are the default run's.
    """
    return (
        item.get_closest_marker("long") is not None
        or item.path.is_relative_to(item.config.rootpath / "tests" / "crash")
        or getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        or "pytestconfig" in getattr(item, "fixturenames", ())
    )


def points(config: pytest.Config, calls: list[str], some: int) -> list[tuple[int, When]]:
    """Where to crash in ``calls``: ``telling`` or all points, as ``--crash-points`` says, and ``some``
    telling ones, spread evenly, where it says a number.
    """
    wanted = effort(config, "--crash-points")
    if wanted == "all":
        return crash_points(calls)
    telling = telling_points(calls)
    return telling if wanted == "telling" else telling[:: max(1, len(telling) // some)]


def effort(config: pytest.Config, option: str) -> str:
    """What was asked for: a number, or "all"."""
    little, much, _ = _EFFORT[option]
    return str(config.getoption(option) or (much if config.getoption("--fire") else little))


def count(config: pytest.Config, option: str) -> int:
    """As :func:`effort`, for options that are numbers."""
    return int(effort(config, option))
