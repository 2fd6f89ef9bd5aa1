"""What this browser remembers of staff for longer than a session: where and as whom they signed in.

A browser that has signed in before is trusted with two things only: it offers the names that were
used on it, which it keeps itself, on the sign-in page, and strangers' wrong passwords do not hold
it up. The proof is void once its station is revoked or has a new password.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

_COOKIE = "printflow_pc"
_MOST_NAMES = 12
_KEPT_SECONDS = 400 * 24 * 3600  # browsers keep no cookie for longer


class KnownPc(NamedTuple):
    """The proof that the library gave, the station of the newest sign-in, and the names that were
    used here, the newest first.
    """

    proof: str = ""
    station: str = ""
    names: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Who acted here last."""
        return self.names[0] if self.names else ""

    def used_by(self, name: str) -> KnownPc:
        """The same, after someone has acted here under that name."""
        others = (one for one in self.names if one.casefold() != name.casefold())
        return self._replace(names=(name, *others)[:_MOST_NAMES])


def known_pc() -> KnownPc:
    """What this browser remembers; nothing where the lab has not signed it."""
    try:
        plain: Any = _signer().loads(request.cookies.get(_COOKIE, ""))
        proof, station, *names = plain
    except (BadSignature, ValueError, TypeError):
        return KnownPc()
    return KnownPc(str(proof), str(station), tuple(map(str, names)))


def remember(response: Response, pc: KnownPc) -> None:
    """Let the browser keep it."""
    response.set_cookie(
        _COOKIE,
        _signer().dumps([pc.proof, pc.station, *pc.names]),
        max_age=_KEPT_SECONDS,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )


def forget(response: Response) -> None:
    """Let the browser remember nothing."""
    response.delete_cookie(_COOKIE, path="/", httponly=True, samesite="Lax")


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known PC")
