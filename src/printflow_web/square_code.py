"""QR codes, drawn on the server: the code on a job's papers, and the picture of one."""

from __future__ import annotations

from typing import Final, TypedDict

from flask import Response

_QUIET: Final = 4
"""So many squares around a code stay light, as its standard asks."""
_KEPT_SECONDS: Final = 24 * 3600


class SquareCode(TypedDict):
    """How many squares each side has, and the dark ones as the path of an SVG."""

    side: int
    path: str


def square_code(address: str) -> SquareCode:
    """The QR code of an address."""
    import segno  # few ask for one

    squares = segno.make(address, error="m", micro=False).matrix
    drawn = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(squares) for x, dark in enumerate(row) if dark
    )
    return {"side": len(squares), "path": drawn}


def square_picture(address: str) -> Response:
    """The QR code of an address as a picture (SVG)."""
    code = square_code(address)
    side = code["side"] + 2 * _QUIET
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-_QUIET} {-_QUIET} {side} {side}" '
        f'shape-rendering="crispEdges"><path d="{code["path"]}"/></svg>'
    )
    answer = Response(drawn, mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = f"private, max-age={_KEPT_SECONDS}"
    return answer
