"""A refresh token that the endpoint replaced: kept in the store, for the next start.

It's in ``.printflow/mail-token.json``, beside the key that signs sessions and links, readable by the
server's account only (on Windows, by those who may read the store). Backups don't contain it.
"""

from __future__ import annotations

import json
import logging
from hashlib import sha256
from pathlib import Path

from ..store.folder import Folder
from ..store.making import STATE

TOKEN_FILE = "mail-token.json"  # noqa: S105 - a file's name
_LARGEST = 1 << 16
_log = logging.getLogger(__name__)


class KeptToken:
    """The newest refresh token that came from the one in the settings. Never raises: a store that is
    away keeps no email from being sent.
    """

    def __init__(self, store: Path) -> None:
        self._store = store

    def newest(self, given: str) -> str:
        """What took the place of the token ``given`` in the settings, else that one. A token that
        was set since counts, not what came from the one before it.
        """
        try:
            with Folder(self._store, STATE, looking=True) as folder:
                plain = json.loads(folder.read(TOKEN_FILE, _LARGEST, names=None))
            if plain["of"] == _mark(given) and isinstance(plain["token"], str):
                return str(plain["token"]) or given
        except FileNotFoundError:
            return given
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("the kept refresh token can't be read: %s", type(error).__name__)
        return given

    def keep(self, given: str, token: str) -> None:
        """Write down that ``token`` takes the place of the one in the settings."""
        data = json.dumps({"of": _mark(given), "token": token}).encode()
        try:
            with Folder(self._store, STATE) as folder:
                folder.write(TOKEN_FILE, data, mode=0o600)
        except OSError as error:
            _log.warning("the new refresh token can't be kept: %s", type(error).__name__)


def _mark(token: str) -> str:
    """Tells one long random token from another, and gives neither away."""
    return sha256(b"printflow mail token " + token.encode()).hexdigest()
