"""The lists that staff named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ..domain.saved_view import SavedView


class ViewRows(Protocol):
    """Saved views, each of a name of staff."""

    def shown_to(self, name: str) -> Sequence[SavedView]:
        """Those of that name, and the shared ones, sorted by their names."""

    def add(self, values: Mapping[str, Any], *, owner: str, now: datetime) -> int: ...

    def change(self, view_id: int, values: Mapping[str, Any]) -> None: ...

    def delete(self, view_id: int) -> None: ...

    def forget(self, name: str, email: str) -> None:
        """Delete those that name a person."""
