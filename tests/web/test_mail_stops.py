"""A login or certificate that fails is told everywhere at once, and the alarm goes when it is mended."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import AuthResult, LoginPassword
from flask.testing import FlaskClient

from printflow import Printflow, Settings
from printflow_web.factory import create_app
from tests.integration.test_smtp import Lab, running, server_context
from tests.plugins.lab import TestClock
from tests.plugins.token_endpoint import CLIENT, SECRET, refusal, token_endpoint
from tests.plugins.token_mail_server import USER, token_mail_server
from tests.ports import free_port
from tests.web.conftest import PASSWORD, said, send
from tests.web.test_mail_alarm import _submit

LOCAL = {"REMOTE_ADDR": "127.0.0.1"}
PAST = datetime(2020, 1, 2, tzinfo=UTC)


@dataclass
class Case:
    """A server that is broken: its settings, how it is mended, and how many mails it took."""

    settings: dict[str, Any]
    mend: Callable[[], object]
    taken: Callable[[], int]


@contextmanager
def expired(authority: trustme.CA) -> Iterator[Case]:
    context, handler = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), Lab()
    authority.issue_cert("127.0.0.1", not_after=PAST).configure_cert(context)
    with running(handler, tls_context=context) as port:
        good = authority.issue_cert("127.0.0.1")
        yield Case(
            {"smtp_port": port}, lambda: good.configure_cert(context), lambda: len(handler.taken)
        )


@contextmanager
def other_name(authority: trustme.CA) -> Iterator[Case]:
    context, handler = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), Lab()
    authority.issue_cert("mail.example.edu").configure_cert(context)
    with running(handler, tls_context=context) as port:
        good = authority.issue_cert("127.0.0.1")
        yield Case(
            {"smtp_port": port}, lambda: good.configure_cert(context), lambda: len(handler.taken)
        )


@contextmanager
def unknown_authority(authority: trustme.CA) -> Iterator[Case]:
    handler, context = Lab(), server_context(trustme.CA())
    with running(handler, tls_context=context) as port:
        good = authority.issue_cert("127.0.0.1")
        yield Case(
            {"smtp_port": port}, lambda: good.configure_cert(context), lambda: len(handler.taken)
        )


@contextmanager
def wrong_password(authority: trustme.CA) -> Iterator[Case]:
    handler, words = Lab(), {b"changed"}

    def let_in(_s: object, _n: object, _e: object, _m: str, given: object) -> AuthResult:
        good = isinstance(given, LoginPassword) and given.password in words
        return AuthResult(success=good, handled=False)

    options = {
        "tls_context": server_context(authority),
        "authenticator": let_in,
        "auth_required": True,
    }
    with running(handler, **options) as port:
        yield Case(
            {"smtp_port": port, "smtp_username": "lab", "smtp_password": "geheim"},
            lambda: words.add(b"geheim"),
            lambda: len(handler.taken),
        )


@contextmanager
def revoked_token(authority: trustme.CA) -> Iterator[Case]:
    with (
        token_endpoint(server_context(authority)) as endpoint,
        token_mail_server((), server_context(authority), port=free_port()) as box,
    ):
        yield Case(
            {"smtp_port": box.port, **_tokens(endpoint.url)},
            lambda: setattr(box, "good", endpoint.good),
            box.taken.total,
        )


@contextmanager
def refusing_endpoint(authority: trustme.CA) -> Iterator[Case]:
    with (
        token_endpoint(server_context(authority)) as endpoint,
        token_mail_server(endpoint.good, server_context(authority), port=free_port()) as box,
    ):
        endpoint.fault = refusal(400, "invalid_grant", "AADSTS700082: The refresh token expired.")
        yield Case(
            {"smtp_port": box.port, **_tokens(endpoint.url), "oauth_refresh_token": "refresh-0"},
            lambda: setattr(endpoint, "fault", None),
            box.taken.total,
        )


@contextmanager
def untrusted_endpoint(authority: trustme.CA) -> Iterator[Case]:
    context = server_context(trustme.CA())
    with (
        token_endpoint(context) as endpoint,
        token_mail_server(endpoint.good, server_context(authority), port=free_port()) as box,
    ):
        good = authority.issue_cert("127.0.0.1")
        yield Case(
            {"smtp_port": box.port, **_tokens(endpoint.url)},
            lambda: good.configure_cert(context),
            box.taken.total,
        )


def _tokens(url: str) -> dict[str, Any]:
    return {
        "auth": "xoauth2",
        "smtp_username": USER,
        "oauth_client_id": CLIENT,
        "oauth_client_secret": SECRET,
        "oauth_token_endpoint": url,
    }


CASES = [
    (expired, "certificate", "It has expired"),
    (other_name, "certificate", "to a name that it's for"),
    (unknown_authority, "certificate", "mail.smtp_ca_file"),
    (wrong_password, "paused", "535"),
    (revoked_token, "paused", "SMTP.SendAsApp"),
    (refusing_endpoint, "paused", "new refresh token"),
    (untrusted_endpoint, "certificate", "No secret was sent"),
]


def _told(staff: FlaskClient, lab: Printflow) -> dict[str, str]:
    """What each place says of mail: "" or "ok" where all is well."""
    trouble = lab.mail.trouble()
    figures = staff.get("/metrics", base_url="http://127.0.0.1:8080", environ_base=LOCAL).text
    page = said(staff.get("/dashboard"))
    findings = lab.doctor.examine(fix=False).findings
    return {
        "dashboard": trouble.message if trouble and trouble.message in page else "",
        "health": staff.get("/health/ready").json["mail"],  # type: ignore[index]
        "doctor": next((f.code for f in findings if f.code.startswith("mail_")), ""),
        "metrics": re.findall(r"^printflow_mail_ok (\S+)$", figures, re.M)[0],
    }


@pytest.mark.long
@pytest.mark.parametrize(("case", "state", "reason"), CASES, ids=[c[0].__name__ for c in CASES])
def test_it_is_told_everywhere_at_once_until_it_is_mended(
    settings: Settings,
    clock: TestClock,
    model: Path,
    tmp_path: Path,
    case: Any,
    state: str,
    reason: str,
) -> None:
    authority = trustme.CA()
    ca_file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    plain = settings.model_dump(include={"store", "database_url", "base_url"})
    with case(authority) as broken:
        mail = {
            "smtp_host": "127.0.0.1",
            "smtp_ca_file": ca_file,
            "sender": f"Lab <{USER}>",
            "timeout_seconds": 5,
            "deadline_seconds": 10,
            **broken.settings,
        }
        with Printflow.open(Settings(**plain, mail=mail), clock=clock) as lab:
            lab.stations.set_password(PASSWORD)
            staff = create_app(lab).test_client()
            send(staff, "/login", name="Ana", password=PASSWORD)
            _submit(lab, model, "jane@example.edu")
            for minutes in (0, 1, 16, 16, 16):
                clock.advance(minutes=minutes)
                lab.dispatch()
                told = _told(staff, lab)
                assert reason in told["dashboard"]
                assert told["health"] == state
                assert (told["doctor"], told["metrics"]) == (f"mail_{state}", "0.0")
            assert broken.taken() == 0
            broken.mend()
            clock.advance(minutes=16)
            assert lab.dispatch().sent == 1
            assert _told(staff, lab) == {
                "dashboard": "",
                "health": "ok",
                "doctor": "",
                "metrics": "1.0",
            }
            assert broken.taken() == 1
