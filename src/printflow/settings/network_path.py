"""Whether a path lies on a network file system, where SQLite's locks cannot be trusted."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

from ..said import say

_NETWORK_TYPES = frozenset(
    [
        "9p",
        "afpfs",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "fuse.ceph",
        "fuse.ceph-fuse",
        "fuse.curlftpfs",
        "fuse.davfs",
        "fuse.davfs2",
        "fuse.gcsfuse",
        "fuse.glusterfs",
        "fuse.gvfsd-fuse",
        "fuse.juicefs",
        "fuse.mfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.smbnetfs",
        "fuse.sshfs",
        "fuse.vmhgfs-fuse",
        "gfs2",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "prl_fs",
        "pvfs2",
        "smb2",
        "smb3",
        "smbfs",
        "sshfs",
        "vboxsf",
        "vmhgfs",
        "webdav",
    ]
)
_REMOTE_SOURCE = re.compile(r"//|\w+://|[^/\s]+:/")
_ESCAPE = re.compile(r"\\([0-7]{3})")
_MAC_LINE = re.compile(r"(?P<source>.*?) on (?P<point>/.*) \((?P<kind>\w+)[,)]")
_MAPPED = 4  # GetDriveTypeW: DRIVE_REMOTE

Mount = tuple[PurePosixPath, str, str]
"""Where it is mounted, the kind of file system, what is mounted."""


def network_file_system(path: Path, *, mounts: str | None = None) -> str | None:
    """The kind of the network file system that ``path`` lies on; None when it is a local disk.

    ``path`` need not exist. ``mounts`` is the text of a mount table in the form of Linux's
    ``/proc/self/mountinfo``, by default that of this machine; on Windows it is not asked.
    """
    if sys.platform == "win32":
        return windows_network_kind(PureWindowsPath(path.absolute()), _drive_type)
    real = PurePosixPath(_resolved(path))
    if mounts is None and sys.platform == "darwin":
        return kind_of_mount(real, mac_mounts(_mac_mount_table()))
    return kind_of_mount(real, linux_mounts(_linux_mount_table() if mounts is None else mounts))


def kind_of_mount(path: PurePosixPath, mounts: Iterator[Mount]) -> str | None:
    """The network kind of the mount that holds ``path``: the deepest, of several the last."""
    depth, found = -1, None
    for point, kind, source in mounts:
        if path.is_relative_to(point) and len(point.parts) >= depth:
            depth = len(point.parts)
            remote = kind in _NETWORK_TYPES or (
                kind.startswith("fuse") and _REMOTE_SOURCE.match(source) is not None
            )
            found = kind if remote else None
    return found


def linux_mounts(text: str) -> Iterator[Mount]:
    """The mounts of a text in the form of ``/proc/self/mountinfo`` (see proc(5))."""
    for line in text.splitlines():
        before, dash, after = line.partition(" - ")
        place, rest = before.split(" "), after.split(" ")
        if dash and len(place) >= 5 and len(rest) >= 2:
            yield PurePosixPath(_unescaped(place[4])), rest[0], _unescaped(rest[1])


def mac_mounts(text: str) -> Iterator[Mount]:
    """The mounts of a text as macOS's ``mount`` prints it."""
    for line in text.splitlines():
        match = _MAC_LINE.match(line)
        if match:
            yield PurePosixPath(match["point"]), match["kind"], match["source"]


def windows_network_kind(path: PureWindowsPath, drive_type: Callable[[str], int]) -> str | None:
    """What makes a Windows path a network path: a share's name, or a drive mapped to one."""
    drive = path.drive
    if drive.upper().startswith("\\\\?\\UNC\\"):
        return say("network share")
    if drive.startswith(("\\\\?\\", "\\\\.\\")):
        drive = drive[4:]
    if drive.startswith("\\\\"):
        return say("network share")
    if drive.endswith(":") and drive_type(f"{drive}\\") == _MAPPED:
        return say("mapped network drive")
    return None


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except OSError:
        return path.absolute()


def _unescaped(field: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 8)), field)


def _linux_mount_table() -> str:
    try:
        return Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError:
        return ""  # no /proc (a BSD, a jail): nothing is known, nothing is refused


def _mac_mount_table() -> str:
    import subprocess

    try:
        run = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout


def _drive_type(root: str) -> int:
    if sys.platform == "win32":
        import ctypes

        return int(ctypes.windll.kernel32.GetDriveTypeW(root))
    return 0
