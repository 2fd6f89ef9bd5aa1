"""Signing in and out: with limits, and with sessions that can be ended from anywhere."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import timedelta

from ..catalogs.cache import CatalogCache
from ..domain.clock_slip import SLIP
from ..domain.limits import Limit
from ..domain.people import SESSION_LIFETIME, ChangeKind, Door, StaffSession
from ..domain.permit import Permit
from ..domain.rights import Right
from ..domain.text import clean_line
from ..errors import InvalidInput, NotFound, SignInRefused, TooManyRequests
from ..ports import Clock, Database, Ids, Stamp, Transaction
from ..runtime.origin import origin
from ..runtime.permits import in_force, needs, require
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

_log = logging.getLogger("printflow.sign_in")
"""Its lines are read by programs such as fail2ban: see docs/administrators.md before they change."""

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
        catalogs: CatalogCache,
        *,
        threads: int,
        confirm_minutes: int,
        stations: bool = True,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._tokens = tokens
        self._catalogs = catalogs
        self._confirm_minutes = confirm_minutes
        self._stations_on = stations
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
        return self._seen(password, "", address, station, known_pc).name

    def _seen(self, password: str, name: str, address: str, station: str, known_pc: str) -> Door:
        """:meth:`_door`, where each refusal is written down: in the log, and in the record."""
        if not self._stations_on:
            raise SignInRefused(
                say("Stations' passwords are switched off. Use your institution's account."),
                next_step=say("Without it, ask the person who runs the server for a sign-in link."),
            )
        try:
            return self._door(password, address, station, known_pc)
        except (SignInRefused, TooManyRequests) as error:
            self._note_failure(name, station, limited=isinstance(error, TooManyRequests))
            raise

    def _note_failure(self, name: str, station: str, *, limited: bool) -> None:
        """What was typed as a name is only written down when it is one: people type passwords there."""
        why = "too many tries" if limited else "wrong password"
        _log.warning("Sign-in failed from %s: %s", origin() or "-", why)
        with self._database.write() as tx:
            known = known_name(tx, name) if name else None
            doors = [door.name for door in tx.people.doors()]
            where = clean_line(station) if clean_line(station) in doors else ""
            ChangedBy("", where or (doors[0] if len(doors) == 1 else "")).record_counted(
                tx,
                ChangeKind.SIGN_IN_FAILED,
                known.name if known else say("an unknown name"),
                self._clock(),
                why="limited" if limited else "password",
            )

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
        door = self._seen(password, typed, address, station, known_pc)
        key, now = f"{self._ids(128):032x}", self._clock()
        with self._database.write() as tx:
            tx.people.take_turns()
            if door not in tx.people.doors():
                raise SignInRefused(say("The station was just revoked or got a new password."))
            found = self._staff_name(tx, typed, ChangedBy(typed, door.name))
            tx.people.begin_session(
                session_hash(key),
                station=door.name,
                name=found,
                address=clean_line(address)[:60],
                now=now,
                expires_at=now + SESSION_LIFETIME,
            )
            ChangedBy(found, door.name).record(tx, ChangeKind.SIGNED_IN, found, now, way="station")
        proof = pc_proof(self._tokens, door, f"{self._ids(128):032x}")
        return SignedIn(key, found, door.name, proof)

    def begin(self, *, name: str, role: str, source: str, address: str) -> SignedIn:
        """Begin a session of 12 hours for someone whom a provider, the ``source``, has vouched for.

        The session has a ``role`` of its own; one that isn't in the catalog allows nothing. The
        name joins the list of staff if it's new there. Call it only after checking who signs in:
        nothing is checked here. Raises InvalidInput (fields name, source), also when the name was
        deactivated.
        """
        typed, place = checked_name(name), checked_name(source)
        key, now = f"{self._ids(128):032x}", self._clock()
        with self._database.write() as tx:
            tx.people.take_turns()
            found = self._staff_name(tx, typed, ChangedBy(typed, place))
            tx.people.begin_session(
                session_hash(key),
                station="",
                source=place,
                role=clean_line(role)[:60],
                name=found,
                address=clean_line(address)[:60],
                now=now,
                expires_at=now + SESSION_LIFETIME,
            )
            ChangedBy(found, place).record(
                tx, ChangeKind.SIGNED_IN, found, now, way=place, role=clean_line(role)[:60]
            )
        return SignedIn(key, found, place, "")

    def _staff_name(self, tx: Transaction, typed: str, who: ChangedBy) -> str:
        """The name as it is on the list of staff, which it joins if it's new there."""
        known = known_name(tx, typed)
        if known is None:
            now = self._clock()
            tx.people.add(typed, now)
            who.record(tx, ChangeKind.STAFF_ADDED, typed, now)
            return typed
        if known.deactivated_at is not None:
            raise InvalidInput.of(
                "name",
                "name_deactivated",
                say("{name} is no longer on the staff list.", name=known.name),
                say("An administrator can add the name again."),
            )
        return known.name

    def confirm(self, key: str, password: str, *, address: str, known_pc: str = "") -> None:
        """Who acts in a session types its station's password again, before a sensitive act.

        Raises SignInRefused, SignInBusy, TooManyRequests as :meth:`check_password`, and NotFound
        for a session that is over, or that no station's password has begun.
        """
        found = self.get(key)
        if found is None or found.source:
            raise NotFound(say("This session has no password."))
        self._seen(password, found.name, address, found.station, known_pc)
        with self._database.write() as tx:
            tx.people.confirm_session(session_hash(key), self._clock())

    def get(self, key: str) -> StaffSession | None:
        """Who acts with that key; None when the session is over, ended, or never was."""
        hashed, now = session_hash(key), self._clock()
        stamp = self._database.stamp()
        known = self._known.get(hashed, stamp)
        if known is not None and known.started_at <= now + SLIP and now < known.expires_at:
            return known
        with self._database.read() as tx:
            found = self._with_rights(tx, tx.people.session(hashed, now), stamp)
        if found is not None and found.started_at > now + SLIP:
            found = None  # it was begun by a clock that was ahead
        self._known.keep(hashed, stamp, found)
        return found

    @needs(Right.STATIONS, looks=True)
    def all(self) -> list[StaffSession]:
        """Everyone who is signed in, newest first."""
        with self._database.read() as tx:
            return [
                one
                for one in (self._with_rights(tx, it) for it in tx.people.sessions(self._clock()))
                if one is not None
            ]

    def _with_rights(
        self, tx: Transaction, found: StaffSession | None, stamp: Stamp | None = None
    ) -> StaffSession | None:
        """The session with what its role allows; the catalog is only read where it has changed."""
        if found is None:
            return None
        catalog = self._catalogs.of_version(tx, found.catalog_version, stamp)
        return replace(found, rights=catalog.rights_of(found.role))

    def permit(self, session: StaffSession) -> Permit:
        """What who acts in a session may do now."""
        fresh = timedelta(minutes=self._confirm_minutes)
        return Permit(
            name=session.name,
            station=session.station,
            role=session.role,
            rights=session.rights,
            confirmed=not fresh or self._clock() < session.confirmed_at + fresh,
        )

    @needs(Right.SEE)
    def act_as(self, key: str, name: str) -> None:
        """Someone else of the staff sits down at this browser, where a station began the session.

        Raises NotFound; also where a provider said who acts: nobody else can under that name.
        """
        found = self.get(key)
        if found is not None and found.source:
            raise NotFound(say("To act as someone else, sign out first."))
        with self._database.write() as tx:
            known = known_name(tx, clean_line(name))
            if known is None or known.deactivated_at is not None:
                raise NotFound(say("There's no such name on the list."))
            tx.people.act_as(session_hash(key), known.name)

    def speak(self, key: str, language: str) -> None:
        """Who acts in a session chooses a language, one of ``lab.languages``; it's kept with the
        name. Nothing happens where the session is over.
        """
        found = self.get(key)
        if found is not None and found.language != language:
            with self._database.write() as tx:
                tx.people.speak(found.name, language)

    def sign_out(self, key: str) -> None:
        """End this session; its key opens nothing any more."""
        hashed, now = session_hash(key), self._clock()
        with self._database.write() as tx:
            found = tx.people.session(hashed, now)
            tx.people.end_session(hashed)
            if found is not None:
                who = ChangedBy(found.name, found.station)
                who.record(tx, ChangeKind.LEFT, found.name, now)

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

        ``by`` and ``station`` say who does it and where. Without the right to manage stations, only
        all of one's own name.
        """
        if session_id is not None or at_station or not name or name != in_force().name:
            require(Right.STATIONS)
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
