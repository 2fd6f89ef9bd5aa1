"""QR codes, drawn on the server: the code on a job's papers, and on its student's page."""

from __future__ import annotations

from typing import TypedDict

import segno


class SquareCode(TypedDict):
    """How many squares each side has, and the dark ones as the path of an SVG."""

    side: int
    path: str


def square_code(address: str) -> SquareCode:
    """The QR code of an address."""
    squares = segno.make(address, error="m", micro=False).matrix
    drawn = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(squares) for x, dark in enumerate(row) if dark
    )
    return {"side": len(squares), "path": drawn}
