"""Access tokens from a real token endpoint, in every mood it may have."""

from __future__ import annotations

import logging
import os
import ssl
import stat
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from printflow import Settings
from printflow.mail.access_tokens import AccessTokens, xoauth2
from printflow.mail.kept_token import TOKEN_FILE
from printflow.ports import FailureKind, MailFailure
from printflow.store.making import STATE, make_store
from tests.plugins.token_endpoint import CLIENT, SECRET, TokenEndpoint, refusal, token_endpoint


class Seconds:
    """A clock that goes as it is told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def endpoint() -> Iterator[TokenEndpoint]:
    with token_endpoint() as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Path:
    make_store(tmp_path)
    return tmp_path


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def tokens(
    endpoint: TokenEndpoint, store: Path, *, seconds: Any = None, deadline: float = 5, **mail: Any
) -> AccessTokens:
    given = {
        "auth": "xoauth2",
        "smtp_username": "printlab@example.edu",
        "oauth_client_id": CLIENT,
        "oauth_client_secret": SECRET,
        "oauth_token_endpoint": endpoint.url,
        "oauth_scope": "https://outlook.office365.com/.default",
        **mail,
    }
    found = Settings(store=store, mail=given, environ={}).mail
    return AccessTokens(
        found,
        store=store,
        ca_file=found.smtp_ca_file,
        deadline_seconds=deadline,
        clock=seconds or time.monotonic,
    )


def failure(made: AccessTokens) -> MailFailure:
    with pytest.raises(MailFailure) as failed:
        made.current()
    return failed.value


def test_an_app_gets_a_token_and_keeps_it(
    endpoint: TokenEndpoint, store: Path, seconds: Seconds
) -> None:
    made = tokens(endpoint, store, seconds=seconds)
    assert {made.current() for _ in range(3)} == {"access-1"}
    assert endpoint.asked == [
        {
            "grant_type": "client_credentials",
            "client_id": CLIENT,
            "client_secret": SECRET,
            "scope": "https://outlook.office365.com/.default",
        }
    ]
    assert xoauth2("lab@a.edu", "t") == "user=lab@a.edu\x01auth=Bearer t\x01\x01"
    seconds.now += 3299
    assert made.current() == "access-1"
    seconds.now += 2
    assert made.current() == "access-2", "five minutes before its end"


@pytest.mark.parametrize("given", ["3600", 3600.0])
def test_a_life_in_any_form(
    endpoint: TokenEndpoint, store: Path, seconds: Seconds, given: object
) -> None:
    endpoint.seconds = given
    made = tokens(endpoint, store, seconds=seconds)
    made.current()
    seconds.now += 3000
    assert made.current() == "access-1"


@pytest.mark.parametrize("given", [None, "soon", 0, -5])
def test_a_life_that_is_unknown_is_short(
    endpoint: TokenEndpoint, store: Path, seconds: Seconds, given: object
) -> None:
    endpoint.seconds = given
    made = tokens(endpoint, store, seconds=seconds)
    made.current()
    seconds.now += 200
    assert made.current() == "access-1"
    seconds.now += 100
    assert made.current() == "access-2"


def test_a_short_token_is_not_renewed_at_every_look(
    endpoint: TokenEndpoint, store: Path, seconds: Seconds
) -> None:
    endpoint.seconds = 60
    made = tokens(endpoint, store, seconds=seconds)
    made.current()
    seconds.now += 40
    assert made.current() == "access-1"


def test_an_old_token_serves_while_the_endpoint_is_down(
    endpoint: TokenEndpoint, store: Path, seconds: Seconds
) -> None:
    made = tokens(endpoint, store, seconds=seconds)
    made.current()
    endpoint.fault = (503, "text/html", "<h1>Busy</h1>")
    seconds.now += 3400
    assert (made.current(), made.current()) == ("access-1", "access-1")
    assert len(endpoint.asked) == 2, "it isn't asked again at once"
    seconds.now += 31
    made.current()
    assert len(endpoint.asked) == 3
    seconds.now += 170
    assert failure(made).kind is FailureKind.TRANSIENT, "its life is over"
    endpoint.fault = None
    assert made.current().startswith("access-")


def test_a_token_that_a_server_refused_is_replaced_once(
    endpoint: TokenEndpoint, store: Path
) -> None:
    made = tokens(endpoint, store)
    first = made.current()
    made.refused(first)
    second = made.current()
    made.refused(first)
    assert made.current() == second != first


def test_many_threads_ask_once(endpoint: TokenEndpoint, store: Path) -> None:
    made, found = tokens(endpoint, store), []
    threads = [threading.Thread(target=lambda: found.append(made.current())) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == ["access-1"] * 8


# -- refresh tokens ---------------------------------------------------------------------------


def test_a_refresh_token_that_is_replaced_is_kept_for_the_next_start(
    endpoint: TokenEndpoint, store: Path
) -> None:
    endpoint.rotating = True
    made = tokens(endpoint, store, oauth_refresh_token="refresh-0")
    made.refused(made.current())
    made.current()
    used = [form["refresh_token"] for form in endpoint.asked]
    assert used == ["refresh-0", "refresh-1"]
    kept = store / STATE / TOKEN_FILE
    assert "refresh-2" in kept.read_text()
    assert "refresh-0" not in kept.read_text()
    if sys.platform != "win32":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    again = tokens(endpoint, store, oauth_refresh_token="refresh-0")
    again.current()
    assert endpoint.asked[-1]["refresh_token"] == "refresh-2"


def test_a_refresh_token_that_was_set_anew_counts(endpoint: TokenEndpoint, store: Path) -> None:
    endpoint.rotating = True
    tokens(endpoint, store, oauth_refresh_token="refresh-0").current()
    endpoint.refresh_tokens = {"from the console"[:4]}
    tokens(endpoint, store, oauth_refresh_token="from").current()
    assert endpoint.asked[-1]["refresh_token"] == "from"


def test_two_processes_that_share_a_refresh_token(endpoint: TokenEndpoint, store: Path) -> None:
    endpoint.rotating = True
    one = tokens(endpoint, store, oauth_refresh_token="refresh-0")
    other = tokens(endpoint, store, oauth_refresh_token="refresh-0")
    for made in (one, other, one, other):
        made.refused(made.current())
    assert len(endpoint.asked) == 4


def test_one_whose_kept_token_was_revoked_takes_the_one_that_was_set(
    endpoint: TokenEndpoint, store: Path
) -> None:
    endpoint.rotating = True
    made = tokens(endpoint, store, oauth_refresh_token="refresh-0")
    made.refused(made.current())
    endpoint.refresh_tokens = {"refresh-0"}
    made.current()
    assert [form["refresh_token"] for form in endpoint.asked][-2:] == ["refresh-1", "refresh-0"]


def test_a_store_that_is_away_keeps_nothing_and_stops_nothing(
    endpoint: TokenEndpoint, store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint.rotating = True
    made = tokens(endpoint, store, oauth_refresh_token="refresh-0")
    (store / STATE).rename(store / "away")
    assert made.current() == "access-1"
    assert "can't be kept" in caplog.text


def test_secrets_in_files_are_read_again(endpoint: TokenEndpoint, store: Path) -> None:
    secret, refresh = store / "secret", store / "refresh"
    secret.write_text("wrong\n")
    refresh.write_text("refresh-0\n")
    files: dict[str, Any] = {
        "oauth_client_secret": None,
        "oauth_client_secret_file": str(secret),
        "oauth_refresh_token_file": str(refresh),
    }
    made = tokens(endpoint, store, **files)
    assert failure(made).kind is FailureKind.AUTHENTICATION
    secret.write_text(f"\n{SECRET}\n")
    assert made.current() == "access-2"
    made.refused("access-2")
    secret.unlink()
    failed = failure(made)
    assert failed.kind is FailureKind.AUTHENTICATION
    assert f"mail.oauth_client_secret_file: {secret} can't be read" in failed.detail


# -- what an endpoint answers -----------------------------------------------------------------

MOODS = [
    (refusal(401, "invalid_client", "AADSTS7000215: Invalid"), "authentication", "not its ID"),
    (refusal(401, "invalid_client", "AADSTS7000222: Expired"), "authentication", "Create a new"),
    (refusal(400, "unauthorized_client", "AADSTS700016: x"), "authentication", "oauth_tenant"),
    (refusal(400, "invalid_request", "AADSTS90002: Tenant"), "authentication", "oauth_tenant"),
    (refusal(400, "invalid_scope", "AADSTS70011: x"), "authentication", ".default"),
    (refusal(400, "invalid_grant", "AADSTS700082: x"), "authentication", "new refresh token"),
    (refusal(400, "invalid_grant", "AADSTS50076: MFA"), "authentication", "policy"),
    (refusal(400, "invalid_grant", "AADSTS65001: x"), "authentication", "consent"),
    (refusal(401, "invalid_client", "The OAuth client was not found."), "authentication", "Check"),
    (refusal(400, "invalid_grant", "Token has been expired"), "authentication", "testing"),
    (refusal(400, "something_new", "Never heard of"), "authentication", "something_new: Never"),
    (refusal(503, "temporarily_unavailable", "AADSTS90033"), "transient", "refused"),
    (refusal(429, "slow_down", "Too many"), "transient", "slow_down"),
    ((200, "text/html", "<h1>Sign in</h1>"), "authentication", "web page"),
    ((403, "text/html", "<h1>Blocked</h1>"), "authentication", "web page"),
    ((502, "text/html", "<h1>Bad gateway</h1>"), "transient", "web page"),
    ((200, "application/json", "[1]"), "authentication", "isn't a token"),
    ((200, "application/json", "{}"), "authentication", "isn't a token"),
    ((200, "application/json", '{"access_token": "a\\r\\nb"}'), "authentication", "isn't a token"),
    ((200, "application/json", "[" * 60_000), "authentication", "isn't a token"),
    ((200, "application/json", "x" * 1_000_000), "authentication", "isn't a token"),
    ((404, "application/json", '{"error": {"code": "nope"}}'), "authentication", "refused: nope"),
    ("drops", "transient", "can't be reached"),
    ("hangs", "transient", "didn't answer within"),
    ("drips", "transient", "didn't answer within"),
]


@pytest.mark.parametrize(("fault", "kind", "said"), MOODS)
def test_each_answer_gets_its_class_and_its_words(
    endpoint: TokenEndpoint, store: Path, fault: Any, kind: str, said: str
) -> None:
    endpoint.fault = fault
    deadline = 0.4 if fault in ("hangs", "drips") else 5
    failed = failure(tokens(endpoint, store, deadline=deadline))
    assert failed.kind == kind
    assert said in failed.detail
    assert "127.0.0.1" in failed.detail
    assert "\n" not in failed.detail


def test_what_only_machines_read_is_left_out(endpoint: TokenEndpoint, store: Path) -> None:
    story = "AADSTS7000215: Wrong secret.\r\nTrace ID: 1-2\r\nTimestamp: 2026-11-28"
    endpoint.fault = refusal(401, "invalid_client", story)
    assert (
        "refused: invalid_client: AADSTS7000215: Wrong secret. The "
        in failure(tokens(endpoint, store)).detail
    )


def test_nobody_listens(endpoint: TokenEndpoint, store: Path) -> None:
    with token_endpoint() as gone:
        pass
    failed = failure(tokens(gone, store))
    assert failed.kind is FailureKind.TRANSIENT
    assert "can't be reached: Connection refused" in failed.detail
    assert "https_proxy" in failed.detail


def test_secrets_go_nowhere_else(endpoint: TokenEndpoint, store: Path) -> None:
    with token_endpoint() as other:
        endpoint.fault = (307, "text/html", "")
        endpoint.headers = {"Location": other.url}
        failed = failure(tokens(endpoint, store))
        assert other.asked == []
    assert failed.kind is FailureKind.AUTHENTICATION
    assert "redirects to" in failed.detail


def test_no_secret_is_said_or_logged(
    endpoint: TokenEndpoint, store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = tokens(endpoint, store, oauth_refresh_token="refresh-0")
    token = made.current()
    for text in (repr(made), repr(vars(made)), repr(made._held), caplog.text):
        assert SECRET not in text
        assert token not in text
        assert "refresh-0" not in text
    endpoint.fault = refusal(400, "invalid_request", f"You sent {SECRET} and refresh-0")
    made.refused(token)
    assert "You sent … and …" in failure(made).detail


def test_tls(store: Path, tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    known = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(known))
    with token_endpoint(context) as running:
        failed = failure(tokens(running, store))
        assert failed.kind is FailureKind.CERTIFICATE
        assert "No secret was sent" in failed.detail
        assert running.asked == []
        assert tokens(running, store, smtp_ca_file=str(known)).current() == "access-1"


def test_a_proxy_is_used(
    endpoint: TokenEndpoint, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", endpoint.url.removesuffix("/token"))
    with token_endpoint() as elsewhere:
        assert tokens(elsewhere, store).current() == "access-1"
        assert elsewhere.asked == []
    assert len(endpoint.asked) == 1
    assert "http_proxy" in os.environ
