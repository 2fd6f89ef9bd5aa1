"""Reading an ID token: its signature by the provider's keys, then its claims.

JOSE and the claims' rules are those of joserfc and Authlib. What is decided here is which
algorithms are taken at all, and what people are told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import IdentityRefused
from ..said import Said, say

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
              "EdDSA", "Ed25519")  # fmt: skip
"""Signatures with a public key. "none" and HS256 are not among them, whatever a token says."""
_LARGEST = 256 * 1024
_AGE_SLACK = 60.0

Keys = Callable[[bool], Any]
"""Gives the provider's key set; asked with True to fetch it again where that may be done."""


def checked_claims(
    token: str,
    keys: Keys,
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str,
    leeway: int,
    signed_in_since: float | None = None,
    now: float | None = None,
) -> dict[str, Any]:
    """The claims of an ID token that is what it has to be; raises IdentityRefused.

    ``nonce`` "" asks for none, as after a refresh. ``leeway`` is seconds of difference between
    the clocks. With ``signed_in_since`` (seconds since 1970) the person signed in after that.
    """
    from authlib.oidc.core import CodeIDToken
    from joserfc.errors import JoseError

    found = decoded(token, keys)
    claims = CodeIDToken(
        found.claims,
        found.header,
        {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": client_id},
            "sub": {"essential": True},
        },
        {"nonce": nonce, "client_id": client_id, "access_token": access_token},
    )
    moment = time.time() if now is None else now
    try:
        claims.validate(now=int(moment), leeway=leeway)
    except JoseError as error:
        raise refused(
            _words(error), code=f"token_{getattr(error, 'claim', '') or 'invalid'}"
        ) from None
    except (TypeError, ValueError):
        raise refused(say("A claim of the provider's ID token isn't of its kind.")) from None
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise refused(say("The provider named no person (claim sub)."), code="token_sub")
    if signed_in_since is not None:
        at = claims.get("auth_time")
        if not isinstance(at, int | float) or at + leeway < signed_in_since:
            raise refused(
                say("The provider didn't ask for a fresh sign-in (claim auth_time)."),
                code="token_auth_time",
            )
    return dict(claims)


def decoded(token: str, keys: Keys) -> Any:
    """The token with its signature checked. A key that isn't known is looked for once again."""
    if len(token) > _LARGEST:
        raise refused(say("The provider's ID token is too large."))
    for again in (False, True):
        try:
            return _read(token, keys(again))
        except _UnknownKey:
            continue
    raise refused(
        say("The provider's ID token is signed with a key that the provider doesn't list."),
        code="token_key",
    )


class _UnknownKey(Exception):
    pass


def _read(token: str, key_set: Any) -> Any:
    from joserfc import jwt
    from joserfc.errors import (
        BadSignatureError,
        InvalidKeyIdError,
        JoseError,
        MissingKeyError,
        UnsupportedAlgorithmError,
    )

    try:
        return jwt.decode(token, key_set, algorithms=list(ALGORITHMS))
    except (InvalidKeyIdError, MissingKeyError):
        raise _UnknownKey from None
    except UnsupportedAlgorithmError:
        raise refused(
            say("The provider's ID token isn't signed with one of its public keys."),
            code="token_alg",
        ) from None
    except BadSignatureError:
        # A provider that names no key id has one key, which may be a new one.
        raise _UnknownKey from None
    except (JoseError, ValueError, TypeError, KeyError):
        raise refused(say("The provider's ID token can't be read.")) from None


def refused(message: Said, *, code: str = "token_invalid") -> IdentityRefused:
    """The error about an answer of the provider's that can't be believed."""
    return IdentityRefused(
        message,
        code=code,
        next_step=say("Sign in again. If it keeps happening, tell the lab's administrator."),
    )


_CLAIMS: Mapping[str, Said] = {
    "iss": say("The provider's ID token is another issuer's (claim iss)."),
    "aud": say("The provider's ID token is meant for another program (claim aud)."),
    "azp": say("The provider's ID token is meant for another program (claim azp)."),
    "nonce": say("The provider's ID token belongs to another sign-in (claim nonce)."),
    "exp": say("The provider's ID token has expired. Check the clocks of both servers."),
    "iat": say("The provider's ID token is from the future. Check the clocks of both servers."),
    "nbf": say("The provider's ID token is from the future. Check the clocks of both servers."),
    "at_hash": say("The provider's tokens don't belong together (claim at_hash)."),
}


def _words(error: Exception) -> Said:
    claim = str(getattr(error, "claim", "") or "")
    if not claim and type(error).__name__ == "ExpiredTokenError":
        claim = "exp"
    if claim in _CLAIMS:
        return _CLAIMS[claim]
    if claim:
        return say("The claim {claim} of the provider's ID token is wrong or missing.", claim=claim)
    return say("The provider's ID token can't be read.")
