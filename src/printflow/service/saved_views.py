"""Lists of jobs that staff named, as tabs of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..domain.rights import Right
from ..domain.saved_view import MOST_VIEWS, NAME_LIMIT, SavedView
from ..domain.text import clean_line
from ..errors import InvalidInput, NotFound
from ..ports import Clock, Database, Transaction
from ..runtime.permits import needs
from ..said import say
from .acting import staff_actor


class SavedViews:
    """Each belongs to a name of staff, who may show it to everyone and is the only one to change it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @needs(Right.SEE)
    def shown_to(self, name: str) -> Sequence[SavedView]:
        """Those of that name, and the shared ones, sorted by their names."""
        with self._database.read() as tx:
            return tx.views.shown_to(name)

    @needs(Right.SEE)
    def own(self, view_id: int, *, by: str) -> SavedView:
        """One of ``by``'s own. Raises NotFound."""
        with self._database.read() as tx:
            return _own(tx, view_id, by)

    @needs(Right.SEE)
    def add(self, name: str, address: Mapping[str, str], *, by: str, shared: bool = False) -> int:
        """Save a list under a name; gives the view's number.

        ``address`` is what the list's address asks for: status, search, filters, sort. Raises
        InvalidInput for a name that's none, or is taken, and where there are too many.
        """
        owner, values = staff_actor(by, "").name, _values(address)
        with self._database.write() as tx:
            known = tx.views.shown_to(owner)
            if len([one for one in known if one.owner == owner]) >= MOST_VIEWS:
                raise InvalidInput.of(
                    "name",
                    "views_full",
                    say("You have {most} views, the most there can be.", most=MOST_VIEWS),
                    say("Delete one you no longer need."),
                )
            values |= {"name": _name(name, known), "shared": shared}
            return tx.views.add(values, owner=owner, now=self._clock())

    @needs(Right.SEE)
    def change(self, view_id: int, name: str, *, by: str, shared: bool) -> None:
        """Rename one's own view, or share it. Raises NotFound, InvalidInput."""
        with self._database.write() as tx:
            owner = _own(tx, view_id, by).owner
            others = [one for one in tx.views.shown_to(owner) if one.id != view_id]
            tx.views.change(view_id, {"name": _name(name, others), "shared": shared})

    @needs(Right.SEE)
    def delete(self, view_id: int, *, by: str) -> None:
        """Delete one's own view. Raises NotFound."""
        with self._database.write() as tx:
            _own(tx, view_id, by)
            tx.views.delete(view_id)


def _own(tx: Transaction, view_id: int, by: str) -> SavedView:
    owner = staff_actor(by, "").name
    for one in tx.views.shown_to(owner):
        if one.id == view_id and one.owner == owner:
            return one
    raise NotFound(say("You have no such view."))


def _name(typed: str, others: Sequence[SavedView]) -> str:
    name = clean_line(typed)
    if not 0 < len(name) <= NAME_LIMIT:
        raise InvalidInput.of(
            "name", "name_invalid", say("Enter a name of 1 to {most} characters.", most=NAME_LIMIT)
        )
    if any(one.name.casefold() == name.casefold() for one in others):
        raise InvalidInput.of(
            "name",
            "view_exists",
            say("There's a view named “{name}” already.", name=name),
            say("Choose another name."),
        )
    return name


def _values(address: Mapping[str, str]) -> dict[str, Any]:
    rest = {key: text for key, text in address.items() if text}
    return {
        "listed": rest.pop("status", "all"),
        "search": rest.pop("search", ""),
        "filters": rest,
    }
