"""Looking into models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from ..domain.model_facts import Looked


class ModelReader(Protocol):
    """Looks into strangers' model files without coming to harm."""

    def look(
        self,
        path: Path,
        ending: str,
        *,
        color: str = ...,
        picture: Path | None = None,
        small: Path | None = None,
        up: str = ...,
        sliced: bool = ...,
    ) -> Looked:
        """Facts of the model at ``path``, and its pictures (PNG and small WebP) where asked for.

        ``up`` is the axis that points up in it, "y" or "z". Of a ``sliced`` file the slicer's own
        picture is shown, where it is large enough.
        """

    def close(self) -> None: ...
