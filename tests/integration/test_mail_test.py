"""`printflow mail test`: each thing that can be wrong, broken for real, and what is said of it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller

from printflow.mail.certificate import any_certificate
from printflow.mail.smtp_hints import hint
from tests.integration.conftest import Program, Said
from tests.integration.test_smtp import Lab, let_in, running
from tests.plugins.token_endpoint import CLIENT, SECRET, TokenEndpoint, refusal, token_endpoint
from tests.plugins.token_mail_server import USER, token_mail_server
from tests.ports import free_port

ENDS = datetime(2099, 5, 6, 7, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Campus authority")


def context(
    authority: trustme.CA, name: str = "127.0.0.1", ends: datetime = ENDS
) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate for this name until then."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, not_after=ends).configure_cert(made)
    return made


@pytest.fixture
def ask(program: Program, authority: trustme.CA) -> Callable[..., Said]:
    """Run it with these settings of [mail]."""
    known = program.folder / "authority.pem"
    authority.cert_pem.write_to_path(str(known))

    def asked(port: int, *options: str, to: str = "ada@example.edu", **mail: Any) -> Said:
        given = {
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "smtp_ca_file": known,
            "sender": f"Lab <{USER}>",
            "timeout_seconds": 3,
            "deadline_seconds": 4,
            **mail,
        }
        program.environment["PRINTFLOW_BASE_URL"] = "https://prints.example.edu"
        for key, value in given.items():
            program.environment[f"PRINTFLOW_MAIL__{key.upper()}"] = str(value)
        return program.call("mail", "test", to, *options)

    program.call("init")
    return asked


@contextmanager
def server(handler: Lab, tls: ssl.SSLContext | None, **options: Any) -> Iterator[int]:
    given = {"tls_context": tls, "require_starttls": tls is not None, **options}
    with running(handler, **given) as port:
        yield port


LOGIN = {"smtp_username": "lab", "smtp_password": "geheim"}


def test_all_that_a_server_offers_is_told(ask: Callable[..., Said], authority: trustme.CA) -> None:
    handler = Lab()
    with server(handler, context(authority), authenticator=let_in, auth_required=True) as port:
        said = ask(port, **LOGIN)
        told = ask(port, "--json", **LOGIN).json
    assert said.code == 0
    assert [line.split(":")[0].strip() for line in said.out.splitlines()] == [
        "Server",
        "Greeting",
        "STARTTLS",
        "Encryption",
        "Certificate",
        "issued by Campus authority",
        "valid until 2099-05-06 07",
        "Sign-in methods",
        "Largest email",
        "Signed in as lab (PLAIN)",
        "Sent to ada@example.edu. Check that it arrived.",
    ]
    assert "Encryption: TLSv1.3" in said.out
    assert (told["sent"], told["problem"], told["starttls"]) == (True, None, True)
    assert told["certificate"] == {
        "names": ["127.0.0.1"],
        "issuer": "Campus authority",
        "ends": "2099-05-06T07:08:00Z",
    }
    assert told["logins"] == ["LOGIN", "PLAIN"]
    assert told["size_limit"] == 33554432
    assert len(handler.taken) == 2
    assert b"printflow mail test" in handler.taken[0]
    assert "geheim" not in said.out + str(told)


def test_a_wrong_password(ask: Callable[..., Said], authority: trustme.CA) -> None:
    with server(Lab(), context(authority), authenticator=let_in, auth_required=True) as port:
        said = ask(port, smtp_username="lab", smtp_password="wrong")
    assert said.code == 1
    assert "535" in said.err
    assert "Check mail.smtp_username and mail.smtp_password." in said.err
    assert "wrong" not in said.err + said.out


@pytest.mark.parametrize(
    ("name", "ends", "known", "said"),
    [
        ("127.0.0.1", datetime(2020, 1, 2, tzinfo=UTC), True, "It has expired"),
        ("mail.example.edu", ENDS, True, "set mail.smtp_host to a name that it's for"),
        ("127.0.0.1", ENDS, False, "doesn't know who issued it: set mail.smtp_ca_file"),
    ],
    ids=["expired", "other-name", "unknown-authority"],
)
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_is_not_trusted_is_read_all_the_same(
    ask: Callable[..., Said],
    authority: trustme.CA,
    name: str,
    ends: datetime,
    known: bool,
    said: str,
    security: str,
) -> None:
    handler, there = Lab(), authority if known else trustme.CA(organization_name="Someone else")
    tls = context(there, name, ends)
    with (server if security == "starttls" else tls_server)(handler, tls) as port:
        result = ask(port, "--json", smtp_security=security, **LOGIN)
    assert result.code == 1
    problem = result.json["problem"]
    assert problem["kind"] == "certificate"
    assert said in problem["message"]
    assert result.json["certificate"]["names"] == [name]
    assert result.json["certificate"]["ends"] == f"{ends:%Y-%m-%dT%H:%M:%SZ}"
    assert not handler.taken


class _Tls(Controller):
    """Begins also with a certificate that nobody trusts."""

    def _trigger_server(self) -> None:
        with (
            socket.create_connection((self.hostname, self.port), 5) as line,
            any_certificate().wrap_socket(line) as talk,
        ):
            talk.recv(100)


@contextmanager
def tls_server(handler: Lab, tls: ssl.SSLContext) -> Iterator[int]:
    """TLS from the first byte."""
    port = free_port()
    controller = _Tls(handler, hostname="127.0.0.1", port=port, ssl_context=tls)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


ANSWERS = [
    ({"rcpt": "550 5.7.1 Relaying denied"}, "Set mail.smtp_username so that it signs in"),
    ({"rcpt": "554 5.7.1 <a@b.cc>: Relay access denied"}, "doesn't relay email"),
    (
        {"data": "554 5.2.252 SendAsDenied; lab@a.edu not allowed to send as x@a.edu"},
        "may not send as mail.sender",
    ),
    ({"data": "550 5.7.60 Client does not have permissions to send as this sender"}, "Send As"),
    ({"rcpt": "530 5.7.57 Client not authenticated to send mail"}, "wants a sign-in"),
    ({"rcpt": "530 5.7.0 Must issue a STARTTLS command first"}, "encryption first"),
    ({"data": "550 5.4.5 Daily user sending limit exceeded"}, "sending limit"),
]


@pytest.mark.parametrize(("answers", "said"), ANSWERS)
def test_what_a_server_refuses_is_put_into_words(
    ask: Callable[..., Said], authority: trustme.CA, answers: dict[str, str], said: str
) -> None:
    with server(Lab(**answers), context(authority)) as port:  # type: ignore[arg-type]
        result = ask(port)
    assert result.code == 1
    assert next(iter(answers.values()))[:9] in result.err
    assert said in result.err


LOGINS = [
    (
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox",
        "Turn on Authenticated SMTP for the mailbox",
    ),
    (
        "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.",
        "Security defaults",
    ),
    ("535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", "xoauth2"),
    ("534 5.7.9 Application-specific password required.", "app password"),
    ("534 5.7.14 Please log in via your web browser and then try again.", "in a browser once"),
    ("535 5.7.8 Username and Password not accepted. BadCredentials", "app password"),
]


@pytest.mark.parametrize(("answer", "said"), LOGINS)
def test_the_hints_of_logins(answer: str, said: str) -> None:
    assert said in hint(int(answer[:3]), answer[4:], signing_in="password")


def test_nobody_listens(ask: Callable[..., Said]) -> None:
    said = ask(free_port())
    assert said.code == 3
    assert "Nothing accepts connections there" in said.err
    assert "587 with starttls" in said.err


def test_a_name_that_is_nobody_s(ask: Callable[..., Said]) -> None:
    said = ask(25, smtp_host="mail.invalid")
    assert said.code == 3
    assert "No machine has this name" in said.err


def test_a_server_that_never_answers(ask: Callable[..., Said]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        said = ask(port, timeout_seconds=1, deadline_seconds=1)
    assert said.code == 3
    assert f"A firewall may block port {port}." in said.err


def test_tls_at_a_port_that_begins_in_the_open(ask: Callable[..., Said]) -> None:
    with server(Lab(), None) as port:
        said = ask(port, smtp_security="tls")
    assert said.code == 3
    assert 'set mail.smtp_security = "starttls"' in said.err


def test_a_server_that_does_not_encrypt(ask: Callable[..., Said]) -> None:
    handler = Lab()
    with server(handler, None) as port:
        said = ask(port)
    assert (said.code, handler.taken) == (3, [])
    assert "STARTTLS: not offered" in said.out


def test_what_is_no_address_and_no_server(program: Program) -> None:
    program.call("init")
    assert program.call("mail", "test", "nobody").code == 1
    said = program.call("mail", "test", "ada@example.edu")
    assert said.code == 2
    assert "Set mail.smtp_host." in said.err


# -- tokens -----------------------------------------------------------------------------------


@pytest.fixture
def endpoint(authority: trustme.CA) -> Iterator[TokenEndpoint]:
    with token_endpoint(context(authority)) as running_:
        yield running_


def tokens(endpoint: TokenEndpoint) -> dict[str, Any]:
    return {
        "auth": "xoauth2",
        "smtp_username": USER,
        "oauth_client_id": CLIENT,
        "oauth_client_secret": SECRET,
        "oauth_token_endpoint": endpoint.url,
    }


def test_with_a_token(
    ask: Callable[..., Said], authority: trustme.CA, endpoint: TokenEndpoint
) -> None:
    with token_mail_server(endpoint.good, context(authority), port=free_port()) as box:
        said = ask(box.port, **tokens(endpoint))
        assert said.code == 0, said.err
        assert "Sign-in methods: XOAUTH2" in said.out
        assert f"Signed in as {USER} (XOAUTH2)" in said.out
        box.good = ()
        said = ask(box.port, **tokens(endpoint))
        assert said.code == 1
        assert "SMTP.SendAsApp" in said.err
    assert SECRET not in said.out + said.err
    assert "access-" not in said.out + said.err


def test_an_endpoint_that_refuses_hides_nothing_of_the_server(
    ask: Callable[..., Said], authority: trustme.CA, endpoint: TokenEndpoint
) -> None:
    endpoint.fault = refusal(401, "invalid_client", "AADSTS7000222: The secret has expired.")
    with token_mail_server(endpoint.good, context(authority), port=free_port()) as box:
        said = ask(box.port, **tokens(endpoint))
    assert said.code == 1
    assert "Create a new client secret" in said.err
    assert "Sign-in methods: XOAUTH2" in said.out
    assert box.tried == []
