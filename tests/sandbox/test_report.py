"""What is said of a machine's sandbox is what was tried there."""

from __future__ import annotations

import json
import platform
import subprocess
import sys

import pytest

from printflow.sandbox import missing, report
from printflow.sandbox.probe import WAYS

linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux's own means")


@linux
def test_without_the_sandbox_every_way_out_is_open() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "printflow.sandbox.probe"], capture_output=True, check=True
    )
    assert json.loads(said.stdout)["escaped"] == list(WAYS)


@linux
def test_within_it_none_is() -> None:
    missing.cache_clear()
    assert missing() == ()


_OLDER_KERNEL = """
import json
from printflow.sandbox import libc, missing, seccomp
refused = [(0x20, 0, 0, 0)]
for number in NUMBERS:
    refused += [(0x15, 0, 1, number), (0x06, 0, 0, 0x00050000 | 38)]
libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
if PRCTL:
    refused += [(0x15, 0, 3, PRCTL), (0x20, 0, 0, 16), (0x15, 0, 1, 22), (0x06, 0, 0, 0x00050016)]
seccomp.install([*refused, (0x06, 0, 0, 0x7FFF0000)])
print(json.dumps(missing()))
"""


@linux
@pytest.mark.parametrize(
    ("lacks", "numbers", "prctl", "said"),
    [
        ("Landlock", (444,), 0, ["Landlock"]),
        ("seccomp", (317, 277), 157 if platform.machine() == "x86_64" else 167, ["seccomp"] * 2),
    ],
)
def test_a_kernel_that_lacks_something_gives_what_it_has(
    lacks: str, numbers: tuple[int, ...], prctl: int, said: list[str]
) -> None:
    """The calls are refused to a process, as an older kernel would, and its sandboxes inherit that."""
    own = numbers if lacks == "Landlock" else numbers[platform.machine() != "x86_64" :][:1]
    script = _OLDER_KERNEL.replace("NUMBERS", repr(own)).replace("PRCTL", str(prctl))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    words = json.loads(done.stdout)
    assert len(words) == len(said), words
    assert all(f"the kernel has no {one}" in word for one, word in zip(said, words, strict=True))


@linux
def test_each_way_out_has_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "_probe", lambda: list(WAYS))
    missing.cache_clear()
    said = missing()
    missing.cache_clear()
    assert len(said) == len(WAYS)
    assert all(one.startswith("A process that reads a model can ") for one in said)
