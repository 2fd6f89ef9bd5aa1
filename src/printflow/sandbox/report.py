"""What this machine's sandbox cannot do, found out by trying it."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from typing import Final

from .launch import Module, start
from .limits import Limits
from .process import Sandboxed

_LIMITS = Limits(memory_bytes=1 << 30, cpu_seconds=10, file_bytes=1 << 20)
_SECONDS = 20.0
_ENOUGH = 4096

_CAN: Final = {
    "files": "can open this machine's files: the kernel has no Landlock (Linux 5.13 and later; "
    "“landlock” must be in the list of the boot option lsm=)",
    "network": "can reach the network: the kernel has no seccomp",
    "processes": "can start processes that outlive it: the kernel has no seccomp",
    "limits": "can raise its own limits",
    "signals": "can send signals to the server",
}
_WINDOWS = (
    "can open whatever the server's account can, and reach the network: on Windows only its memory, "
    "its time and its processes are limited. Run the server as an account that can read little "
    "beyond the store"
)
_MACOS = (
    "can open whatever the server's account can, reach the network and start processes: on macOS only "
    "its memory, its time and the size of its files are limited. Use macOS to try Printflow, "
    "and Linux to serve a lab"
)


@cache
def missing() -> tuple[str, ...]:
    """What a process that reads strangers' files can do here and should not, each a sentence.

    Starts one in the sandbox that tries (about 0.1 s); remembered, as a kernel does not change.
    """
    return tuple(f"A process that reads a model {words}." for words in _words())


def _words() -> tuple[str, ...]:
    if sys.platform == "win32":
        return (_WINDOWS,)
    if sys.platform == "darwin":
        return (_MACOS,)
    try:
        escaped = _probe()
    except (OSError, ValueError, KeyError, TypeError, subprocess.TimeoutExpired) as error:
        return (f"could not be tried in the sandbox ({type(error).__name__}: {error})",)
    return tuple(_CAN[one] for one in escaped if one in _CAN)


def _probe() -> list[str]:
    process: Sandboxed = start(
        Module("printflow.sandbox.probe"), limits=_LIMITS, stdout=subprocess.PIPE
    )
    try:
        process.wait(_SECONDS)
        assert process.stdout is not None
        said = json.loads(process.stdout.read(_ENOUGH))
        return [str(one) for one in said["escaped"]]
    finally:
        process.kill()
