"""What every process must be able to read: the system's libraries, and Python with what it imports."""

from __future__ import annotations

import importlib.util
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

PROGRAMS: Final = ("/lib", "/lib64", "/lib32", "/usr/lib", "/usr/lib64", "/usr/local/lib")
"""Libraries, and the loader that starts programs, which is itself executed."""

SYSTEM: Final = (
    "/usr/share",
    "/etc/ld.so.cache",
    "/etc/fonts",
    "/etc/localtime",
    "/etc/locale.alias",
    "/dev/null",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
)
"""Data of the system's; nothing of accounts, settings or secrets. What is not there is left out."""

_IMPORTED = ("printflow", "numpy", "PIL", "trimesh", "cascadio")
_OF_PACKAGES = ("site-packages", "dist-packages")


@cache
def of_python() -> tuple[str, ...]:
    """The folders of Python's standard library and of packages; never a folder that merely is on the
    search path, which may hold anything."""
    kinds = ("stdlib", "platstdlib", "purelib", "platlib")
    found = {sysconfig.get_path(kind) for kind in kinds}
    found |= {one for one in sys.path if Path(one).name in _OF_PACKAGES}
    for name in _IMPORTED:
        spec = importlib.util.find_spec(name)
        found |= set(spec.submodule_search_locations or ()) if spec else set()
    return resolved(one for one in found if one)


def resolved(paths: Iterable[str | Path]) -> tuple[str, ...]:
    """Paths as the kernel sees them, without links, each once."""
    return tuple(sorted({str(Path(one).resolve()) for one in paths}))
