"""``printflow-opener.toml``: the share as this PC sees it, and its slicers.

::

    share = "Z:\\\\3DPrint"

    [[slicer]]
    name = "PrusaSlicer"
    path = "C:\\\\Program Files\\\\Prusa3D\\\\PrusaSlicer\\\\prusa-slicer.exe"
    extensions = [".stl", ".3mf"]

Without any ``[[slicer]]``, the opener uses the slicers that are installed in their usual places.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from .link import ENDINGS
from .refusal import ConfigError
from .slicers import Slicer, installed

FILE = "printflow-opener.toml"
VARIABLE = "PRINTFLOW_OPENER_CONFIG"
_KEYS = ("share", "slicer", "log", "server", "station", "station_token")
_SLICER_KEYS = ("name", "path", "extensions")
_EXAMPLE = 'for example: share = "/mnt/3dprint"'


@dataclass(frozen=True)
class Config:
    """What the opener knows about its PC. ``choices`` holds what its user chose among slicers;
    ``server`` and the station are for reports.
    """

    file: Path
    share: Path
    slicers: tuple[Slicer, ...]
    log: Path
    choices: Path
    server: str = ""
    station: str = ""
    station_token: str = ""


def home_folder(system: str = sys.platform, environment: Mapping[str, str] | None = None) -> Path:
    """The folder of the opener's own files on this system."""
    environment = os.environ if environment is None else environment
    if system == "win32":
        return Path(environment.get("APPDATA") or Path.home()) / "Printflow"
    if system == "darwin":
        return Path.home() / "Library" / "Application Support" / "Printflow"
    return Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "printflow"


def config_file(given: str | None = None) -> Path:
    """The file to use: the one given, else the environment's, else the user's."""
    named = given or os.environ.get(VARIABLE)
    return Path(named) if named else home_folder() / FILE


def load(given: str | None = None) -> Config:
    """Read the config. Raises ConfigError."""
    file = config_file(given)
    try:
        data = tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(
            f"{file} doesn't exist. Get it from the dashboard's page “Set up this PC”; {_EXAMPLE}"
        ) from None
    except OSError as error:
        raise ConfigError(f"Can't read {file}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} isn't valid TOML: {error}; {_EXAMPLE}") from error
    return _checked(file, data)


def _checked(file: Path, data: dict[str, Any]) -> Config:
    _known(file, data, _KEYS)
    share = data.get("share")
    if not isinstance(share, str) or not share.strip():
        raise ConfigError(
            f"{file}: share: enter the folder of the share as this PC sees it; {_EXAMPLE}"
        )
    if not Path(share).is_absolute():
        raise ConfigError(f"{file}: share: {share!r} isn't a full path; {_EXAMPLE}")
    entries = data.get("slicer", [])
    if not isinstance(entries, list):
        raise ConfigError(f"{file}: slicer: write it as [[slicer]]")
    for name in ("log", "server", "station", "station_token"):
        if not isinstance(data.get(name, ""), str):
            raise ConfigError(f"{file}: {name}: enter a text in quotes")
    slicers = tuple(_slicer(file, entry) for entry in entries)
    return Config(
        file=file,
        share=Path(share),
        slicers=slicers or tuple(installed()),
        log=Path(data.get("log") or home_folder() / "opener.log"),
        choices=home_folder() / "chosen-slicers.json",
        server=data.get("server", ""),
        station=data.get("station", ""),
        station_token=data.get("station_token", ""),
    )


def _slicer(file: Path, entry: Any) -> Slicer:
    if not isinstance(entry, dict):
        raise ConfigError(f"{file}: slicer: write it as [[slicer]]")
    _known(file, entry, _SLICER_KEYS, "slicer.")
    name, path, extensions = (entry.get(key) for key in _SLICER_KEYS)
    if not isinstance(name, str) or not name:
        raise ConfigError(f'{file}: slicer.name: for example name = "PrusaSlicer"')
    if not isinstance(path, str) or not path:
        raise ConfigError(f"{file}: slicer.path: enter the path of {name}")
    endings = [f".{ending}" for ending in ENDINGS]
    if not isinstance(extensions, list) or not extensions:
        raise ConfigError(f'{file}: slicer.extensions: for example [".stl", ".3mf"]')
    lowered = [str(one).lower() for one in extensions]
    lowered = [one if one.startswith(".") else f".{one}" for one in lowered]
    for one in lowered:
        if one not in endings:
            raise ConfigError(
                f"{file}: slicer.extensions: {one!r} isn't supported; choose from {', '.join(endings)}"
            )
    return Slicer(name, path, tuple(lowered))


def _known(file: Path, data: dict[str, Any], keys: tuple[str, ...], where: str = "") -> None:
    for key in data:
        if key not in keys:
            near = get_close_matches(key, keys, n=1)
            meant = (
                f"; did you mean {near[0]!r}?" if near else f"; possible keys: {', '.join(keys)}"
            )
            raise ConfigError(f"{file}: unknown key {where + key!r}{meant}")
