"""Signing in and out: with limits, and with sessions that can be ended from anywhere."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta

from ..domain.clock_slip import SLIP
from ..domain.limits import Limit
from ..domain.people import SESSION_LIFETIME, ChangeKind, Door, StaffSession
from ..domain.text import clean_line
from ..errors import InvalidInput, NotFound, SignInRefused
from ..ports import Clock, Database, Ids, Stamp
from ..runtime.tokens import Tokens
from ..said import say
from .changes import ChangedBy
from .doors import chosen_door, known_by_pc, pc_proof
from .limits import check, count, give_back
from .passwords import Turns
from .people import checked_name, known_name
from .stations import session_hash

_PER_ADDRESS = Limit("sign-in", 5, timedelta(minutes=1))
_PER_STATION = Limit("sign-in station", 20, timedelta(minutes=10))
"""Wrong passwords of browsers that have never signed in at the station. No stranger locks staff out
with them: a browser that has is counted on its own."""
_PER_PC = (
    Limit("sign-in PC", 5, timedelta(minutes=1)),
    Limit("sign-in PC in an hour", 30, timedelta(hours=1)),
)
_TOO_OFTEN = say("Too many wrong passwords.")

_KNOWN_SESSIONS = 1000
_KNOWN_SECONDS = 5.0
"""For so long a session is believed while the database's stamp stays as it was."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has begun; ``key`` is the secret that the browser keeps while it lasts.

    ``known_pc`` is what it keeps for longer: the proof that it has signed in at this station.
    """

    key: str
    name: str
    station: str
    known_pc: str


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


class Sessions:
    """The door to the staff's pages."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ids: Ids,
        tokens: Tokens,
        *,
        threads: int,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._tokens = tokens
        self._strangers, self._known_pcs = turns_for(threads)
        self._known = _KnownSessions()

    def check_password(
        self, password: str, *, address: str, station: str = "", known_pc: str = ""
    ) -> str:
        """The name of the station, whose password this must be; "" stands for the only one.

        ``address`` is where the attempt comes from, ``known_pc`` what an earlier sign-in there
        gave. After five wrong ones within a minute one has to wait.
        Raises InvalidInput (field station), SignInRefused, SignInBusy, TooManyRequests.
        """
        return self._door(password, address, station, known_pc).name

    def _door(self, password: str, address: str, station: str, known_pc: str) -> Door:
        tokens, now = self._tokens, self._clock()
        with self._database.read() as tx:
            doors = tx.people.doors()
            known = known_by_pc(tokens, doors, known_pc)
            door = chosen_door(doors, station, known)
            is_known = door is not None and door == known
            if is_known:
                bounds = [one for limit in _PER_PC for one in limit.for_account(known_pc)]
            else:
                account = str(door.id) if door else f"no station {station}"
                bounds = [*_PER_ADDRESS.for_address(address), *_PER_STATION.for_account(account)]
            check(tx, bounds, now, _TOO_OFTEN)
        turns = self._known_pcs if is_known else self._strangers
        with turns.turn():
            with self._database.write() as tx:
                count(tx, bounds, now, _TOO_OFTEN)
            right = turns.compare(door.password_hash if door else None, password)
        if door is None or not right:
            raise SignInRefused(
                say("Wrong password.") if len(doors) < 2 else say("Wrong station or password."),
                next_step=say("Ask the lab, or set a new one with “printflow staff-password”."),
            )
        with self._database.write() as tx:
            # Nothing else is taken back: who knows one station's password may be guessing another's.
            give_back(tx, bounds)
        return door

    def known_at(self, known_pc: str) -> str:
        """The station where a browser with that proof has signed in; "" when it counts no longer."""
        with self._database.read() as tx:
            door = known_by_pc(self._tokens, tx.people.doors(), known_pc)
        return door.name if door else ""

    def asks_for_station(self) -> bool:
        """Whether who signs in has to say where: there is more than one station."""
        with self._database.read() as tx:
            return len(tx.people.doors()) > 1

    def sign_in(
        self, password: str, *, name: str, address: str, station: str = "", known_pc: str = ""
    ) -> SignedIn:
        """Begin a session of 12 hours for ``name``, who joins the list of staff if new there.

        ``station`` and ``known_pc`` as for :meth:`check_password`. Raises what that raises,
        and InvalidInput (field name) when the name was deactivated.
        """
        typed = checked_name(name)
        door = self._door(password, address, station, known_pc)
        key, now = f"{self._ids(128):032x}", self._clock()
        with self._database.write() as tx:
            tx.people.take_turns()
            if door not in tx.people.doors():
                raise SignInRefused(say("The station was just revoked or got a new password."))
            known = known_name(tx, typed)
            if known is not None and known.deactivated_at is not None:
                raise InvalidInput.of(
                    "name",
                    "name_deactivated",
                    say("{name} is no longer on the staff list.", name=known.name),
                    say("An administrator can add the name again."),
                )
            found = known.name if known else typed
            if known is None:
                tx.people.add(found, now)
                ChangedBy(found, door.name).record(tx, ChangeKind.STAFF_ADDED, found, now)
            tx.people.begin_session(
                session_hash(key),
                station=door.name,
                name=found,
                address=clean_line(address)[:60],
                now=now,
                expires_at=now + SESSION_LIFETIME,
            )
        proof = pc_proof(self._tokens, door, f"{self._ids(128):032x}")
        return SignedIn(key, found, door.name, proof)

    def get(self, key: str) -> StaffSession | None:
        """Who acts with that key; None when the session is over, ended, or never was."""
        hashed, now = session_hash(key), self._clock()
        stamp = self._database.stamp()
        known = self._known.get(hashed, stamp)
        if known is not None and known.started_at <= now + SLIP and now < known.expires_at:
            return known
        with self._database.read() as tx:
            found = tx.people.session(hashed, now)
        if found is not None and found.started_at > now + SLIP:
            found = None  # it was begun by a clock that was ahead
        self._known.keep(hashed, stamp, found)
        return found

    def all(self) -> list[StaffSession]:
        """Everyone who is signed in, newest first."""
        with self._database.read() as tx:
            return list(tx.people.sessions(self._clock()))

    def act_as(self, key: str, name: str) -> None:
        """Someone else of the staff sits down at this browser. Raises NotFound."""
        with self._database.write() as tx:
            known = known_name(tx, clean_line(name))
            if known is None or known.deactivated_at is not None:
                raise NotFound(say("There's no such name on the list."))
            tx.people.act_as(session_hash(key), known.name)

    def sign_out(self, key: str) -> None:
        """End this session; its key opens nothing any more."""
        with self._database.write() as tx:
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
        now = self._clock()
        with self._database.write() as tx:
            known = {one.id: one.name for one in tx.people.sessions(now)}
            count = tx.people.end_sessions(session_id=session_id, name=name, station=at_station)
            subject = (
                name or at_station or (known.get(session_id, "") if session_id else say("everyone"))
            )
            if count:
                who = ChangedBy(by, station)
                who.record(tx, ChangeKind.SIGNED_OUT, subject, now, sessions=count)
        return count

    def signing_key(self) -> bytes:
        """The key that signs cookies; the same on every server of the lab."""
        return self._tokens.session_key()


def turns_for(threads: int) -> tuple[Turns, Turns]:
    """Turns at comparing passwords (46 MiB each) for strangers, and for PCs that are known.

    Strangers occupy less than half of a server's ``threads``, and cannot take the places of staff.
    """
    spare = max(1, threads // 2)
    return Turns(1, max(0, min(spare - 2, 2))), Turns(1, min(spare // 4, 1))
