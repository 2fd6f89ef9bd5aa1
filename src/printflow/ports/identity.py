"""The provider that people sign in at, as use cases see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the provider said of one person. Every claim was checked; ``claims`` are those of the ID
    token and of userinfo together, and ``from_userinfo`` names those that only the latter has.
    """

    claims: Mapping[str, Any]
    from_userinfo: frozenset[str]
    id_token: str
    access_token: str
    refresh_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderState:
    """What is known of the provider, for administrators: whether it answers, and what it offers.

    ``problem`` is "" where all is well; nothing here is secret. ``away`` says that it doesn't answer.
    """

    problem: str
    away: bool = False
    issuer: str = ""
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    algorithms: tuple[str, ...] = ()
    keys: int = 0
    answer_ms: float | None = None


class IdentityProvider(Protocol):
    """The provider of the settings. Each call asks it within a hard deadline.

    All raise ProviderUnavailable where it doesn't answer, and IdentityRefused where an answer
    can't be believed.
    """

    def authorization_url(
        self, *, state: str, nonce: str, verifier: str, redirect_uri: str, extra: Mapping[str, str]
    ) -> str:
        """Where the browser goes; ``extra`` are further parameters such as ``prompt``."""

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
        """What a code stands for. ``issuer`` is the one that the callback named ("" = none);
        with ``signed_in_since`` the person has signed in afresh since then.
        """

    def refresh(self, refresh_token: str, *, subject: str) -> Answer | None:
        """What is true of a person now; None where the token counts no longer."""

    def userinfo(self, access_token: str, *, subject: str) -> Mapping[str, Any] | None:
        """The same by userinfo alone; None where the token counts no longer."""

    def logout_url(self, *, id_token: str, redirect_uri: str) -> str:
        """Where the provider's own session ends; "" where it has no such page, or isn't known."""

    def look(self) -> ProviderState:
        """Ask it for its configuration and keys now; raises nothing."""
