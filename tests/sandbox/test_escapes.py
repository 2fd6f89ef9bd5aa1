"""A payload that tries every way out, with the sandbox and without, in the same test."""

from __future__ import annotations

import ctypes
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from printflow.inspection.inspector import environment
from printflow.inspection.limits import LIFE
from printflow.sandbox import Module, start
from tests.sandbox.inside import payload

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux's own means")

ALLOWED = {"run a thread"}
SECRET = "postgresql://lab:hunter2@db/printflow"


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that holds the payload and nothing else; its account may write there."""
    folder = tmp_path / "inside"
    folder.mkdir()
    shutil.copy(payload.__file__, folder)
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What there is to be had: a store, sockets that answer, secrets in environment and memory."""
    monkeypatch.setenv("PRINTFLOW_DATABASE_URL", SECRET)
    store = tmp_path / "store"
    (store / "Uploaded").mkdir(parents=True)
    for name in ("secret.key", "printflow.toml", "printflow.db", "a", "Uploaded/other.stl"):
        (store / name).write_bytes(b"secret")
    for run in ("open", "closed"):
        (store / f"remove{run}").write_bytes(b"x")
    memory = ctypes.create_string_buffer(b"in the server's memory")
    yama = 0x59616D61  # where it guards processes from each other, this one asks for no guard
    ctypes.CDLL(None).prctl(yama, ctypes.c_ulong(2**64 - 1), 0, 0, 0)
    abstract = f"printflow-{os.getpid()}-{tmp_path.name}"
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as local,
        socket.socket(socket.AF_UNIX) as hidden,
        (store / "secret.key").open("rb") as key,
    ):
        local.bind(str(tmp_path / "s"))
        hidden.bind("\0" + abstract)
        local.listen()
        hidden.listen()
        yield {
            "store": str(store),
            "in_environment": SECRET,
            "in_memory": memory.value.decode(),
            "address": ctypes.addressof(memory),
            "open": key.fileno(),
            "tcp": tcp.getsockname(),
            "local": str(tmp_path / "s"),
            "abstract": abstract,
        }


def without(orders: dict[str, Any], inside: Path) -> str:
    """What the payload says outside of the sandbox."""
    line = json.dumps({**orders, "run": "open"}) + "\n"
    return subprocess.run(
        [sys.executable, str(inside / "payload.py")],
        input=line, stdout=subprocess.PIPE, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip


def within(orders: dict[str, Any], inside: Path) -> str:
    """What it says within: started as the process is that reads models."""
    process = start(
        Module("payload"),
        limits=LIFE,
        environment=environment(),
        readable=[inside],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({**orders, "run": "closed"}).encode() + b"\n")
        process.stdin.flush()
        assert process.wait(60) == 0
        return process.stdout.read().decode()
    finally:
        process.kill()


def test_every_way_out_is_open_without_and_closed_within(
    orders: dict[str, Any], inside: Path
) -> None:
    open_lines, closed_lines = (
        without(orders, inside).splitlines(),
        within(orders, inside).splitlines(),
    )
    freely, guarded = json.loads(open_lines[0]), json.loads(closed_lines[0])
    assert set(freely["worked"]) == {*payload.WAYS, *ALLOWED}, "else the test shows nothing"
    assert set(guarded["worked"]) == ALLOWED
    assert not set(freely["not_there"]) & {"unshare", "mount", "seccomp", "clone3", "setuid"}
    assert set(guarded["not_there"]) == set(payload.REFUSED)
    assert open_lines[1:] == ["became a shell"]
    assert closed_lines[1:] == []


def _beginning(orders: dict[str, Any], pipe: int) -> bytes:
    return json.dumps({**orders, "run": "", "outlive": pipe}).encode() + b"\n"


def _still_held(reading: int) -> bool:
    """Whether someone holds the other end of a pipe."""
    ready, _, _ = select.select([reading], [], [], 0.2)
    return not (ready and os.read(reading, 1) == b"")


def test_nothing_outlives_the_kill(orders: dict[str, Any], inside: Path) -> None:
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    unguarded = subprocess.Popen(
        [sys.executable, str(inside / "payload.py")],
        stdin=subprocess.PIPE, pass_fds=[writing], start_new_session=True,
    )  # fmt: skip
    os.close(writing)
    assert unguarded.stdin is not None
    unguarded.stdin.write(_beginning(orders, writing))
    unguarded.stdin.flush()
    escaped = int(os.read(reading, 20))
    os.killpg(unguarded.pid, signal.SIGKILL)
    unguarded.wait()
    unguarded.stdin.close()
    held = _still_held(reading)
    os.kill(escaped, signal.SIGKILL)
    assert held, "else the test shows nothing"
    assert not _still_held(reading)
    os.close(reading)

    reading, writing = os.pipe()
    process = start(
        Module("payload"),
        limits=LIFE, readable=[inside], stdin=subprocess.PIPE, descriptors=[writing],
    )  # fmt: skip
    os.close(writing)
    assert process.stdin is not None
    process.stdin.write(_beginning(orders, writing))
    process.stdin.flush()
    assert os.read(reading, 20) == b"0\n", "it could start nothing"
    assert _still_held(reading), "it waits"
    process.kill()
    assert not _still_held(reading)
    os.close(reading)


def test_it_dies_with_the_server(orders: dict[str, Any], inside: Path) -> None:
    """Even one that reads no orders: the server is killed, and nobody is left to end it."""
    reading, writing = os.pipe()
    server = (
        "import sys, time; from pathlib import Path; from printflow.sandbox import Module, start\n"
        "from printflow.inspection.limits import LIFE\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "start(Module('payload'), limits=LIFE, readable=[Path(sys.argv[1])], stdin=0,\n"
        "      descriptors=[int(sys.argv[2])])\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", server, str(inside), str(writing)],
        stdin=subprocess.PIPE, pass_fds=[writing],
    )  # fmt: skip
    os.close(writing)
    assert process.stdin is not None
    process.stdin.write(_beginning(orders, writing))
    process.stdin.flush()
    assert os.read(reading, 20) == b"0\n"
    process.kill()
    process.wait()
    assert not _still_held(reading)
    process.stdin.close()
    os.close(reading)
