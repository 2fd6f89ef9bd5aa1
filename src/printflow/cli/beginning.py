"""``init``: creates everything that a new lab needs; safe to repeat."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from printflow.said import say

from .documents import print_json
from .session import json_option, session
from .streams import tell

if TYPE_CHECKING:
    from printflow import Printflow, Settings


@click.command("init")
@click.option(
    "--store", type=click.Path(path_type=Path), metavar="PATH", help="The folder for the store."
)
@click.option(
    "--catalog", type=click.Path(path_type=Path), metavar="FILE", help="The catalog to use."
)
@click.option("--write-config", is_flag=True, help="Also write printflow.toml.")
@click.option(
    "--ask", is_flag=True, help="Ask for the most important settings, and write printflow.toml."
)
@click.option(
    "--set",
    "pairs",
    multiple=True,
    metavar="KEY=VALUE",
    help="A setting for printflow.toml, such as mail.smtp_host=smtp.example.edu. Repeatable.",
)
@json_option
def init(
    store: Path | None, catalog: Path | None, write_config: bool, ask: bool, pairs: tuple[str, ...]
) -> None:
    """Create the store, the database and the staff password. Keeps what already exists."""
    from printflow.catalogs.file import read_catalog

    from .questions import answers, settings_of

    data = read_catalog(catalog) if catalog is not None else None
    config = _config_file()
    given = settings_of(pairs)
    if ask and not config.exists():
        given = answers(store, given)
        store = given.pop("store", store)
    write_config = write_config or ask or bool(pairs)
    settings = _settings(store, config, write_config, given)
    new = not (settings.state_dir / "store.json").exists()
    with session().lab(settings, create=True) as lab:
        imported = data is not None and _import(lab, data)
        password = lab.stations.ensure_password()
    written = write_config and _write(config, settings, given)
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
    tell(f"Store {settings.store}: {'created' if new else 'already exists'}")
    if data is not None:
        tell(f"Catalog {catalog}: {'now active' if imported else 'already active'}")
    if password is not None:
        tell(f"Staff password: {password} (it won't be shown again)")
    else:
        tell("Staff password: already set (to change it, run: printflow staff-password)")
    if write_config:
        tell(f"Settings {config}: {'written' if written else 'already exists'}")


def _config_file() -> Path:
    named = session().config or os.environ.get("PRINTFLOW_CONFIG") or "printflow.toml"
    return Path(named).expanduser().absolute()


def _settings(
    store: Path | None, config: Path, write_config: bool, more: dict[str, Any]
) -> Settings:
    from printflow import Settings

    given: dict[str, Any] = {} if store is None else {"store": store}
    if write_config and not config.exists():
        return Settings(**given, **more)
    return session().load(**given)


def _import(lab: Printflow, data: dict[str, Any]) -> bool:
    """Activate the catalog unless it is active."""
    from printflow.catalogs.file import checked_catalog

    if checked_catalog(data) == lab.catalog.current:
        return False
    lab.catalog.load(data, by="printflow init")
    return True


def _write(config: Path, settings: Settings, given: dict[str, Any]) -> bool:
    """Write the settings file unless it exists."""
    from printflow.errors import SettingsError

    from .config_file import first_settings

    try:
        # It may hold a password: for its owner only, from the first byte on.
        handle = os.open(config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(first_settings(settings.store, given))
    except FileExistsError:
        return False
    except OSError as error:
        raise SettingsError(
            say(
                "The settings file {path} can't be written: {why}.",
                path=str(config),
                why=error.strerror or str(error),
            ),
            source=str(config),
        ) from error
    return True
