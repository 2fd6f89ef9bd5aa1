"""Programs as they are once installed: with their bytecode at hand."""

from __future__ import annotations

from pathlib import Path


def kept_bytecode(folder: Path) -> dict[str, str]:
    """Variables by which Python keeps what it has compiled, as pip leaves a program, whatever is set
    for the sources at hand here. The first start writes it down.
    """
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
