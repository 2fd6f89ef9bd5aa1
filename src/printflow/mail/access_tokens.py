"""Access tokens for SMTP and IMAP (XOAUTH2): fetched, cached, renewed before they end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..ports import FailureKind, MailFailure
from ..settings.mail_sign_in import MailSignIn
from .kept_token import KeptToken
from .token_endpoint import Grant, TokenEndpoint

_EARLY = 300.0
_EARLY_PART = 0.2
"""A token is renewed so many seconds before its end, or in this last part of its life."""
_AGAIN = 30.0
"""Seconds until a renewal that failed is tried again while the old token still works."""


def xoauth2(user: str, token: str) -> str:
    """What AUTH XOAUTH2 sends first, before it is put into base64."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


@dataclass(frozen=True, slots=True)
class _Held:
    grant: Grant
    until: float
    renew_at: float


class AccessTokens:
    """The current access token of one mailbox account; safe to share between threads.

    Tokens stay in memory. They, the client's secret and the refresh token are never part of logs,
    errors or ``repr``. ``clock`` gives seconds that only go forward. A refresh token that the
    endpoint replaces is kept in ``store`` (see :mod:`~printflow.mail.kept_token`).
    """

    def __init__(
        self,
        sign_in: MailSignIn,
        *,
        store: Path,
        scope: str = "",
        ca_file: Path | None = None,
        deadline_seconds: float = 30,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sign_in = sign_in
        self._scope = scope or sign_in.token_scope
        self._endpoint = TokenEndpoint(
            sign_in.token_endpoint, ca_file=ca_file, deadline_seconds=deadline_seconds
        )
        self._kept = KeptToken(store)
        self._clock = clock
        self._lock = threading.Lock()
        self._held: _Held | None = None

    def current(self) -> str:
        """A token that is valid now, a fresh one if need be.

        Raises MailFailure with words for an administrator: transient where the endpoint can't be
        reached or is unwell, certificate where it isn't trusted, authentication where it refused.
        """
        with self._lock:
            now, held = self._clock(), self._held
            if held is not None and now < held.renew_at:
                return held.grant.access_token
            try:
                self._held = self._fresh()
            except MailFailure:
                if held is None or now >= held.until:
                    raise
                self._held = _Held(held.grant, held.until, min(held.until, now + _AGAIN))
            return self._held.grant.access_token

    def refused(self, token: str) -> None:
        """A server refused this token: the next one is a fresh one. Nothing happens where it has
        been replaced since.
        """
        with self._lock:
            if self._held is not None and self._held.grant.access_token == token:
                self._held = None

    def _fresh(self) -> _Held:
        try:
            secret, given = self._sign_in.client_secret(), self._sign_in.refresh_token()
        except ValueError as error:  # a file that was there at the start
            words = error.args[0]
            raise MailFailure(FailureKind.AUTHENTICATION, words, soon=True) from None
        began = self._clock()
        grant = self._refreshed(secret, given) if given else self._of_the_app(secret)
        early = min(_EARLY, grant.seconds * _EARLY_PART)
        return _Held(grant, began + grant.seconds, began + grant.seconds - early)

    def _of_the_app(self, secret: str) -> Grant:
        return self._ask({"grant_type": "client_credentials"}, secret, "")

    def _refreshed(self, secret: str, given: str) -> Grant:
        used = self._kept.newest(given)
        try:
            grant = self._refresh_with(used, secret)
        except MailFailure as failure:
            # Another process may have used it up and kept its successor, or it was revoked on its
            # own: the one in the settings may still be good.
            newest = self._kept.newest(given)
            other = newest if newest != used else given
            if failure.kind is not FailureKind.AUTHENTICATION or other == used:
                raise
            used = other
            grant = self._refresh_with(used, secret)
        if grant.refresh_token and grant.refresh_token != used:
            self._kept.keep(given, grant.refresh_token)
        return grant

    def _refresh_with(self, token: str, secret: str) -> Grant:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return self._ask(form, secret, token)

    def _ask(self, form: dict[str, str], secret: str, token: str) -> Grant:
        form["client_id"] = self._sign_in.oauth_client_id
        if secret:
            form["client_secret"] = secret
        if self._scope:
            form["scope"] = self._scope
        return self._endpoint.ask(form, secrets=(secret, token))
