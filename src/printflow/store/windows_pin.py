"""Holding a folder on Windows, so that nothing can be put in its place meanwhile.

Windows has no open relative to a folder that Python knows. But it does not rename or remove a
folder that is open without FILE_SHARE_DELETE; a path below it then stays what was looked at.
"""

from __future__ import annotations

from typing import Final, Protocol

from .plain_file import NotPlain

_LIST, _READ_ATTRIBUTES = 0x1, 0x80
_SHARE_READ, _SHARE_WRITE = 0x1, 0x2
_OPEN_EXISTING = 3
_BACKUP_SEMANTICS, _OPEN_REPARSE_POINT = 0x02000000, 0x00200000
_DIRECTORY, _REPARSE_POINT = 0x10, 0x400
ACCESS: Final = _LIST | _READ_ATTRIBUTES
SHARE: Final = _SHARE_READ | _SHARE_WRITE
FLAGS: Final = _BACKUP_SEMANTICS | _OPEN_REPARSE_POINT


class Kernel(Protocol):
    """What is asked of Windows."""

    def create_file(self, path: str, access: int, share: int, disposition: int, flags: int) -> int:
        """CreateFileW: a handle. Raises OSError."""

    def attributes(self, handle: int) -> int:
        """The file attributes of what is open. Raises OSError."""

    def close(self, handle: int) -> None:
        """CloseHandle."""


def pin(path: str, kernel: Kernel) -> int:
    """A handle on the folder itself; until it is closed the folder keeps its name.

    Raises NotPlain for a link, a junction or a file, OSError as Windows gives it.
    """
    handle = kernel.create_file(path, ACCESS, SHARE, _OPEN_EXISTING, FLAGS)
    try:
        attributes = kernel.attributes(handle)
        if attributes & _REPARSE_POINT or not attributes & _DIRECTORY:
            raise NotPlain(path, "a link" if attributes & _REPARSE_POINT else "no folder")
    except BaseException:
        kernel.close(handle)
        raise
    return handle


def windows() -> Kernel:
    """The kernel of this machine, which must be a Windows."""
    import ctypes
    from typing import Any

    loader: Any = ctypes
    dll = loader.WinDLL("kernel32", use_last_error=True)
    dll.CreateFileW.restype = ctypes.c_void_p
    dll.CreateFileW.argtypes = (
        ctypes.c_wchar_p,
        ctypes.c_uint32,
        ctypes.c_uint32,
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_uint32,
        ctypes.c_void_p,
    )
    dll.GetFileInformationByHandleEx.argtypes = (
        ctypes.c_void_p,
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_uint32,
    )
    dll.CloseHandle.argtypes = (ctypes.c_void_p,)
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

        def close(self, handle: int) -> None:
            dll.CloseHandle(handle)

    return _Windows()
