"""PaperCut's server, loaded when an account is charged: most commands never ask it."""

from __future__ import annotations

import threading
from decimal import Decimal

from ..ports import PaperCutServer
from ..settings.papercut import PaperCutSettings


class LazyPaperCut:
    """The server of the settings; see :class:`~printflow.ports.papercut.PaperCutServer`."""

    def __init__(self, settings: PaperCutSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._made: PaperCutServer | None = None

    @property
    def _server(self) -> PaperCutServer:
        with self._lock:
            if self._made is None:
                from ..paying.papercut import XmlRpcPaperCut

                self._made = XmlRpcPaperCut(self._settings)
            return self._made

    def knows(self, username: str) -> bool:
        return self._server.knows(username)

    def adjust(self, username: str, amount: Decimal, comment: str) -> bool:
        return self._server.adjust(username, amount, comment)

    def balance(self, username: str) -> Decimal:
        return self._server.balance(username)
