"""When no mail can leave at all: a refused login, a certificate that isn't trusted.

It's a fact of the lab that every process sees, and it lasts until a login works again: trying again
doesn't end it. Each process tries now and then with a login alone, so no mail pays for it.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..domain.clock_slip import SLIP
from ..domain.mail_trouble import MailState, MailStop
from ..ports import Clock, Database, FailureKind, Mailer, MailFailure, Transaction
from ..said import packed, unpacked

_log = logging.getLogger(__name__)

PAUSED = "outbox_paused"
_PAUSE = timedelta(minutes=15)
"""After a wrong password: some servers lock the account of someone who tries often."""
_SHORT = timedelta(minutes=2)
_STATES = {
    FailureKind.AUTHENTICATION: MailState.PAUSED,
    FailureKind.CERTIFICATE: MailState.CERTIFICATE,
}


@dataclass(frozen=True, slots=True)
class _Fact:
    why: str
    kind: FailureKind
    until: datetime
    since: datetime


class Standstill:
    """Whether mail stands still, why, and when a login is tried again."""

    def __init__(
        self, database: Database, mailer: Mailer, clock: Clock, *, lease: timedelta
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._clock = clock
        self._lease = min(lease, _PAUSE)
        self._at_once = False

    def begin(self, tx: Transaction, failure: MailFailure, now: datetime) -> bool:
        """Stand still, if the failure is of that kind; gives whether it is."""
        if failure.kind not in _STATES:
            return False
        _log.error("email is paused: %s", failure.detail)
        before = self._fact(tx)
        since = before.since if before is not None else now
        rest = _SHORT if failure.soon else _PAUSE
        _write(tx, _Fact(failure.detail, failure.kind, now + rest, since), now)
        return True

    def stop(self, tx: Transaction) -> MailStop | None:
        """What stands in the way; None while mail may leave."""
        fact = self._fact(tx)
        if fact is None or fact.until - self._clock() > _PAUSE + SLIP:
            return None  # longer ahead, it was a wrong clock's
        return MailStop(state=_STATES[fact.kind], reason=fact.why, since=fact.since)

    def is_over(self) -> bool:
        """Whether mail may leave now: nothing stands in the way, or a login has just worked."""
        with self._database.read() as tx:
            if self._fact(tx) is None:
                self._at_once = False
                return True
        now = self._clock()
        with self._database.write() as tx:
            fact = self._fact(tx)
            if fact is None:
                return True
            if not self._at_once and timedelta() < fact.until - now <= _PAUSE + SLIP:
                return False
            # Nobody else tries meanwhile; should this process die, another one does later.
            _write(tx, _Fact(fact.why, fact.kind, now + self._lease, fact.since), now)
        self._at_once = False
        return self._try(fact)

    def _try(self, fact: _Fact) -> bool:
        try:
            self._mailer.check()
        except MailFailure as failure:
            _log.warning("email is still paused: %s", failure.detail)
            now = self._clock()
            kind = failure.kind if failure.kind in _STATES else fact.kind
            known = failure.kind is FailureKind.AUTHENTICATION and not failure.soon
            again = now + (_PAUSE if known else _SHORT)
            with self._database.write() as tx:
                _write(tx, _Fact(failure.detail, kind, again, fact.since), now)
            return False
        _log.info("email is no longer paused")
        with self._database.write() as tx:
            tx.lab.set_fact(PAUSED, None, self._clock())
        return True

    def try_soon(self) -> None:
        """Somebody may have mended it: the next process that looks tries a login."""
        with self._database.write() as tx:
            now, fact = self._clock(), self._fact(tx)
            if fact is not None:
                _write(tx, _Fact(fact.why, fact.kind, now, fact.since), now)

    def try_at_once(self) -> None:
        """This process has just begun, perhaps with other settings: it tries at its next look."""
        self._at_once = True

    def _fact(self, tx: Transaction) -> _Fact | None:
        text = tx.lab.fact(PAUSED)
        if text is None:
            return None
        plain = json.loads(text)
        until = datetime.fromisoformat(plain["until"]).astimezone(UTC)
        since = plain.get("since")
        return _Fact(
            why=str(unpacked(plain["why"])),
            kind=FailureKind(plain.get("kind", FailureKind.AUTHENTICATION)),
            until=until,
            since=datetime.fromisoformat(since).astimezone(UTC) if since else until - _PAUSE,
        )


def _write(tx: Transaction, fact: _Fact, now: datetime) -> None:
    plain = {
        "why": packed(fact.why),
        "kind": fact.kind.value,
        "until": fact.until.isoformat(),
        "since": fact.since.isoformat(),
    }
    tx.lab.set_fact(PAUSED, json.dumps(plain), now)
