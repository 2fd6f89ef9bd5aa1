"""Room for as many connections and files as the system allows this account."""

from __future__ import annotations

import contextlib
import sys


def raise_descriptors() -> None:
    """Raise the soft limit of open files to the hard one; most systems start with 1,024."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
