"""``init``: everything that a new lab needs; safe to repeat."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .documents import print_json
from .session import json_option, session
from .streams import say

if TYPE_CHECKING:
    from printflow import Printflow, Settings


@click.command("init")
@click.option(
    "--store", type=click.Path(path_type=Path), metavar="PATH", help="The store's folder."
)
@click.option("--catalog", type=click.Path(path_type=Path), metavar="FILE", help="Its catalog.")
@click.option("--write-config", is_flag=True, help="Write a printflow.toml, too.")
@json_option
def init(store: Path | None, catalog: Path | None, write_config: bool) -> None:
    """Make the store, the database and the staff password; what is there already stays."""
    from printflow.catalog_file import read_catalog

    data = read_catalog(catalog) if catalog is not None else None
    config = _config_file()
    settings = _settings(store, config, write_config)
    new = not (settings.state_dir / "store.json").exists()
    with session().lab(settings, create=True) as lab:
        imported = data is not None and _import(lab, data)
        password = lab.ensure_staff_password()
    written = write_config and _write(config, settings)
    done = {
        "store": settings.store,
        "created": new,
        "catalog_imported": imported,
        "staff_password": password,
        "config": config if write_config else None,
        "config_written": written,
    }
    if session().json:
        print_json(done)
        return
    say(f"Store {settings.store}: {'made' if new else 'already there'}")
    if data is not None:
        say(f"Catalog {catalog}: {'in force' if imported else 'already in force'}")
    if password is not None:
        say(f"Staff password: {password} - it is not shown again.")
    else:
        say("Staff password: already there (`printflow staff-password` sets a new one)")
    if write_config:
        say(f"Settings {config}: {'written' if written else 'already there'}")


def _config_file() -> Path:
    named = session().config or os.environ.get("PRINTFLOW_CONFIG") or "printflow.toml"
    return Path(named).expanduser().absolute()


def _settings(store: Path | None, config: Path, write_config: bool) -> Settings:
    from printflow import Settings

    given: dict[str, Any] = {} if store is None else {"store": store}
    if write_config and not config.exists():
        return Settings(**given)
    return session().load(**given)


def _import(lab: Printflow, data: dict[str, Any]) -> bool:
    """Put the catalog in force unless it is."""
    from printflow.catalog_file import checked_catalog

    if checked_catalog(data) == lab.catalog:
        return False
    lab.import_catalog(data, by="printflow init")
    return True


def _write(config: Path, settings: Settings) -> bool:
    """Write the settings file unless it is there."""
    from printflow.errors import SettingsError

    from .config_file import first_settings

    try:
        with config.open("x", encoding="utf-8", newline="\n") as file:
            file.write(first_settings(settings.store))
    except FileExistsError:
        return False
    except OSError as error:
        raise SettingsError(
            f"the settings file {config} cannot be written: {error.strerror or error}",
            source=str(config),
        ) from error
    return True
