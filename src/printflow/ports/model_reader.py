"""Looking into models."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from ..domain.model_facts import Looked
    from ..domain.printability import PrintLimits


class ModelReader(Protocol):
    """Looks into strangers' model files without coming to harm."""

    def look(
        self,
        model: Path | BinaryIO,
        ending: str,
        *,
        color: str = ...,
        own_colors: bool = ...,
        picture: Path | None = None,
        small: Path | None = None,
        up: str = ...,
        sliced: bool = ...,
        triangles: Path | None = ...,
        limits: PrintLimits = ...,
    ) -> Looked:
        """Facts of the model in a file, and its pictures (PNG and small WebP) where asked for.

        ``up`` is the axis that points up in it, "y" or "z". With ``own_colors`` the picture
        shows the colors that the file has, and ``color`` elsewhere. Of a ``sliced`` file the slicer's
        own picture is shown, where it is large enough. What was read is written to ``triangles``, where
        asked for: a binary STL in mm, z up, without triangles that are not finite. ``limits`` are what
        it is checked for.
        """

    def close(self) -> None: ...
