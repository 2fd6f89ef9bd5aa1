"""Stations: where staff sign in, each with its own password that can be revoked."""

from __future__ import annotations

import hashlib

from ..catalogs.cache import CatalogCache
from ..domain.naming import ALPHABET
from ..domain.people import ChangeKind, Station
from ..domain.rights import ADMINISTRATOR, Right
from ..errors import InvalidInput, NotFound
from ..ports import Clock, Database, Ids, Transaction
from ..runtime.permits import needs, require_all
from ..said import say
from .changes import ChangedBy
from .passwords import LONGEST, SHORTEST, hashed, is_password
from .people import checked_name

STATION = "Lab"
"""The station that everyone shares until the lab makes others."""

USUAL_ROLE = "technician"
"""What a new station may do where nobody says."""

MOST_STATIONS = 20
"""A new password is compared with every station's, which takes its time."""


class Stations:
    """Stations and their passwords, of which only hashes (argon2) are stored."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ids: Ids,
        catalogs: CatalogCache,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._catalogs = catalogs

    @needs(Right.STATIONS, looks=True)
    def all(self) -> list[Station]:
        """All stations, the revoked ones too, oldest first."""
        with self._database.read() as tx:
            return list(tx.people.stations(self._clock()))

    @needs(Right.STATIONS)
    def ensure_password(self) -> str | None:
        """A new password where nobody could sign in yet, to be told once; else None."""
        with self._database.read() as tx:
            if tx.people.doors():
                return None
        chosen, stored = self._chosen(None, STATION)
        with self._database.write() as tx:
            tx.people.take_turns()
            if tx.people.doors():
                return None  # another server was first, and has told its own
            kind = ChangeKind.STATION_RENEWED
            self._keep(tx, STATION, stored, ChangedBy(""), kind, role=ADMINISTRATOR)
        return chosen

    @needs(Right.STATIONS)
    def set_password(self, password: str | None = None, *, by: str = "") -> str:
        """Set the password of the lab's own station, a generated one by default; gives it.

        Anyone who has it may administer the lab. Everyone who signed in there is signed out.
        Raises InvalidInput when it is shorter than 8 or longer than 200 characters, or another
        station's.
        """
        chosen, stored = self._chosen(password, STATION)
        with self._database.write() as tx:
            tx.people.take_turns()
            kind = ChangeKind.STATION_RENEWED
            self._keep(tx, STATION, stored, ChangedBy(by), kind, role=ADMINISTRATOR)
        return chosen

    @needs(Right.STATIONS)
    def add(
        self,
        name: str,
        *,
        by: str,
        password: str | None = None,
        role: str = USUAL_ROLE,
        station: str = "",
    ) -> str:
        """Add a station, or take a revoked one back into use; gives its password.

        ``role`` names one of the catalog's. Raises InvalidInput (fields name, password, role),
        and Forbidden for a role with rights that who acts doesn't have.
        """
        wanted = checked_name(name)
        chosen, stored = self._chosen(password, wanted)
        who = ChangedBy(by, station)
        with self._database.write() as tx:
            tx.people.take_turns()
            found = self._name_for(tx, wanted)
            self._check_role(tx, role)
            self._keep(tx, found, stored, who, ChangeKind.STATION_ADDED, role=role)
        return chosen

    def _name_for(self, tx: Transaction, wanted: str) -> str:
        known = {one.name.casefold(): one for one in tx.people.stations(self._clock())}
        there = known.get(wanted.casefold())
        if there is not None and there.revoked_at is None:
            raise InvalidInput.of(
                "name",
                "station_known",
                say("A station named {name} already exists.", name=there.name),
            )
        if there is None and len(known) >= MOST_STATIONS:
            raise InvalidInput.of(
                "name",
                "stations_full",
                say("A lab can have at most {most} stations.", most=MOST_STATIONS),
                say("To reuse a revoked station, add it again under its old name."),
            )
        return there.name if there else wanted

    @needs(Right.STATIONS)
    def renew(
        self,
        name: str,
        *,
        by: str,
        password: str | None = None,
        station: str = "",
        keep: str = "",
    ) -> str:
        """Give a station a new password and sign everyone there out; gives the password.

        ``keep`` is the key of the session that stays: that of who does this. Raises NotFound,
        InvalidInput (field password).
        """
        chosen, stored = self._chosen(password, name)
        who, kind = ChangedBy(by, station), ChangeKind.STATION_RENEWED
        with self._database.write() as tx:
            found = self._open_station(tx, name)
            self._may_give(tx, found.role)
            self._keep(tx, name, stored, who, kind, role=found.role, signed_in=keep)
        return chosen

    @needs(Right.STATIONS)
    def set_role(self, name: str, *, role: str, by: str, station: str = "") -> None:
        """Give a station another of the catalog's roles; it counts for who is signed in, too.

        Raises NotFound, InvalidInput (field role; the last administrator's), and Forbidden for a
        role with rights that who acts doesn't have.
        """
        now = self._clock()
        with self._database.write() as tx:
            found = self._open_station(tx, name)
            self._check_role(tx, role)
            self._may_give(tx, found.role)
            if role != ADMINISTRATOR:
                self._keep_an_admin(tx, name)
            tx.people.set_role(name, role)
            ChangedBy(by, station).record(
                tx, ChangeKind.STATION_ROLE, name, now, role=role, before=found.role
            )

    @needs(Right.STATIONS)
    def revoke(self, name: str, *, by: str, station: str = "") -> None:
        """Its password opens nothing any more, and who signed in by it is signed out.

        Raises NotFound, InvalidInput when it is the last one that may administer the lab.
        """
        now = self._clock()
        with self._database.write() as tx:
            self._may_give(tx, self._open_station(tx, name).role)
            self._keep_an_admin(tx, name)
            tx.people.revoke_station(name, now)
            tx.people.end_sessions(station=name)
            ChangedBy(by, station).record(tx, ChangeKind.STATION_REVOKED, name, now)

    def _open_station(self, tx: Transaction, name: str) -> Station:
        """The station of this name, while nobody else changes one."""
        tx.people.take_turns()
        for one in tx.people.stations(self._clock()):
            if one.name == name and one.revoked_at is None:
                return one
        raise NotFound(say("There's no such station."))

    def _check_role(self, tx: Transaction, role: str) -> None:
        """The role is one of the catalog's, and allows nothing that who acts may not do."""
        roles = self._catalogs.within(tx).roles
        if not any(one.name == role for one in roles):
            raise InvalidInput.of(
                "role",
                "role_unknown",
                say("There's no role “{name}”.", name=role[:40]),
                say("Choose from: {names}.", names=", ".join(one.name for one in roles)),
            )
        self._may_give(tx, role)

    def _may_give(self, tx: Transaction, role: str) -> None:
        require_all(self._catalogs.within(tx).rights_of(role))

    def _keep_an_admin(self, tx: Transaction, name: str) -> None:
        left = [
            one
            for one in tx.people.stations(self._clock())
            if one.role == ADMINISTRATOR and one.revoked_at is None and one.name != name
        ]
        if not left:
            raise InvalidInput.of(
                "name",
                "last_admin_station",
                say("{name} is the last station that can administer the lab.", name=name),
                say("Allow another station to administer the lab first."),
            )

    def _chosen(self, password: str | None, name: str) -> tuple[str, str]:
        """The password that a station gets, and its hash, which takes its time."""
        chosen = self._generated() if password is None else password
        self._check(chosen, name)
        return chosen, hashed(chosen)

    def _keep(
        self,
        tx: Transaction,
        name: str,
        hashed: str,
        who: ChangedBy,
        kind: ChangeKind,
        *,
        role: str,
        signed_in: str = "",
    ) -> None:
        now = self._clock()
        tx.people.set_station(name, hashed, role=role, now=now)
        tx.people.end_sessions(station=name, but=session_hash(signed_in) if signed_in else "")
        who.record(tx, kind, name, now, role=role)

    def _check(self, password: str, name: str) -> None:
        if not SHORTEST <= len(password) <= LONGEST:
            raise InvalidInput.of(
                "password",
                "password_length",
                say("A password needs {least} to {most} characters.", least=SHORTEST, most=LONGEST),
            )
        with self._database.read() as tx:
            others = [door for door in tx.people.doors() if door.name != name]
        if any(is_password(door.password_hash, password) for door in others):
            raise InvalidInput.of(
                "password",
                "password_taken",
                say("Choose a different password."),
                say("Each station needs its own password, which shows where someone signs in."),
            )

    def _generated(self) -> str:
        letters = [ALPHABET[self._ids(5)].lower() for _ in range(16)]
        return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))


def session_hash(key: str) -> str:
    """What the database holds of a session's key: it can open nothing on its own."""
    return hashlib.sha256(f"printflow-session:{key}".encode("utf-8", "surrogatepass")).hexdigest()
