"""Where settings come from: keywords, environment, file; and the words for what is wrong there.

Each source becomes a :class:`Layer`: a plain mapping in the settings' own key names, checked for
unknown keys, that remembers where every value stands.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ..errors import SettingsError

PREFIX = "PRINTFLOW_"
CONFIG = "PRINTFLOW_CONFIG"
FILE_NAME = "printflow.toml"

_NOT_SETTINGS = "PRINTFLOW_TEST_"
_SHORT = {
    "mail": {
        "host": "smtp_host",
        "port": "smtp_port",
        "security": "smtp_security",
        "username": "smtp_username",
        "password": "smtp_password",
        "ca_file": "smtp_ca_file",
    }
}
_LISTS = ("trusted_hosts", "allowed_email_domains", "more_formats")
_PATHS = ("directory", "templates", "smtp_ca_file")

Known = Mapping[str, tuple[str, ...]]
"""The known keys of each section; those of the top level under ""."""


@dataclass(frozen=True, slots=True)
class Layer:
    """The values of one source. ``places`` says of each dotted key where it stands."""

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def put(self, section: str, key: str, value: object, place: str) -> None:
        """Take in one value; the short name of a setting is the setting."""
        name = _SHORT.get(section, {}).get(key, key)
        dotted = f"{section}.{name}" if section else name
        if dotted in self.places:
            raise SettingsError(
                f"{dotted} is set twice, once by its short name; keep one "
                f"({self.places[dotted]}{'' if place == self.places[dotted] else ', ' + place})",
                key=dotted,
                source=place,
            )
        self.places[dotted] = place
        target = self.values.setdefault(section, {}) if section else self.values
        target[name] = value


def keyword_layer(given: Mapping[str, Any], known: Known) -> Layer:
    """What a script gave as keyword arguments; None means "not given"."""
    layer = Layer()
    _fill(layer, {key: value for key, value in given.items() if value is not None}, known, "")
    return layer


def environment_layer(environment: Mapping[str, str], known: Known) -> Layer:
    """The ``PRINTFLOW_…`` variables; an empty one counts as not set."""
    layer = Layer()
    for variable, text in sorted(environment.items()):
        name = variable.upper()
        if not name.startswith(PREFIX) or name == CONFIG or name.startswith(_NOT_SETTINGS):
            continue
        section, _, key = name.removeprefix(PREFIX).lower().rpartition("__")
        if not _is_known(section, key, known):
            raise _unknown(section, key, known, variable=variable)
        if not text.strip():
            continue
        value: object = text.strip()
        if key in _LISTS:
            value = _list(text, key, variable)
        elif not section and key == "store":
            _check_full_path(text.strip(), Path.cwd(), variable)
        layer.put(section, key, value, variable)
    return layer


def file_layer(path: Path | None, known: Known) -> Layer:
    """The settings of a ``printflow.toml``; paths of the mail section are relative to its folder."""
    layer = Layer()
    if path is None:
        return layer
    data = _read(path)
    if isinstance(data.get("store"), str):
        _check_full_path(data["store"], path.parent, str(path))
    _fill(layer, data, known, str(path))
    mail = layer.values.get("mail", {})
    for key in _PATHS:
        if isinstance(mail, dict) and isinstance(mail.get(key), str) and mail[key]:
            mail[key] = path.parent / Path(mail[key]).expanduser()
    return layer


def find_file(config: Path | None, environment: Mapping[str, str]) -> Path | None:
    """The settings file: ``config``, else the one ``PRINTFLOW_CONFIG`` names, else the folder's."""
    named = config or (Path(environment[CONFIG]) if environment.get(CONFIG) else None)
    path = (named or Path(FILE_NAME)).expanduser().absolute()
    if path.is_file() or (named is None and not path.exists()):
        return path if path.exists() else None
    place = str(config) if config else f"environment variable {CONFIG}"
    problem = "is not a file" if path.exists() else "is not there"
    raise SettingsError(
        f"the settings file {path} {problem}",
        key="" if config else CONFIG,
        source=place,
        next_step="Name the right printflow.toml with --config or PRINTFLOW_CONFIG.",
    )


