"""One question to a token endpoint (RFC 6749), with a hard deadline; refusals in people's words."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode, urlsplit

from ..ports import FailureKind, MailFailure
from ..runtime.deadline import TookTooLong, within
from ..said import Said, say, sentences
from .token_refusals import why_refused

_LARGEST = 1 << 16
_WORDS = 200
"""Characters of what an endpoint says."""
_PASSING = ("temporarily_unavailable", "server_error", "slow_down")
_FOR_MACHINES = re.compile(r"\s*(Trace ID|Correlation ID|Timestamp|Error Codes?):.*", re.DOTALL)
_TOKEN = re.compile(r"[\x21-\x7e]+")
_UNKNOWN_LIFE = 300.0


@dataclass(frozen=True, slots=True)
class Grant:
    """What an endpoint gave: secrets, which are never part of its ``repr``. ``seconds`` is how long
    the access token is valid from now on.
    """

    access_token: str = field(repr=False)
    seconds: float
    refresh_token: str = field(default="", repr=False)


class _Connection(http.client.HTTPConnection):
    """A connection whose socket others can reach while it waits."""

    def __init__(self, held: list[socket.socket], *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._held = held

    def connect(self) -> None:
        super().connect()
        self._held.append(self.sock)


class _TlsConnection(http.client.HTTPSConnection):
    """The same, with TLS."""

    def __init__(self, held: list[socket.socket], *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._held = held

    def connect(self) -> None:
        super().connect()
        self._held.append(self.sock)


class _Plain(urllib.request.HTTPHandler):
    def __init__(self, held: list[socket.socket]) -> None:
        super().__init__()
        self._held = held

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_Connection, self._held), req)


class _Tls(urllib.request.HTTPSHandler):
    def __init__(self, held: list[socket.socket], context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._held = held
        self._trust = context

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        made = partial(_TlsConnection, self._held)
        return self.do_open(made, req, context=self._trust)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Secrets go to the address that was set, and nowhere else."""

    def redirect_request(self, *_given: Any, **_options: Any) -> None:
        return None


