"""Landlock: the kernel refuses this process every path that is not named (Linux 5.13 and later).

Source: the kernel's Documentation/userspace-api/landlock.rst and include/uapi/linux/landlock.h; the
calls have the same numbers on every processor.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Sequence

from .libc import system_call

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | _TRUNCATE | _IOCTL_DEVICE
READ = READ_FILE | READ_DIR
_REMOVE_FOLDER, _REMOVE_FILE, _MAKE_FOLDER, _MAKE_FILE = 1 << 4, 1 << 5, 1 << 7, 1 << 8
WRITE = (
    READ
    | WRITE_FILE
    | _REMOVE_FOLDER
    | _REMOVE_FILE
    | _MAKE_FOLDER
    | _MAKE_FILE
    | _REFER
    | _TRUNCATE
)
"""What a program does to files of its own; links, sockets and devices it has no need to make."""
_FILES = (1 << 13) - 1  # what version 1 knows
_CONNECT_AND_BIND_TCP = 1 | 2
_FOREIGN_SOCKETS_AND_SIGNALS = 1 | 2

Rule = tuple[str, int]
"""A path, and what may be done at and below it."""


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """The kernel's version of Landlock; 0 where it has none, or where it is switched off."""
    try:
        return system_call(_CREATE, None, 0, _ASK_VERSION)
    except OSError:
        return 0


def restrict(rules: Sequence[Rule]) -> None:
    """From now on nothing but ``rules``, for this thread and all that it starts; no TCP, and neither
    signals nor sockets to the outside, where the kernel knows these. Paths that are not there are
    left out. Raises OSError where there is no Landlock; prctl's no_new_privs must be set.
    """
    known = version()
    files = _FILES
    files |= _REFER if known >= 2 else 0
    files |= _TRUNCATE if known >= 3 else 0
    files |= _IOCTL_DEVICE if known >= 5 else 0
    size = 8 if known < 4 else 16 if known < 6 else 24
    asked = _Ruleset(files, _CONNECT_AND_BIND_TCP, _FOREIGN_SOCKETS_AND_SIGNALS)
    ruleset = system_call(_CREATE, ctypes.byref(asked), size, 0)
    try:
        for path, allowed in rules:
            _add(ruleset, path, allowed & files)
        system_call(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def _add(ruleset: int, path: str, allowed: int) -> None:
    try:
        there = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(there).st_mode):
            allowed &= _OF_FILES
        beneath = _Beneath(allowed, there)
        system_call(_ADD, ruleset, _PATH_BENEATH, ctypes.byref(beneath), 0)
    finally:
        os.close(there)
