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

from ..domain.text import clean_line
from ..errors import SettingsError
from ..said import Said, say

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
        "smtp_allow_plaintext_login": "allow_cleartext_login",  # what it was called before
    }
}
_LISTS = (
    "trusted_hosts",
    "allowed_email_domains",
    "languages",
    "weekly_summary_to",
    "more_formats",
    "scopes",
    "allowed_domains",
    "proxy_addresses",
)
_TABLES = ("roles",)
_PATHS = {
    "": ("locale_dir",),
    "mail": (
        "directory",
        "templates",
        "smtp_ca_file",
        "oauth_client_secret_file",
        "oauth_refresh_token_file",
    ),
    "identity": ("client_secret_file", "ca_file"),
    "inbox": ("ca_file",),
}

Known = Mapping[str, tuple[str, ...]]
"""The known keys of each section; those of the top level under ""."""


@dataclass(frozen=True, slots=True)
class Layer:
    """The values of one source. ``places`` says of each dotted key where it stands."""

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def put(self, section: str, key: str, value: object, place: str) -> None:
        """Take in one value; another name of a setting is the setting."""
        name = _SHORT.get(section, {}).get(key, key)
        dotted = f"{section}.{name}" if section else name
        if dotted in self.places:
            raise SettingsError(
                _set_twice(dotted, self.places[dotted], place),
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
        elif key in _TABLES:
            value = _table(text, key, variable)
        elif not section and key == "store":
            _check_full_path(text.strip(), Path.cwd(), variable)
        layer.put(section, key, value, variable)
    return layer


def file_layer(path: Path | None, known: Known) -> Layer:
    """The settings of a ``printflow.toml``; paths but the store's are relative to its folder."""
    layer = Layer()
    if path is None:
        return layer
    data = _read(path)
    if isinstance(data.get("store"), str):
        _check_full_path(data["store"], path.parent, str(path))
    _fill(layer, data, known, str(path))
    for name, keys in _PATHS.items():
        section = layer.values.get(name, {}) if name else layer.values
        for key in keys:
            if isinstance(section, dict) and isinstance(section.get(key), str) and section[key]:
                section[key] = path.parent / Path(section[key]).expanduser()
    return layer


def find_file(config: Path | None, environment: Mapping[str, str]) -> Path | None:
    """The settings file: ``config``, else the one ``PRINTFLOW_CONFIG`` names, else the folder's."""
    named = config or (Path(environment[CONFIG]) if environment.get(CONFIG) else None)
    path = (named or Path(FILE_NAME)).expanduser().absolute()
    if path.is_file() or (named is None and not path.exists()):
        return path if path.exists() else None
    problem = say("The settings file {path} doesn't exist.", path=str(path))
    if path.exists():
        problem = say("The settings file {path} isn't a file.", path=str(path))
    raise SettingsError(
        problem,
        key="" if config else CONFIG,
        source=str(config) if config else CONFIG,
        next_step=say("Name the right printflow.toml with --config or PRINTFLOW_CONFIG."),
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
    """Where the current value of the dotted ``key`` is set; "" for keywords and defaults."""
    return next((layer.places[key] for layer in layers if key in layer.places), "")


def is_variable(place: str) -> bool:
    """Whether a place is an environment variable, not a file."""
    return place.upper().startswith(PREFIX) and os.sep not in place


def placed(problem: str, place: str) -> str:
    """The problem with its place: its ``{name}`` is that of the environment variable in which the
    setting stands, and a file comes before it.
    """
    if not place:
        return problem
    if is_variable(place):
        return _named(problem, place) if isinstance(problem, Said) else problem
    return say("{file}: {problem}", file=place, problem=problem)


def _named(text: Said, name: str) -> Said:
    params = {
        key: name if key == "name" else _named(value, name) if isinstance(value, Said) else value
        for key, value in text.params.items()
    }
    return Said(text.template, params, text.plural, text.number)


def _set_twice(key: str, one: str, other: str) -> Said:
    if one == other:
        return say(
            "{key} is set twice in {place}, once by another name. Keep only one of them.",
            key=key,
            place=one,
        )
    return say(
        "{key} is set twice, in {one} and in {other}, once by another name. Keep only one of them.",
        key=key,
        one=one,
        other=other,
    )


# -- reading --------------------------------------------------------------------------------------


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        why = error.strerror or str(error)
        problem = say("The settings file {path} can't be read: {why}.", path=str(path), why=why)
    except UnicodeDecodeError:
        problem = say(
            "The settings file {path} isn't UTF-8 text. Save it as UTF-8.", path=str(path)
        )
    except tomllib.TOMLDecodeError as error:
        why = " ".join(str(error).split())
        problem = say("The settings file {path} isn't valid TOML: {why}.", path=str(path), why=why)
        if "escape" in why.lower():  # in double quotes a backslash starts an escape
            problem = say(
                "The settings file {path} isn't valid TOML: {why}. Write Windows paths in single "
                "quotes.",
                path=str(path),
                why=why,
            )
    raise SettingsError(problem, source=str(path))


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
        message = say(
            "{name} must be names separated by commas, or a JSON list such as {example}.",
            name=key,
            example='["a.edu", "b.edu"]',
        )
        raise SettingsError(placed(message, variable), key=key, source=variable) from None


def _table(text: str, key: str, variable: str) -> object:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        message = say(
            "{name} must be a JSON object such as {example}.",
            name=key,
            example='{"lab-staff": "manager"}',
        )
        raise SettingsError(placed(message, variable), key=key, source=variable)
    return found


def _check_full_path(text: str, folder: Path, place: str) -> None:
    if not Path(text).is_absolute():
        full = (folder / Path(text).expanduser()).resolve()
        message = say(
            "{name} must be a full path, not “{typed}”. Did you mean “{full}”?",
            name="store",
            typed=clean_line(text)[:200],
            full=str(full),
        )
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
    said = {"name": variable or clean_line(dotted)[:80]}
    source, nearest = variable or file, _nearest(section, key, known)
    if nearest is None:
        here = ", ".join(known.get(section, known[""]))
        problem = say("There's no setting {name}. Known here: {known}.", **said, known=here)
        return SettingsError(placed(problem, file), key=dotted, source=source)
    home, name = nearest
    said["other"] = f"{home}.{name}" if home else name
    if variable:
        said["other"] = PREFIX + (f"{home}__{name}" if home else name).upper()
    if home == section or variable:
        problem = say("There's no setting {name}. Did you mean {other}?", **said)
    elif home:
        problem = say(
            "There's no setting {name}. Did you mean {other}, in the section [{home}]?",
            **said,
            home=home,
        )
    else:
        problem = say(
            "There's no setting {name}. Did you mean {other}, above all sections?", **said
        )
    return SettingsError(placed(problem, file), key=dotted, source=source)


def _nearest(section: str, key: str, known: Known) -> tuple[str, str] | None:
    """The section and name of the known key nearest to ``key``, of equals the one in its section."""
    homes: dict[str, str] = {}
    for home in sorted(known, key=lambda name: name != section):
        for name in (*known[home], *_SHORT.get(home, {})):
            if name not in known:  # a section's own name is no setting
                homes.setdefault(name, home)
    near = get_close_matches(key.lower(), homes, n=1, cutoff=0.6)
    return (homes[near[0]], near[0]) if near else None
