"""The powers of root: given up for good, so that a server that runs as root is not the exception."""

from __future__ import annotations

import contextlib
import ctypes
import platform
from typing import Final

from .libc import (
    PR_CAP_AMBIENT,
    PR_CAP_AMBIENT_CLEAR_ALL,
    PR_CAPBSET_DROP,
    PR_SET_SECUREBITS,
    prctl,
    system_call,
)

_CAPSET: Final = {"x86_64": 126, "aarch64": 91}
_VERSION_3 = 0x20080522
_LAST = 63
_ROOT_IS_NOBODY = 0b11 | 0b1100  # SECBIT_NOROOT, SECBIT_NO_SETUID_FIXUP, and both locked


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def drop_all() -> None:
    """Give up every capability of this process and of what it becomes. Raises OSError, and KeyError
    on a processor that is not known."""
    for one in range(_LAST + 1):
        with contextlib.suppress(OSError):  # it had none to give up, or the kernel knows no such
            prctl(PR_CAPBSET_DROP, one)
    with contextlib.suppress(OSError):
        prctl(PR_SET_SECUREBITS, _ROOT_IS_NOBODY)
    with contextlib.suppress(OSError):
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    nothing = (ctypes.c_uint32 * 6)()
    header = _Header(_VERSION_3, 0)
    system_call(_CAPSET[platform.machine()], ctypes.byref(header), nothing)
