"""``catalog export`` and ``catalog import``."""

from __future__ import annotations

from pathlib import Path

import click

from .documents import print_json
from .session import json_option, session
from .streams import tell


@click.group("catalog")
def catalog() -> None:
    """Export or import the lab's methods, printers, materials, colors, prices and texts."""


@catalog.command("export")
@click.argument("file", type=click.Path(path_type=Path), metavar="[FILE]", required=False)
@json_option
def export(file: Path | None) -> None:
    """Write the catalog to FILE (.toml or .json), or to standard output."""
    from printflow.catalogs.file import catalog_toml, write_catalog

    with session().lab() as lab:
        data = lab.catalog.export()
    if file is not None:
        write_catalog(data, file)
        if session().json:
            print_json({"file": file.absolute()})
        else:
            tell(f"Catalog written to {file}")
    elif session().json:
        print_json(data)
    else:
        tell(catalog_toml(data).rstrip("\n"))


@catalog.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--by", default="command line", metavar="NAME", help="Your name, for the history.")
@json_option
def import_(file: Path, by: str) -> None:
    """Import FILE (.toml or .json) and make it the active catalog. Existing quotes keep their price."""
    from printflow.catalogs.file import read_catalog

    data = read_catalog(file)
    with session().lab() as lab:
        found = lab.catalog.load(data, by=by)
        if session().json:
            print_json(lab.catalog.export())
        else:
            counts = f"{len(found.methods)} methods, {len(found.printers)} printers"
            tell(f"The catalog of {found.lab_name} is now active: {counts}.")
