"""The lab's sign-in provider, loaded when someone signs in: most commands never ask it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..ports import Answer, IdentityProvider, ProviderState
from ..settings.identity import IdentitySettings


class LazyProvider:
    """The provider of the settings; see :class:`~printflow.ports.identity.IdentityProvider`."""

    def __init__(self, settings: IdentitySettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._made: IdentityProvider | None = None

    @property
    def _provider(self) -> IdentityProvider:
        with self._lock:
            if self._made is None:
                from ..identity.provider import OpenIdProvider

                self._made = OpenIdProvider(self._settings)
            return self._made

    def authorization_url(
        self, *, state: str, nonce: str, verifier: str, redirect_uri: str, extra: Mapping[str, str]
    ) -> str:
        return self._provider.authorization_url(
            state=state, nonce=nonce, verifier=verifier, redirect_uri=redirect_uri, extra=extra
        )

    def exchange(
        self,
        *,
        code: str,
        nonce: str,
        verifier: str,
        redirect_uri: str,
        issuer: str,
        signed_in_since: datetime | None,
    ) -> Answer:
        return self._provider.exchange(
            code=code,
            nonce=nonce,
            verifier=verifier,
            redirect_uri=redirect_uri,
            issuer=issuer,
            signed_in_since=signed_in_since,
        )

    def refresh(self, refresh_token: str, *, subject: str) -> Answer | None:
        return self._provider.refresh(refresh_token, subject=subject)

    def userinfo(self, access_token: str, *, subject: str) -> Mapping[str, Any] | None:
        return self._provider.userinfo(access_token, subject=subject)

    def logout_url(self, *, id_token: str, redirect_uri: str) -> str:
        return self._provider.logout_url(id_token=id_token, redirect_uri=redirect_uri)

    def look(self) -> ProviderState:
        return self._provider.look()
