"""The names under which staff act."""

from __future__ import annotations

from ..domain.people import ChangeKind, StaffName
from ..domain.rights import Right
from ..domain.text import clean_line
from ..errors import InvalidInput, NotFound
from ..ports import Clock, Database, Transaction
from ..runtime.permits import needs
from ..said import say
from .changes import ChangedBy

_NAME_LIMIT = 60


class People:
    """The names of staff."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
    ) -> None:
        self._database = database
        self._clock = clock

    @needs(Right.SEE)
    def names(self) -> tuple[str, ...]:
        """The names one may act under, sorted."""
        return tuple(one.name for one in self.all() if one.deactivated_at is None)

    @needs(Right.SEE)
    def all(self) -> list[StaffName]:
        """All names, the deactivated ones too, sorted."""
        with self._database.read() as tx:
            return list(tx.people.names())

    @needs(Right.STAFF)
    def add(self, name: str, *, by: str = "", station: str = "") -> str:
        """Add a name, or bring a deactivated one back; gives it as the list has it.

        A name that differs only in capitals from one of the list is that one. Raises InvalidInput.
        """
        cleaned = checked_name(name)
        now = self._clock()
        with self._database.write() as tx:
            known = known_name(tx, cleaned)
            if known is not None and known.deactivated_at is None:
                return known.name
            found = known.name if known else cleaned
            tx.people.add(found, now)
            kind = ChangeKind.STAFF_REACTIVATED if known else ChangeKind.STAFF_ADDED
            ChangedBy(by, station).record(tx, kind, found, now)
        return found

    @needs(Right.STAFF)
    def deactivate(self, name: str, *, by: str = "", station: str = "") -> None:
        """Take a name from the list; history keeps it. Who acts under it is signed out.

        Raises NotFound.
        """
        cleaned, now = clean_line(name), self._clock()
        with self._database.write() as tx:
            if not tx.people.deactivate(cleaned, now):
                raise NotFound(say("There's no such name on the list."))
            tx.people.end_sessions(name=cleaned)
            ChangedBy(by, station).record(tx, ChangeKind.STAFF_DEACTIVATED, cleaned, now)


def checked_name(typed: str, field: str = "name") -> str:
    """The name, cleaned; raises InvalidInput about ``field``."""
    cleaned = clean_line(typed)
    if not 0 < len(cleaned) <= _NAME_LIMIT:
        raise InvalidInput.of(
            field, "name_invalid", say("Enter a name of 1 to {most} characters.", most=_NAME_LIMIT)
        )
    return cleaned


def known_name(tx: Transaction, name: str) -> StaffName | None:
    """The entry of the list that ``name`` means; capitals do not count."""
    wanted = name.casefold()
    return next((one for one in tx.people.names() if one.name.casefold() == wanted), None)
