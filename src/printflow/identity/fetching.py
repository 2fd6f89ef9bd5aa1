"""Asking a provider over HTTP: small answers, no redirects, and a deadline that holds.

A socket's own time-out is for each read: a provider that drips a byte now and then would hold
someone's sign-in forever. So every call runs within a deadline of its own.
"""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from ..errors import ProviderUnavailable
from ..runtime.deadline import TookTooLong, within
from ..said import say

_LARGEST = 1 << 20
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_RESTING = say("The sign-in provider doesn't answer right now.")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its HTTP status, its kind and its body."""

    status: int
    kind: str
    body: bytes

    def document(self) -> dict[str, Any]:
        """The JSON object in it. Raises ProviderUnavailable for anything else."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise unavailable("the answer is no JSON object")
        return found


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """What holds a code or a token is sent to the address that discovery named, and no further."""

    def redirect_request(self, *_rest: Any) -> None:
        return None


class Fetcher:
    """HTTP to one provider. ``seconds`` is the deadline of each call, as a whole."""

    def __init__(self, *, seconds: float, ca_file: Path | None = None) -> None:
        self._seconds = seconds
        self._ca_file = ca_file

    @cached_property
    def _opener(self) -> urllib.request.OpenerDirector:
        context = ssl.create_default_context()
        if self._ca_file is not None:
            context.load_verify_locations(cafile=str(self._ca_file))
        opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(context=context),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
            _NoRedirects(),
        ):
            opener.add_handler(handler)
        return opener

    def get(self, url: str, *, bearer: str = "") -> Reply:
        """GET a page. Raises ProviderUnavailable."""
        headers = {"Accept": "application/json, application/jwt"}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        return self._ask(urllib.request.Request(url, headers=headers))  # noqa: S310 - see _ask

    def post(self, url: str, form: Mapping[str, str], *, basic: str = "") -> Reply:
        """POST a form. Raises ProviderUnavailable."""
        headers = {"Accept": "application/json"}
        if basic:
            headers["Authorization"] = f"Basic {basic}"
        data = urlencode(form).encode()
        return self._ask(urllib.request.Request(url, data=data, headers=headers))  # noqa: S310

    def _ask(self, request: urllib.request.Request) -> Reply:
        if not is_safe(request.full_url):
            raise unavailable(f"not an https address: {request.full_url[:200]}")
        try:
            return within(self._seconds, lambda: self._answer(request))
        except TookTooLong:
            raise self._late() from None
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            if isinstance(reason, TimeoutError):  # the socket's own clock was first
                raise self._late() from error
            raise unavailable(f"{_place(request.full_url)}: {reason}") from error

    def _late(self) -> ProviderUnavailable:
        return unavailable(f"no answer within {self._seconds:g} s")

    def _answer(self, request: urllib.request.Request) -> Reply:
        try:
            answer = self._opener.open(request, timeout=self._seconds)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            body = answer.read(_LARGEST + 1)
            kind = str(answer.headers.get_content_type())
            status = int(answer.status)
        if len(body) > _LARGEST:
            raise unavailable("the answer is too large")
        if status >= 500 or 300 <= status < 400:
            raise unavailable(f"{_place(request.full_url)} answered {status}")
        return Reply(status, kind, body)


def is_safe(url: str) -> bool:
    """Whether secrets may be sent there: encrypted, or to this machine itself."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and (parts.hostname or "") in _LOOPBACK


def unavailable(detail: str) -> ProviderUnavailable:
    """The error for people, with what only administrators read."""
    return ProviderUnavailable(
        _RESTING,
        next_step=say("Try again in a minute. Staff can sign in with a station's password."),
        detail=say("The sign-in provider: {detail}", detail=detail),
    )


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
