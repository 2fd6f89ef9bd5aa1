"""``register`` and ``unregister``, on the system that this is."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from .register import linux, macos, own_command, windows


def register(*, system: bool, export: str | None) -> str:
    """Register this opener, or write the ``.reg`` file; gives what was done. Raises OSError."""
    command = own_command()
    if export is not None:
        windows.export(Path(export), command, system=system)
        return f"Wrote {export}. Import it with: reg import {export}"
    if sys.platform == "win32":
        windows.write(importlib.import_module("winreg"), command, system=system)
        return "Printflow links now open with this program."
    module = macos if sys.platform == "darwin" else linux
    return f"Wrote {module.write(command, system=system)}. Printflow links now open with it."


def unregister(*, system: bool) -> str:
    """Undo it; gives what was done."""
    if sys.platform == "win32":
        found = windows.remove(importlib.import_module("winreg"), system=system)
    else:
        found = (macos if sys.platform == "darwin" else linux).remove(system=system)
    return (
        "Printflow links no longer open with this program." if found else "Nothing was registered."
    )


def registered() -> str:
    """What the system starts for a link; "" if nothing."""
    if sys.platform == "win32":
        return windows.registered(importlib.import_module("winreg"))
    return macos.registered() if sys.platform == "darwin" else linux.registered()
