"""Runs the doctor in the background. Pages start it and show what it found."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from ..domain.people import ChangeKind
from ..domain.rights import Right
from ..ports import Clock, Database
from ..runtime.permits import needs
from ..said import say_n
from .changes import ChangedBy

if TYPE_CHECKING:
    from ..doctor import Doctor, Examination

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


class Checkups:
    """One round at a time; the last one is remembered until the program ends."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        doctor: Callable[[], Doctor],
    ) -> None:
        self._database = database
        self._clock = clock
        self._doctor = doctor
        self._lock = threading.Lock()
        self._latest: Checkup | None = None

    @needs(Right.SETTINGS)
    def latest(self) -> Checkup | None:
        """The round under way, or the last one."""
        return self._latest

    @needs(Right.SETTINGS)
    def start(
        self, *, by: str, station: str = "", mend: bool = False, contents: bool = False
    ) -> bool:
        """Let the doctor look in the background; False when a round is under way.

        With ``mend`` problems whose fix loses nothing are fixed; ``contents`` reads every file.
        """
        with self._lock:
            if self._latest is not None and self._latest.ended_at is None:
                return False
            begun = Checkup(self._clock(), by, mend, contents)
            self._latest = begun
        who = ChangedBy(by, station)
        threading.Thread(target=self._round, args=(begun, who), name="checkup", daemon=True).start()
        return True

    def _round(self, begun: Checkup, who: ChangedBy) -> None:
        try:
            found = self._doctor().examine(fix=begun.mending, hashes=begun.contents)
            if found.mended:
                self._record(found, who)
            ended = replace(begun, found=found)
        except Exception as error:  # noqa: BLE001 - whatever it is, people should read it
            _log.exception("the doctor could not finish")
            ended = replace(begun, failed=str(error) or type(error).__name__)
        self._latest = replace(ended, ended_at=self._clock())

    def _record(self, found: Examination, who: ChangedBy) -> None:
        subject = say_n("{count} problem", "{count} problems", len(found.mended))
        places = [finding.place for finding in found.mended][:50]
        with self._database.write() as tx:
            now = self._clock()
            who.record(tx, ChangeKind.MENDED, subject, now, places=places)
