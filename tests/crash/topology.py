"""A lab on several machines' worth of processes: nginx, web servers, workers, one PostgreSQL."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.conftest import wait_until_it_answers
from tests.ports import free_port

_SITE = """\
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream printflow {{ {servers} }}
  server {{
    listen 127.0.0.1:{port};
    client_max_body_size 110m;
    location / {{
      proxy_pass http://printflow;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_connect_timeout 2s;
      proxy_http_version 1.1;
    }}
  }}
}}
"""


@dataclass
class Topology:
    """The processes by name; each can die and come back at any moment."""

    folder: Path
    environment: dict[str, str]
    nginx: Path
    webs: dict[str, int] = field(default_factory=dict)
    workers: tuple[str, ...] = ("worker1", "worker2")
    port: int = 0
    kills: int = 0
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start_all(self) -> None:
        """Everything runs, and answers through nginx."""
        self.webs = {"web1": free_port(), "web2": free_port()}
        self.port = free_port()
        self.environment["PRINTFLOW_BASE_URL"] = f"http://127.0.0.1:{self.port}"
        for name in (*self.webs, *self.workers):
            self.start(name)
        servers = "".join(
            f"server 127.0.0.1:{port} fail_timeout=1s;" for port in self.webs.values()
        )
        conf = self.folder / "nginx.conf"
        conf.write_text(_SITE.format(folder=self.folder, servers=servers, port=self.port))
        self._run("nginx", [str(self.nginx), "-p", str(self.folder), "-c", str(conf)])
        for port in (*self.webs.values(), self.port):
            self._wait(port)

    def _wait(self, port: int) -> None:
        url = f"http://127.0.0.1:{port}/health/live"
        wait_until_it_answers(url, self._running["nginx"], self.folder / "web1.log")

    def start(self, name: str) -> None:
        """Start a web server or worker."""
        command = [sys.executable, "-m", "printflow"]
        if name in self.webs:
            command += ["serve", "--no-worker", "--port", str(self.webs[name])]
        else:
            command += ["worker"]
        self._run(name, command)

    def _run(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command,
                env=self.environment,
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def kill(self, name: str) -> None:
        """As when the machine loses power."""
        process = self._running[name]
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.kills += 1

    def unrest(self, over: threading.Event, *, every: float, seed: int = 1) -> None:
        """One web server and one worker die every few seconds, and come back a little later."""
        chance = random.Random(seed)
        while not over.wait(every * (0.5 + chance.random())):
            victims = [chance.choice(list(self.webs)), chance.choice(self.workers)]
            for name in victims:
                self.kill(name)
            over.wait(chance.random())
            for name in victims:
                self.start(name)
            # The next one dies when this one is back: one web server always answers.
            until = time.monotonic() + 30
            while not over.is_set() and time.monotonic() < until and not self._answers(victims[0]):
                time.sleep(0.1)

    def _answers(self, name: str) -> bool:
        try:
            url = f"http://127.0.0.1:{self.webs[name]}/health/live"
            wait_until_it_answers(url, self._running[name])
        except AssertionError:
            return False
        return True

    def stop(self) -> None:
        """All processes end, those still running in order."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def topology(folder: Path, nginx: Path, **settings: str) -> Iterator[Topology]:
    """The processes with these settings, from the first answer to the end."""
    outside = {k: v for k, v in os.environ.items() if not k.startswith("PRINTFLOW_")}
    no_dns = {"PRINTFLOW_CHECK_EMAIL_DOMAIN": "false"}
    made = Topology(folder, {**outside, **no_dns, **settings}, nginx)
    try:
        made.start_all()
        yield made
    finally:
        made.stop()
