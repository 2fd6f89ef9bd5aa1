"""The first code that runs in a sandbox: it locks itself in, then becomes what it was started for.

Only the standard library is loaded by then. What the kernel cannot do is left out here and told by
:mod:`~printflow.sandbox.probe`, which tries it.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import signal
import sys
from typing import Any

from .limits import Limits, limit_self

CANNOT_START = 126


def main(orders: dict[str, Any]) -> None:
    """Lock this process in, and run the module or program of ``orders`` (see ``launch``)."""
    limit_self(Limits(**orders["limits"]))
    if sys.platform == "linux":
        _lock(orders)
    if "module" in orders:
        sys.argv = [orders["module"]]
        runpy.run_module(orders["module"], run_name="__main__", alter_sys=True)
        return
    arguments = orders["program"]
    try:
        os.execve(arguments[0], arguments, orders["environment"])  # noqa: S606
    except OSError as error:
        print(f"{arguments[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201
        sys.exit(CANNOT_START)


def _lock(orders: dict[str, Any]) -> None:
    from . import capabilities, landlock, libc, seccomp

    starts, writable = "program" in orders, orders["writable"]
    with contextlib.suppress(OSError):
        libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != orders["parent"]:
        sys.exit(CANNOT_START)  # it died meanwhile
    with contextlib.suppress(OSError):
        libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    with contextlib.suppress(OSError, KeyError):
        capabilities.drop_all()
    rules = [(path, landlock.READ) for path in orders["readable"]]
    rules += [(path, landlock.READ | landlock.WRITE_FILE) for path in ("/dev/null",) if starts]
    rules += [(path, landlock.READ | landlock.EXECUTE) for path in orders["executable"]]
    rules += [(path, landlock.WRITE) for path in writable]
    rules += [(f"/proc/{os.getpid()}", landlock.READ)]
    with contextlib.suppress(OSError):
        landlock.restrict(rules)
    with contextlib.suppress(OSError, KeyError):
        seccomp.restrict(writes=bool(writable) or starts, starts=starts)
