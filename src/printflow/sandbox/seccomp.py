"""Seccomp: the kernel's calls that this process may make; every other is as if it were not there.

A filter is a small program for the kernel's old packet filter, built here from lists of names. Source:
the kernel's Documentation/userspace-api/seccomp_filter.rst and include/uapi/linux/seccomp.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
from collections.abc import Iterator, Sequence
from typing import Final

from .call_numbers import AARCH64, X86_64
from .libc import PR_SET_SECCOMP, prctl, system_call
from .system_calls import COMPUTING, STARTING, WRITING

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN, _AND = 0x20, 0x15, 0x35, 0x45, 0x06, 0x54
_NUMBER, _PROCESSOR, _ARGUMENTS = 0, 4, 16
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_MODE_FILTER, _SET_FILTER = 2, 1
_ALL_THREADS, _WITHOUT_SLOWING = 1, 4
_X32 = 0x40000000

_THREAD = 0x00010000  # CLONE_THREAD
_FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_HARMLESS_PRCTL = (2, 3, 15, 16, 21, 23, 39, 0x53564D41)  # names, and questions about oneself
_HARMLESS_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # of terminals, and flags

_PROCESSORS: Final = {"x86_64": (0xC000003E, X86_64), "aarch64": (0xC00000B7, AARCH64)}
_SECCOMP: Final = {"x86_64": 317, "aarch64": 277}

_HARMLESS_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)
"""Copies, flags, locks, a pipe's size. Not whom to signal: that could be the parent."""

Instruction = tuple[int, int, int, int]
"""Code, how far to jump if true and if false, and a value."""


class _Line(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("lines", ctypes.POINTER(_Line)))


def program(machine: str, pid: int, *, writes: bool, starts: bool) -> list[Instruction]:
    """The filter for the process ``pid`` on a processor ("x86_64", "aarch64"); ``writes`` if it has
    a folder to write to, ``starts`` if it still has to become another program. Raises KeyError for
    processors whose numbers are not known.
    """
    processor, numbers = _PROCESSORS[machine]
    lines: list[Instruction] = [
        (_LOAD, 0, 0, _PROCESSOR),
        (_EQUAL, 1, 0, processor),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":  # its second set of numbers would pass by the list
        lines += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    names = [*COMPUTING, *(WRITING if writes else ()), *(STARTING if starts else ())]
    for name in names:
        if name in numbers:
            lines += [(_EQUAL, 0, 1, numbers[name]), (_RETURN, 0, 0, _ALLOW)]
    for name, rule in _looked_at(pid, writes=writes):
        if name in numbers:
            lines += [(_EQUAL, 0, len(rule), numbers[name]), *rule]
    # "No such call" and not "not permitted": the C library then takes an older one.
    return [*lines, _refuse(errno.ENOSYS)]


def _looked_at(pid: int, *, writes: bool) -> Iterator[tuple[str, list[Instruction]]]:
    """Names of calls, and what decides about each; every rule ends with an answer."""
    yield "clone", [_argument(0), (_ANY_BIT, 0, 1, _THREAD), _allow(), _refuse(errno.EPERM)]
    yield "tgkill", [_argument(0), (_EQUAL, 0, 1, pid), _allow(), _refuse(errno.EPERM)]
    yield "prctl", _one_of(0, _HARMLESS_PRCTL, errno.EPERM)
    yield "fcntl", _one_of(1, _HARMLESS_FCNTL, errno.EPERM)
    yield "sched_setaffinity", _one_of(0, (0,), errno.EPERM)
    yield "ioctl", _one_of(1, _HARMLESS_IOCTL, errno.ENOTTY)
    # Limits may be asked for, not set: the pointer to new ones is null.
    unset = [_argument(2), (_EQUAL, 0, 3, 0), _argument(2, high=True), (_EQUAL, 0, 1, 0), _allow()]
    yield "prlimit64", [*unset, _refuse(errno.EPERM)]
    for name, place in (("open", 1), ("openat", 2)):
        reads = [_argument(place), (_ANY_BIT, 0, 1, _FOR_WRITING), _refuse(errno.EACCES), _allow()]
        yield name, [_allow()] if writes else reads


def _one_of(place: int, values: Sequence[int], otherwise: int) -> list[Instruction]:
    compared = [line for one in values for line in ((_EQUAL, 0, 1, one), _allow())]
    return [_argument(place), *compared, _refuse(otherwise)]


def _argument(place: int, *, high: bool = False) -> Instruction:
    """Load half of an argument; both processors are little-endian."""
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * place + 4 * high)


def _allow() -> Instruction:
    return (_RETURN, 0, 0, _ALLOW)


def _refuse(number: int) -> Instruction:
    return (_RETURN, 0, 0, _ERROR | number)


def restrict(*, writes: bool, starts: bool) -> None:
    """From now on only those calls, for all threads and all that they start. Raises OSError where the
    kernel has no seccomp, KeyError on a processor that is not known; no_new_privs must be set."""
    install(program(platform.machine(), os.getpid(), writes=writes, starts=starts))


def install(lines: Sequence[Instruction]) -> None:
    """Let the kernel run a filter at each call from now on. Raises OSError, KeyError."""
    array = (_Line * len(lines))(*(_Line(*one) for one in lines))
    filter_ = _Program(len(lines), array)
    try:
        flags = _ALL_THREADS | _WITHOUT_SLOWING
        system_call(_SECCOMP[platform.machine()], _SET_FILTER, flags, ctypes.byref(filter_))
    except OSError:
        prctl(PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(filter_))
