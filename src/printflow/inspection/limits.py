"""What the guarded process may use."""

from __future__ import annotations

from typing import Final

from ..sandbox import Limits

MEMORY: Final = 1 << 30
MEMORY_OF_LOADERS: Final = 5 << 29  # 2.5 GB: trimesh's formats need more
CPU_SECONDS: Final = 30
"""For one file; the server measures it, and ends a process that takes more."""

FILE_BYTES: Final = 128 << 20
LOADED: Final = (".ply", ".glb", ".step", ".stp", ".obj", ".3mf")

LIFE: Final = Limits(
    memory_bytes=MEMORY_OF_LOADERS, cpu_seconds=30 * CPU_SECONDS, file_bytes=FILE_BYTES
)
"""Hard, for all files that one process reads. It is replaced before it has used them up."""


def memory_for(ending: str) -> int:
    """Bytes of memory for a file of that kind."""
    return MEMORY_OF_LOADERS if ending in LOADED else MEMORY


def worn(cpu_seconds: float) -> bool:
    """Whether what is left of a process's life might not do for another file."""
    return cpu_seconds > LIFE.cpu_seconds - 2 * CPU_SECONDS
