"""``staff-password``: sets a new password for the staff pages."""

from __future__ import annotations

import sys

import click

from printflow.said import say

from .documents import print_json
from .session import json_option, session
from .streams import tell


@click.command("staff-password")
@click.option("--generate", is_flag=True, help="Generate a password and print it.")
@click.option("--stdin", "piped", is_flag=True, help="Read it from standard input.")
@json_option
def staff_password(generate: bool, piped: bool) -> None:
    """Set a new staff password: type it twice, pipe it in, or generate one."""
    if generate and piped:
        raise click.UsageError(say("Give --generate or --stdin, not both."))
    given = None if generate else _given(piped)
    with session().lab() as lab:
        chosen = lab.stations.set_password(given, by="the command line")
    if session().json:
        print_json({"staff_password": chosen if generate else None})
    elif generate:
        tell(f"New staff password: {chosen}")
    else:
        tell("Staff password changed.")


def _given(piped: bool) -> str:
    if not piped and sys.stdin.isatty():
        typed: str = click.prompt(
            "New staff password", hide_input=True, confirmation_prompt=True, err=True
        )
        return typed
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise click.UsageError(say("No password given. Type one, pipe it in, or use --generate."))
    return line
