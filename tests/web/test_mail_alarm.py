"""Mail that does not leave: dashboard, readiness, doctor and figures say so, and say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from printflow import Printflow, Settings
from printflow.testing.fault_mail_server import FaultMailServer, Mood
from printflow_web.factory import create_app
from tests.integration.test_smtp import Lab, running, server_context
from tests.plugins.lab import TestClock
from tests.web.conftest import PASSWORD, said, send

LOCAL = {"REMOTE_ADDR": "127.0.0.1"}


@contextmanager
def untrusted() -> Iterator[dict[str, Any]]:
    """It encrypts, with a certificate that nobody here knows."""
    with running(Lab(), tls_context=server_context(trustme.CA())) as port:
        yield {"smtp_port": port, "smtp_security": "starttls"}


@contextmanager
def without_starttls() -> Iterator[dict[str, Any]]:
    """It does not encrypt."""
    with running(Lab()) as port:
        yield {"smtp_port": port, "smtp_security": "starttls"}


@contextmanager
def stalling() -> Iterator[dict[str, Any]]:
    """It never answers."""
    with FaultMailServer(lambda: Mood.HANGS, port=_free()) as server:
        yield {
            "smtp_port": server.port,
            "smtp_security": "none",
            "deadline_seconds": 1,
            "timeout_seconds": 1,
        }


@contextmanager
def refusing() -> Iterator[dict[str, Any]]:
    """It takes mail for nobody."""
    with running(Lab(rcpt="550 relaying denied")) as port:
        yield {"smtp_port": port, "smtp_security": "none"}


@contextmanager
def wrong_password(folder: Path) -> Iterator[dict[str, Any]]:
    """It lets nobody in."""
    authority = trustme.CA()
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))

    def never(_s: SMTP, _n: Session, _e: Envelope, _m: str, _given: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    options = {
        "tls_context": server_context(authority),
        "require_starttls": True,
        "authenticator": never,
        "auth_required": True,
    }
    with running(Lab(), **options) as port:
        yield {
            "smtp_port": port,
            "smtp_security": "starttls",
            "smtp_ca_file": ca_file,
            "smtp_username": "printlab",
            "smtp_password": "wrong",
        }


def _free() -> int:
    from tests.ports import free_port

    return free_port()


@pytest.mark.parametrize(
    ("server", "state", "reason"),
    [
        (untrusted, "certificate", "certificate isn't trusted"),
        (without_starttls, "failing", "doesn't offer encryption"),
        (stalling, "failing", "timed out|didn't answer within 1 s"),
        (refusing, "refused", "relaying denied"),
        (wrong_password, "paused", "535"),
    ],
    ids=["untrusted", "without-starttls", "stalling", "refusing", "wrong-password"],
)
@pytest.mark.long
def test_mail_that_fails_is_told_everywhere_within_a_quarter_of_an_hour(
    settings: Settings,
    clock: TestClock,
    model: Path,
    tmp_path: Path,
    server: Any,
    state: str,
    reason: str,
) -> None:
    with wrong_password(tmp_path) if server is wrong_password else server() as given:
        mail = {
            "smtp_host": "127.0.0.1",
            "sender": "Lab <lab@example.edu>",
            **given,
        }
        plain = settings.model_dump(include={"store", "database_url", "base_url"})
        with Printflow.open(Settings(**plain, mail=mail), clock=clock) as lab:
            lab.stations.set_password(PASSWORD)
            staff = create_app(lab).test_client()
            send(staff, "/login", name="Ana", password=PASSWORD)
            assert lab.mail.trouble() is None
            _submit(lab, model, "jane@example.edu")
            _submit(lab, model, "paul@example.edu")
            for _ in range(3):
                lab.dispatch()
                clock.advance(minutes=4)
            health = lab.system.health()
            assert (health["mail"], health["ok"]) == (state, True)
            assert health["status"] == "degraded"
            dashboard = said(staff.get("/dashboard"))
            trouble = lab.mail.trouble()
            assert trouble is not None
            assert re.search(reason, trouble.message)
            assert trouble.message in dashboard
            assert trouble.next_step in dashboard
            (finding,) = [
                f for f in lab.doctor.examine(fix=False).findings if f.code == f"mail_{state}"
            ]
            assert (finding.message, finding.next_step) == (trouble.message, trouble.next_step)
            figures = staff.get("/metrics", base_url="http://127.0.0.1:8080", environ_base=LOCAL)
            assert "printflow_mail_ok 0.0" in figures.text.splitlines()


def test_mail_that_nobody_sends_is_told(lab: Printflow, clock: TestClock, submit: Any) -> None:
    submit()
    assert lab.mail.trouble() is None
    clock.advance(minutes=9)
    assert lab.mail.trouble() is None
    clock.advance(minutes=2)
    trouble = lab.mail.trouble()
    assert trouble is not None
    assert "nothing has tried" in trouble.message
    assert "printflow worker" in trouble.next_step
    lab.dispatch()
    assert lab.mail.trouble() is None


def test_one_wrong_address_is_no_alarm(settings: Settings, clock: TestClock, model: Path) -> None:
    with refusing() as given:
        mail = {"smtp_host": "127.0.0.1", "sender": "Lab <lab@example.edu>", **given}
        plain = settings.model_dump(include={"store", "database_url", "base_url"})
        with Printflow.open(Settings(**plain, mail=mail), clock=clock) as lab:
            _submit(lab, model, "jane@example.edu")
            lab.dispatch()
            assert lab.mail.counts()["dead"] == 1
            assert lab.mail.trouble() is None


def _submit(lab: Printflow, model: Path, email: str) -> None:
    lab.intake.submit(
        model,
        student="Jane Doe",
        email=email,
        method="Filament",
        color="True Red",
        printer="Prusa MK4S",
        discipline="Engineering",
        class_number="ARCH 4000",
        acknowledge_minimum=True,
    )
