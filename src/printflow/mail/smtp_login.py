"""Signing in to a mail server: passwords as ever, tokens by AUTH XOAUTH2."""

from __future__ import annotations

import json
import smtplib
from typing import Any

from ..said import Said, say
from .access_tokens import xoauth2

_WORDS = 200
XOAUTH2 = "XOAUTH2"
_LONGEST_LINE = 512  # RFC 5321, 4.5.3.1.4; what is longer waits for the server's go-ahead


class TokenRefused(Exception):
    """The server refused the token. ``answer`` is its code and words, ``why`` those of its
    challenge, in JSON before it was decoded ("" = none).
    """

    def __init__(self, code: int, answer: bytes | str, why: str) -> None:
        super().__init__(code)
        self.code = code
        self.answer = answer
        self.why = why


def mechanisms(client: smtplib.SMTP) -> tuple[str, ...]:
    """The ways to sign in that the server offers now, in its order and in capitals."""
    return tuple(client.esmtp_features.get("auth", "").upper().split())


def sign_in_with_token(client: smtplib.SMTP, user: str, token: str) -> None:
    """AUTH XOAUTH2; raises TokenRefused, and what smtplib raises.

    A server that refuses answers 334 with its reason first; the empty line that it waits for then
    brings the refusal itself.
    """
    first, challenges = xoauth2(user, token), list[bytes]()
    at_once = 4 * len(first) // 3 + len("AUTH XOAUTH2 ....\r\n") <= _LONGEST_LINE
    said = False

    def respond(challenge: bytes | None = None) -> str:
        nonlocal said
        if said and challenge is not None:
            challenges.append(challenge)
            return ""
        said = True
        return first

    try:
        client.auth(XOAUTH2, respond, initial_response_ok=at_once)
    except smtplib.SMTPAuthenticationError as error:
        raise TokenRefused(error.smtp_code, error.smtp_error, _said(challenges)) from None
    except ValueError:  # a challenge that is not base64, a name that is not ASCII
        raise TokenRefused(535, b"The answer to AUTH XOAUTH2 can't be read.", "") from None


def _said(challenges: list[bytes]) -> str:
    """The server's reason in words: ``{"status": "400", "schemes": "Bearer", "scope": …}``."""
    try:
        plain: Any = json.loads(challenges[0])
    except (IndexError, ValueError, RecursionError):
        return ""
    if not isinstance(plain, dict):
        return ""
    status, scope = str(plain.get("status", ""))[:20], str(plain.get("scope", ""))[:_WORDS]
    return _words(" ".join(status.split()), " ".join(scope.split()))


def _words(status: str, scope: str) -> Said | str:
    what: Said | str = ""
    if status in ("400", "401", "invalid_token"):
        what = say("The token isn't valid for this mailbox (status {status}).", status=status)
    elif status:
        what = say("The server says status {status}.", status=status)
    if not what or not scope:
        return what
    return say("{what} It needs the scope {scope}.", what=what, scope=scope)
