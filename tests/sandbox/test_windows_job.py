"""The calls that Windows would get: with a kernel32 that only writes down what it is asked."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest

from printflow.sandbox import windows_job


class _Function:
    restype: Any = None

    def __init__(self, kernel: Kernel32, name: str, answer: int) -> None:
        self._kernel, self._name, self._answer = kernel, name, answer

    def __call__(self, *arguments: Any) -> int:
        plain = tuple(getattr(one, "value", one) for one in arguments)
        self._kernel.calls.append((self._name, plain))
        if self._name == "SetInformationJobObject":
            size = plain[3]
            self._kernel.limits = windows_job._Extended.from_buffer_copy(
                ctypes.string_at(arguments[2], size)
            )
        return self._answer


class Kernel32:
    """Remembers its calls; ``refuses`` one of them."""

    def __init__(self, refuses: str = "") -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.limits: Any = None
        for name, answer in (
            ("CreateJobObjectW", 77),
            ("SetInformationJobObject", 1),
            ("AssignProcessToJobObject", 1),
            ("CloseHandle", 1),
        ):
            setattr(self, name, _Function(self, name, 0 if name == refuses else answer))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.calls]


def test_a_process_is_held_limited_and_ended_with_its_job() -> None:
    kernel = Kernel32()
    job = windows_job.hold(5, 1 << 30, kernel)
    assert job is not None
    assert kernel.names == [
        "CreateJobObjectW", "SetInformationJobObject", "AssignProcessToJobObject",
    ]  # fmt: skip
    limits = kernel.limits
    assert (limits.basic.processes, limits.process_memory) == (1, 1 << 30)
    assert limits.basic.flags == 0x2508, "processes, memory, no dialog of errors, kill on close"
    assert kernel.calls[-1][1] == (77, 5)
    job.close()
    job.close()
    assert kernel.names.count("CloseHandle") == 1


def test_the_structure_is_as_long_as_windows_wants_it() -> None:
    assert ctypes.sizeof(windows_job._Extended) == (
        144 if ctypes.sizeof(ctypes.c_void_p) == 8 else 112
    )


@pytest.mark.parametrize(
    "refuses", ["CreateJobObjectW", "SetInformationJobObject", "AssignProcessToJobObject"]
)
def test_where_windows_refuses_no_handle_is_left(refuses: str) -> None:
    kernel = Kernel32(refuses)
    assert windows_job.hold(5, 1 << 30, kernel) is None
    assert ("CloseHandle" in kernel.names) == (refuses != "CreateJobObjectW")
