"""Making sure, before a lab is opened, that folder, database and secret are there and its own."""

from __future__ import annotations

import contextlib
import logging
import os
from datetime import datetime
from pathlib import Path

from ..db import migrate
from ..db.database import SqlDatabase
from ..db.engine import LOOK_AT_IT, sqlite_path
from ..db.soundness import can_be_made_again, damaged, look
from ..domain.catalog import catalog_from, plain_form
from ..domain.status import FOLDERS
from ..errors import SettingsError, StoreUnavailable
from ..said import say, sentences
from ..settings import Settings
from ..store.folder import Folder
from ..store.folder_store import FolderStore
from ..store.making import SECRET_KEY, STATE, is_new, make_store, read_identity

_log = logging.getLogger(__name__)

_IDENTITY = "store_identity"
_LARGEST_KEY = 4096


def check_folder(root: Path, *, create: bool) -> None:
    if not root.exists():
        if not create:
            raise SettingsError(
                say("there's no folder {root}", root=root),
                key="store",
                next_step=say(
                    "`printflow init --store {root}` creates a new store there.", root=root
                ),
            )
        try:
            root.mkdir(parents=True)
        except OSError as error:
            raise SettingsError(
                say(
                    "the folder {root} can't be created: {error}",
                    root=root,
                    error=error.strerror or error,
                ),
                key="store",
            ) from error
    if not root.is_dir():
        raise SettingsError(say("{root} isn't a folder", root=root), key="store")
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        raise SettingsError(
            say("the folder {root} can't be written", root=root),
            key="store",
            next_step=say("Give the server's account permission to change it."),
        )


def prepare_database(settings: Settings, *, serving: bool) -> None:
    """The database has this program's schema on return; see :meth:`Printflow.open`."""
    url = settings.database
    path = sqlite_path(url)
    if path is None:
        migrate.check(url)
        return
    if path.exists() and path.stat().st_size:
        if serving:
            _refuse_damage(url)
            migrate.upgrade(url)
        else:
            migrate.check(url)
        return
    root = settings.store
    if read_identity(root) is not None:
        if any(any((root / folder).glob("*")) for folder in FOLDERS):
            raise SettingsError(
                say(
                    "the store {root} has files, but its database {path} is missing",
                    root=root,
                    path=path,
                ),
                key="database_url",
                next_step=say("Restore the database from a backup, or name the right one."),
            )
    elif not is_new(root):
        raise SettingsError(
            say("{root} is neither empty nor a store of Printflow", root=root),
            key="store",
            next_step=say("Name an empty folder, or the store you mean."),
        )
    make_store(root)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            say(
                "the folder {parent} can't be created: {error}",
                parent=path.parent,
                error=error.strerror or error,
            ),
            key="database_url",
        ) from error
    migrate.upgrade(url)


def _refuse_damage(url: str) -> None:
    """Who works on damaged pages makes it worse; an index that is damaged loses nothing."""
    found = look(url, thorough=False)
    if found and can_be_made_again(found):
        _log.error("%s; `printflow doctor --fix` makes it again", damaged(url, found).message)
    elif found:
        raise damaged(url, found, next_step=sentences((say("Nothing was started."), LOOK_AT_IT)))


def identity_of(settings: Settings, database: SqlDatabase, now: datetime) -> str:
    """The identity that database and store share; the first opening joins the two."""
    with database.read() as tx:
        known = tx.lab.fact(_IDENTITY)
        has_catalog = tx.lab.catalog_version() > 0
    if known is None:
        found = read_identity(settings.store)
        if found is None and not is_new(settings.store):
            raise SettingsError(
                say("{store} is neither empty nor a store of Printflow", store=settings.store),
                key="store",
            )
        known = make_store(settings.store)
        with database.write() as tx:
            tx.lab.set_fact(_IDENTITY, known, now)
    else:
        try:
            FolderStore(settings.store, known).check_identity()
        except StoreUnavailable as error:
            if read_identity(settings.store) is not None:
                raise SettingsError(str(error), key="store", next_step=error.next_step) from None
    if not has_catalog:
        from ..catalogs.file import catalog_of_new_lab

        with database.write() as tx:
            if tx.lab.catalog_version() == 0:
                document = plain_form(catalog_from(catalog_of_new_lab()))
                tx.lab.add_catalog(document, by="Printflow", now=now)
    return known


def secret_key_of(settings: Settings) -> bytes:
    """The lab's secret: from the settings, else from the store's own file, made once."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    try:
        with Folder(settings.store, STATE) as folder:
            return _key_in(folder)
    except OSError as error:
        raise StoreUnavailable(
            say(
                "The store {store} isn't there: {error}.",
                store=settings.store,
                error=error.strerror or error,
            ),
            next_step=say("Is the share mounted?"),
        ) from error


def _key_in(folder: Folder) -> bytes:
    """The key in the store's own folder; raises SettingsError where it can't be read."""
    try:
        with contextlib.suppress(FileNotFoundError):
            return folder.read(SECRET_KEY, _LARGEST_KEY, names=None)
        with contextlib.suppress(FileExistsError), folder.create(SECRET_KEY, 0o600) as file:
            import secrets

            file.write(secrets.token_hex(32).encode())
            os.fsync(file.fileno())
        return folder.read(SECRET_KEY, _LARGEST_KEY, names=None)
    except OSError as error:
        raise SettingsError(
            say(
                "{file} can't be read: {why}",
                file=str(folder.path / SECRET_KEY),
                why=error.strerror or str(error),
            ),
            key="secret_key",
        ) from error
