"""Whether a path is on a network file system, where SQLite's locks cannot be trusted."""

from __future__ import annotations

import sys
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = frozenset(
    {
        "9p", "afs", "ceph", "cifs", "coda", "davfs", "fuse.davfs", "fuse.glusterfs", "fuse.rclone",
        "fuse.s3fs", "fuse.smbnetfs", "fuse.sshfs", "gfs2", "glusterfs", "lustre", "ncpfs", "nfs",
        "nfs4", "ocfs2", "smb3", "smbfs",
    }
)  # fmt: skip
_REMOTE_DRIVE = 4  # DRIVE_REMOTE of GetDriveTypeW


def network_file_system(path: Path) -> str | None:
    """The kind of network file system ``path`` is (or would be) on; None for a local disk."""
    if sys.platform == "win32":
        import ctypes

        windows = PureWindowsPath(path)
        if is_unc(windows):
            return "network share"
        kind = ctypes.windll.kernel32.GetDriveTypeW(f"{windows.drive}\\")
        return "network drive" if kind == _REMOTE_DRIVE else None
    try:
        mounts = _MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:
        return None  # macOS and others: nothing to read
    return network_mount(PurePosixPath(_resolved(path)), mounts)


def _resolved(path: Path) -> PurePath:
    try:
        return path.resolve()
    except OSError:
        return path


def is_unc(path: PureWindowsPath) -> bool:
    r"""Whether the path begins with ``\\server\share`` (``\\?\UNC\`` included)."""
    drive = path.drive.replace("/", "\\").upper()
    if drive.startswith("\\\\?\\"):
        return drive.startswith("\\\\?\\UNC\\")
    return drive.startswith("\\\\")


def network_mount(path: PurePosixPath, mountinfo: str) -> str | None:
    """As :func:`network_file_system`, from the text of ``/proc/self/mountinfo`` (proc(5))."""
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        before, found, after = line.partition(" - ")
        fields = before.split(" ")
        if not found or len(fields) < 5:
            continue
        point = PurePosixPath(fields[4].encode().decode("unicode_escape"))
        depth = len(point.parts)
        if path.is_relative_to(point) and depth >= best:
            best, kind = depth, after.split(" ")[0]
    return kind if kind in _NETWORK else None
