"""The real program on a free port, a real mail server, and a real browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from printflow import Printflow, Settings
from tests.ports import free_port

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

# A machine that runs other tests beside answers late, too: what comes at last is what counts.
expect.set_options(timeout=15_000)


@dataclass
class Mailbox:
    """What the mail server took, oldest first."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        data = content if isinstance(content, bytes) else str(content).encode()
        self.mails.append(message_from_bytes(data, policy=policy.default))
        return "250 OK"

    def wait_for(self, subject: str, *, seconds: float = 20) -> EmailMessage:
        """The newest mail whose subject matches, as soon as it is there."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = [mail for mail in self.mails if re.search(subject, str(mail["Subject"]))]
            if found:
                return found[-1]
            time.sleep(0.05)
        raise AssertionError(f"no mail {subject!r}; there are {[m['Subject'] for m in self.mails]}")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A real SMTP server on this machine."""
    box = Mailbox()
    box.port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


def check_box(box: Locator) -> None:
    """Check a box or radio button that lies under a drawn one, wherever the page moves it while
    pictures of models come in: a click at a place could meet something else.
    """
    box.evaluate("(one) => one.checked || one.click()")
    expect(box).to_be_checked()


@dataclass
class Server:
    """The running program."""

    url: str
    store: Path
    password: str
    log: Path
    pid: int
    command: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def again(self) -> Iterator[subprocess.Popen[bytes]]:
        """The program, started once more in its place."""
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                self.command,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environment,
                cwd=self.store.parent,
            )
        try:
            wait_until_it_answers(f"{self.url}/health/live", process, self.log, seconds=90)
            yield process
        finally:
            process.terminate()
            process.wait(20)

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self.url.rpartition(":")[2])


@pytest.fixture
def more_settings() -> dict[str, str]:
    """Environment variables that a test module adds."""
    return {}


@pytest.fixture
def program() -> str:
    """The module that is run as the command."""
    return "printflow"


@pytest.fixture
def server(
    tmp_path: Path, mailbox: Mailbox, more_settings: dict[str, str], program: str
) -> Iterator[Server]:
    """`printflow serve`, as an administrator starts it."""
    port, store, log = free_port(), tmp_path / "store", tmp_path / "serve.log"
    store.mkdir()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PRINTFLOW_")},
        "PRINTFLOW_STORE": str(store),
        "PRINTFLOW_BASE_URL": url,
        "PRINTFLOW_MAIL__SMTP_HOST": "127.0.0.1",
        "PRINTFLOW_MAIL__SMTP_PORT": str(mailbox.port),
        "PRINTFLOW_MAIL__SMTP_SECURITY": "none",  # the test's server offers no TLS
        "PRINTFLOW_MAIL__SENDER": "Print lab <lab@example.edu>",
        "PRINTFLOW_MAIL__STAFF_ADDRESS": "staff@example.edu",
        "PRINTFLOW_UNDO_SECONDS": "1",  # mails of the dashboard wait so long
        "PRINTFLOW_CHECK_EMAIL_DOMAIN": "false",  # no test asks the network
        **more_settings,
    }
    command = [sys.executable, "-m", program, "serve", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=tmp_path
        )
    try:
        wait_until_it_answers(f"{url}/health/live", process, log)
        found = re.search(r"[0-9a-z]{4}(-[0-9a-z]{4}){3}", log.read_text("utf-8"))
        assert found, log.read_text("utf-8")
        yield Server(url, store, found[0], log, process.pid, command, environment)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def lab(server: Server) -> Iterator[Printflow]:
    """The running server's lab, for a script beside it."""
    settings = Settings(
        store=server.store, base_url=server.url, mail={"directory": server.store / "mail"}
    )
    with Printflow.open(settings, create=False) as opened:
        yield opened


def wait_until_it_answers(
    url: str, process: subprocess.Popen[bytes], log: Path | None = None, *, seconds: float = 90
) -> None:
    """Return as soon as the server answers at ``url``."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    said = log.read_text("utf-8") if log else ""
    raise AssertionError(f"the server does not answer: {said}")


@pytest.fixture(scope="session")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium_path, args=["--no-sandbox", "--disable-quic"]
        )
        yield opened
        opened.close()


@dataclass
class Complaints:
    """What the browser complained of: errors of scripts and of the content security policy."""

    lines: list[str] = field(default_factory=list)


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Fails the test that made the browser complain."""
    gathered = Complaints()
    yield gathered
    assert gathered.lines == []


def watched(page: Page, complaints: Complaints) -> Page:
    """The page, with its complaints gathered; a refused form is no complaint."""
    page.on("pageerror", lambda error: complaints.lines.append(str(error)))
    page.on(
        "console",
        lambda said: (
            complaints.lines.append(said.text)
            if said.type == "error" and "the server responded with a status of 4" not in said.text
            else None
        ),
    )
    page.set_default_timeout(15_000)
    return page


@pytest.fixture
def page(browser: Browser, complaints: Complaints) -> Iterator[Page]:
    """A desktop window."""
    context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    yield watched(context.new_page(), complaints)
    context.close()


@pytest.fixture
def phone(browser: Browser, complaints: Complaints) -> Iterator[Page]:
    """A phone: the student's."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    yield watched(context.new_page(), complaints)
    context.close()
