"""The opener as files for staff PCs, made from the package that is installed on this server.

Staff get it from their own lab, never from a public index, where anyone could own its name. The
bytes depend on nothing but the package, so that a hash that was written down stays right.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

_PACKAGE = "printflow_opener"
_DISTRIBUTION = "printflow-opener"
_MOMENT = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
PYZ = "printflow-opener.pyz"
WINDOWS = "printflow-opener-windows.zip"

_START = b"""import sys

if sys.version_info < (3, 11):
    sys.exit("The Printflow opener needs Python 3.11 or newer; this is " + sys.version.split()[0])
from printflow_opener.__main__ import main

sys.exit(main())
"""
_INSTALL_CMD = r"""@echo off
rem Puts the opener into this user's own programs, and lets it open Printflow's links.
setlocal
where py >nul 2>nul
if errorlevel 1 (
  echo Python 3.11 or newer is needed. Install it from python.org or the Microsoft Store, then try again.
  pause
  exit /b 1
)
set "FOLDER=%LOCALAPPDATA%\Programs\Printflow"
if not exist "%FOLDER%" mkdir "%FOLDER%"
copy /y "%~dp0printflow-opener.pyz" "%FOLDER%\printflow-opener.pyz" >nul || (pause & exit /b 1)
py -3 "%FOLDER%\printflow-opener.pyz" register || (pause & exit /b 1)
py -3 "%FOLDER%\printflow-opener.pyz" doctor
pause
"""
_README = r"""The Printflow opener for Windows

Needs Python 3.11 or newer (python.org or the Microsoft Store). For PCs without Python, an
administrator can build one program that needs none: deploy/opener/README.md in Printflow's sources.

1. Put printflow-opener.toml, from the page "Set up this PC", into %APPDATA%\Printflow.
2. Extract this ZIP file, then double-click install.cmd. It needs no administrator rights.

To remove it: py -3 "%LOCALAPPDATA%\Programs\Printflow\printflow-opener.pyz" unregister
"""


@dataclass(frozen=True, slots=True)
class OpenerFile:
    """One download: its name, bytes and SHA-256 (hex)."""

    name: str
    content: bytes
    sha256: str
    mimetype: str = "application/zip"


def _zipped(members: Mapping[str, bytes], *, start: bytes = b"") -> bytes:
    """An uncompressed ZIP of the members by name, always with the same bytes."""
    target = io.BytesIO()
    target.write(start)
    with zipfile.ZipFile(target, "a") as archive:
        for name in sorted(members):
            archive.writestr(_member(name), members[name])
    return target.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _MOMENT)
    info.external_attr, info.create_system = _MODE, 3  # the same on every system
    return info


def _package() -> dict[str, bytes]:
    """The installed package's files, by their path in a wheel; {} where it is not installed."""
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return {}
    root = Path(next(iter(spec.submodule_search_locations)))
    return {
        f"{_PACKAGE}/{path.relative_to(root).as_posix()}": path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.suffix == ".py" or path.name == "py.typed"
    }


def _wheel(package: Mapping[str, bytes]) -> tuple[str, bytes]:
    """The wheel's name and bytes (PEP 427)."""
    found = distribution(_DISTRIBUTION)
    info = f"{_PACKAGE}-{found.version}.dist-info"
    tags = "Root-Is-Purelib: true\nTag: py3-none-any\n"
    members = {
        **package,
        f"{info}/METADATA": (found.read_text("METADATA") or "").encode(),
        f"{info}/entry_points.txt": (found.read_text("entry_points.txt") or "").encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: printflow-web\n{tags}".encode(),
    }
    lines = [f"{name},sha256={_record_hash(data)},{len(data)}" for name, data in members.items()]
    members[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""]).encode()
    return f"{_PACKAGE}-{found.version}-py3-none-any.whl", _zipped(members)


def _record_hash(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _file(name: str, content: bytes) -> OpenerFile:
    return OpenerFile(name, content, hashlib.sha256(content).hexdigest())


@cache
def opener_files() -> Mapping[str, OpenerFile]:
    """The downloads by name: zipapp, Windows ZIP and wheel; {} where no opener is installed here."""
    package = _package()
    try:
        wheel = _wheel(package)
    except PackageNotFoundError:
        return {}
    if not package:
        return {}
    pyz = _zipped({**package, "__main__.py": _START}, start=b"#!/usr/bin/env python3\n")
    texts = {"install.cmd": _INSTALL_CMD, "README.txt": _README}
    windows = {name: text.replace("\n", "\r\n").encode("ascii") for name, text in texts.items()}
    made = (
        _file(PYZ, pyz),
        _file(WINDOWS, _zipped({**windows, PYZ: pyz})),
        _file(*wheel),
    )
    return {file.name: file for file in made}
