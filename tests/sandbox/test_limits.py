"""The limits of a process in the sandbox: set before it begins, and the same for all that try."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from printflow.inspection.limits import LIFE, MEMORY
from printflow.sandbox import Limits, Module, Sandboxed, start

linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux's own means")
_SMALL = Limits(memory_bytes=300 << 20, cpu_seconds=1, file_bytes=1000)


def run(script: str, tmp_path: Path, *, limits: Limits = _SMALL, writes: bool = False) -> int:
    """The exit code of a script in the sandbox."""
    (tmp_path / "scripts").mkdir(exist_ok=True)
    module = tmp_path / "scripts" / "script_in_sandbox.py"
    module.write_text(script, "utf-8")
    process = start(
        Module("script_in_sandbox"),
        limits=limits,
        readable=[module.parent],
        writable=[tmp_path] if writes else [],
        folder=tmp_path,
    )
    try:
        return process.wait(30)
    finally:
        process.kill()


@pytest.fixture(autouse=True)
def _found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path / "scripts"))


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Sandboxed]:
    (tmp_path / "scripts").mkdir(exist_ok=True)
    (tmp_path / "scripts" / "waits.py").write_text("print(flush=True); input()", "utf-8")
    process = start(
        Module("waits"),
        limits=LIFE,
        readable=[tmp_path / "scripts"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()


@linux
def test_what_the_kernel_says_of_it(waiting: Sandboxed) -> None:
    folder = Path(f"/proc/{waiting.pid}")
    status = dict(
        line.split(":\t", 1) for line in (folder / "status").read_text("utf-8").splitlines()
    )
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    for kind in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb"):
        if kind != "CapBnd" or int(
            Path("/proc/self/status").read_text().split("CapEff:\t")[1][:16], 16
        ):
            assert int(status[kind], 16) == 0, kind
    limits = (folder / "limits").read_text("utf-8")
    for name, most in (
        ("Max address space", LIFE.memory_bytes),
        ("Max cpu time", LIFE.cpu_seconds),
        ("Max file size", LIFE.file_bytes),
        ("Max core file size", 0),
    ):
        found = re.search(rf"{name}\s+(\d+)\s+(\d+)", limits)
        assert found is not None
        assert found.groups() == (str(most), str(most))


@linux
def test_the_server_sets_less_for_a_file_and_more_for_the_next(waiting: Sandboxed) -> None:
    def soft() -> int:
        text = Path(f"/proc/{waiting.pid}/limits").read_text("utf-8")
        found = re.search(r"Max address space\s+(\d+)", text)
        assert found is not None
        return int(found[1])

    waiting.limit_memory(MEMORY)
    assert soft() == MEMORY
    waiting.limit_memory(LIFE.memory_bytes)
    assert soft() == LIFE.memory_bytes
    waiting.limit_memory(LIFE.memory_bytes * 2)
    assert soft() == LIFE.memory_bytes, "the hard limit holds"


@linux
def test_cpu_seconds_are_measured_from_outside(waiting: Sandboxed) -> None:
    assert 0 < waiting.cpu_seconds() < 10


def test_memory(tmp_path: Path) -> None:
    script = "import sys\ntry:\n    bytearray(400 << 20)\nexcept MemoryError:\n    sys.exit(7)\n"
    assert run(script, tmp_path) == 7
    wide = Limits(memory_bytes=1 << 30, cpu_seconds=20, file_bytes=1000)
    assert run(script, tmp_path, limits=wide) == 0, "else the test shows nothing"


@linux
@pytest.mark.long
def test_cpu_time(tmp_path: Path) -> None:
    assert run("while True: pass", tmp_path) < 0
    deaf = "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"
    assert run(deaf, tmp_path) == -9


@linux
def test_the_size_of_files(tmp_path: Path) -> None:
    script = (
        "import signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "try:\n    open('f', 'wb', 0).write(bytes(SIZE)); open('f', 'ab', 0).write(b'x')\n"
        "except OSError:\n    sys.exit(7)\n"
    )
    assert run(script.replace("SIZE", "1000"), tmp_path, writes=True) == 7
    assert run(script.replace("SIZE", "900"), tmp_path, writes=True) == 0
    assert (tmp_path / "f").stat().st_size == 901


@linux
def test_a_program_reads_and_writes_where_it_may(tmp_path: Path) -> None:
    """A slicer's case: a folder to write to, one file to read, and nothing of the neighborhood."""
    (tmp_path / "out").mkdir()
    for name in ("given", "kept"):
        (tmp_path / name).write_text(name)
    for name, code in (("given", 0), ("kept", 1)):
        process = start(
            ["cp", str(tmp_path / name), str(tmp_path / "out" / name)],
            limits=LIFE,
            readable=[tmp_path / "given"],
            writable=[tmp_path / "out"],
        )
        assert process.wait(20) == code
        process.kill()
    assert (tmp_path / "out" / "given").read_text() == "given"
    process = start(["cp", str(tmp_path / "given"), str(tmp_path / "beside")],
                    limits=LIFE, readable=[tmp_path / "given"], writable=[tmp_path / "out"])  # fmt: skip
    assert process.wait(20) == 1
    process.kill()
    assert not (tmp_path / "beside").exists()


def test_a_program_that_is_not_there_is_told() -> None:
    with pytest.raises(FileNotFoundError):
        start(["/nowhere/slicer"], limits=LIFE)
    with pytest.raises(PermissionError):
        start([__file__], limits=LIFE)
