"""Registry keys of the URL schemes; per user without administrator rights, or for the machine.

https://learn.microsoft.com/previous-versions/windows/internet-explorer/ie-developer/platform-apis/aa767914(v=vs.85)
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..link import SCHEMES

USER_ROOT = "HKEY_CURRENT_USER"
MACHINE_ROOT = "HKEY_LOCAL_MACHINE"
_CLASSES = r"Software\Classes"


def entries(command: Sequence[str]) -> list[tuple[str, str, str]]:
    """``(key, value's name, text)`` of all that is written; the name "" is the key's default."""
    line = f'{subprocess.list2cmdline(command)} open "%1"'
    found = []
    for scheme in SCHEMES:
        key = rf"{_CLASSES}\{scheme}"
        found += [
            (key, "", "URL:Printflow file"),
            (key, "URL Protocol", ""),
            (rf"{key}\shell\open\command", "", line),
        ]
    return found


def write(winreg: Any, command: Sequence[str], *, system: bool = False) -> None:
    """Write the keys; ``winreg`` is the module, or a test's. Raises OSError."""
    root = getattr(winreg, MACHINE_ROOT if system else USER_ROOT)
    for key, name, text in entries(command):
        with winreg.CreateKeyEx(root, key, 0, winreg.KEY_WRITE) as handle:
            winreg.SetValueEx(handle, name, 0, winreg.REG_SZ, text)


def remove(winreg: Any, *, system: bool = False) -> bool:
    """Delete the keys; False if there were none."""
    root = getattr(winreg, MACHINE_ROOT if system else USER_ROOT)
    found = False
    for scheme in SCHEMES:
        for below in (r"\shell\open\command", r"\shell\open", r"\shell", ""):
            try:
                winreg.DeleteKey(root, rf"{_CLASSES}\{scheme}{below}")
                found = True
            except FileNotFoundError:
                continue
    return found


def registered(winreg: Any) -> str:
    """The command that the first scheme starts; "" if none."""
    key = rf"{_CLASSES}\{SCHEMES[0]}\shell\open\command"
    for root in (USER_ROOT, MACHINE_ROOT):
        try:
            with winreg.OpenKey(getattr(winreg, root), key) as handle:
                return str(winreg.QueryValueEx(handle, "")[0])
        except OSError:
            continue
    return ""


def reg_text(command: Sequence[str], *, system: bool = False) -> str:
    """The keys as a ``.reg`` file's text."""
    root = MACHINE_ROOT if system else USER_ROOT
    lines, last = ["Windows Registry Editor Version 5.00"], ""
    for key, name, text in entries(command):
        if key != last:
            lines += ["", rf"[{root}\{key}]"]
            last = key
        left = f'"{name}"' if name else "@"
        lines.append(f"{left}={_quoted(text)}")
    return "\r\n".join([*lines, "", ""])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def export(path: Path, command: Sequence[str], *, system: bool = False) -> None:
    """Write the ``.reg`` file for IT: UTF-16 with its mark, as regedit does."""
    path.write_bytes(b"\xff\xfe" + reg_text(command, system=system).encode("utf-16-le"))