def in_force(layers: Sequence[Layer]) -> dict[str, Any]:
    """The values of all layers, the strongest first; a section is put together key by key."""
    found: dict[str, Any] = {}
    for layer in reversed(layers):
        for key, value in layer.values.items():
            below = found.get(key, {})
            both = isinstance(value, Mapping) and isinstance(below, Mapping)
            found[key] = {**below, **value} if both else value
    return found


def place_of(key: str, layers: tuple[Layer, ...]) -> str:
    """Where the value in force of the dotted ``key`` stands; "" for keywords and defaults."""
    return next((layer.places[key] for layer in layers if key in layer.places), "")


def placed(message: str, place: str) -> str:
    """``message`` with the place behind it."""
    if not place:
        return message
    variable = place.upper().startswith(PREFIX) and os.sep not in place
    return (
        f"{message} (in the environment variable {place})"
        if variable
        else f"{message} (in {place})"
    )


# -- reading --------------------------------------------------------------------------------------


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
    except UnicodeDecodeError:
        problem = "is not text in UTF-8; save it as UTF-8"
    except tomllib.TOMLDecodeError as error:
        # In double quotes TOML reads a backslash as the start of an escape.
        hint = "; write Windows paths in single quotes" if "escape" in str(error).lower() else ""
        problem = f"is not valid TOML: {' '.join(str(error).split())}{hint}"
    raise SettingsError(f"the settings file {path} {problem}", source=str(path))


def _fill(layer: Layer, data: Mapping[str, Any], known: Known, place: str) -> None:
    for section, key, value in _entries(data, known):
        if not _is_known(section, key, known) and not (not section and key in known):
            raise _unknown(section, key, known, file=place)
        layer.put(section, key, value, place)


def _entries(data: Mapping[str, Any], known: Known) -> Iterator[tuple[str, str, Any]]:
    for key, value in data.items():
        if isinstance(value, Mapping) and (key in known or key not in known[""]):
            if key not in known:
                yield "", key, value
            for inner, item in value.items():
                yield key, inner, item
        else:
            yield "", key, value


def _list(text: str, key: str, variable: str) -> object:
    if not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return json.loads(text)
    except ValueError:
        message = f'{key} must be names with commas between, or a JSON list as ["a.edu", "b.edu"]'
        raise SettingsError(placed(message, variable), key=key, source=variable) from None


def _check_full_path(text: str, folder: Path, place: str) -> None:
    if not Path(text).is_absolute():
        full = (folder / Path(text).expanduser()).resolve()
        message = f"store must be a full path, not {text!r}; did you mean {str(full)!r}?"
        raise SettingsError(placed(message, place), key="store", source=place)


# -- unknown keys ---------------------------------------------------------------------------------


def _is_known(section: str, key: str, known: Known) -> bool:
    if not section and key in known:
        return False  # the name of a section
    return key in known.get(section, ()) or key in _SHORT.get(section, {})


def _unknown(
    section: str, key: str, known: Known, *, file: str = "", variable: str = ""
) -> SettingsError:
    dotted = f"{section}.{key}" if section else key
    source = variable or file
    parts = [f"unknown setting {key!r}"]
    nearest = _nearest(section, key, known)
    if nearest is None:
        here = known.get(section, known[""])
        parts.append(f"; known here are {', '.join(here)}.")
    else:
        home, name = nearest
        parts.append(f"; did you mean {name!r}?")
        if variable:
            full = PREFIX + (f"{home}__{name}" if home else name).upper()
            parts.append(f" In [{home}]: write {full}." if home else f" Write {full}.")
        elif home:
            parts.append(f" In [{home}]." if home == section else f" It belongs in [{home}].")
        elif section:
            parts.append(f" It belongs above all sections, not in [{section}].")
    return SettingsError(placed("".join(parts), source), key=dotted, source=source)


def _nearest(section: str, key: str, known: Known) -> tuple[str, str] | None:
    """The section and name of the known key nearest to ``key``, of equals the one in its section."""
    homes: dict[str, str] = {}
    for home in sorted(known, key=lambda name: name != section):
        for name in (*known[home], *_SHORT.get(home, {})):
            if name not in known:  # a section's own name is no setting
                homes.setdefault(name, home)
    near = get_close_matches(key.lower(), homes, n=1, cutoff=0.6)
    return (homes[near[0]], near[0]) if near else None
