"""What to type to run this command again."""

from __future__ import annotations

import shutil
import sys
from contextlib import suppress
from pathlib import Path


def own_name() -> str:
    """``printflow`` where the shell finds that, else the path of the program that runs now."""
    if shutil.which("printflow"):
        return "printflow"
    called = Path(sys.argv[0])
    if called.stem != "printflow":  # python -m printflow
        return f'"{sys.executable}" -m printflow'
    with suppress(ValueError):
        called = called.relative_to(Path.cwd())
    return f'"{called}"' if " " in str(called) else str(called)
