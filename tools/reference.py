"""Writes the pages that are made from the program: settings, commands, lifecycle, architecture's
picture.

`make reference`; a test compares the pages to what this would write.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import tomllib
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
from printflow.domain.rights import SHIPPED_ROLES, Right, RightGroup
from printflow.settings import Settings
from tools.settings_meaning import MEANING

DOCS = Path(__file__).resolve().parent.parent / "docs"
GENERATED = "<!-- Written by `make reference`; a test compares it to the program. -->\n"
BEGIN, END = "<!-- imports: begin -->\n", "<!-- imports: end -->\n"

ROOMS_BEGIN, ROOMS_END = "<!-- rooms: begin -->\n", "<!-- rooms: end -->\n"
_ROOT = DOCS.parent


# -- settings -------------------------------------------------------------------------------------


def settings_page() -> str:
    """Every setting: its name, what it means, what is allowed, and its default."""
    lines = [
        "# Settings",
        "",
        GENERATED,
        "Set them in `printflow.toml` or as environment variables, which take precedence. For",
        "`mail.smtp_host`, the variable is `PRINTFLOW_MAIL__SMTP_HOST`. If a setting is wrong, Printflow",
        "doesn't start, and shows a message that names the setting.",
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
    lines = ["| Setting | Description | Allowed | Default |", "|---|---|---|---|"]
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
    return "\n".join(["# The job lifecycle", "", GENERATED, lifecycle_markdown(), picture])


# -- the rooms of the library -----------------------------------------------------------------------


def layers() -> list[list[str]]:
    """The rooms by layer, from the contract that CI checks them by; see ``pyproject.toml``."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    listed = next(one["layers"] for one in contracts if one["id"] == "layers")
    return [[room.strip() for room in line.split("|")] for line in listed]


def imports_picture() -> str:
    """The layers with all their rooms, and which layer imports which, as a Mermaid flowchart."""
    graph = grimp.build_graph("printflow", "printflow_web", "printflow_opener", cache_dir=None)
    boxes = [["the web pages"], ["the opener"], *layers()]
    place = {room: number for number, rooms in enumerate(boxes) for room in rooms}
    place |= {"printflow_web": 0, "printflow_opener": 1}
    arrows: dict[int, set[int]] = {number: set() for number in range(len(boxes))}
    for module in graph.modules:
        source = _box(module, place)
        for imported in graph.find_modules_directly_imported_by(module):
            # The web imports only the package itself, which hands out what is public.
            dest = place["lab"] if imported == "printflow" else _box(imported, place)
            if source is not None and dest is not None and dest > source:
                arrows[source].add(dest)
    lines = ["```mermaid", "flowchart TD"]
    lines += [f'    n{number}["{" · ".join(rooms)}"]' for number, rooms in enumerate(boxes)]
    for source, dests in arrows.items():
        reached = {further for dest in dests for further in _below(dest, arrows)}
        lines += [f"    n{source} --> n{dest}" for dest in sorted(dests - reached)]
    return "\n".join([*lines, "```", ""])


def _box(module: str, place: dict[str, int]) -> int | None:
    package, _, rest = module.partition(".")
    return place.get(package, place.get(rest.partition(".")[0]))


def _below(box: int, arrows: dict[int, set[int]]) -> set[int]:
    """Everything that a layer leads to."""
    return set(arrows[box]).union(*(_below(dest, arrows) for dest in arrows[box]))


def rooms_table() -> str:
    """Each room with the first line of its own description."""
    lines = ["| Room | Description |", "|---|---|"]
    for room in (room for layer in layers() for room in layer):
        path = _ROOT / "src/printflow" / room
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        said = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        lines.append(f"| `{room}` | {said.splitlines()[0].replace('``', '`')} |")
    return "\n".join([*lines, ""])


def with_rooms(page: str) -> str:
    """The page with its picture and its table drawn again."""
    for begin, end, text in (
        (BEGIN, END, imports_picture()),
        (ROOMS_BEGIN, ROOMS_END, rooms_table()),
    ):
        found = re.search(f"{begin}.*?{end}", page, re.S)
        if found is None:
            raise SystemExit("the page has no place for the picture, or for the table")
        page = page.replace(found[0], f"{begin}{text}{end}")
    return page


def rights_page() -> str:
    """Every right, and which of the shipped roles have it."""
    names = [role.name for role in SHIPPED_ROLES]
    lines = [
        "# Roles and rights",
        "",
        "Made from the program by `make reference`. These are the roles that a lab starts with; it can change",
        "them in its catalog. *Sensitive* rights can want the password again, by the setting",
        "[`server.confirm_sensitive_minutes`](settings.md).",
    ]
    for group in RightGroup:
        lines += ["", f"## {group.value}", "", f"| Right | Allows | {' | '.join(names)} |"]
        lines.append("|---|---|" + ":-:|" * len(names))
        for right in (one for one in Right if one.record.group is group):
            has = ("✓" if right in role.rights else "" for role in SHIPPED_ROLES)
            said = right.label + (" (sensitive)" if right.record.sensitive else "")
            lines.append(f"| `{right.value}` | {said} | {' | '.join(has)} |")
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    """Every page that is written here, by its file."""
    architecture = DOCS / "architecture.md"
    return {
        DOCS / "settings.md": settings_page(),
        DOCS / "commands.md": commands_page(),
        DOCS / "lifecycle.md": lifecycle_page(),
        DOCS / "rights.md": rights_page(),
        architecture: with_rooms(architecture.read_text("utf-8")),
    }


def main() -> None:
    """Write them."""
    for path, text in pages().items():
        path.write_text(text, "utf-8", newline="\n")
        sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    main()
