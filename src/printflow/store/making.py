"""Making a store, recognizing one, trying one out."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from ..domain.status import FOLDERS, THUMBNAILS
from ..errors import SettingsError, StoreUnavailable
from ..runtime.exhausted import is_exhausted, server_busy
from ..said import say
from .folder import Folder
from .plain_file import NotPlain

INCOMING, QUARANTINE, TRASH, STATE = ".incoming", ".quarantine", ".trash", ".printflow"
SERVICE_FOLDERS = (THUMBNAILS, INCOMING, QUARANTINE, TRASH, STATE)
IDENTITY_FILE = "store.json"
SECRET_KEY = "secret.key"  # noqa: S105 - a file's name

_IGNORED_IN_NEW_STORE = frozenset({".gitkeep", ".gitignore", "README.md", "lost+found"})
_LARGEST_NOTE = 1 << 16


def read_identity(root: Path) -> str | None:
    """The identity written into the store at ``root``, None if there is none."""
    try:
        with Folder(root, STATE, looking=True) as folder:
            plain = json.loads(folder.read(IDENTITY_FILE, _LARGEST_NOTE, names=None))
        return str(plain["identity"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        if is_exhausted(error):
            raise server_busy(error) from error
        raise StoreUnavailable(
            say("The file store isn't available right now."),
            next_step=say("No file was changed."),
            detail=say(
                "The store's identity file in {folder} can't be read: {why}. Restore it from a backup, "
                "or ask the person who runs the share.",
                folder=str(root / STATE),
                why=str(error),
            ),
        ) from error


def is_new(root: Path) -> bool:
    """Whether ``root`` is an empty folder (or holds nothing but what a checkout puts there)."""
    return all(entry.name in _IGNORED_IN_NEW_STORE for entry in root.iterdir())


def make_folders(root: Path) -> None:
    """Make the folders of a store in ``root``; what holds keys and mails is the account's alone."""
    for folder in (*FOLDERS, *SERVICE_FOLDERS):
        mode = 0o700 if folder == STATE else 0o777
        with contextlib.suppress(FileExistsError):
            (root / folder).mkdir(mode=mode, parents=True)
    check_folders(root)


def check_folders(root: Path) -> None:
    """Raise SettingsError where one of the store's folders is a link, or no folder at all."""
    for name in (*FOLDERS, *SERVICE_FOLDERS):
        try:
            Folder(root, name, looking=True).close()
        except NotPlain:
            raise SettingsError(
                say(
                    "{path} is a link, or not a folder. Printflow doesn't follow links there.",
                    path=str(root / name),
                ),
                key="store",
                next_step=say("Put the whole store on one file system, with real folders in it."),
            ) from None
        except OSError:
            continue  # a folder that is missing, or cannot be opened, is told elsewhere


def make_store(root: Path) -> str:
    """Make the folders of a store in ``root`` and give it an identity, which is returned."""
    make_folders(root)
    identity = read_identity(root)
    if identity is None:
        import uuid

        identity = str(uuid.uuid4())
        with Folder(root, STATE) as folder:
            folder.write(IDENTITY_FILE, (json.dumps({"identity": identity}) + "\n").encode())
    return identity


def probe(root: Path) -> None:
    """Raise SettingsError unless the store can be written and renamed in, across its folders."""
    import uuid

    check_folders(root)
    name = f"probe-{uuid.uuid4().hex}"
    try:
        # Not into a folder of jobs: who looks through those finds nothing that is no job's.
        with Folder(root, INCOMING) as source, Folder(root, TRASH) as dest:
            try:
                with source.create(name) as file:
                    file.write(b"printflow")
                source.rename(name, dest, name)
                dest.unlink(name)
            except OSError:
                for folder, left in ((source, name), (dest, name)):
                    with contextlib.suppress(OSError):
                        folder.unlink(left)
                raise
    except OSError as error:
        raise SettingsError(
            say(
                "the store {root} can't be used: {error}", root=root, error=error.strerror or error
            ),
            key="store",
            next_step=say("It needs to be one writable file system for the account of the server."),
        ) from error
