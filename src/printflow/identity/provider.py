"""An OpenID Connect provider: its configuration by discovery, its keys, and what it's asked."""

from __future__ import annotations

import base64
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from ..errors import IdentityRefused, PrintflowError, ProviderUnavailable
from ..ports.identity import Answer, ProviderState
from ..said import say
from ..settings.identity import IdentitySettings
from .fetching import Fetcher, Reply, is_safe, unavailable
from .id_token import ALGORITHMS, checked_claims, decoded, refused

_DISCOVERY = "/.well-known/openid-configuration"
_CONFIGURATION_SECONDS = 3600.0
_KEYS_SECONDS = 3600.0
_KEYS_AGAIN, _KEYS_AGAIN_SECONDS = 5, 60.0
"""So often within so many seconds are keys fetched again, for a token whose key isn't known."""
_BOTH = ("client_secret_basic", "client_secret_post")


class OpenIdProvider:
    """The provider of the settings. Safe to share between threads; nothing is asked before it's needed."""

    def __init__(
        self,
        settings: IdentitySettings,
        *,
        fetcher: Fetcher | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._fetcher = fetcher or Fetcher(
            seconds=settings.timeout_seconds, ca_file=settings.ca_file
        )
        self._monotonic = monotonic
        self._now = now
        self._lock = threading.Lock()
        self._configuration: tuple[float, dict[str, Any]] | None = None
        self._key_set: tuple[float, Any] | None = None
        self._fetched_again: deque[float] = deque(maxlen=_KEYS_AGAIN)

    # -- what the provider publishes --------------------------------------------------------------

    def configuration(self, *, again: bool = False) -> dict[str, Any]:
        """The provider's discovery document. Raises ProviderUnavailable, IdentityRefused."""
        with self._lock:
            known = self._configuration
        if known and not again and self._monotonic() - known[0] < _CONFIGURATION_SECONDS:
            return known[1]
        issuer = self._settings.issuer
        reply = self._fetcher.get(issuer.rstrip("/") + _DISCOVERY)
        if reply.status != 200:
            raise unavailable(f"{issuer.rstrip('/')}{_DISCOVERY} answered {reply.status}")
        found = reply.document()
        if found.get("issuer") != issuer:
            raise IdentityRefused(
                say(
                    "The provider calls itself {named}, not {issuer} as identity.issuer says.",
                    named=str(found.get("issuer"))[:200],
                    issuer=issuer,
                ),
                code="issuer_differs",
                next_step=say("Set identity.issuer to the provider's own name for itself."),
            )
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_safe(str(found.get(name, ""))):
                raise unavailable(f"discovery has no https address as {name}")
        with self._lock:
            self._configuration = (self._monotonic(), found)
        return found

    def _keys(self, again: bool) -> Any:
        """The provider's keys; fetched again where a token's key isn't among them, but not often."""
        with self._lock:
            known, now = self._key_set, self._monotonic()
            if known and not again and now - known[0] < _KEYS_SECONDS:
                return known[1]
            if known and again:
                recent = self._fetched_again
                if len(recent) == _KEYS_AGAIN and now - recent[0] < _KEYS_AGAIN_SECONDS:
                    return known[1]
                recent.append(now)
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        reply = self._fetcher.get(str(self.configuration()["jwks_uri"]))
        if reply.status != 200:
            raise unavailable(f"its keys answered {reply.status}")
        listed = reply.document().get("keys")
        usable = [one for one in listed if _signs(one)] if isinstance(listed, list) else []
        try:
            found = KeySet.import_key_set({"keys": usable})
        except (JoseError, ValueError, TypeError, KeyError):
            raise unavailable("its keys can't be read") from None
        with self._lock:
            self._key_set = (self._monotonic(), found)
        return found

    # -- signing in -------------------------------------------------------------------------------

    def authorization_url(
        self, *, state: str, nonce: str, verifier: str, redirect_uri: str, extra: Mapping[str, str]
    ) -> str:
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        address = str(self.configuration()["authorization_endpoint"])
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self._settings.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
            **extra,
        }
        domains = self._settings.allowed_domains
        if len(domains) == 1 and urlsplit(self._settings.issuer).hostname == "accounts.google.com":
            asked["hd"] = domains[0]
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"

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
        known = self.configuration()
        named = known.get("authorization_response_iss_parameter_supported") is True
        if (issuer or named) and issuer != self._settings.issuer:
            raise refused(say("The answer came from another provider (iss)."), code="callback_iss")
        reply = self._token(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": verifier,
            }
        )
        if reply.status != 200:
            raise self._refusal(reply)
        since = signed_in_since.timestamp() if signed_in_since else None
        return self._answer(reply.document(), nonce=nonce, since=since)

    def refresh(self, refresh_token: str, *, subject: str) -> Answer | None:
        reply = self._token({"grant_type": "refresh_token", "refresh_token": refresh_token})
        if reply.status != 200:
            if _error_of(reply) in ("invalid_grant", "access_denied", "interaction_required"):
                return None
            raise unavailable(f"refresh answered {reply.status} {_error_of(reply)}")
        answer = self._answer(reply.document(), nonce="", since=None, subject=subject)
        if answer.claims["sub"] != subject:
            raise refused(say("The provider named another person (claim sub)."), code="token_sub")
        return answer

    def userinfo(self, access_token: str, *, subject: str) -> Mapping[str, Any] | None:
        address = str(self.configuration().get("userinfo_endpoint") or "")
        if not address:
            return None
        reply = self._fetcher.get(address, bearer=access_token)
        if reply.status in (401, 403):
            return None
        if reply.status != 200:
            raise unavailable(f"userinfo answered {reply.status}")
        if reply.kind == "application/jwt":
            return self._signed_userinfo(reply, subject)
        found = reply.document()
        if found.get("sub") != subject:
            raise refused(
                say("The provider's userinfo names another person (claim sub)."),
                code="userinfo_sub",
            )
        return found

    def _signed_userinfo(self, reply: Reply, subject: str) -> Mapping[str, Any]:
        found: dict[str, Any] = dict(
            decoded(reply.body.decode("ascii", "replace"), self._keys).claims
        )
        mine = (found.get("sub"), found.get("iss"), found.get("aud"))
        audience = mine[2] if isinstance(mine[2], list) else [mine[2]]
        if mine[:2] != (subject, self._settings.issuer) or self._settings.client_id not in audience:
            raise refused(
                say("The provider's userinfo names another person (claim sub)."),
                code="userinfo_sub",
            )
        return found

    def logout_url(self, *, id_token: str, redirect_uri: str) -> str:
        address = str(self.configuration().get("end_session_endpoint") or "")
        if not is_safe(address):
            return ""
        asked = {
            **({"id_token_hint": id_token} if id_token else {}),
            "client_id": self._settings.client_id,
            "post_logout_redirect_uri": redirect_uri,
        }
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"

    def look(self) -> ProviderState:
        began = self._monotonic()
        try:
            found = self.configuration(again=True)
            self._settings.secret  # noqa: B018 - its file must be there to be read
            with self._lock:
                self._key_set = None
            keys = len(self._keys(again=True).keys)
        except OSError as error:
            return ProviderState(
                problem=say(
                    "The client's secret can't be read: {why}.", why=error.strerror or str(error)
                )
            )
        except PrintflowError as error:
            away = isinstance(error, ProviderUnavailable)
            return ProviderState(problem=str(error), away=away)
        took = (self._monotonic() - began) * 1000
        wanted = found.get("id_token_signing_alg_values_supported") or ["RS256"]
        algorithms = tuple(str(one) for one in wanted if one in ALGORITHMS)
        problem = "" if algorithms else say(
            "The provider signs ID tokens with none of these: {algorithms}.",
            algorithms=", ".join(ALGORITHMS),
        )  # fmt: skip
        methods = found.get("code_challenge_methods_supported")
        if isinstance(methods, list) and "S256" not in methods:
            problem = problem or say("The provider's discovery page doesn't list PKCE with S256.")

        def address(name: str) -> str:
            return str(found.get(name) or "")

        return ProviderState(
            problem=problem,
            issuer=str(found["issuer"]),
            authorization_endpoint=address("authorization_endpoint"),
            token_endpoint=address("token_endpoint"),
            userinfo_endpoint=address("userinfo_endpoint"),
            end_session_endpoint=address("end_session_endpoint"),
            algorithms=algorithms,
            keys=keys,
            answer_ms=took,
        )

    # -- tokens -----------------------------------------------------------------------------------

    def _token(self, form: Mapping[str, str]) -> Reply:
        """Ask the token endpoint, in the way that the provider lets this client prove who it is."""
        known, client_id = self.configuration(), self._settings.client_id
        try:
            secret = self._settings.secret
        except OSError as error:
            raise unavailable(f"client_secret_file: {error.strerror or error}") from error
        methods = known.get("token_endpoint_auth_methods_supported") or _BOTH
        address = str(known["token_endpoint"])
        if secret and "client_secret_basic" in methods:
            pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
            basic = base64.b64encode(pair.encode()).decode()
            return self._fetcher.post(address, form, basic=basic)
        more = {"client_id": client_id, **({"client_secret": secret} if secret else {})}
        return self._fetcher.post(address, {**form, **more})

    def _answer(
        self, tokens: Mapping[str, Any], *, nonce: str, since: float | None, subject: str = ""
    ) -> Answer:
        id_token, access = (str(tokens.get(name) or "") for name in ("id_token", "access_token"))
        claims: dict[str, Any] = {"sub": subject} if subject and not id_token else {}
        if not claims:
            claims = checked_claims(
                id_token,
                self._keys,
                issuer=self._settings.issuer,
                client_id=self._settings.client_id,
                nonce=nonce,
                access_token=access,
                leeway=self._settings.clock_skew_seconds,
                signed_in_since=since,
                now=self._now(),
            )
        more = self.userinfo(access, subject=str(claims["sub"])) if access else None
        only = frozenset(more or ()) - claims.keys()
        return Answer(
            claims={**claims, **{name: (more or {})[name] for name in only}},
            from_userinfo=only,
            id_token=id_token,
            access_token=access,
            refresh_token=str(tokens.get("refresh_token") or ""),
        )

    def _refusal(self, reply: Reply) -> PrintflowError:
        error = _error_of(reply)
        if error == "invalid_grant":
            return refused(
                say("This sign-in was used already, or took too long."), code="code_used"
            )
        if error in ("invalid_client", "unauthorized_client"):
            return IdentityRefused(
                say(
                    "The provider doesn't accept this server's client ID and secret ({error}).",
                    error=error,
                ),
                code="client_refused",
                next_step=say("Tell the lab's administrator: the secret may have expired."),
            )
        return ProviderUnavailable(
            say("The sign-in provider refused the request ({error}).", error=error or reply.status),
            next_step=say("Sign in again. If it keeps happening, tell the lab's administrator."),
        )


def _signs(key: Any) -> bool:
    """Whether a published key is one that signs, with a public part: a secret one would be shared."""
    if not isinstance(key, dict) or key.get("kty") not in ("RSA", "EC", "OKP"):
        return False
    return key.get("use") in (None, "sig") and key.get("alg") in (None, *ALGORITHMS)


def _error_of(reply: Reply) -> str:
    try:
        return str(reply.document().get("error", ""))[:60]
    except ProviderUnavailable:
        return ""
