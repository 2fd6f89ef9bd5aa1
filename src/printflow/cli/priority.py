"""A command that can take its time leaves the processor to the lab's server."""

from __future__ import annotations

import os
import sys

_NICER = 10
"""About a tenth of the server's share, where both want the same core."""

_whole_process = False


def of_whole_process() -> None:
    """This process runs one command, and ends with it: its priority is the command's."""
    global _whole_process
    _whole_process = True


def give_way() -> None:
    """Let others go first from here on, in a process of the command's own."""
    if not _whole_process:
        return
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x4000  # BELOW_NORMAL_PRIORITY_CLASS
        kernel = ctypes.windll.kernel32
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        kernel.SetPriorityClass.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), below_normal)
    else:
        os.nice(_NICER)
