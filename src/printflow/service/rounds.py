"""The dispatcher's regular work: discards, archives and deletes what is due."""

from __future__ import annotations

import logging

from ..errors import PrintflowError
from .retention import Retention
from .shelf import Shelf

_log = logging.getLogger(__name__)

AT_ONCE = 200
"""So much a round does of each kind; the rest has its turn in the next one."""


class DisposalRound:
    """Work for the dispatcher: what may go, where the settings switch it on."""

    def __init__(self, shelf: Shelf, *, on: bool) -> None:
        self._shelf = shelf
        self._on = on

    def __call__(self) -> int:
        """Discard what is due; gives how many prints."""
        if not self._on:
            return 0
        try:
            return len(self._shelf.dispose_due(limit=AT_ONCE))
        except PrintflowError as error:
            _log.warning("disposal has to wait: %s", error)
            return 0


class RetentionRound:
    """Work for the dispatcher: what is due, some at a time, where the settings switch it on."""

    def __init__(self, retention: Retention, *, on: bool) -> None:
        self._retention = retention
        self._on = on

    def __call__(self) -> int:
        """Archive and remove what is due; gives how much was done."""
        if not self._on:
            return 0
        try:
            report = self._retention.purge(limit=AT_ONCE)
        except PrintflowError as error:
            _log.warning("retention has to wait: %s", error)
            return 0
        return len(report.archived) + len(report.removed) + report.mails + report.audit
