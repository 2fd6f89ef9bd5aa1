"""The doctor's rounds in the background: pages start them and show what they found."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from ..domain.people import ChangeKind
from .changes import ChangedBy
from .desk import Desk, Ports

if TYPE_CHECKING:
    from ..doctor import Examination

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checkup:
    """A round of the doctor: under way while ``ended_at`` is None (times are UTC).

    ``found`` is None until then, and where the round itself failed; ``failed`` says why.
    """

    began_at: datetime
    by: str
    mending: bool
    contents: bool
    ended_at: datetime | None = None
    found: Examination | None = None
    failed: str = ""


class CheckupDesk(Desk):
    """One round at a time; the last one is remembered until the program ends."""

    def __init__(self, ports: Ports) -> None:
        super().__init__(ports)
        self._checkup_lock = threading.Lock()
        self._checkup: Checkup | None = None

    def checkup(self) -> Checkup | None:
        """The round under way, or the last one."""
        return self._checkup

    def start_checkup(
        self, *, by: str, station: str = "", mend: bool = False, contents: bool = False
    ) -> bool:
        """Let the doctor look in the background; False when a round is under way.

        With ``mend`` what loses nothing is mended; ``contents`` reads every file.
        """
        with self._checkup_lock:
            if self._checkup is not None and self._checkup.ended_at is None:
                return False
            begun = Checkup(self._ports.clock(), by, mend, contents)
            self._checkup = begun
        who = ChangedBy(by, station)
        threading.Thread(target=self._round, args=(begun, who), name="checkup", daemon=True).start()
        return True

    def _round(self, begun: Checkup, who: ChangedBy) -> None:
        from ..doctor import examine

        try:
            found = examine(self._ports, fix=begun.mending, hashes=begun.contents)
            if found.mended:
                self._record(found, who)
            ended = replace(begun, found=found)
        except Exception as error:  # noqa: BLE001 - whatever it is, people shall read it
            _log.exception("the doctor could not finish")
            ended = replace(begun, failed=str(error) or type(error).__name__)
        self._checkup = replace(ended, ended_at=self._ports.clock())

    def _record(self, found: Examination, who: ChangedBy) -> None:
        subject = ", ".join(sorted({finding.code for finding in found.mended}))
        places = [finding.place for finding in found.mended][:50]
        with self._ports.database.write() as tx:
            now = self._ports.clock()
            who.record(tx, ChangeKind.MENDED, subject, now, places=places)
