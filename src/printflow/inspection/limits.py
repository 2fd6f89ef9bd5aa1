"""What a process that reads strangers' files may use. A no-op where the system has no such limits."""

from __future__ import annotations

import contextlib
import sys
from typing import Final

MEMORY: Final = 1 << 30
MEMORY_OF_LOADERS: Final = 5 << 29  # 2.5 GB: trimesh's formats need more
CPU_SECONDS: Final = 30
FILE_BYTES: Final = 128 << 20
LOADED: Final = (".ply", ".glb", ".step", ".stp", ".obj", ".3mf")


def limit_process(ending: str) -> None:
    """Before each file: memory by its kind, and CPU seconds from now on.

    Windows has no such limits for a process from within; there the wall clock of
    :mod:`~printflow.inspection.inspector` holds alone.
    """
    if sys.platform == "win32":
        return
    import resource

    memory = MEMORY_OF_LOADERS if ending in LOADED else MEMORY
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    for kind, soft in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, spent + CPU_SECONDS),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            soft = min(soft, hard)
        # macOS refuses a memory limit below what it has reserved, which is more than it uses.
        with contextlib.suppress(*((ValueError,) if sys.platform == "darwin" else ())):
            resource.setrlimit(kind, (soft, hard))
