"""The links that a staff PC's opener understands: ``printflow://open/<file name>``."""

from __future__ import annotations

from urllib.parse import quote


def open_link(name: str) -> str:
    """The link that opens a file of the store in the slicer of the PC it is clicked on."""
    return f"printflow://open/{quote(name, safe='+()')}"
