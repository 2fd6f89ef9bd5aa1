"""Holding a file on Windows: as long as it is open without FILE_SHARE_DELETE and FILE_SHARE_WRITE,
neither it nor its folder can be renamed, removed or overwritten, on a network share as well.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PureWindowsPath
from typing import Any, Final, Protocol

from .refusal import Refused

_LIST, _READ_ATTRIBUTES, _GENERIC_READ = 0x1, 0x80, 0x80000000
READ, WRITE = 0x1, 0x2
"""FILE_SHARE_READ and FILE_SHARE_WRITE; 0x4 would be FILE_SHARE_DELETE, and is never given."""
_OPEN_EXISTING = 3
_BACKUP_SEMANTICS, _OPEN_REPARSE_POINT = 0x02000000, 0x00200000
_ITSELF: Final = _BACKUP_SEMANTICS | _OPEN_REPARSE_POINT
_DIRECTORY, _REPARSE_POINT = 0x10, 0x400
_SHARING_VIOLATION = 32


class Kernel(Protocol):
    """What is asked of Windows."""

    def create_file(self, path: str, access: int, share: int, disposition: int, flags: int) -> int:
        """CreateFileW: a handle. Raises OSError."""

    def attributes(self, handle: int) -> int:
        """The file attributes of what is open. Raises OSError."""

    def final_path(self, handle: int) -> str:
        """GetFinalPathNameByHandleW: where it really is. Raises OSError."""

    def close(self, handle: int) -> None:
        """CloseHandle."""


def hold(share: str, folder: str, file: str, kernel: Kernel) -> Callable[[], None]:
    """Hold the file and its folder; gives what lets go of them.

    Raises Refused for a link or junction, or what is not below the share; OSError.
    """
    handles: list[int] = []

    def let_go() -> None:
        while handles:
            kernel.close(handles.pop())

    def opened(path: str, access: int, shared: int, flags: int) -> int:
        handles.append(kernel.create_file(path, access, shared, _OPEN_EXISTING, flags))
        return handles[-1]

    name = PureWindowsPath(file).name
    try:
        root = opened(share, _READ_ATTRIBUTES, READ | WRITE, _BACKUP_SEMANTICS)
        for path, directory in ((folder, True), (file, False)):
            if directory:
                handle = opened(path, _LIST | _READ_ATTRIBUTES, READ | WRITE, _ITSELF)
            else:
                try:
                    handle = opened(path, _GENERIC_READ, READ, _ITSELF)
                except OSError as error:
                    if getattr(error, "winerror", None) != _SHARING_VIOLATION:
                        raise
                    # Someone has it open to write: it cannot be swapped all the same.
                    handle = opened(path, _GENERIC_READ, READ | WRITE, _ITSELF)
            attributes = kernel.attributes(handle)
            if attributes & _REPARSE_POINT:
                raise Refused(f"{name} is a link that may point outside the share.")
            if bool(attributes & _DIRECTORY) != directory:
                raise Refused(f"{name} isn't a file.")
        if not is_below(kernel.final_path(root), kernel.final_path(handles[-1])):
            raise Refused(f"{name} is a link that may point outside the share.")
    except BaseException:
        let_go()
        raise
    return let_go


def is_below(root: str, file: str) -> bool:
    """Whether a file is exactly in a folder of the root, by the paths that Windows gives."""
    parts, all_parts = PureWindowsPath(root).parts, PureWindowsPath(file).parts
    lower = [part.lower() for part in all_parts[: len(parts)]]
    return lower == [part.lower() for part in parts] and len(all_parts) == len(parts) + 2


def windows() -> Kernel:
    """The kernel of this PC, which must be a Windows."""
    import ctypes

    loader: Any = ctypes
    dll = loader.WinDLL("kernel32", use_last_error=True)
    number, pointer, text = ctypes.c_uint32, ctypes.c_void_p, ctypes.c_wchar_p
    dll.CreateFileW.restype = pointer
    dll.CreateFileW.argtypes = (text, number, number, pointer, number, number, pointer)
    dll.GetFileInformationByHandleEx.argtypes = (pointer, ctypes.c_int, pointer, number)
    dll.GetFinalPathNameByHandleW.argtypes = (pointer, text, number, number)
    dll.CloseHandle.argtypes = (pointer,)
    invalid = ctypes.c_void_p(-1).value

    class _Windows:
        def create_file(
            self, path: str, access: int, share: int, disposition: int, flags: int
        ) -> int:
            handle = dll.CreateFileW(path, access, share, None, disposition, flags, None)
            if handle is None or handle == invalid:
                raise loader.WinError(loader.get_last_error())
            return int(handle)

        def attributes(self, handle: int) -> int:
            found = (ctypes.c_uint32 * 2)()  # FILE_ATTRIBUTE_TAG_INFO
            if not dll.GetFileInformationByHandleEx(handle, 9, found, ctypes.sizeof(found)):
                raise loader.WinError(loader.get_last_error())
            return int(found[0])

        def final_path(self, handle: int) -> str:
            room = ctypes.create_unicode_buffer(32768)
            if not dll.GetFinalPathNameByHandleW(handle, room, len(room), 0):
                raise loader.WinError(loader.get_last_error())
            return room.value

        def close(self, handle: int) -> None:
            dll.CloseHandle(handle)

    return _Windows()
