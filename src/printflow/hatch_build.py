"""Compiles the catalogs of texts in ``language/locale``: each ``.po`` to the ``.mo`` beside it.

Hatchling runs it for the wheel and for an editable install. ``make translations`` runs this file as
a script, after it has brought the catalogs up to date.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LOCALE = Path("language") / "locale"


def compile_catalogs(locale: Path) -> list[Path]:
    """Write the compiled catalogs below this folder; uncertain (fuzzy) texts stay English."""
    made = []
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        with source.open("rb") as file:
            catalog = read_po(file, locale=source.parent.parent.name, abort_invalid=True)
        target = source.with_suffix(".mo")
        with target.open("wb") as file:
            write_mo(file, catalog)
        made.append(target)
    return made


class CatalogBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling's entry: compiles before the wheel's files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogs."""
        compile_catalogs(Path(self.root) / LOCALE)


if __name__ == "__main__":
    compile_catalogs(Path(__file__).parent / LOCALE)
