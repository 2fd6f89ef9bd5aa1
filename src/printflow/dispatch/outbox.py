"""Sending what stands in the outbox: claim a lease, render, send, then mark as sent.

That order makes it at-least-once: after a crash between sending and marking, the same mail goes
out again with the same Message-ID, and none is ever lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..domain.history import Mail
from ..domain.mail_trouble import LATE_AFTER, MailTrouble, trouble_of
from ..errors import PrintflowError
from ..ports import Clock, Database, FailureKind, Mailer, MailFailure, Stamp, Transaction
from .standstill import Standstill

if TYPE_CHECKING:
    from email.message import EmailMessage

_log = logging.getLogger(__name__)

_DELAYS = tuple(
    timedelta(seconds=s) for s in (30, 60, 120, 300, 900, 1800, 3600, 7200, 14400, 21600)
)
_GIVE_UP_AFTER = timedelta(hours=72)
_KEPT = timedelta(seconds=5)
"""How long a verdict holds while nothing is written: every page of staff asks for it."""
_MOST_DEAD = 100
_REFUSED = 20
"""So many of the newest dead letters are looked at."""


@dataclass(frozen=True, slots=True)
class Held:
    """Why a mail should not leave. ``until`` is when to ask again; None = it never will."""

    why: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _Verdict:
    trouble: MailTrouble | None
    dead: int


class Postman:
    """Sends the mails that are due, one at a time.

    ``timing`` says, at the moment when a mail may leave, whether a later step has overtaken it;
    ``compose`` renders a row into a message.
    """

    def __init__(
        self,
        database: Database,
        mailer: Mailer,
        clock: Clock,
        compose: Callable[[Mail], EmailMessage],
        timing: Callable[[Transaction, Mail, datetime], Held | None],
        *,
        deadline: timedelta,
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._clock = clock
        self._compose = compose
        self._timing = timing
        self._verdict: tuple[datetime, Stamp | None, _Verdict] | None = None
        self._lease = 2 * deadline + timedelta(seconds=30)
        self._standstill = Standstill(database, mailer, clock, lease=self._lease)

    def send_due(self, *, limit: int = 50) -> tuple[int, int]:
        """Send what is due; gives how many were sent, and how many were tried in all."""
        sent = tried = 0
        while tried < limit and self._standstill.is_over():
            with self._database.write() as tx:
                now = self._clock()
                mail = tx.outbox.claim(now, self._lease)
                held = self._timing(tx, mail, now) if mail is not None else None
                if mail is not None and held is not None:
                    tx.outbox.hold(mail, why=held.why, until=held.until)
            if mail is None:
                break
            if held is not None:
                _log.info("email %s isn't being sent: %s", mail.id, held.why)
                continue
            tried += 1
            sent += self._send(mail)
        return sent, tried

    def _send(self, mail: Mail) -> bool:
        try:
            message = self._compose(mail)
            self._mailer.send(message)
        except MailFailure as failure:
            self._failed(mail, failure)
            return False
        except PrintflowError as error:
            self._failed(mail, MailFailure(FailureKind.TRANSIENT, error.message))
            return False
        except Exception as error:  # noqa: BLE001 - one broken mail must not stop the others
            _log.exception("email %s can't be created", mail.id)
            self._failed(mail, MailFailure(FailureKind.TRANSIENT, f"{type(error).__name__}"))
            return False
        with self._database.write() as tx:
            tx.outbox.sent(mail, self._clock())
        return True

    def _failed(self, mail: Mail, failure: MailFailure) -> None:
        now = self._clock()
        _log.warning("email %s will be retried or given up: %s", mail.id, failure.detail)
        with self._database.write() as tx:
            if self._standstill.begin(tx, failure, now):
                tx.outbox.give_back(mail, error=failure.detail)
                return
            again: datetime | None = now + _DELAYS[min(mail.tries - 1, len(_DELAYS) - 1)]
            # Many tries as well: the clock alone may be wrong, or nobody was at work for days.
            worn_out = mail.tries >= len(_DELAYS) and now - mail.created_at > _GIVE_UP_AFTER
            if failure.kind is FailureKind.PERMANENT or worn_out:
                again = None
            tx.outbox.failed(mail, error=failure.detail, next_try_at=again)

    def paused(self) -> str:
        """Why no mail leaves at all after a refused login or certificate ("" = mails leave). It
        resumes automatically once a login works.
        """
        with self._database.read() as tx:
            stop = self._standstill.stop(tx)
        return stop.reason if stop is not None else ""

    def trouble(self) -> MailTrouble | None:
        """Why mail is not leaving, if it isn't; the one verdict that everything shows."""
        return self._known().trouble

    def dead(self) -> int:
        """How many mails nobody will get, up to a hundred."""
        return self._known().dead

    def _known(self) -> _Verdict:
        now, stamp = self._clock(), self._database.stamp()
        seen = self._verdict
        unwritten = seen is not None and stamp is not None and seen[1] == stamp
        if seen is not None and unwritten and abs(now - seen[0]) < _KEPT:
            return seen[2]
        found = self._look(now)
        self._verdict = (now, stamp, found)
        return found

    def _look(self, now: datetime) -> _Verdict:
        with self._database.read() as tx:
            stop = self._standstill.stop(tx)
            waiting = tx.outbox.waiting() if stop is not None else 0
            late, dead = tx.outbox.stuck(now - LATE_AFTER, limit=_MOST_DEAD)
            oldest = tx.outbox.oldest_late(now - LATE_AFTER) if late else None
            refused = tx.outbox.refused_since_sent(limit=_REFUSED) if dead else []
        found = trouble_of(stop=stop, waiting=waiting, late=late, oldest=oldest, refused=refused)
        return _Verdict(found, dead)

    def resume(self) -> None:
        """Try to sign in again at the next look, after the login was fixed."""
        self._standstill.try_soon()

    def begun(self) -> None:
        """This process has just begun, perhaps with other settings: a login is tried at once."""
        self._standstill.try_at_once()
