"""Sending with XOAUTH2: a real mail server with TLS, and the tokens of a real endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from printflow import Printflow, Settings
from printflow.mail.access_tokens import AccessTokens
from printflow.mail.smtp import SmtpMailer
from printflow.ports import FailureKind
from tests.integration.test_smtp import failure, mail, server_context
from tests.plugins.lab import Submit, TestClock
from tests.plugins.token_endpoint import CLIENT, SECRET, TokenEndpoint, refusal, token_endpoint
from tests.plugins.token_mail_server import USER, Mailbox, token_mail_server
from tests.ports import free_port


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def endpoint(authority: trustme.CA) -> Iterator[TokenEndpoint]:
    with token_endpoint(server_context(authority)) as running:
        yield running


@pytest.fixture
def box(endpoint: TokenEndpoint, authority: trustme.CA) -> Iterator[Mailbox]:
    with token_mail_server(endpoint.good, server_context(authority), port=free_port()) as running:
        yield running


@pytest.fixture
def given(box: Mailbox, endpoint: TokenEndpoint, ca_file: Path) -> dict[str, Any]:
    """The section [mail]."""
    return {
        "smtp_host": "127.0.0.1",
        "smtp_port": box.port,
        "smtp_ca_file": ca_file,
        "smtp_username": USER,
        "auth": "xoauth2",
        "oauth_client_id": CLIENT,
        "oauth_client_secret": SECRET,
        "oauth_token_endpoint": endpoint.url,
        "oauth_scope": "https://outlook.office365.com/.default",
        "sender": f"Print lab <{USER}>",
        "timeout_seconds": 5,
        "deadline_seconds": 10,
    }


@pytest.fixture
def mailer(given: dict[str, Any], ca_file: Path, tmp_path: Path) -> SmtpMailer:
    settings = Settings(store=tmp_path, base_url="https://a.edu", mail=given).mail
    return SmtpMailer(
        host="127.0.0.1",
        port=settings.smtp_port,
        security=settings.smtp_security,
        username=USER,
        tokens=AccessTokens(settings, store=tmp_path, ca_file=ca_file),
        ca_file=ca_file,
        timeout_seconds=5,
        deadline_seconds=10,
    )


@pytest.fixture
def lab(settings: Settings, given: dict[str, Any], clock: TestClock) -> Iterator[Printflow]:
    plain = settings.model_dump(include={"store", "database_url", "base_url"})
    with Printflow.open(Settings(**plain, mail=given), clock=clock) as opened:
        yield opened


def test_a_good_token_sends(mailer: SmtpMailer, box: Mailbox, endpoint: TokenEndpoint) -> None:
    mailer.send(mail())
    mailer.send(mail())
    assert box.taken.total() == 2
    assert box.tried == ["access-1", "access-1"]
    assert box.forms == [2, 2]
    assert len(endpoint.asked) == 1


def test_a_token_as_long_as_microsoft_s(
    mailer: SmtpMailer, box: Mailbox, endpoint: TokenEndpoint
) -> None:
    long = "e" * 2600
    endpoint.good.add(long)
    endpoint.fault = (
        200,
        "application/json",
        f'{{"access_token": "{long}", "expires_in": "3599"}}',
    )
    mailer.send(mail())
    assert box.tried == [long]
    assert box.forms == [1], "a line of more than 512 bytes is not for a command"
    box.good = ()
    assert "status 401" in failure(mailer.check).detail


def test_a_revoked_token_is_renewed_once_and_nothing_is_doubled(
    mailer: SmtpMailer, box: Mailbox, endpoint: TokenEndpoint
) -> None:
    mailer.send(mail())
    endpoint.revoke()
    mailer.send(mail())
    assert box.tried == ["access-1", "access-1", "access-2"]
    assert box.taken.total() == 2
    assert box.ended == ["b''"], "the challenge is answered with an empty line"


def test_a_token_that_the_mailbox_refuses(mailer: SmtpMailer, box: Mailbox) -> None:
    box.good = ()
    box.scope = "https://mail.google.com/"
    failed = failure(lambda: mailer.send(mail()))
    assert failed.kind is FailureKind.AUTHENTICATION
    assert failed.soon
    assert "535 5.7.3 Authentication unsuccessful" in failed.detail
    assert "isn't valid for this mailbox (status 401)" in failed.detail
    assert "It needs the scope https://mail.google.com/." in failed.detail
    assert "SMTP.SendAsApp" in failed.detail
    assert "access-" not in failed.detail
    assert len(box.tried) == 2, "no more than once again"
    assert not box.taken


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
            "authentication",
            "Turn on Authenticated SMTP for the mailbox",
        ),
        ("535 5.7.8 Username and Password not accepted", "authentication", "smtp_username is"),
        ("454 4.7.0 Temporary authentication failure", "transient", "454 4.7.0"),
        ("421 4.3.2 Service not available", "transient", "421"),
    ],
)
def test_what_the_server_says_is_put_into_words(
    mailer: SmtpMailer, box: Mailbox, answer: str, kind: str, said: str
) -> None:
    box.good, box.refusal = (), answer
    failed = failure(mailer.check)
    assert failed.kind == kind
    assert said in failed.detail


def test_a_server_without_xoauth2_never_sees_the_token(
    mailer: SmtpMailer, box: Mailbox, endpoint: TokenEndpoint, authority: trustme.CA
) -> None:
    port, context = free_port(), server_context(authority)
    with token_mail_server(endpoint.good, context, port=port, hide=("XOAUTH2",)) as other:
        mailer._port = port
        failed = failure(mailer.check)
    assert failed.kind is FailureKind.AUTHENTICATION
    assert "XOAUTH2" in failed.detail
    assert "LOGIN, PLAIN" in failed.detail
    assert other.tried == []


def test_a_server_that_takes_no_passwords_never_sees_one(box: Mailbox, ca_file: Path) -> None:
    door = {"username": USER, "password": "geheim", "ca_file": ca_file}
    failed = failure(
        SmtpMailer(host="127.0.0.1", port=box.port, security="starttls", **door).check  # type: ignore[arg-type]
    )
    assert failed.kind is FailureKind.AUTHENTICATION
    assert 'Set mail.auth = "xoauth2"' in failed.detail


def test_no_token_crosses_a_line_without_encryption(
    mailer: SmtpMailer, endpoint: TokenEndpoint
) -> None:
    with token_mail_server(endpoint.good, port=free_port()) as other:
        mailer._port = other.port
        failed = failure(mailer.check)
        assert "doesn't offer encryption" in failed.detail
        mailer._security, mailer._may_log_in = "none", False
        assert "isn't sent without encryption" in failure(mailer.check).detail
        assert other.tried == []


# -- in the outbox ----------------------------------------------------------------------------


def test_a_token_that_ends_in_mid_queue_costs_no_mail_and_doubles_none(
    lab: Printflow, box: Mailbox, endpoint: TokenEndpoint, submit: Submit
) -> None:
    for number in range(6):
        submit(email=f"jane{number}@example.edu")
    assert lab._parts.postman.send_due(limit=3) == (3, 3)
    endpoint.revoke()
    assert lab.dispatch().sent == 3
    assert lab.mail.counts()["sent"] == 6
    assert sorted(box.taken.values()) == [1] * 6
    assert len(endpoint.asked) == 2


def test_an_endpoint_that_is_down_is_tried_again_and_loses_nothing(
    lab: Printflow, box: Mailbox, endpoint: TokenEndpoint, submit: Submit, clock: TestClock
) -> None:
    submit()
    endpoint.fault = (503, "text/html", "<h1>Down</h1>")
    for _ in range(12):
        lab.dispatch()
        assert lab.mail.paused() == ""
        clock.advance(hours=1)
    (waiting,) = lab.mail.find()
    assert waiting.state == "queued"
    assert "HTTP 503" in waiting.error
    trouble = lab.mail.trouble()
    assert trouble is not None
    assert (trouble.state, "HTTP 503" in trouble.reason) == ("failing", True)
    endpoint.fault = None
    clock.advance(hours=7)
    assert lab.dispatch().sent == 1
    assert lab.mail.trouble() is None
    assert list(box.taken.values()) == [1]


@pytest.mark.parametrize("what", ["refuses", "revoked"])
def test_email_resumes_without_a_hand_once_tokens_work_again(
    lab: Printflow,
    box: Mailbox,
    endpoint: TokenEndpoint,
    submit: Submit,
    clock: TestClock,
    what: str,
) -> None:
    if what == "refuses":
        endpoint.fault = refusal(401, "invalid_client", "AADSTS7000222: The secret has expired.")
    else:
        box.good = set()
    submit()
    lab.dispatch()
    trouble = lab.mail.trouble()
    assert trouble is not None
    assert trouble.state == "paused"
    assert ("new client secret" if what == "refuses" else "SMTP.SendAsApp") in trouble.message
    clock.advance(minutes=3)
    lab.dispatch()
    assert lab.mail.trouble() is not None
    endpoint.fault, box.good = None, endpoint.good
    clock.advance(minutes=3)
    assert lab.dispatch().sent == 1
    assert lab.mail.trouble() is None
    assert list(box.taken.values()) == [1]


def test_no_secret_is_in_the_log_or_the_database(
    lab: Printflow,
    box: Mailbox,
    endpoint: TokenEndpoint,
    submit: Submit,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("DEBUG")
    submit()
    box.good = ()
    lab.dispatch()
    token = box.tried[0]
    with lab._parts.database.read() as tx:
        fact = str(tx.lab.fact("outbox_paused"))
    for text in (caplog.text, *capfd.readouterr(), fact, str(lab.mail.find())):
        assert SECRET not in text
        assert token not in text
    assert "535" in fact