class TokenEndpoint:
    """Where access tokens come from. Also trusts the certificates in ``ca_file``; goes through the
    proxy that the variable ``https_proxy`` names. ``deadline_seconds`` bounds one question.
    """

    def __init__(
        self, url: str, *, ca_file: Path | None = None, deadline_seconds: float = 30
    ) -> None:
        self._url = url
        self._ca_file = ca_file
        self._deadline = deadline_seconds

    @property
    def _where(self) -> str:
        return urlsplit(self._url).netloc

    def ask(self, form: Mapping[str, str], *, secrets: Sequence[str]) -> Grant:
        """Send ``form``. Raises MailFailure: transient where the endpoint can't be reached or is
        unwell, else as a refused login. None of ``secrets`` is ever part of its words.
        """
        held: list[socket.socket] = []
        try:
            status, kind, body = within(self._deadline, lambda: self._post(form, held))
        except TookTooLong:
            for one in held:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            raise self._late() from None
        except urllib.error.URLError as error:
            raise self._unreached(error.reason) from None
        except (OSError, http.client.HTTPException) as error:
            raise self._unreached(error) from None
        return self._read(status, kind, body, secrets)

    def _post(self, form: Mapping[str, str], held: list[socket.socket]) -> tuple[int, str, bytes]:
        context = ssl.create_default_context()
        if self._ca_file is not None:
            context.load_verify_locations(cafile=str(self._ca_file))
        opener = urllib.request.build_opener(_Plain(held), _Tls(held, context), _NoRedirect())
        request = urllib.request.Request(  # noqa: S310 - the settings take http and https only
            self._url,
            urlencode(form).encode("ascii"),
            {
                "Accept": "application/json",
                "Content-Type": "application/x-www-form-urlencoded",
                "User-Agent": "Printflow",
            },
        )
        try:
            with opener.open(request, timeout=self._deadline) as answer:
                body = answer.read(_LARGEST)
                if answer.length and len(body) < _LARGEST:
                    raise http.client.IncompleteRead(body, answer.length)
                return answer.status, answer.headers.get_content_type(), body
        except urllib.error.HTTPError as error:
            with error:
                moved = error.headers.get("Location", "") if 300 <= error.code < 400 else ""
                body = moved.encode("utf-8", "replace") if moved else error.read(_LARGEST)
                return error.code, error.headers.get_content_type(), body

    def _late(self) -> MailFailure:
        return MailFailure(
            FailureKind.TRANSIENT,
            say(
                "The token endpoint {endpoint} didn't answer within {seconds} s.",
                endpoint=self._where,
                seconds=f"{self._deadline:g}",
            ),
        )

    def _unreached(self, reason: object) -> MailFailure:
        if isinstance(reason, TimeoutError):
            return self._late()
        if isinstance(reason, ssl.SSLCertVerificationError):
            return MailFailure(
                FailureKind.CERTIFICATE,
                say(
                    "The token endpoint {endpoint}: its certificate isn't trusted ({why}). No secret "
                    "was sent. If a proxy or your own authority signs it, set mail.smtp_ca_file.",
                    endpoint=self._where,
                    why=reason.verify_message,
                ),
            )
        why = str(getattr(reason, "strerror", None) or reason or type(reason).__name__)
        return MailFailure(
            FailureKind.TRANSIENT,
            say(
                "The token endpoint {endpoint} can't be reached: {why}. Check "
                "mail.oauth_token_endpoint, the firewall, and the variable https_proxy.",
                endpoint=self._where,
                why=why[:_WORDS],
            ),
        )

    def _read(self, status: int, kind: str, body: bytes, secrets: Sequence[str]) -> Grant:
        text = body.decode("utf-8", "replace")
        if 300 <= status < 400:
            raise self._refused(
                say(
                    "The token endpoint {endpoint} redirects to {place}. Set "
                    "mail.oauth_token_endpoint to the final address.",
                    endpoint=self._where,
                    place=_hidden(urlsplit(text).netloc or text, secrets)[:_WORDS],
                )
            )
        try:
            plain = json.loads(text)
        except (ValueError, RecursionError):
            plain = None
        if not isinstance(plain, dict):
            raise self._no_token(status, kind)
        if 200 <= status < 300 and "error" not in plain:
            return self._grant(plain, status, kind)
        raise self._answered(status, plain, secrets)

    def _grant(self, plain: dict[str, Any], status: int, kind: str) -> Grant:
        token, again = plain.get("access_token"), plain.get("refresh_token")
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise self._no_token(status, kind)
        try:
            seconds = float(plain["expires_in"])
        except (KeyError, TypeError, ValueError):
            seconds = _UNKNOWN_LIFE
        usable = isinstance(again, str) and _TOKEN.fullmatch(again)
        return Grant(token, seconds if seconds > 0 else _UNKNOWN_LIFE, str(again) if usable else "")

    def _no_token(self, status: int, kind: str) -> MailFailure:
        page = kind in ("text/html", "application/xhtml+xml")
        what = say("a web page") if page else say("something that isn't a token")
        words = say(
            "The token endpoint {endpoint} answered with {what} (HTTP {status}). Check "
            "mail.oauth_token_endpoint, and whether a proxy or a sign-in page is in between.",
            endpoint=self._where,
            what=what,
            status=str(status),
        )
        return self._passing(words) if _unwell(status) else self._refused(words)

    def _answered(self, status: int, plain: dict[str, Any], secrets: Sequence[str]) -> MailFailure:
        error = plain.get("error")
        if isinstance(error, dict):  # a gateway in front, with a form of its own
            plain = {"error": error.get("code", ""), "error_description": error.get("message", "")}
        code = _hidden(_line(plain.get("error")), secrets)[:60]
        story = _hidden(_line(plain.get("error_description")), secrets)[:_WORDS]
        words = say(
            "The token endpoint {endpoint} refused: {answer}.",
            endpoint=self._where,
            answer=": ".join(part.rstrip(".") for part in (code, story) if part) or str(status),
        )
        if _unwell(status) or code in _PASSING:
            return self._passing(words)
        return self._refused(words, why_refused(code, _line(plain.get("error_description"))))

    def _passing(self, words: Said) -> MailFailure:
        return MailFailure(FailureKind.TRANSIENT, words)

    def _refused(self, words: Said, step: str = "") -> MailFailure:
        return MailFailure(FailureKind.AUTHENTICATION, sentences((words, step)), soon=True)


def _unwell(status: int) -> bool:
    return status >= 500 or status in (408, 429)


def _line(value: object) -> str:
    """One line without what only machines read."""
    plain = _FOR_MACHINES.sub("", value) if isinstance(value, str) else ""
    return " ".join(plain.split())


def _hidden(text: str, secrets: Sequence[str]) -> str:
    """The text without the secrets, should an endpoint repeat them."""
    for secret in secrets:
        for form in {secret, quote(secret), quote_plus(secret), quote(secret, safe="")}:
            if form:
                text = text.replace(form, "…")
    return text
