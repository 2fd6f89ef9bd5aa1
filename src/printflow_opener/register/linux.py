"""A ``.desktop`` file, made the handler by ``xdg-mime``.

https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ..launch import for_others
from ..link import SCHEMES

NAME = "printflow-opener.desktop"
KINDS = tuple(f"x-scheme-handler/{scheme}" for scheme in SCHEMES)
_PLAIN = re.compile(r"[A-Za-z0-9_./:@+,=-]+")
_SPECIAL = '"`$\\'


def folder(*, system: bool = False) -> Path:
    """Where applications are listed: for this user, or for all."""
    if system:
        return Path("/usr/local/share/applications")
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "applications"


def desktop_text(command: Sequence[str]) -> str:
    """The file's text. Arguments are quoted as the specification wants, but only where they must
    be: xdg-open 1.1.3 takes quotes for a part of the name.
    """
    line = " ".join([*(_quoted(argument) for argument in command), "open", "%u"])
    kinds = "".join(f"{kind};" for kind in KINDS)
    return (
        "[Desktop Entry]\nType=Application\nName=Printflow opener\nNoDisplay=true\n"
        f"Exec={line}\nMimeType={kinds}\nTerminal=false\n"
    )


def _quoted(argument: str) -> str:
    if _PLAIN.fullmatch(argument):
        return argument
    escaped = "".join(f"\\{c}" if c in _SPECIAL else c for c in argument)
    # The file's own strings take the backslash once more; a bare % begins a code.
    return f'"{escaped}"'.replace("\\", "\\\\").replace("%", "%%")


def write(command: Sequence[str], *, system: bool = False) -> Path:
    """Register; gives the file. Raises OSError."""
    place = folder(system=system)
    place.mkdir(parents=True, exist_ok=True)
    path = place / NAME
    path.write_text(desktop_text(command), "utf-8")
    _run("update-desktop-database", str(place))
    for scheme in SCHEMES if not system else ():
        _run("xdg-mime", "default", NAME, f"x-scheme-handler/{scheme}")
    return path


def remove(*, system: bool = False) -> bool:
    """Undo it; False if there was nothing."""
    path = folder(system=system) / NAME
    if not path.exists():
        return False
    path.unlink()
    _run("update-desktop-database", str(path.parent))
    if not system:
        config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
        for defaults in (Path(config) / "mimeapps.list", path.parent / "mimeapps.list"):
            _forget(defaults)
    return True


def _forget(defaults: Path) -> None:
    """Take the opener out of a list of defaults: ``xdg-mime`` has no command for it.

    https://specifications.freedesktop.org/mime-apps-spec/latest/file.html
    """
    try:
        lines = defaults.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    kept = []
    for line in lines:
        key, equals, names = line.partition("=")
        if equals and key.strip() in KINDS:
            left = [name for name in names.split(";") if name and name != NAME]
            if left:
                kept.append(f"{key}={';'.join(left)};")
        else:
            kept.append(line)
    if kept != lines:
        defaults.write_text("".join(f"{line}\n" for line in kept), "utf-8")


def registered() -> str:
    """The handler that the desktop names for the links; "" if none."""
    program = shutil.which("xdg-mime")
    if program is None:
        return ""
    asked = subprocess.run(
        [program, "query", "default", KINDS[0]],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
        env=for_others(),
    )
    return asked.stdout.strip()


def _run(name: str, *arguments: str) -> None:
    if (program := shutil.which(name)) is not None:
        subprocess.run(
            [program, *arguments], check=False, timeout=20, capture_output=True, env=for_others()
        )
