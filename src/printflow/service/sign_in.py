"""Signing in and out: throttled, with sessions that can be ended from anywhere."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta

from ..domain.limits import Limit
from ..domain.people import SESSION_LIFETIME, ChangeKind, StaffSession
from ..domain.text import clean_line
from ..errors import InvalidInput, NotFound, SignInRefused
from ..ports import Stamp
from .changes import ChangedBy
from .desk import Desk, Ports
from .limits import count, give_back
from .people import checked_name, known_name
from .stations import matching_station, session_hash

_WRONG_PASSWORDS = Limit("sign-in", 5, timedelta(minutes=1))
_AT_ONCE = 2
"""Comparing takes 64 MiB each (argon2's default); so many at once do not exhaust a small server."""


_KNOWN_SESSIONS = 1000
_KNOWN_SECONDS = 5.0
"""For so long a session is believed while the database's stamp stays as it was."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has begun; ``key`` is the secret that the browser keeps."""

    key: str
    name: str
    station: str


class _KnownSessions:
    """Who was found by a key, for as long as nothing at all is written: every open dashboard asks
    every few seconds, and most of the time nobody has done anything.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: OrderedDict[str, tuple[Stamp, float, StaffSession]] = OrderedDict()

    def get(self, key_hash: str, stamp: Stamp | None) -> StaffSession | None:
        with self._lock:
            seen = self._found.get(key_hash)
        if seen is None or seen[0] != stamp or time.monotonic() - seen[1] > _KNOWN_SECONDS:
            return None
        return seen[2]

    def keep(self, key_hash: str, stamp: Stamp | None, found: StaffSession | None) -> None:
        with self._lock:
            self._found.pop(key_hash, None)
            if stamp is not None and found is not None:
                self._found[key_hash] = (stamp, time.monotonic(), found)
            while len(self._found) > _KNOWN_SESSIONS:
                self._found.popitem(last=False)


class SignInDesk(Desk):
    """The door to the staff's pages."""

    def __init__(self, ports: Ports) -> None:
        super().__init__(ports)
        self._comparing = threading.BoundedSemaphore(_AT_ONCE)
        self._known = _KnownSessions()

    def check_staff_password(self, password: str, *, address: str) -> str:
        """The station whose password this is.

        ``address`` is where the attempt comes from: after five wrong ones within a minute it has
        to wait. Raises SignInRefused, TooManyRequests.
        """
        bounds, now = _WRONG_PASSWORDS.for_address(address), self._ports.clock()
        with self._ports.database.write() as tx:
            count(tx, bounds, now, "Too many wrong passwords.")
            hashes = tx.people.station_hashes()
        with self._comparing:
            station = matching_station(hashes, password)
        if not station:
            raise SignInRefused(
                "The password is wrong.",
                next_step="Ask in the lab, or set a new one with: printflow staff-password",
            )
        with self._ports.database.write() as tx:
            give_back(tx, bounds)
        return station

    def sign_in(self, password: str, *, name: str, address: str) -> SignedIn:
        """Begin a session of 12 hours for ``name``, who joins the list of staff if new there.

        Raises InvalidInput (field name) when the name was deactivated, SignInRefused,
        TooManyRequests.
        """
        typed = checked_name(name)
        station = self.check_staff_password(password, address=address)
        key, now = f"{self._ports.ids(128):032x}", self._ports.clock()
        with self._ports.database.write() as tx:
            known = known_name(tx, typed)
            if known is not None and known.deactivated_at is not None:
                raise InvalidInput.of(
                    "name",
                    "name_deactivated",
                    f"{known.name} was taken from the list of staff.",
                    "An administrator can bring the name back.",
                )
            found = known.name if known else typed
            if known is None:
                tx.people.add(found, now)
                ChangedBy(found, station).record(tx, ChangeKind.STAFF_ADDED, found, now)
            tx.people.begin_session(
                session_hash(key),
                station=station,
                name=found,
                address=clean_line(address)[:60],
                now=now,
                expires_at=now + SESSION_LIFETIME,
            )
        return SignedIn(key, found, station)

    def staff_session(self, key: str) -> StaffSession | None:
        """Who acts with that key; None when the session is over, ended, or never was."""
        hashed, now = session_hash(key), self._ports.clock()
        stamp = self._ports.database.stamp()
        known = self._known.get(hashed, stamp)
        if known is not None and now < known.expires_at:
            return known
        with self._ports.database.read() as tx:
            found = tx.people.session(hashed, now)
        self._known.keep(hashed, stamp, found)
        return found

    def staff_sessions(self) -> list[StaffSession]:
        """Everybody who is signed in, newest first."""
        with self._ports.database.read() as tx:
            return list(tx.people.sessions(self._ports.clock()))

    def act_as(self, key: str, name: str) -> None:
        """Somebody else of the staff sits down at this browser. Raises NotFound."""
        with self._ports.database.write() as tx:
            known = known_name(tx, clean_line(name))
            if known is None or known.deactivated_at is not None:
                raise NotFound("There is no such name on the list.")
            tx.people.act_as(session_hash(key), known.name)

    def sign_out(self, key: str) -> None:
        """End this session; its key opens nothing any more."""
        with self._ports.database.write() as tx:
            tx.people.end_session(session_hash(key))

    def sign_out_others(
        self,
        *,
        by: str,
        station: str = "",
        session_id: int | None = None,
        name: str = "",
        at_station: str = "",
    ) -> int:
        """End one session, all of a name, all of a station, or all; says how many.

        ``by`` and ``station`` say who does it and where.
        """
        now = self._ports.clock()
        with self._ports.database.write() as tx:
            known = {one.id: one.name for one in tx.people.sessions(now)}
            count = tx.people.end_sessions(session_id=session_id, name=name, station=at_station)
            subject = (
                name or at_station or (known.get(session_id, "") if session_id else "everybody")
            )
            if count:
                who = ChangedBy(by, station)
                who.record(tx, ChangeKind.SIGNED_OUT, subject, now, sessions=count)
        return count

    def session_key(self) -> bytes:
        """The key that signs cookies; the same on every server of the lab."""
        return self._ports.tokens.session_key()
