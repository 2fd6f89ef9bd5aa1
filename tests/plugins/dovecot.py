"""A real IMAP server: Debian's dovecot, with one mailbox in a folder of its own."""

from __future__ import annotations

import contextlib
import getpass
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from tests.ports import free_port

PROGRAM = shutil.which("dovecot") or "/usr/sbin/dovecot"
USER, PASSWORD = "lab@example.edu", "correct-horse"

_CONFIG = """\
base_dir = {run}
log_path = {run}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{run}/cert.pem
ssl_key = <{run}/key.pem
disable_plaintext_auth = no
default_login_user = {login}
default_internal_user = {internal}
default_internal_group = {group}
mail_location = maildir:{mail}
first_valid_uid = 1
first_valid_gid = 1
mail_fsync = never
auth_mechanisms = plain login
auth_failure_delay = 0
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running server, and the folder of its mailbox."""

    port: int
    tls_port: int
    mail: Path
    ca_file: Path

    @contextlib.contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        """A connection that is signed in and has the inbox open."""
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(USER, PASSWORD)
        client.select("INBOX")
        try:
            yield client
        finally:
            client.logout()

    def append(self, message: bytes, folder: str = "INBOX") -> None:
        """Let an email arrive."""
        with self.client() as client:
            kind, said = client.append(folder, "", imaplib.Time2Internaldate(time.time()), message)
            assert kind == "OK", said

    def flags(self) -> list[bytes]:
        """What the server says of each email in the inbox."""
        with self.client() as client:
            _, found = client.fetch("1:*", "(UID FLAGS)")
        return [one for one in found if isinstance(one, bytes)]

    def count(self, folder: str = "INBOX") -> int:
        """How many emails are in a folder."""
        with self.client() as client:
            kind, found = client.select(folder, readonly=True)
        return int(found[0] or b"0") if kind == "OK" else -1


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Dovecot]:
    """Start a server in a folder; it ends with the block."""
    # Dovecot serves no account with the number 0.
    root = os.geteuid() == 0
    owner = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
    login, internal = ("dovenull", "dovecot") if root else (getpass.getuser(), getpass.getuser())
    run, home = folder / "run", folder / "home"
    mail = home / "Maildir"
    for path in (run, mail):
        path.mkdir(parents=True)
    if root:
        for path in (home, mail):
            os.chown(path, owner.pw_uid, owner.pw_gid)
        for path in (folder, *list(folder.parents)[:-1]):
            with contextlib.suppress(PermissionError):
                path.chmod(path.stat().st_mode | 0o011)
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    certificate.private_key_pem.write_to_path(run / "key.pem")
    for place, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(run / "cert.pem", append=place > 0)
    port, tls_port = free_port(), free_port()
    config = folder / "dovecot.conf"
    import grp

    group = grp.getgrgid(pwd.getpwnam(internal).pw_gid).gr_name
    config.write_text(
        _CONFIG.format(
            run=run, mail=mail, home=home, port=port, tls_port=tls_port, login=login,
            internal=internal, group=group, password=PASSWORD, uid=owner.pw_uid, gid=owner.pw_gid,
        )
    )  # fmt: skip
    process = subprocess.Popen([PROGRAM, "-F", "-c", str(config)], stderr=subprocess.PIPE)
    try:
        _wait_for(port, process, run / "log")
        yield Dovecot(port, tls_port, mail, ca_file)
    finally:
        process.terminate()
        process.wait(30)
        assert process.stderr is not None
        process.stderr.close()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as made:
                if made.recv(1):
                    return
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > until:
            said = log.read_text() if log.exists() else ""
            errors = (
                process.stderr.read().decode()
                if process.poll() is not None and process.stderr
                else ""
            )
            raise RuntimeError(f"dovecot didn't start: {said} {errors}")
        time.sleep(0.05)


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """A server with an empty mailbox."""
    if sys.platform == "win32" or not Path(PROGRAM).exists():
        if os.environ.get("CI"):
            pytest.fail("dovecot is missing: .ci/run installs dovecot-imapd")
        pytest.skip("needs dovecot (dovecot-imapd)")
    # Its sockets want a short path.
    with (
        tempfile.TemporaryDirectory(prefix="pf-", dir="/tmp") as folder,
        running(Path(folder)) as server,
    ):
        yield server
