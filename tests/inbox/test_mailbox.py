"""The mailbox in every mood: servers that refuse, hang, break off, and count anew; other workers."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from printflow import Fate, Job, Printflow, Settings
from printflow.dispatch.inbox import LEASE, InboxReader
from printflow.inbox.imap import ImapMailbox
from printflow.ports import (
    FailureKind,
    MailboxRefused,
    MailboxUnreachable,
    MailboxView,
    MailFailure,
)
from tests.plugins.dovecot import PASSWORD, USER, Dovecot
from tests.plugins.imap_line import Line, line_to
from tests.plugins.inbox import email, message_id, reading
from tests.plugins.lab import TestClock


@pytest.fixture
def line(dovecot: Dovecot) -> Iterator[Line]:
    with line_to(dovecot.port) as made:
        yield made


def mailbox(port: int, **more: object) -> ImapMailbox:
    given: dict[str, object] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "username": USER,
        "password": PASSWORD,
        "timeout_seconds": 2,
        "deadline_seconds": 3,
        **more,
    }
    return ImapMailbox(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_it_opens_by_each_way(dovecot: Dovecot, security: str) -> None:
    dovecot.append(email("Up."))
    port = dovecot.tls_port if security == "tls" else dovecot.port
    with closing(mailbox(port, security=security, ca_file=dovecot.ca_file)) as box:
        view = box.open()
        (uid,) = box.uids_from(1)
        assert view.next_uid == uid + 1
        assert box.fetch(uid, 1 << 20) == email("Up.")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"password": "wrong"}, "rejected the login"),
        ({"password": "grüße"}, "rejected the login"),
        ({"folder": "Nowhere"}, "has no folder Nowhere"),
        ({"security": "starttls"}, "certificate isn't trusted"),
    ],
)
def test_what_the_server_refuses_is_told_without_the_password(
    dovecot: Dovecot, more: dict[str, object], words: str
) -> None:
    with closing(mailbox(dovecot.port, **more)) as box:
        with pytest.raises(MailboxRefused) as refused:
            box.open()
        assert words in refused.value.detail
        assert str(more.get("password", PASSWORD)) not in refused.value.detail


def test_a_server_without_encryption_gets_no_password() -> None:
    heard: list[bytes] = []

    def plain(client: socket.socket) -> None:
        client.sendall(b"* OK ready\r\n")
        while data := client.recv(1000):
            heard.append(data)
            tag = data.split()[0]
            client.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")

    with (
        serving(plain) as port,
        closing(mailbox(port, security="starttls")) as box,
        pytest.raises(MailboxRefused, match="doesn't offer encryption"),
    ):
        box.open()
    assert PASSWORD.encode() not in b"".join(heard)


def test_a_token_signs_in_and_one_that_is_refused_is_told() -> None:
    """By XOAUTH2, as Microsoft 365 and Google want it."""
    heard: list[str] = []

    def provider(client: socket.socket) -> None:
        file = client.makefile("rwb")
        file.write(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 IDLE] ready\r\n")
        file.flush()
        for line in file:
            tag, _, rest = line.decode().strip().partition(" ")
            said = f"{tag} OK done"
            if rest.startswith("CAPABILITY"):
                said = f"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 IDLE\r\n{said}"
            elif rest.startswith("AUTHENTICATE XOAUTH2"):
                file.write(b"+ \r\n")
                file.flush()
                heard.append(base64.b64decode(file.readline()).decode())
                if "good" not in heard[-1]:
                    said = f"{tag} NO AUTHENTICATE failed."
            elif rest.startswith("SELECT"):
                said = f"* 0 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 9]\r\n{said}"
            file.write(said.encode() + b"\r\n")
            file.flush()

    refused: list[str] = []
    tokens = iter(("stale-token", "good-token"))
    with (
        serving(provider) as port,
        closing(
            mailbox(
                port, password="", access_token=lambda: next(tokens), token_refused=refused.append
            )
        ) as box,
    ):
        with pytest.raises(MailboxRefused, match="rejected the login") as failed:
            box.open()
        assert "stale-token" not in failed.value.detail
        assert refused == ["stale-token"], "the next one is a fresh one"
        assert box.open() == MailboxView(7, 9)
    assert heard[-1] == f"user={USER}\x01auth=Bearer good-token\x01\x01"


def test_a_token_that_cannot_be_had() -> None:
    def failing() -> str:
        raise MailFailure(FailureKind.TRANSIENT, "login.example.edu didn't answer.")

    def greeting(client: socket.socket) -> None:
        client.sendall(b"* OK ready\r\n")
        while data := client.recv(1000):
            client.sendall(b"* CAPABILITY IMAP4rev1\r\n" + data.split()[0] + b" OK done\r\n")

    with serving(greeting) as port, closing(mailbox(port, access_token=failing)) as box:
        with pytest.raises(MailboxUnreachable, match="didn't answer") as failed:
            box.open()
        assert not isinstance(failed.value, MailboxRefused)


class serving:
    """A server of one's own, for what no real one does."""

    def __init__(self, each: Callable[[socket.socket], None]) -> None:
        self._each = each
        self._socket = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> int:
        threading.Thread(target=self._serve, daemon=True).start()
        return int(self._socket.getsockname()[1])

    def __exit__(self, *_error: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        try:
            while True:
                client, _ = self._socket.accept()
                with client:
                    self._each(client)
        except OSError:
            pass


def drip(client: socket.socket) -> None:
    for _ in range(1000):
        client.sendall(b"*")
        time.sleep(0.2)


MOODS: dict[str, Callable[[socket.socket], None]] = {
    "says nothing": lambda client: time.sleep(30),
    "a letter at a time": drip,
    "hangs up": lambda client: None,
    "no IMAP": lambda client: client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "endless line": lambda client: client.sendall(b"* OK " + b"x" * (21 << 20)),
}


@pytest.mark.parametrize("mood", MOODS)
def test_a_server_in_a_mood_is_given_up_in_time(mood: str) -> None:
    with serving(MOODS[mood]) as port, closing(mailbox(port)) as box:
        began = time.monotonic()
        with pytest.raises(MailboxUnreachable) as failed:
            box.open()
        assert not isinstance(failed.value, MailboxRefused)
        assert f"127.0.0.1:{port}" in failed.value.detail
        assert time.monotonic() - began < 20


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    with closing(mailbox(port)) as box, pytest.raises(MailboxUnreachable):
        box.open()


def test_it_hangs_in_the_middle(line: Line) -> None:
    with closing(mailbox(line.port)) as box:
        box.open()
        line.hang()
        with pytest.raises(MailboxUnreachable):
            box.uids_from(1)
        line.flow()
        assert box.open().validity


def test_it_drops_in_the_middle_of_an_email(dovecot: Dovecot, line: Line) -> None:
    dovecot.append(email("x" * 100_000))
    with closing(mailbox(line.port)) as box:
        box.open()
        (uid,) = box.uids_from(1)
        line.cut_after = 20_000
        with pytest.raises(MailboxUnreachable):
            box.fetch(uid, 1 << 20)
        box.open()
        assert len(box.fetch(uid, 1 << 20) or b"") > 100_000


def test_waiting_ends_with_an_email_a_cut_and_a_stop(dovecot: Dovecot, line: Line) -> None:
    with closing(mailbox(line.port)) as box:
        box.open()
        threading.Timer(0.3, dovecot.append, [email("Up.")]).start()
        assert box.wait(20, lambda: False), "woken by IDLE"
        assert len(box.uids_from(1)) == 1
        assert not box.wait(20, lambda: True), "nobody waits any longer"
        threading.Timer(0.3, line.cut).start()
        with pytest.raises(MailboxUnreachable):
            box.wait(20, lambda: False)
            box.uids_from(1)


# -- the worker -----------------------------------------------------------------------------------


def of(lab: Printflow) -> InboxReader:
    return lab._parts.inbox


def texts(lab: Printflow, job: Job) -> list[str]:
    return [note.text for note in lab.jobs.details(job.id).notes if note.from_student]


def settle(reader: InboxReader) -> None:
    """Let the time until the next try pass."""
    reader._again = float("-inf")


@pytest.fixture
def by_line(inbox_settings: Settings, line: Line, clock: TestClock) -> Iterator[Printflow]:
    """A lab that reaches its mailbox by the line."""
    settings = Settings(
        **inbox_settings.model_dump(exclude={"inbox", "mail"}, exclude_unset=True),
        mail={"directory": inbox_settings.mail.directory, "sender": "lab@example.edu"},
        inbox={"host": "127.0.0.1", "port": line.port, "security": "none", "username": USER,
               "allow_cleartext_login": True, "password": PASSWORD, "timeout_seconds": 2,
               "deadline_seconds": 2},
    )  # fmt: skip
    with Printflow.open(settings, clock=clock) as lab:
        yield lab


@pytest.fixture
def job(by_line: Printflow, model: Path) -> Job:
    made = by_line.intake.submit(
        model, student="Jane Doe", email="jane@example.edu", method="Filament", color="True Red",
        printer="Prusa MK4S", discipline="Engineering", class_number="ARCH 4000",
        acknowledge_minimum=True,
    )  # fmt: skip
    by_line.notes.add(made.id, by="Sam", text="Which way up?", for_student=True)
    by_line.dispatch()
    return made


def test_every_place_where_the_line_breaks_leaves_one_message(
    by_line: Printflow, job: Job, dovecot: Dovecot, line: Line
) -> None:
    about, reader = message_id(by_line), of(by_line)
    for number, after in enumerate(range(0, 3000, 150)):
        dovecot.append(email(f"{number}", answers=about, own_id=f"<{number}@x.y>"))
        line.cut_after = after
        while True:
            settle(reader)
            reader.run_until_idle()
            if len(by_line.inbox.find((Fate.MESSAGE, Fate.TRAY))) > number:
                break
    kept = by_line.inbox.find((Fate.MESSAGE, Fate.TRAY), limit=100)
    assert sorted(int(mail.text) for mail in kept) == list(range(20))


def test_numbers_that_begin_again_double_nothing(
    by_line: Printflow, job: Job, dovecot: Dovecot
) -> None:
    about = message_id(by_line)
    dovecot.append(email("One.", answers=about, own_id="<1@x.y>"))
    dovecot.append(email("No id.", answers=about, own_id=""))
    by_line.dispatch()
    for path in dovecot.mail.glob("dovecot*"):
        path.unlink()  # the index and its UIDVALIDITY
    (dovecot.mail / "dovecot-uidlist").write_text(
        "3 V1234567 N1 G0123456789abcdef0123456789abcdef\n"
    )
    dovecot.append(email("Two.", answers=about, own_id="<2@x.y>"))
    by_line.dispatch()
    assert texts(by_line, job) == ["One.", "No id.", "Two."]


def test_its_trouble_shows_and_ends(by_line: Printflow, line: Line, clock: TestClock) -> None:
    by_line.dispatch()
    assert by_line.inbox.trouble() is None
    line.hang()
    settle(of(by_line))
    by_line.dispatch()
    assert by_line.inbox.trouble() is None, "for a short while it's no trouble"
    clock.advance(minutes=11)
    trouble = by_line.inbox.trouble()
    assert trouble is not None
    assert "can't be reached" in trouble.message
    assert by_line.system.health()["inbox"] == "failing"
    codes = [one.code for one in by_line.doctor.examine(only=["work"]).findings]
    assert "inbox_unread" in codes
    line.cut()
    line.flow()
    settle(of(by_line))
    by_line.dispatch()
    assert by_line.inbox.trouble() is None
    clock.advance(minutes=11)
    found = by_line.inbox.trouble()
    assert found is not None
    assert "nothing looks for them" in found.message


def test_a_refused_login_shows_at_once(
    inbox_settings: Settings, dovecot: Dovecot, clock: TestClock
) -> None:
    wrong = Settings(
        **inbox_settings.model_dump(exclude={"inbox", "mail"}, exclude_unset=True),
        inbox=reading(dovecot, password="of yesterday"),
    )
    with Printflow.open(wrong, clock=clock) as lab:
        lab.dispatch()
        trouble = lab.inbox.trouble()
        assert trouble is not None
        assert "rejected the login" in trouble.message
        assert "of yesterday" not in trouble.message
        assert lab.system.health()["inbox"] == "refused"


def test_two_workers_take_turns_and_double_nothing(
    inbox_lab: Printflow, inbox_settings: Settings, dovecot: Dovecot, asked: Job, clock: TestClock
) -> None:
    about = message_id(inbox_lab)
    with Printflow.open(inbox_settings, clock=clock) as other:
        of(other)._holder = "another machine/1"
        for number in range(6):
            dovecot.append(email(f"{number}", answers=about, own_id=f"<{number}@x.y>"))
        for _ in range(3):
            of(inbox_lab).step(wait=0)
            assert not of(other).step(wait=0), "it's the first one's turn"
        clock.advance(minutes=4)  # the first one died
        settle(of(other))
        while of(other).step(wait=0):
            pass
        # The first one comes back to life, and believes that it still has its turn.
        while of(inbox_lab).step(wait=0):
            pass
        assert texts(inbox_lab, asked) == [str(number) for number in range(6)]
        of(other).end()


def test_a_lease_is_let_go_at_the_end(inbox_lab: Printflow) -> None:
    with inbox_lab._parts.database.read() as tx:
        assert tx.leases.holder(LEASE, inbox_lab._parts.clock()) == ""
    of(inbox_lab).step(wait=0)
    with inbox_lab._parts.database.read() as tx:
        assert tx.leases.holder(LEASE, inbox_lab._parts.clock())
    of(inbox_lab).end()
    with inbox_lab._parts.database.read() as tx:
        assert tx.leases.holder(LEASE, inbox_lab._parts.clock()) == ""


def test_the_lease_of_a_clock_that_was_ahead_is_not_waited_for(lab: Printflow) -> None:
    with lab._parts.database.write() as tx:
        now = lab._parts.clock()
        assert tx.leases.take("x", "wrong clock", now, now + timedelta(days=300))
        assert tx.leases.take("x", "right clock", now, now + timedelta(minutes=3))
        assert not tx.leases.take("x", "third", now, now + timedelta(minutes=3))


def test_the_background_takes_it_in_by_itself(
    inbox_lab: Printflow, dovecot: Dovecot, asked: Job
) -> None:
    inbox_lab.worker.start()
    about = message_id(inbox_lab)
    for number in range(3):
        dovecot.append(email(f"{number}", answers=about, own_id=f"<{number}@x.y>"))
        until = time.monotonic() + 30
        while len(texts(inbox_lab, asked)) <= number and time.monotonic() < until:
            time.sleep(0.02)
    inbox_lab.worker.stop()
    assert texts(inbox_lab, asked) == ["0", "1", "2"]
