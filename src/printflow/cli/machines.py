"""``machine``: the units of the catalog's printers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from printflow.said import say

from .documents import machine_document, print_json
from .session import Command, by_option, json_option, session
from .streams import tell
from .tables import print_table

if TYPE_CHECKING:
    from printflow import Machine

_COLUMNS = ("Machine", "Printer", "State", "Printing", "Loaded", "Nozzle", "Place")
_NOTED = {
    "--place": "Where it is.",
    "--nozzle": "Its nozzle, such as 0.4 mm.",
    "--material": "The material that's loaded.",
    "--color": "The color that's loaded.",
    "--notes": "Notes for staff.",
}


def _noted(command: Command) -> Command:
    """Add the options for what staff note of a machine."""
    for flag, words in reversed(_NOTED.items()):
        command = click.option(flag, metavar=flag.strip("-").upper(), help=words)(command)
    return command


@click.group("machine")
def machine() -> None:
    """Add, change and list the lab's machines: the units of the catalog's printers."""


@machine.command("add")
@click.argument("name", metavar="NAME")
@click.option("--model", required=True, metavar="MODEL", help="Printer from the catalog.")
@_noted
@by_option
@json_option
def add(name: str, model: str, by: str, **noted: str | None) -> None:
    """Add a machine. NAME is what its sticker says."""
    with session().lab() as lab:
        _tell(lab.machines.add(name, model=model, by=by, **_given(noted)), "added")


@machine.command("edit")
@click.argument("name", metavar="NAME")
@_noted
@by_option
@json_option
def edit(name: str, by: str, **noted: str | None) -> None:
    """Change what's noted of a machine, such as the loaded material."""
    given = _given(noted)
    if not given:
        raise click.UsageError(say("Nothing to change. Give at least one option, such as --color."))
    with session().lab() as lab:
        _tell(lab.machines.edit(name, by=by, **given), "changed")


@machine.command("out")
@click.argument("name", metavar="NAME")
@click.option("--reason", required=True, metavar="TEXT", help="Why it's out of service.")
@by_option
@json_option
def out(name: str, reason: str, by: str) -> None:
    """Take a machine out of service. A running print goes on."""
    with session().lab() as lab:
        _tell(lab.machines.take_out(name, reason=reason, by=by), "out of service")


@machine.command("back")
@click.argument("name", metavar="NAME")
@by_option
@json_option
def back(name: str, by: str) -> None:
    """Put a machine back in service."""
    with session().lab() as lab:
        _tell(lab.machines.put_back(name, by=by), "back in service")


@machine.command("retire")
@click.argument("name", metavar="NAME")
@by_option
@json_option
def retire(name: str, by: str) -> None:
    """Retire a machine. Its history stays."""
    with session().lab() as lab:
        _tell(lab.machines.retire(name, by=by), "retired")


@machine.command("list")
@click.option("--retired", is_flag=True, help="Only machines that are retired.")
@click.option("--by", default="", metavar="NAME", help="Your name. A list doesn't need it.")
@json_option
def list_machines(retired: bool, by: str) -> None:
    """List the machines by printer, with what runs on them."""
    del by
    with session().lab() as lab:
        found = lab.machines.retired() if retired else lab.machines.all()
        running: dict[str, list[int]] = {}
        for plate in lab.plates.find(running=True):
            running.setdefault(plate.machine.name, []).append(plate.id)
    if session().json:
        print_json(
            [{**machine_document(one), "running": running.get(one.name, [])} for one in found]
        )
    elif found:
        print_table(_COLUMNS, [_row(one, running.get(one.name, [])) for one in found])
    else:
        tell("No machines.")


def _given(noted: dict[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in noted.items() if text is not None}


def _tell(machine: Machine, done: str) -> None:
    if session().json:
        print_json(machine_document(machine))
    else:
        tell(f"{machine.name} ({machine.model}): {done}")


def _row(machine: Machine, plates: list[int]) -> tuple[str, ...]:
    return (
        machine.name,
        machine.model,
        state_words(machine),
        ", ".join(f"plate {number}" for number in plates) or "–",
        " ".join(one for one in (machine.color, machine.material) if one) or "–",
        machine.nozzle or "–",
        machine.place or "–",
    )


def state_words(machine: Machine) -> str:
    """Whether a machine is in service, and why not."""
    from .words import age

    if machine.retired_at is not None:
        return "retired"
    if machine.out_since is None:
        return "in service"
    since = f"out of service for {age(machine.out_since)}"
    return f"{since}: {machine.out_reason}" if machine.out_reason else since
