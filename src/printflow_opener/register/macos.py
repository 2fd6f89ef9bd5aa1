"""An application whose only task is to hand links on; macOS gives them to applications as events."""

from __future__ import annotations

import plistlib
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..link import SCHEMES

_NAME = "Printflow Opener.app"


def script(command: Sequence[str]) -> str:
    """The AppleScript that starts the opener with the link."""
    line = shlex.join([*command, "open"]).replace("\\", "\\\\").replace('"', '\\"')
    return (
        "on open location link\n"
        f'    do shell script "{line} " & quoted form of link & " >/dev/null 2>&1 &"\n'
        "end open location\n"
    )


def url_types() -> list[dict[str, Any]]:
    """The Info.plist's CFBundleURLTypes."""
    return [{"CFBundleURLName": "Printflow file", "CFBundleURLSchemes": list(SCHEMES)}]


def place(*, system: bool = False) -> Path:
    """Where the application is put."""
    return (Path("/Applications") if system else Path.home() / "Applications") / _NAME


def write(command: Sequence[str], *, system: bool = False) -> Path:
    """Make the application; gives its path. Raises OSError, CalledProcessError."""
    app = place(system=system)
    app.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(app, ignore_errors=True)
    subprocess.run(["/usr/bin/osacompile", "-o", str(app), "-e", script(command)], check=True)
    info = app / "Contents" / "Info.plist"
    plist = plistlib.loads(info.read_bytes())
    plist["CFBundleURLTypes"] = url_types()
    plist["CFBundleIdentifier"] = "org.printflow.opener"
    info.write_bytes(plistlib.dumps(plist))
    # The change broke the seal that osacompile has put on.
    subprocess.run(["/usr/bin/codesign", "--force", "--sign", "-", str(app)], check=False)
    subprocess.run(["/usr/bin/open", "-g", "-j", str(app)], check=False)
    return app


def remove(*, system: bool = False) -> bool:
    """Remove the application; False if there was none."""
    app = place(system=system)
    if not app.exists():
        return False
    shutil.rmtree(app)
    return True


def registered() -> str:
    """The application, if it is there."""
    return next((str(app) for app in (place(), place(system=True)) if app.exists()), "")
