"""Writes the pages that are made from the program: settings, commands, lifecycle, architecture's
picture.

`make reference`; a test compares the pages to what this would write.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import grimp
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from printflow import lifecycle_markdown, lifecycle_mermaid
from printflow.cli.root import printflow
from printflow.settings import Settings
from tools.settings_meaning import MEANING

DOCS = Path(__file__).resolve().parent.parent / "docs"
GENERATED = "<!-- Written by `make reference`; a test compares it to the program. -->\n"
BEGIN, END = "<!-- imports: begin -->\n", "<!-- imports: end -->\n"

_GROUPS = {
    "the web pages": ("printflow_web",),
    "the opener": ("printflow_opener",),
    "cli": ("printflow.cli", "printflow.demo"),
    "app": ("printflow.app", "printflow.backup"),
    "adapters: db, mail, filestore": (
        "printflow.db",
        "printflow.mail",
        "printflow.store.folder_store",
        "printflow.inspection",
        "printflow.estimating",
    ),
    "use cases: service, dispatcher, placement, outbox, intake": (
        "printflow.service",
        "printflow.dispatch.loop",
        "printflow.dispatch.placement",
        "printflow.dispatch.outbox",
        "printflow.uploads.receiving",
        "printflow.doctor",
        "printflow.importing",
        "printflow.reports",
    ),
    "ports": ("printflow.ports",),
    "domain": ("printflow.domain",),
}
"""What the picture shows, by the packages and modules that make it up."""


# -- settings -------------------------------------------------------------------------------------


def settings_page() -> str:
    """Every setting: its name, what it means, what is allowed, and its default."""
    lines = [
        "# Settings",
        "",
        GENERATED,
        "They come from `printflow.toml`, and from the environment, which wins. The variable of",
        "`mail.smtp_host` is `PRINTFLOW_MAIL__SMTP_HOST`. What is wrong is named at the start.",
        "",
    ]
    plain = {k: v for k, v in Settings.model_fields.items() if not _section(v)}
    lines += _table("", plain)
    for name, field in Settings.model_fields.items():
        if model := _section(field):
            lines += ["", f"## [{name}]", "", inspect.cleandoc(model.__doc__ or ""), ""]
            lines += _table(name, model.model_fields)
    return "\n".join(lines) + "\n"


def _section(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _table(section: str, fields: dict[str, FieldInfo]) -> list[str]:
    lines = ["| setting | what it is | allowed | default |", "|---|---|---|---|"]
    for name, field in fields.items():
        key = f"{section}.{name}".lstrip(".")
        allowed = (field.description or "").replace("|", "\\|")
        lines.append(f"| `{name}` | {MEANING[key]} | {allowed} | {_default(key, field)} |")
    return lines


def _default(key: str, field: FieldInfo) -> str:
    if key == "store":
        return "`storage` in the current folder"
    if key == "server.connection_limit":
        return "`1000` (`400` on Windows)"
    value = field.default
    if value in (None, "", (), PydanticUndefined):
        return "–"
    return f"`{value}`"


# -- commands -------------------------------------------------------------------------------------


def commands_page() -> str:
    """The help of every command, as a terminal of 100 columns shows it."""
    lines = ["# The command `printflow`", "", GENERATED]
    for path, command in _commands(printflow, ("printflow",)):
        lines += [f"## {' '.join(path)}", "", "```text", _help(path, command), "```", ""]
    return "\n".join(lines)


def _commands(
    command: click.Command, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), name)
            if found is not None:
                yield from _commands(found, (*path, name))


def _help(path: tuple[str, ...], command: click.Command) -> str:
    settings: dict[str, Any] = {"info_name": " ".join(path), "terminal_width": 100}
    settings["help_option_names"] = ["-h", "--help"]  # as the root command hands them down
    context = click.Context(command, max_content_width=100, **settings)
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())


# -- the lifecycle ----------------------------------------------------------------------------------


def lifecycle_page() -> str:
    """The program's own table, as `printflow lifecycle --markdown` and `--mermaid` print it."""
    picture = f"```mermaid\n{lifecycle_mermaid()}```\n"
    return "\n".join(["# The lifecycle of a job", "", GENERATED, lifecycle_markdown(), picture])


# -- the picture of imports -------------------------------------------------------------------------


def imports_picture() -> str:
    """Who imports whom, from the sources, as a Mermaid flowchart; the numbers count imports."""
    graph = grimp.build_graph("printflow", "printflow_web", "printflow_opener")
    group_of = {
        module: name
        for name, roots in _GROUPS.items()
        for module in graph.modules
        if any(module == root or module.startswith(f"{root}.") for root in roots)
    }
    counts: dict[tuple[str, str], int] = {}
    for module, source in group_of.items():
        for imported in graph.find_modules_directly_imported_by(module):
            # The web imports only the package itself, which hands out what is public.
            dest = "app" if imported == "printflow" else group_of.get(imported, source)
            if dest != source:
                counts[source, dest] = counts.get((source, dest), 0) + 1
    names = list(_GROUPS)
    lines = ["```mermaid", "flowchart TD"]
    lines += [f'    n{number}["{name}"]' for number, name in enumerate(names)]
    for source, dest in sorted(
        counts, key=lambda pair: (names.index(pair[0]), names.index(pair[1]))
    ):
        lines.append(f"    n{names.index(source)} --> n{names.index(dest)}")
    return "\n".join([*lines, "```", ""])


def with_picture(page: str) -> str:
    """The page with its picture drawn anew."""
    found = re.search(f"{BEGIN}.*?{END}", page, re.S)
    if found is None:
        raise SystemExit("the page has no place for the picture")
    return page.replace(found[0], f"{BEGIN}{imports_picture()}{END}")


def pages() -> dict[Path, str]:
    """Every page that is written here, by its file."""
    architecture = DOCS / "architecture.md"
    return {
        DOCS / "settings.md": settings_page(),
        DOCS / "commands.md": commands_page(),
        DOCS / "lifecycle.md": lifecycle_page(),
        architecture: with_picture(architecture.read_text("utf-8")),
    }


def main() -> None:
    """Write them."""
    for path, text in pages().items():
        path.write_text(text, "utf-8", newline="\n")
        sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    main()
