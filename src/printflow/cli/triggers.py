"""The commands that pull a trigger, built from the triggers' records."""

from __future__ import annotations

from typing import Any

import click

from printflow.domain.form_field import Field, FieldKind
from printflow.domain.trigger import Trigger

from .documents import details_document, print_json
from .session import json_option, session
from .streams import tell
from .trigger_table import TRIGGER_COMMANDS

_SEVERAL = frozenset({FieldKind.REASONS})
_IN_CAPITALS = frozenset({FieldKind.STATUS})


def command(name: str) -> click.Command:
    """The command called ``name``."""
    trigger = TRIGGER_COMMANDS[name]
    record = trigger.record

    def run(job_id: str, by: str, **arguments: Any) -> None:
        pull(trigger, job_id, by, _typed(record.fields, arguments))

    by = click.Option(["--by"], required=True, metavar="NAME", help="Your name, for the history.")
    made = click.Command(
        name,
        callback=run,
        help=record.help,
        params=[
            click.Argument(["job_id"], metavar="ID"),
            by,
            *(_option(field) for field in record.fields if field.flag),
        ],
    )
    return json_option(made)


def _option(field: Field) -> click.Option:
    if field.kind is FieldKind.TICK:
        return click.Option([field.flag, field.name], is_flag=True, help=field.help)
    several = field.kind in _SEVERAL
    return click.Option(
        [field.flag, field.name],
        required=field.required,
        multiple=several,
        metavar=field.metavar,
        help=field.help,
        default=None if several or field.required else "",
        show_default=False,
    )


def _typed(fields: tuple[Field, ...], arguments: dict[str, Any]) -> dict[str, Any]:
    for field in (one for one in fields if one.flag):
        value = arguments[field.name]
        if field.kind in _IN_CAPITALS:
            arguments[field.name] = value.strip().upper()
        elif field.kind in _SEVERAL:
            arguments[field.name] = tuple(value)
    return arguments


def pull(trigger: Trigger, job_id: str, by: str, arguments: dict[str, Any]) -> None:
    """Pull a trigger, and tell what came of it."""
    from .words import outcome_line

    with session().lab() as lab:
        job = lab.jobs.perform(trigger, job_id, by=by, **arguments)
        details = lab.jobs.details(job.id)
        if session().json:
            print_json(details_document(lab, details))
        else:
            tell(outcome_line(trigger, details))
