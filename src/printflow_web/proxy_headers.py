"""Who a proxy in front says is there: in headers that count from its own address alone.

Anybody can send a header. So it's taken only from a connection whose other end is one of the
addresses in ``identity.proxy_addresses``: that of the socket, never one that a header names. From
everywhere else it's removed before a page sees the request. A header that's there twice, or with
underscores, which some programs take for hyphens, comes from two places: such a request is refused.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import Any

from flask import Flask, abort, current_app, request
from waitress.task import WSGITask

from printflow import NamedByProxy, Settings

from .request import lab_of

_PEER, _DOUBLED = "printflow.peer", "printflow.doubled"
_MOST = 500
"""Characters of a header that names someone; roles may be more."""
_MOST_ROLES = 16_000


class ProxyHeaders:
    """The headers of the settings, and where they count from."""

    def __init__(self, settings: Settings) -> None:
        given = settings.identity
        self.user = given.proxy_header
        self.name = given.proxy_name_header
        self.email = given.proxy_email_header
        self.roles = given.proxy_roles_header
        self._addresses = frozenset(given.proxy_addresses)
        names = (self.user, self.name, self.email, self.roles)
        self._keys = frozenset(_key(name) for name in names if name)

    @property
    def on(self) -> bool:
        """Whether a proxy may name people at all."""
        return bool(self.user)

    def doubled(self, head: bytes) -> bool:
        """Whether the raw head of a request has one of the headers twice, or with underscores."""
        if not self._keys:
            return False
        seen: Counter[str] = Counter()
        for line in head.split(b"\n")[1:]:
            raw = line.partition(b":")[0].strip().decode("latin-1")
            key = _key(raw)
            if key in self._keys:
                seen[key] += 2 if "_" in raw else 1
        return any(times > 1 for times in seen.values())

    def admit(self, environ: dict[str, Any], peer: str, *, doubled: bool) -> None:
        """Leave the headers in a request of the proxy's, and nowhere else."""
        if not self._keys:
            return
        if _plain(peer) in self._addresses:
            environ[_PEER], environ[_DOUBLED] = _plain(peer), doubled
            return
        for key in self._keys:
            environ.pop(f"HTTP_{key}", None)

    def named(self, environ: dict[str, Any]) -> NamedByProxy | None:
        """Who is named in a request; None where nobody is, or it didn't come from the proxy."""
        if not self.on or environ.get(_PEER) not in self._addresses or environ.get(_DOUBLED):
            return None
        user = _value(environ, self.user)[:_MOST]
        if not user:
            return None
        roles = _value(environ, self.roles)[:_MOST_ROLES] if self.roles else ""
        return NamedByProxy(
            user=user[:255],
            name=_value(environ, self.name)[:_MOST] if self.name else "",
            email=_value(environ, self.email)[:_MOST] if self.email else "",
            roles=tuple(
                dict.fromkeys(
                    one.strip() for one in roles.replace(";", ",").split(",") if one.strip()
                )
            ),
        )


class NamingTask(WSGITask):
    """Takes what a stranger says of itself out of a request, before any page sees it."""

    def get_environment(self) -> dict[str, Any]:
        """The request as the pages see it, without headers that only the proxy may send."""
        environ: dict[str, Any] = super().get_environment()
        channel: Any = self.channel
        peer = str(channel.addr[0]) if channel.addr else ""
        doubled = bool(getattr(self.request, "doubled", False))
        channel.proxy_headers.admit(environ, peer, doubled=doubled)
        return environ


def named_by_proxy() -> NamedByProxy | None:
    """Who the proxy names in this request."""
    headers: ProxyHeaders = current_app.extensions["printflow_proxy"]
    return headers.named(request.environ)


def init_proxy_headers(app: Flask) -> None:
    """Refuse requests in which two people are named."""
    app.extensions["printflow_proxy"] = ProxyHeaders(lab_of(app).settings)

    @app.before_request
    def refuse_doubled() -> None:
        if request.environ.get(_DOUBLED):
            abort(400)


def _key(name: str) -> str:
    return name.upper().replace("-", "_")


def _plain(address: str) -> str:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


def _value(environ: dict[str, Any], name: str) -> str:
    """The header's text: proxies send UTF-8, which WSGI hands over as Latin-1 (PEP 3333)."""
    raw = str(environ.get(f"HTTP_{_key(name)}", ""))
    try:
        text = raw.encode("latin-1").decode("utf-8")
    except UnicodeError:
        text = raw
    return " ".join(text.split()) if text.isprintable() else ""
