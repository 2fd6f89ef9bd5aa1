"""nginx with the repository's own settings in front of a running server."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from tests.ports import free_port

_EXAMPLE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
# Around the lab's own file: what Debian's nginx.conf says.
_AROUND = """\
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes auto;
events {{ worker_connections 768; }}
http {{
  sendfile on; tcp_nopush on; types_hash_max_size 2048; gzip on;
  {scratch}
  {site}
}}
"""


@dataclass(frozen=True)
class Front:
    """A running nginx: its port for HTTPS, and who trusts its certificate."""

    port: int
    secure: ssl.SSLContext
    pid: int


@contextmanager
def nginx_before(port: int, folder: Path) -> Iterator[Front]:
    """nginx passes requests for ``https://localhost`` to the server at ``port``."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise RuntimeError("this needs nginx")
    folder.mkdir()
    folder.chmod(0o755)
    plain, secure = free_port(), free_port()
    authority = trustme.CA()
    made = authority.issue_cert("localhost")
    made.cert_chain_pems[0].write_to_path(folder / "c.pem")
    made.private_key_pem.write_to_path(folder / "k.pem")
    site = _EXAMPLE.read_text("utf-8")
    for old, new in (
        (r"server 127\.0\.0\.1:\d+;", f"server 127.0.0.1:{port};"),
        (r"/var/log/nginx", str(folder)),
        (r"prints\.example\.edu;", "localhost;"),
        (r"listen 80;", f"listen 127.0.0.1:{plain};"),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{secure} ssl;"),
        (r"ssl_certificate \S+;", f"ssl_certificate {folder}/c.pem;"),
        (r"ssl_certificate_key \S+;", f"ssl_certificate_key {folder}/k.pem;"),
    ):
        site, found = re.subn(old, new, site)
        if not found:
            raise RuntimeError(f"deploy/nginx.conf has no {old}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    scratch = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    conf = folder / "nginx.conf"
    conf.write_text(_AROUND.format(folder=folder, scratch=scratch, site=site), "utf-8")
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(conf)])
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    try:
        _wait(secure, process)
        yield Front(secure, trusting, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("nginx does not answer")
