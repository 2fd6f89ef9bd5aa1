"""Tables: drawn for a person at a terminal, lines with tabs for everything else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, islice

from .streams import on_terminal, tell

_AT_A_TIME = 100
"""Lines."""


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "", right: str = ""
) -> None:
    """Print a table; ``right`` names the column that holds amounts. A terminal gets it whole, as its
    widths are those of all rows, and everything else some rows at a time.
    """
    shown = ([_printable(cell) for cell in row] for row in rows)
    if not on_terminal():
        if title:
            tell(title)
        lines = ("\t".join(row) for row in chain([columns], shown))
        while some := list(islice(lines, _AT_A_TIME)):
            tell("\n".join(some))
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=SIMPLE_HEAD,
        title=title or None,
        title_justify="left",
        title_style="bold",
        pad_edge=False,
    )
    for column in columns:
        table.add_column(
            column,
            justify="right" if column == right else "left",
            overflow="fold",
            no_wrap=column in (right, "ID"),
        )
    for row in shown:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False).print(table)


def print_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Print labels and values, one a line."""
    width = max((len(label) for label, _ in facts), default=0) + 2
    for label, value in facts:
        tell(f"{label + ':':{width}}{_printable(value)}")


def _printable(text: str) -> str:
    """One line without characters that steer a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " for c in text)
