"""Reading the mailbox that replies come to: one worker at a time, each email once.

The transaction that writes what an email became also writes down that it came, and how far the
mailbox was read. So a crash before it leaves the email for the next try, and one after it leaves
nothing to do but to mark the email as read.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ..domain.inbox_trouble import InboxTrouble, trouble_of
from ..domain.incoming import ArrivedMail, Fate, Why
from ..errors import PrintflowError
from ..ports import (
    Clock,
    Database,
    DuplicateKey,
    Mailbox,
    MailboxRefused,
    MailboxUnreachable,
    MailboxView,
    MailReader,
    Stamp,
    Transaction,
)
from ..said import packed, say, unpacked

_log = logging.getLogger(__name__)

LEASE = "inbox"
_PLACE, _TROUBLE, _READ_AT = "inbox_place", "inbox_trouble", "inbox_read_at"
_LEASE = timedelta(seconds=180)
_RENEW = 30.0
_SAY_SO = timedelta(minutes=1)
_AGAIN = (2.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds until the mailbox is tried again."""
_OPEN_AGAIN = 300.0
"""So often the folder is opened again: only then a server says that its numbers began again."""
_AT_FIRST, _AFTER_RESET = 1, 30
"""Days back from today: when a mailbox is new to the lab, and when its numbers began again."""
_WAIT = 10.0
_OTHERS_TURN = 10.0
_PATIENCE = 5.0
"""Seconds that the end waits for a step that hangs."""
_KEPT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a mailbox was read: ``read`` is the last number that was taken in, ``away`` the last
    that was marked as read.
    """

    mailbox: str
    validity: int
    read: int
    away: int

    def plain(self) -> str:
        return json.dumps([self.mailbox, self.validity, self.read, self.away])


class InboxReader:
    """Takes in what comes, an email a step. ``receive`` decides in a transaction what becomes of
    one; ``mailbox`` is None where the settings name none.
    """

    def __init__(
        self,
        database: Database,
        mailbox: Mailbox | None,
        reader: MailReader,
        clock: Clock,
        receive: Callable[[Transaction, ArrivedMail, datetime], None],
        *,
        max_bytes: int,
    ) -> None:
        self._database = database
        self._mailbox = mailbox
        self._reader = reader
        self._clock = clock
        self._receive = receive
        self._max_bytes = max_bytes
        self._holder = f"{socket.gethostname()[:80]}/{os.getpid()}"
        self._leased = self._opened = float("-inf")
        self._again = float("-inf")
        self._failed = 0
        self._view: MailboxView | None = None
        self._quiet = False
        self._turn = threading.Lock()
        self._said_at: datetime | None = None
        self._verdict: tuple[datetime, Stamp | None, InboxTrouble | None] | None = None

    @property
    def on(self) -> bool:
        """Whether there is a mailbox to read."""
        return self._mailbox is not None

    # -- working ----------------------------------------------------------------------------------

    def step(self, *, stopped: Callable[[], bool] = lambda: False, wait: float = _WAIT) -> bool:
        """Take in one email, or wait for one up to ``wait`` seconds; False when nothing can be done
        for a while.
        """
        mailbox = self._mailbox
        if mailbox is None or time.monotonic() < self._again:
            return False
        with self._turn:
            return self._step(mailbox, stopped, wait)

    def _step(self, mailbox: Mailbox, stopped: Callable[[], bool], wait: float) -> bool:
        try:
            if not self._is_mine():
                self._again = time.monotonic() + _OTHERS_TURN
                if self._view is not None:
                    self._close(mailbox)
                return False
            if self._view is None or time.monotonic() - self._opened > _OPEN_AGAIN:
                self._view = mailbox.open()
                self._opened, self._quiet = time.monotonic(), False
            if not self._quiet and self._work(mailbox, self._view):
                return True
            self._fine()
            if wait:
                self._quiet = not mailbox.wait(wait, stopped)
            return bool(wait)
        except MailboxUnreachable as error:
            self._trouble(error)
        except OSError as error:
            words = say("The process that reads emails can't be started: {why}.", why=str(error))
            self._trouble(MailboxUnreachable(words))
        return False

    def run_until_idle(self) -> int:
        """Take in all that is there now, and let go of the mailbox; gives how many emails that were."""
        count = 0
        while self.step(wait=0):
            count += 1
        self.end()
        return count

    def end(self) -> None:
        """Let go of the mailbox, so that another worker can take it at once."""
        if self._mailbox is None or self._view is None:
            return
        if self._turn.acquire(timeout=_PATIENCE):
            try:
                self._close(self._mailbox)
            finally:
                self._turn.release()

    def _close(self, mailbox: Mailbox) -> None:
        mailbox.close()
        self._view, self._leased = None, float("-inf")
        try:
            with self._database.write() as tx:
                tx.leases.let_go(LEASE, self._holder)
        except PrintflowError as error:
            _log.warning("the inbox's lease could not be ended: %s", error)

    def _is_mine(self) -> bool:
        if time.monotonic() - self._leased < _RENEW:
            return True
        with self._database.write() as tx:
            now = self._clock()
            mine = tx.leases.take(LEASE, self._holder, now, now + _LEASE)
        if mine:
            self._leased = time.monotonic()
        return mine

    def _work(self, mailbox: Mailbox, view: MailboxView) -> bool:
        """Put away what was taken in, then take in the next email; False when there is none."""
        place = self._place(mailbox, view)
        for uid in self._between(mailbox, place):
            mailbox.put_away(uid)
        if place.away < place.read:
            place = _Place(place.mailbox, place.validity, place.read, place.read)
            with self._database.write() as tx:
                self._save(tx, place)
        new = mailbox.uids_from(place.read + 1)
        if not new:
            return False
        mail = self._fetched(mailbox, new[0])
        place = _Place(place.mailbox, place.validity, new[0], place.away)
        if mail is None:
            with self._database.write() as tx:
                self._save(tx, place)
        else:
            self._take_in(mail, place)
        return True

    def _between(self, mailbox: Mailbox, place: _Place) -> Sequence[int]:
        if place.away >= place.read:
            return ()
        return [uid for uid in mailbox.uids_from(place.away + 1) if uid <= place.read]

    def _place(self, mailbox: Mailbox, view: MailboxView) -> _Place:
        """How far this mailbox was read. One that is new, or whose numbers began again, is read
        from some days ago: what was taken in before is known by its identity.
        """
        with self._database.read() as tx:
            stored = tx.lab.fact(_PLACE)
        known = _Place(*json.loads(stored)) if stored else None
        if known is not None and (known.mailbox, known.validity) == (mailbox.place, view.validity):
            return known
        days = _AFTER_RESET if known and known.mailbox == mailbox.place else _AT_FIRST
        found = mailbox.uids_since_days(days)
        before = (min(found) if found else view.next_uid) - 1
        made = _Place(mailbox.place, view.validity, before, before)
        with self._database.write() as tx:
            self._save(tx, made)
        return made

    def _save(self, tx: Transaction, place: _Place) -> None:
        tx.lab.set_fact(_PLACE, place.plain(), self._clock())

    def _fetched(self, mailbox: Mailbox, uid: int) -> ArrivedMail | None:
        size = mailbox.size(uid)
        if size is None:
            return None
        if size <= self._max_bytes:
            # Some servers only guess at sizes: one byte more tells.
            raw = mailbox.fetch(uid, self._max_bytes + 1)
            if raw is not None and len(raw) <= self._max_bytes:
                return self._reader.read(raw)
        head = mailbox.fetch(uid, size, head=True)
        return None if head is None else self._reader.head(head, size, too_large=True)

    def _take_in(self, mail: ArrivedMail, place: _Place) -> None:
        try:
            self._once(mail, place, self._receive)
        except (PrintflowError, DuplicateKey):
            raise
        except Exception:  # noqa: BLE001 - one email must not keep the others waiting
            _log.exception("an email could not be taken in; staff find it in the tray")
            self._once(mail, place, _to_the_tray)

    def _once(
        self,
        mail: ArrivedMail,
        place: _Place,
        receive: Callable[[Transaction, ArrivedMail, datetime], None],
    ) -> None:
        try:
            with self._database.write() as tx:
                if not tx.incoming.known(mail.identity):
                    receive(tx, mail, self._clock())
                self._save(tx, place)
        except DuplicateKey:  # another worker has just taken it in
            with self._database.write() as tx:
                self._save(tx, place)

    # -- how it is doing --------------------------------------------------------------------------

    def _fine(self) -> None:
        now = self._clock()
        failed, self._failed = self._failed, 0
        if not failed and self._said_at and abs(now - self._said_at) < _SAY_SO:
            return
        with self._database.write() as tx:
            tx.lab.set_fact(_TROUBLE, None, now)
            tx.lab.set_fact(_READ_AT, now.isoformat(), now)
        self._said_at = now

    def _trouble(self, error: MailboxUnreachable) -> None:
        _log.warning("the inbox can't be read: %s", error.detail)
        self._again = time.monotonic() + _AGAIN[min(self._failed, len(_AGAIN) - 1)]
        self._failed += 1
        if self._mailbox is not None:
            self._close(self._mailbox)
        with self._database.write() as tx:
            now = self._clock()
            before = tx.lab.fact(_TROUBLE)
            since = json.loads(before)["since"] if before else now.isoformat()
            said = {
                "why": packed(error.detail),
                "refused": isinstance(error, MailboxRefused),
                "since": since,
            }
            tx.lab.set_fact(_TROUBLE, json.dumps(said), now)

    def trouble(self) -> InboxTrouble | None:
        """Why replies aren't read, if they aren't; the one verdict that everything shows."""
        if self._mailbox is None:
            return None
        now, stamp = self._clock(), self._database.stamp()
        seen = self._verdict
        unwritten = seen is not None and stamp is not None and seen[1] == stamp
        if seen is not None and unwritten and abs(now - seen[0]) < _KEPT:
            return seen[2]
        with self._database.read() as tx:
            failing, read_at = tx.lab.fact(_TROUBLE), tx.lab.fact(_READ_AT)
        said: dict[str, Any] = json.loads(failing) if failing else {}
        found = trouble_of(
            why=str(unpacked(said["why"])) if said else "",
            refused=bool(said.get("refused")),
            since=_moment(said.get("since")),
            read_at=_moment(read_at),
            now=now,
        )
        self._verdict = (now, stamp, found)
        return found

    def read_at(self) -> datetime | None:
        """When the mailbox was last seen to be fine; to the minute."""
        with self._database.read() as tx:
            return _moment(tx.lab.fact(_READ_AT))


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)).astimezone(UTC) if text else None


def _to_the_tray(tx: Transaction, mail: ArrivedMail, now: datetime) -> None:
    tx.incoming.add(mail, fate=Fate.TRAY, why=Why.UNREADABLE, now=now)
