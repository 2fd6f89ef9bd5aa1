"""The commands that pull a trigger, built from their table."""

from __future__ import annotations

from typing import Any

import click

from printflow.domain.status import Trigger

from .documents import details_document, print_json
from .session import json_option, session
from .streams import say
from .trigger_table import TRIGGER_COMMANDS, Option, TriggerCommand

_TRIGGERS = {spec.name: trigger for trigger, spec in TRIGGER_COMMANDS.items()}


def command(name: str) -> click.Command:
    """The command called ``name``."""
    trigger = _TRIGGERS[name]
    spec = TRIGGER_COMMANDS[trigger]

    def run(job_id: str, by: str, **arguments: Any) -> None:
        pull(trigger, job_id, by, _typed(spec, arguments))

    by = click.Option(["--by"], required=True, metavar="NAME", help="Your name, for the history.")
    made = click.Command(
        name,
        callback=run,
        help=spec.help,
        params=[
            click.Argument(["job_id"], metavar="ID"),
            by,
            *(_option(option) for option in spec.options),
        ],
    )
    return json_option(made)


def _option(option: Option) -> click.Option:
    if option.is_flag:
        return click.Option([option.flag, option.argument], is_flag=True, help=option.help)
    return click.Option(
        [option.flag, option.argument],
        required=option.required,
        multiple=option.multiple,
        metavar=option.metavar,
        help=option.help,
        default=None if option.multiple or option.required else "",
        show_default=False,
    )


def _typed(spec: TriggerCommand, arguments: dict[str, Any]) -> dict[str, Any]:
    for option in spec.options:
        value = arguments[option.argument]
        if option.upper:
            arguments[option.argument] = value.strip().upper()
        elif option.multiple:
            arguments[option.argument] = tuple(value)
    return arguments


def pull(trigger: Trigger, job_id: str, by: str, arguments: dict[str, Any]) -> None:
    """Pull a trigger, and tell what came of it."""
    from .words import outcome_line

    with session().lab() as lab:
        job = lab.perform(trigger, job_id, by=by, **arguments)
        details = lab.details(job.id)
        if session().json:
            print_json(details_document(lab, details))
        else:
            say(outcome_line(trigger, details))
