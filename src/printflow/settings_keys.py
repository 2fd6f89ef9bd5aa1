"""The names of settings: which there are, which was probably meant, and where one stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, BaseModel, ValidationError

from .errors import SettingsError

PREFIX = "PRINTFLOW_"
_OTHER_VARIABLES = (f"{PREFIX}CONFIG", f"{PREFIX}TEST_")


def _own_names(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel] | None]]:
    """Each name that ``model`` takes, with the model behind it if it is a table."""
    for name, field in model.model_fields.items():
        table = field.annotation
        inner = table if isinstance(table, type) and issubclass(table, BaseModel) else None
        yield name, inner
        if isinstance(field.validation_alias, AliasChoices):
            for alias in field.validation_alias.choices:
                if isinstance(alias, str) and alias != name:
                    yield alias, None


def known_keys(model: type[BaseModel], table: str = "") -> Iterator[tuple[str, str]]:
    """All keys as (table, name), in the order of the model; the table of the top is ""."""
    for name, inner in _own_names(model):
        yield table, name
        if inner is not None:
            yield from known_keys(inner, name)


def _unknown(model: type[BaseModel], name: str, source: str) -> SettingsError:
    keys = list(known_keys(model))
    near = get_close_matches(name.lower(), [key for _, key in keys], n=1, cutoff=0.6)
    meant = ""
    if near:
        table = next(table for table, key in keys if key == near[0])
        meant = f"; did you mean {near[0]!r}{f' in [{table}]' if table else ''}?"
    return SettingsError(f"unknown setting {name!r}{meant} ({source})", key=name, source=source)


def check_file(model: type[BaseModel], data: Mapping[str, Any], path: Path) -> None:
    """Raise SettingsError for the first key of the file that is no setting."""

    def check(level: type[BaseModel], table: Mapping[str, Any], name: str) -> None:
        names = dict(_own_names(level))
        for key, value in table.items():
            if key not in names:
                place = f"in [{name}] of {path}" if name else f"in {path}"
                raise _unknown(model, key, place)
            inner = names[key]
            if inner is not None and isinstance(value, Mapping):
                check(inner, value, key)

    check(model, data, "")


def check_environment(model: type[BaseModel], environment: Mapping[str, str]) -> None:
    """Raise SettingsError for a ``PRINTFLOW_`` variable that is no setting."""
    known = {
        (f"{PREFIX}{table}__{name}" if table else f"{PREFIX}{name}").upper()
        for table, name in known_keys(model)
    }
    for variable in sorted(environment):
        upper = variable.upper()
        if not upper.startswith(PREFIX) or upper.startswith(_OTHER_VARIABLES):
            continue
        if upper not in known:
            name = variable[len(PREFIX) :].rpartition("__")[2].lower()
            raise _unknown(model, name, f"environment variable {variable}")


def readable(
    error: ValidationError, given: Mapping[str, Any], file: Mapping[str, Any] | None
) -> SettingsError:
    """The first problem of a validation as one line; never shows a value that is secret."""
    problem = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in problem["loc"] if not str(part).startswith("function"))
    words = problem["msg"].removeprefix("Value error, ")
    head, colon, rest = words.partition(": ")
    if colon and head.isidentifier():  # a rule about several settings names the one to mend
        place, words = (f"{place}.{head}" if place else head), rest
    source = _source(place, given, file)
    return SettingsError(f"{place}: {words} ({source})", key=place, source=source)


def _source(place: str, given: Mapping[str, Any], file: Mapping[str, Any] | None) -> str:
    import os

    top = place.partition(".")[0]
    variable = PREFIX + place.replace(".", "__").upper()
    if top in given:
        return "argument"
    for name in (variable, variable.replace("SMTP_", "")):
        if name in os.environ:
            return f"environment variable {name}"
    if file and top in file:
        return f"in {file['__path__']}"
    return "settings"
