"""A Windows job: what is in it has little memory, starts nothing, and dies when the job is closed.

Source: https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-jobobject_extended_limit_information
"""

from __future__ import annotations

import ctypes
from typing import Any

_EXTENDED_LIMITS = 9
_PROCESSES, _MEMORY, _DIE_ON_ERROR, _KILL_ON_CLOSE = 0x8, 0x100, 0x400, 0x2000


class _Basic(ctypes.Structure):
    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )


class _Extended(ctypes.Structure):
    _fields_ = (
        ("basic", _Basic),
        ("io", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("most_process_memory", ctypes.c_size_t),
        ("most_job_memory", ctypes.c_size_t),
    )


class Job:
    """Closing it kills what is in it; so does the end of this process, however it comes."""

    def __init__(self, kernel: Any, handle: int) -> None:
        self._kernel = kernel
        self._handle = handle

    def close(self) -> None:
        """Kill whatever is still in it."""
        handle, self._handle = self._handle, 0
        if handle:
            self._kernel.CloseHandle(ctypes.c_void_p(handle))


def hold(process: int, memory_bytes: int, kernel: Any = None) -> Job | None:
    """Put a process (by its handle) into a job of its own; None where Windows refuses.

    ``kernel`` stands in for kernel32 in tests.
    """
    kernel = kernel if kernel is not None else _kernel32()
    kernel.CreateJobObjectW.restype = ctypes.c_void_p
    handle = kernel.CreateJobObjectW(None, None)
    if not handle:
        return None
    job = Job(kernel, handle)
    limits = _Extended()
    limits.basic.flags = _PROCESSES | _MEMORY | _DIE_ON_ERROR | _KILL_ON_CLOSE
    limits.basic.processes = 1
    limits.process_memory = memory_bytes
    size = ctypes.sizeof(limits)
    limited = kernel.SetInformationJobObject(
        ctypes.c_void_p(handle), _EXTENDED_LIMITS, ctypes.byref(limits), size
    )
    if limited and kernel.AssignProcessToJobObject(
        ctypes.c_void_p(handle), ctypes.c_void_p(process)
    ):
        return job
    job.close()
    return None


def _kernel32() -> Any:
    return getattr(ctypes, "WinDLL")("kernel32")  # noqa: B009 - only Windows has it
