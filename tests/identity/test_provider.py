"""What a lying, broken or slow provider says must not sign anyone in."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from printflow.errors import IdentityRefused, PrintflowError, ProviderUnavailable
from printflow.identity.provider import OpenIdProvider
from printflow.ports import Answer
from printflow.settings.identity import IdentitySettings

from . import hostile
from .hostile import CLIENT_ID, SECRET, HostileProvider, hostile_provider

BACK = "https://prints.example.edu/login/callback"


@pytest.fixture
def liar() -> Iterator[HostileProvider]:
    with hostile_provider() as provider:
        provider.userinfo = {"sub": "sub-1"}
        yield provider


def client(liar: HostileProvider, **more: Any) -> OpenIdProvider:
    given: dict[str, Any] = {"timeout_seconds": 5, **more}
    return OpenIdProvider(
        IdentitySettings(issuer=liar.url, client_id=CLIENT_ID, client_secret=SECRET, **given)  # type: ignore[arg-type]
    )


def signed_in(
    liar: HostileProvider,
    opened: OpenIdProvider | None = None,
    *,
    issuer: str = "",
    since: Any = None,
) -> Answer:
    opened = opened or client(liar)
    url = opened.authorization_url(
        state="s" * 30, nonce="n" * 43, verifier="v" * 43, redirect_uri=BACK, extra={}
    )
    code, _state = liar.code_for(url)
    return opened.exchange(
        code=code, nonce="n" * 43, verifier="v" * 43, redirect_uri=BACK, issuer=issuer,
        signed_in_since=since,
    )  # fmt: skip


def setting(**claims: Any) -> Callable[[dict[str, Any]], None]:
    def alter(token: dict[str, Any]) -> None:
        for name, value in claims.items():
            if value is None:
                token.pop(name, None)
            else:
                token[name] = value() if callable(value) else value

    return alter


def test_claims_of_token_and_userinfo_come_together(liar: HostileProvider) -> None:
    liar.claims = {"name": "Ana Reyes", "roles": ["a"]}
    liar.userinfo = {"sub": "sub-1", "roles": ["forged"], "email": "ana@example.edu"}
    answer = signed_in(liar)
    assert answer.claims["name"] == "Ana Reyes"
    assert answer.claims["roles"] == ["a"]  # the signed one counts
    assert answer.claims["email"] == "ana@example.edu"
    assert answer.from_userinfo == {"email"}
    form = next(form for path, form, _ in liar.asked if path == "/token")
    assert form["code_verifier"] == "v" * 43


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"nonce": "another"}, "token_nonce"),
        ({"nonce": None}, "token_nonce"),
        ({"iss": "https://evil.example"}, "token_iss"),
        ({"iss": None}, "token_iss"),
        ({"aud": "another"}, "token_aud"),
        ({"aud": [CLIENT_ID, "another"]}, "token_azp"),
        ({"azp": "another"}, "token_azp"),
        ({"exp": lambda: int(time.time()) - 91}, "token_exp"),
        ({"exp": None}, "token_exp"),
        ({"exp": "tomorrow"}, "token_exp"),
        ({"iat": lambda: int(time.time()) + 120}, "token_iat"),
        ({"nbf": lambda: int(time.time()) + 120}, "token_nbf"),
        ({"sub": None}, "token_sub"),
        ({"sub": ""}, "token_sub"),
        ({"sub": 7}, "token_sub"),
        ({"sub": "x" * 256}, "token_sub"),
        ({"at_hash": "bm90IHRoYXQ"}, "token_at_hash"),
    ],
)
def test_a_wrong_claim_signs_nobody_in(
    liar: HostileProvider, claims: dict[str, Any], code: str
) -> None:
    liar.alter = setting(**claims)
    with pytest.raises(IdentityRefused) as refused:
        signed_in(liar)
    assert refused.value.code == code


def test_clocks_may_differ_a_little(liar: HostileProvider) -> None:
    liar.alter = setting(exp=lambda: int(time.time()) - 30, iat=lambda: int(time.time()) + 30)
    assert signed_in(liar).claims["sub"] == "sub-1"


@pytest.mark.parametrize(
    "sign",
    [
        hostile.unsigned,
        hostile.with_public_key_as_secret,
        hostile.with_own_secret,
        hostile.with_foreign_key,
        hostile.with_own_header_key,
        lambda _provider, _claims: "",
        lambda _provider, _claims: "no.token",
        lambda _provider, _claims: "a.b.c.d.e",
        lambda _provider, _claims: "x" * 300_000,
    ],
)
def test_a_token_that_the_provider_did_not_sign_signs_nobody_in(
    liar: HostileProvider, sign: Callable[[HostileProvider, dict[str, Any]], str]
) -> None:
    liar.sign = sign
    with pytest.raises(IdentityRefused) as refused:
        signed_in(liar)
    assert refused.value.code in ("token_alg", "token_key", "token_invalid")


def test_a_secret_key_among_the_published_ones_is_not_taken(liar: HostileProvider) -> None:
    liar.discovery = {"jwks_uri": f"{liar.url}/keys"}
    opened = client(liar)
    usual = liar.answer

    def answer(path: str, form: dict[str, str]) -> tuple[int, Any]:
        if path == "/keys":
            return 200, {"keys": [{"kty": "oct", "kid": "one", "k": "c2VjcmV0" * 6}]}
        return usual(path, form)

    liar.answer = answer  # type: ignore[method-assign]
    liar.sign = hostile.with_own_secret
    with pytest.raises(PrintflowError):
        signed_in(liar, opened)


def test_a_new_key_is_fetched_and_unknown_ones_not_without_end(liar: HostileProvider) -> None:
    moment = [1000.0]
    opened = client(liar)
    opened._monotonic = lambda: moment[0]
    signed_in(liar, opened)
    liar.key = hostile.new_key("two")
    assert signed_in(liar, opened).claims["sub"] == "sub-1"
    fetched = sum(path == "/keys" for path, _, _ in liar.asked)
    assert fetched == 2
    liar.published = [liar.key]
    liar.key = hostile.new_key("three")  # never published
    for _ in range(10):
        with pytest.raises(IdentityRefused):
            signed_in(liar, opened)
    assert sum(path == "/keys" for path, _, _ in liar.asked) == fetched + 4
    liar.published = []
    moment[0] += 61
    assert signed_in(liar, opened).claims["sub"] == "sub-1"


def test_a_code_counts_once(liar: HostileProvider) -> None:
    opened = client(liar)
    signed_in(liar, opened)
    with pytest.raises(IdentityRefused) as refused:
        opened.exchange(
            code="code-0", nonce="n" * 43, verifier="v" * 43, redirect_uri=BACK, issuer="",
            signed_in_since=None,
        )  # fmt: skip
    assert refused.value.code == "code_used"


def test_userinfo_about_somebody_else_is_refused(liar: HostileProvider) -> None:
    liar.userinfo = {"sub": "sub-2", "roles": ["admin"]}
    with pytest.raises(IdentityRefused) as refused:
        signed_in(liar)
    assert refused.value.code == "userinfo_sub"


def test_an_answer_of_another_provider_is_refused(liar: HostileProvider) -> None:
    with pytest.raises(IdentityRefused) as refused:
        signed_in(liar, issuer="https://evil.example")
    assert refused.value.code == "callback_iss"
    liar.discovery = {"authorization_response_iss_parameter_supported": True}
    with pytest.raises(IdentityRefused):  # it always names itself, so nothing is another's
        signed_in(liar)
    assert signed_in(liar, issuer=liar.url).claims["sub"] == "sub-1"


def test_a_provider_of_another_name_is_refused_in_words(liar: HostileProvider) -> None:
    liar.discovery = {"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"}
    with pytest.raises(IdentityRefused, match=r"identity\.issuer"):
        signed_in(liar)
    assert "{tenantid}" in client(liar).look().problem


def test_secrets_go_to_no_unencrypted_address(liar: HostileProvider) -> None:
    liar.discovery = {"token_endpoint": "http://login.example.edu/token"}
    with pytest.raises(ProviderUnavailable) as away:
        signed_in(liar)
    assert "token_endpoint" in away.value.detail


def test_no_redirect_is_followed(liar: HostileProvider) -> None:
    usual = liar.answer

    def answer(path: str, form: dict[str, str]) -> tuple[int, Any]:
        return (302, f"{liar.url}/elsewhere") if path == "/token" else usual(path, form)

    liar.answer = answer  # type: ignore[method-assign]
    with pytest.raises(ProviderUnavailable):
        signed_in(liar)
    assert not any(path == "/elsewhere" for path, _, _ in liar.asked)


def test_a_provider_that_hangs_holds_nobody_longer_than_the_deadline(liar: HostileProvider) -> None:
    liar.drips = threading.Event()
    opened = client(liar, timeout_seconds=1)
    with pytest.raises(ProviderUnavailable) as away:
        signed_in(liar, opened)
    assert "within 1 s" in away.value.detail
    assert "within 1 s" in opened.look().problem


def test_a_provider_that_is_down_is_told_apart_from_a_refusal(liar: HostileProvider) -> None:
    opened = client(liar)
    signed_in(liar, opened)
    liar.down = True
    with pytest.raises(ProviderUnavailable):
        opened.refresh("refresh", subject="sub-1")
    with pytest.raises(ProviderUnavailable):
        opened.userinfo("access", subject="sub-1")
    liar.down = False
    liar.refresh_error = "invalid_grant"
    assert opened.refresh("refresh", subject="sub-1") is None
    liar.userinfo = None
    assert opened.userinfo("access", subject="sub-1") is None


def test_a_wrong_client_secret_is_told_to_the_administrator(liar: HostileProvider) -> None:
    liar.token_error = (401, "invalid_client")
    with pytest.raises(IdentityRefused) as refused:
        signed_in(liar)
    assert refused.value.code == "client_refused"
    assert SECRET not in str(refused.value)


def test_three_hundred_groups_are_no_trouble(liar: HostileProvider) -> None:
    liar.claims = {"groups": [f"group-{number}" for number in range(300)]}
    assert len(signed_in(liar).claims["groups"]) == 300


def test_a_fresh_sign_in_is_proved(liar: HostileProvider) -> None:
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    assert signed_in(liar, since=now).claims["sub"] == "sub-1"
    liar.alter = setting(auth_time=lambda: int(time.time()) - 3600)
    with pytest.raises(IdentityRefused) as refused:
        signed_in(liar, since=now)
    assert refused.value.code == "token_auth_time"
    liar.alter = setting(auth_time=None)
    with pytest.raises(IdentityRefused):
        signed_in(liar, since=now)


def test_the_secret_is_in_no_error_and_no_text(liar: HostileProvider) -> None:
    settings = IdentitySettings(issuer=liar.url, client_id=CLIENT_ID, client_secret=SECRET)  # type: ignore[arg-type]
    assert SECRET not in repr(settings)
    assert SECRET not in repr(client(liar).look())
