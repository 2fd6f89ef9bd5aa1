"""``staff-password``: a new password for the staff's pages."""

from __future__ import annotations

import sys

import click

from .documents import print_json
from .session import json_option, session
from .streams import say


@click.command("staff-password")
@click.option("--generate", is_flag=True, help="Make one up and print it.")
@click.option("--stdin", "piped", is_flag=True, help="Read it from standard input.")
@json_option
def staff_password(generate: bool, piped: bool) -> None:
    """Set a new staff password: typed twice, piped in, or generated."""
    if generate and piped:
        raise click.UsageError("Give --generate or --stdin, not both.")
    given = None if generate else _given(piped)
    with session().lab() as lab:
        chosen = lab.stations.set_password(given, by="the command line")
    if session().json:
        print_json({"staff_password": chosen if generate else None})
    elif generate:
        say(f"The new staff password: {chosen}")
    else:
        say("The staff password is set.")


def _given(piped: bool) -> str:
    if not piped and sys.stdin.isatty():
        typed: str = click.prompt(
            "New staff password", hide_input=True, confirmation_prompt=True, err=True
        )
        return typed
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise click.UsageError("No password was given: type it, pipe it in, or use --generate.")
    return line
