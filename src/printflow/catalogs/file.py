"""Catalogs as files: the shipped default, and what ``catalog import`` reads and ``export`` writes.

TOML is for people, JSON for programs; both hold the plain form of ``domain.catalog``.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..domain.catalog import Catalog, catalog_from
from ..domain.catalog_reader import catalog_problem
from ..errors import CatalogInvalid, Refusal
from ..runtime.named_paths import unreadable, writing
from ..said import Said, say, sentences

_HEADER = "# The lab's catalog. Change it and run: printflow catalog import FILE --by NAME\n\n"


def default_catalog() -> dict[str, Any]:
    """The plain form of the shipped catalog."""
    return _toml(files("printflow.catalogs").joinpath("default.toml").read_text("utf-8"))


def catalog_of_new_lab() -> dict[str, Any]:
    """The same with its texts in every language that Printflow comes with."""
    folder = files("printflow.catalogs").joinpath("texts")
    known = {
        one.name.removesuffix(".toml"): _toml(one.read_text("utf-8"))
        for one in folder.iterdir()
        if one.name.endswith(".toml")
    }
    return {**default_catalog(), "translations": dict(sorted(known.items()))}


def read_catalog(path: Path) -> dict[str, Any]:
    """The plain form that a ``.toml`` or ``.json`` file holds, checked.

    Raises :class:`~printflow.errors.CatalogInvalid`, with the file's name in front of its message
    and *every* problem as a refusal.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(
            say("{file} can't be read. {why}", file=str(path), why=unreadable(path, error))
        ) from error
    return parse_catalog(str(path), content)


def parse_catalog(name: str, content: bytes) -> dict[str, Any]:
    """The plain form that a file of that name holds; raises as :func:`read_catalog`."""
    kind = name.rpartition(".")[2].upper()
    reader = {"TOML": _toml, "JSON": _json}.get(kind)
    if reader is None:
        raise _unreadable(say("{file}: a catalog is a .toml or a .json file.", file=name))
    try:
        data = reader(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _unreadable(
            say("{file}: the file isn't text in UTF-8. Save it as UTF-8.", file=name)
        ) from None
    except (ValueError, RecursionError) as error:
        raise _unreadable(
            say("{file}: the file isn't valid {kind}: {why}", file=name, kind=kind, why=str(error))
        ) from error
    if not isinstance(data, dict):
        raise _unreadable(say("{file}: the file has no table of keys and values.", file=name))
    try:
        checked_catalog(data)
    except CatalogInvalid as error:
        raise CatalogInvalid(error.refusals, message=_named(name, error.refusals)) from None
    return data


def checked_catalog(data: Mapping[str, Any]) -> Catalog:
    """The catalog that ``data`` describes, its time zone looked up as well.

    Raises :class:`~printflow.errors.CatalogInvalid` with every problem found.
    """
    problems: list[Refusal] = []
    catalog = None
    try:
        catalog = catalog_from(data)
    except CatalogInvalid as error:
        problems.extend(error.refusals)
    name = data.get("time_zone")
    if isinstance(name, str) and name.strip():
        problem = time_zone_problem(name.strip())
        if problem:
            problems.append(catalog_problem("time_zone", problem, data))
    if catalog is None or problems:
        raise CatalogInvalid(problems)
    return catalog


def time_zone_problem(name: str) -> Said | None:
    """Why ``name`` is no time zone, with the nearest real one; None when it is one."""
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        near = get_close_matches(name, sorted(available_timezones()), n=1, cutoff=0.5)
        if near:
            return say(
                "There's no time zone “{name}”. Did you mean “{near}”?", name=name, near=near[0]
            )
        return say("There's no time zone “{name}”. Enter one like America/New_York.", name=name)
    return None


def catalog_toml(data: Mapping[str, Any]) -> str:
    """The plain form as TOML, for people to read and change."""
    import tomli_w

    return _HEADER + tomli_w.dumps(data, multiline_strings=True)


def write_catalog(data: Mapping[str, Any], path: Path) -> None:
    """Write the plain form to ``path``: as JSON when it ends in ``.json``, else as TOML.

    Raises PathUnusable, DiskFull.
    """
    if path.suffix.lower() == ".json":
        text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    else:
        text = catalog_toml(data)
    with writing(path):
        path.write_text(text, "utf-8", newline="\n")


def _toml(text: str) -> dict[str, Any]:
    # Amounts stay as they were typed: 0.10 is "0.10", never a binary fraction.
    return tomllib.loads(text, parse_float=str)


def _json(text: str) -> Any:
    return json.loads(text, parse_float=str, parse_constant=str, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} is there twice")
        found[key] = value
    return found


def _unreadable(message: Said) -> CatalogInvalid:
    return CatalogInvalid([Refusal("catalog", message)])


def _named(path: Path | str, problems: Sequence[Refusal]) -> Said:
    said = sentences(str(problem) for problem in problems)
    return say("{file}: {problems}", file=str(path), problems=said)
