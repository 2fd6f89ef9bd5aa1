"""What the machine has to offer: Chromium, PostgreSQL, nginx, a slicer, a desktop, Samba, Wine.

A test that carries a component's marker runs where the component is found. Elsewhere it is
skipped and listed at the end; with ``CI=true`` a missing component fails the run.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

import pytest


def find_chromium() -> Path | None:
    """The browser that Playwright drives: the system's, or one of its own."""
    named = os.environ.get("PRINTFLOW_TEST_CHROMIUM")
    if named:
        return Path(named) if Path(named).is_file() else None
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge"):
        found = shutil.which(name)
        if found:
            return Path(found)
    installed = [
        Path(os.environ[variable]) / "Google/Chrome/Application/chrome.exe"
        for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        if variable in os.environ
    ]
    installed.append(Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"))
    return next((path for path in installed if path.is_file()), None)


def find_postgresql() -> Path | None:
    """The folder that holds PostgreSQL's server programs (Debian keeps them off the PATH)."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: path.parts[-3].zfill(4),
    )
    return versions[-1].parent if versions else None


def find_slicer() -> Path | None:
    """A slicer that shows the model which it is started with."""
    for name in ("prusa-slicer", "PrusaSlicer", "orca-slicer", "UltiMaker-Cura", "cura"):
        found = shutil.which(name)
        if found:
            return Path(found)
    return None


def find_desktop() -> Path | None:
    """What makes a staff PC's desktop on a server: a screen, windows, links, locales."""
    return _all_of("Xvfb", "openbox", "xdotool", "xdg-open", "update-desktop-database", "localedef")


def find_samba() -> Path | None:
    """A file server as labs have them, and its client; it wants to be root."""
    found = shutil.which("smbd") or shutil.which("/usr/sbin/smbd")
    root = sys.platform != "win32" and os.geteuid() == 0
    return Path(found) if found and root and shutil.which("smbclient") else None


def find_tk() -> Path | None:
    """What this Python shows windows with."""
    found = importlib.util.find_spec("_tkinter")
    return Path(found.origin) if found and found.origin else None


def _all_of(*names: str) -> Path | None:
    found = [shutil.which(name) for name in names]
    return Path(found[0]) if all(found) and found[0] else None


def find_wine() -> Path | None:
    """Windows' programs and registry, as Wine has them."""
    found = shutil.which("wine")
    return Path(found) if found else None


def find_mounts() -> Path | None:
    """What mounts a file system, where this account may do that."""
    found = shutil.which("mount")
    if sys.platform != "linux" or os.geteuid() != 0 or not found:
        return None
    with tempfile.TemporaryDirectory() as folder:
        tried = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
        if subprocess.run(tried, check=False, capture_output=True).returncode:
            return None
        subprocess.run(["umount", folder], check=True, capture_output=True)
    return Path(found)


def find_nginx() -> Path | None:
    """nginx (Debian keeps it off people's PATH)."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")
    return Path(found) if found else None


FINDERS: Final[dict[str, Callable[[], Path | None]]] = {
    "chromium": find_chromium,
    "mounts": find_mounts,
    "nginx": find_nginx,
    "postgresql": find_postgresql,
    "slicer": find_slicer,
    "desktop": find_desktop,
    "samba": find_samba,
    "tk": find_tk,
    "wine": find_wine,
}
_REASON: Final = "not on this machine: "


def in_ci() -> bool:
    """Whether a missing component is a failure."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The browser's program."""
    return _needed("chromium")


@pytest.fixture(scope="session")
def nginx_path() -> Path:
    """nginx's program."""
    return _needed("nginx")


@pytest.fixture(scope="session")
def postgresql_programs() -> Path:
    """The folder of ``initdb``, ``postgres`` and ``pg_ctl``."""
    return _needed("postgresql")


@pytest.fixture(scope="session")
def slicer_path() -> Path:
    """The slicer's program."""
    return _needed("slicer")


def _needed(component: str) -> Path:
    path = _find(component)
    if path is None:
        pytest.fail(f"{_REASON}{component}; mark this test with @pytest.mark.{component}")
    return path


@cache
def _find(component: str) -> Path | None:
    return FINDERS[component]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip or fail before the test's own fixtures start anything."""
    missing = [name for name in FINDERS if item.get_closest_marker(name) and not _find(name)]
    if missing and in_ci():
        pytest.fail(f"CI=true, and {_REASON}{', '.join(missing)}", pytrace=False)
    if missing:
        pytest.skip(_REASON + ", ".join(missing))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what was not run, by component. The reports come from all workers."""
    not_run: defaultdict[str, list[str]] = defaultdict(list)
    for report in terminalreporter.stats.get("skipped", []):
        # The place, the line and the reason of a skip.
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        _, found, components = reason.partition(_REASON)
        if found:
            not_run[components].append(report.nodeid)
    if not not_run:
        return
    terminalreporter.section("Not run here")
    for components, tests in sorted(not_run.items()):
        terminalreporter.line(f"Not run here: {len(tests)} for want of {components}")
        for nodeid in sorted(tests):
            terminalreporter.line(f"  {nodeid}")
