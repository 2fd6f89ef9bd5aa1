"""``lifecycle``: the table, in four formats."""

from __future__ import annotations

import click

from .documents import print_json
from .session import json_option, session
from .streams import tell
from .tables import print_table


@click.command("lifecycle")
@click.option("--markdown", "form", flag_value="markdown", help="Print a Markdown table.")
@click.option("--mermaid", "form", flag_value="mermaid", help="Print a Mermaid state diagram.")
@json_option
def lifecycle(form: str | None) -> None:
    """Show the table of the job lifecycle: every action, from which status to which, and its rules."""
    from printflow import lifecycle_markdown, lifecycle_mermaid, lifecycle_rows

    if session().json:
        print_json(lifecycle_rows())
    elif form is not None:
        tell((lifecycle_markdown if form == "markdown" else lifecycle_mermaid)().rstrip("\n"))
    else:
        _print_table(lifecycle_rows())


def _print_table(rows: list[dict[str, object]]) -> None:
    from printflow import Status, Trigger

    from .trigger_table import command_name

    print_table(
        ("Command", "From", "To", "Who", "What happens"),
        [
            (
                command_name(Trigger(str(row["trigger"]))),
                _statuses(row["sources"], len(Status)),
                str(row["leads_to"]),
                str(row["who"]),
                str(row["what"]).replace("*", ""),
            )
            for row in rows
        ],
    )


def _statuses(sources: object, every: int) -> str:
    names = list(sources) if isinstance(sources, list | tuple) else []
    return "any" if len(names) == every else ", ".join(names) or "–"
