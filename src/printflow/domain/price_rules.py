"""Reads what prices go by from a plain catalog: groups, free allowances, dates, own material."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..said import say
from .allowances import Allowance, Unit, Window
from .catalog_reader import MAX_NAME, CatalogReader, names_of
from .groups import Group
from .needed_by import Asks, NeededBy

MOST_GROUPS = 50
MOST_ALLOWANCES = 50
_MOST_RUSH_DAYS = 60
DOMAIN = re.compile(r"@?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def those(
    read: CatalogReader,
    place: str,
    row: Mapping[str, Any],
    key: str,
    known: frozenset[str] | None,
) -> tuple[str, ...]:
    """The names that a condition holds, each one of the ``known`` (None: any will do)."""
    names = read.texts(row, key, place) if row.get(key) else ()
    for name in names if known is not None else ():
        if name not in (known or ()):
            read.problem(f"{place}.{key}", say("The catalog has no “{name}”.", name=name))
    return names


def read_flag(read: CatalogReader, row: Mapping[str, Any], key: str, place: str = "") -> bool:
    """A yes or no, by default no."""
    value = row.get(key, False)
    if type(value) is not bool:
        read.problem(f"{place}.{key}".lstrip("."), say("Enter true or false."))
        return False
    return value


def read_groups(read: CatalogReader, data: Mapping[str, Any]) -> tuple[Group, ...]:
    """The groups of people, in the order in which they are tried."""
    found = []
    for spot, row in read.tables(data, "groups", "", empty=True):
        read.known(row, spot, names_of(Group))
        domains = those(read, spot, row, "domains", None)
        for domain in domains:
            if not DOMAIN.fullmatch(domain):
                read.problem(f"{spot}.domains", say("Enter a domain, like school.edu."))
        found.append(
            Group(
                name=read.text(row, "name", spot, limit=MAX_NAME),
                domains=domains,
                roles=those(read, spot, row, "roles", None),
                ask=read_flag(read, row, "ask", spot),
            )
        )
    read.unique([group.name for group in found], "groups")
    if len(found) > MOST_GROUPS:
        read.problem("groups", say("Use at most {most} groups.", most=MOST_GROUPS))
    seen: dict[tuple[str, str], str] = {}
    for number, group in enumerate(found):
        for key, value in (
            *(("domains", one.removeprefix("@")) for one in group.domains),
            *(("roles", one) for one in group.roles),
        ):
            other = seen.setdefault((key, value.casefold()), group.name)
            if other != group.name:
                read.problem(
                    f"groups[{number}].{key}",
                    say(
                        "“{name}” already belongs to the group “{group}”.", name=value, group=other
                    ),
                )
    return tuple(found)


def read_default_group(
    read: CatalogReader, data: Mapping[str, Any], groups: Sequence[Group]
) -> str:
    """The name of the group of everyone else; "" for none."""
    name = read.text(data, "default_group", "", limit=MAX_NAME, empty=True)
    if name and name not in [group.name for group in groups]:
        read.problem("default_group", say("There's no group “{name}”.", name=name))
        return ""
    return name


def read_allowances(
    read: CatalogReader, data: Mapping[str, Any], known: Mapping[str, frozenset[str] | None]
) -> tuple[Allowance, ...]:
    """The free allowances, in the order in which they are used."""
    found = []
    for spot, row in read.tables(data, "allowances", "", empty=True):
        read.known(row, spot, names_of(Allowance))
        unit, per = row.get("unit", Unit.GRAMS.value), row.get("per", Window.TERM.value)
        if unit not in list(Unit):
            read.problem(f"{spot}.unit", say("Choose one: {names}.", names=", ".join(Unit)))
            unit = Unit.GRAMS
        if per not in list(Window):
            read.problem(f"{spot}.per", say("Choose one: {names}.", names=", ".join(Window)))
            per = Window.TERM
        found.append(
            Allowance(
                name=read.text(row, "name", spot, limit=MAX_NAME),
                amount=read.money(row, "amount", spot),
                unit=Unit(unit),
                per=Window(per),
                groups=those(read, spot, row, "groups", known["groups"]),
                methods=those(read, spot, row, "methods", known["methods"]),
                materials=those(read, spot, row, "materials", known["materials"]),
                only_whole=read_flag(read, row, "only_whole", spot),
            )
        )
    read.unique([one.name for one in found], "allowances")
    if len(found) > MOST_ALLOWANCES:
        read.problem("allowances", say("Use at most {most} allowances.", most=MOST_ALLOWANCES))
    return tuple(found)


def read_needed_by(read: CatalogReader, data: Mapping[str, Any]) -> NeededBy:
    """Whether the form asks for the day by which a print is needed, and what is a rush job."""
    row = read.table(data, "needed_by")
    read.known(row, "needed_by", names_of(NeededBy))
    ask, days = row.get("ask", Asks.OFF.value), row.get("rush_days", 0)
    if ask not in list(Asks):
        read.problem("needed_by.ask", say("Choose one: {names}.", names=", ".join(Asks)))
        ask = Asks.OFF
    if type(days) is not int or not 0 <= days <= _MOST_RUSH_DAYS:
        read.problem("needed_by.rush_days", say("Enter a whole number of days."))
        days = 0
    return NeededBy(Asks(ask), days)
