"""A server's threads share one heap."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

_HEAPS = """
import ctypes, sys, threading
if sys.argv[1] == "shared":
    from printflow.runtime.one_heap import share_one_heap
    share_one_heap()
library = ctypes.CDLL(None)
library.malloc.restype = library.fopen.restype = ctypes.c_void_p
together = threading.Barrier(4)
def hold():
    together.wait()
    library.malloc(ctypes.c_size_t(50_000))
    together.wait()
threads = [threading.Thread(target=hold) for _ in range(4)]
for one in threads: one.start()
for one in threads: one.join()
told = ctypes.c_void_p(library.fopen(b"/dev/stdout", b"w"))
library.malloc_info(0, told)
library.fflush(told)
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_info"),
    reason="glibc's malloc",
)
def test_threads_share_a_heap_once_asked() -> None:
    def heaps(how: str) -> int:
        done = subprocess.run(
            [sys.executable, "-c", _HEAPS, how], check=True, capture_output=True, text=True
        )
        return done.stdout.count("<heap nr=")

    assert heaps("shared") == 1
    assert heaps("as it is") > 1
