"""The ``printflow`` command: its subcommands are loaded when they are called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from printflow import __version__

from .command_list import COMMANDS, Entry, sections
from .faults import Ending
from .session import Session
from .streams import flush_output


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, not when they are listed."""

    def __init__(self, *arguments: Any, entries: Mapping[str, Entry], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the help."""
        return list(self._entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, from its module."""
        entry = self._entries.get(cmd_name)
        if entry is None:
            return None
        module = import_module(f".{entry.module}", __package__)
        found = module.command(cmd_name) if entry.made else getattr(module, entry.attribute)
        if not isinstance(found, click.Command):
            raise TypeError(f"{entry.module} has no command {cmd_name}")
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by sections, from the table alone."""
        for title, entries in sections().items():
            with formatter.section(title):
                formatter.write_dl([(name, entry.help) for name, entry in entries.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; errors become words and exit codes."""
        with Ending(ctx.ensure_object(Session)):
            result = super().invoke(ctx)
            flush_output()
            return result


@click.group(
    cls=LazyGroup,
    entries=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 refused, 2 wrong usage, 3 something Printflow needs is unavailable.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The settings file (default: PRINTFLOW_CONFIG, or printflow.toml in this folder).",
)
@click.option("--debug", is_flag=True, help="Show where errors come from.")
@click.version_option(__version__, prog_name="printflow")
@click.pass_context
def printflow(context: click.Context, config: Path | None, debug: bool) -> None:
    """Manage a makerspace's 3D-print jobs, from the student's form to pickup."""
    opened = context.ensure_object(Session)
    opened.config, opened.debug = config, debug
