"""What a process may use."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from typing import Final

OPEN_FILES: Final = 256
TASKS: Final = 4096
"""Processes and threads of the account in all, not of this process: a bound for thread bombs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Hard limits: bytes of memory (address space), CPU seconds over the whole life of the process,
    bytes of each file that it writes."""

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int


def limit_self(limits: Limits) -> None:
    """Set this process's limits, soft and hard alike, so that it cannot raise them again."""
    if sys.platform == "win32":
        return
    import resource

    for kind, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, TASKS),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        # macOS refuses a memory limit below what it has reserved, which is more than it uses.
        with contextlib.suppress(*((ValueError,) if sys.platform == "darwin" else ())):
            resource.setrlimit(kind, (most, most))
