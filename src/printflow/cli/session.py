"""What one run of a command works with: its options, the settings and the lab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from . import collector

if TYPE_CHECKING:
    from printflow import Printflow, Settings

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass
class Session:
    """The options that every command shares, and the settings once they are read."""

    config: Path | None = None
    debug: bool = False
    json: bool = False
    streaming: bool = False
    """Whether a part of the JSON is written already."""
    role: str = "commands"
    settings: Settings | None = field(default=None, repr=False)

    def load(self, **given: Any) -> Settings:
        """The current settings; ``given`` (from options) comes before file and environment."""
        from printflow import Settings

        collector.from_now_on()
        self.settings = Settings.load(self.config, **given)
        return self.settings

    @contextmanager
    def lab(
        self,
        settings: Settings | None = None,
        *,
        create: bool = False,
        role: Literal["server", "worker", "pages"] | None = None,
        log: str = "",
    ) -> Iterator[Printflow]:
        """The lab of the settings, open; only ``create`` makes a folder that is not there.

        ``log`` names the log file, where that isn't the role: each process needs its own.
        """
        from printflow.lab.printflow import Printflow

        from .log import COMMANDS, logged

        found = settings or self.load()
        self.settings, self.role = found, log or role or COMMANDS
        with (
            Printflow.open(found, create=create, role=role) as lab,
            logged(found, self.role, debug=self.debug),
        ):
            yield lab


def session() -> Session:
    """The session of the running command."""
    return click.get_current_context().ensure_object(Session)


def _remember_json(context: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Session).json = True


def json_option(command: Command) -> Command:
    """Add ``--json``: the result as JSON on standard output, refusals too."""
    return click.option(
        "--json",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_remember_json,
        help="Print JSON, for scripts.",
    )(command)


def by_option(command: Command) -> Command:
    """Add ``--by NAME``: who acts."""
    return click.option("--by", required=True, metavar="NAME", help="Your name, for the history.")(
        command
    )


def question_options(words: str, *, new: bool) -> Callable[[Command], Command]:
    """Add an option for each question of the student's form; ``words`` of it are its help. Of a
    ``new`` job those that every method asks are needed.
    """
    from printflow import QUESTIONS

    def add(command: Command) -> Command:
        for question in reversed(QUESTIONS):
            command = click.option(
                question.flag,
                question.name,
                required=new and question.always,
                default="" if new and not question.always else None,
                metavar=question.flag.strip("-").upper() if new else "NAME",
                help=words.format(label=question.label, example=question.example),
            )(command)
        return command

    return add
