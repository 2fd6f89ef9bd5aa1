"""The database's address, and the disks that an embedded one may be on."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from printflow import Settings
from printflow.settings.database_url import checked_database_url, sqlite_url
from printflow.settings.network_path import (
    kind_of_mount,
    linux_mounts,
    mac_mounts,
    network_file_system,
    windows_network_kind,
)

pytestmark = pytest.mark.usefixtures("no_settings")

# -- database -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["postgres://lab:p@db/x", "postgresql://lab:p@db/x", "postgresql+psycopg://lab:p@db/x"],
)
def test_postgresql(typed: str) -> None:
    assert Settings(database_url=typed).database == "postgresql+psycopg://lab:p@db/x"


@given(st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1))
def test_any_folder_name_survives_the_address(name: str) -> None:
    path = Path("/srv") / name / "printflow.db"
    assert make_url(sqlite_url(path)).database == path.as_posix()


MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/share rw - cifs //server/share rw,vers=3.1.1
31 30 8:2 / /mnt/share/local rw - ext4 /dev/sdb1 rw
32 22 0:41 / /mnt/with\\040space rw shared:2 master:1 - nfs4 server:/export rw
33 22 0:42 / /over rw - ext4 /dev/sdc1 rw
34 33 0:43 / /over rw - fuse.sshfs lab@server:/prints rw
35 22 0:44 / /davs rw - fuse https://dav.example.edu/ rw
36 22 0:45 / /usb rw - fuseblk /dev/sdd1 rw
37 22 0:46 / /c rw - 9p drvfs rw
38 22 0:47 / /mnt/Größe rw - nfs server:/g rw
a line that is none
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/lab", None),
        ("/", None),
        ("/mnt/share", "cifs"),
        ("/mnt/share/a/b", "cifs"),
        ("/mnt/shared", None),
        ("/mnt/share/local/x", None),
        ("/mnt/with space/lab", "nfs4"),
        ("/over/lab", "fuse.sshfs"),
        ("/davs/x", "fuse"),
        ("/usb/x", None),
        ("/c/lab", "9p"),
        ("/mnt/Größe/lab", "nfs"),
    ],
)
def test_linux_mounts(path: str, kind: str | None) -> None:
    assert kind_of_mount(PurePosixPath(path), linux_mounts(MOUNTS)) == kind


def test_mac_mounts() -> None:
    text = (
        "/dev/disk3s1 on / (apfs, sealed, local)\n"
        "//lab@server/prints on /Volumes/Print Lab (smbfs, nodev, nosuid)\n"
        "map auto_home on /System/Volumes/Data/home (autofs, automounted)\n"
    )
    assert kind_of_mount(PurePosixPath("/Volumes/Print Lab/x"), mac_mounts(text)) == "smbfs"
    assert kind_of_mount(PurePosixPath("/Users/lab"), mac_mounts(text)) is None


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (r"C:\lab", None),
        (r"Z:\lab", "mapped network drive"),
        (r"\\server\share\lab", "network share"),
        ("//server/share/lab", "network share"),
        (r"\\?\UNC\server\share\lab", "network share"),
        (r"\\?\C:\lab", None),
        (r"\\?\Z:\lab", "mapped network drive"),
    ],
)
def test_windows_paths(path: str, kind: str | None) -> None:
    drives = {"C:\\": 3, "Z:\\": 4}
    assert windows_network_kind(PureWindowsPath(path), drives.__getitem__) == kind


@pytest.mark.skipif(os.name == "nt", reason="POSIX paths")
@pytest.mark.parametrize("url", ["", "sqlite:////mnt/share/lab/printflow.db"])
def test_an_embedded_database_on_a_share_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="network file system") as caught:
        checked_database_url(url, store=Path("/mnt/share/lab"), mounts=MOUNTS)
    assert "(cifs). SQLite needs a local disk. Set database_url to a local path" in str(
        caught.value
    )


@pytest.mark.skipif(os.name == "nt", reason="POSIX paths")
@pytest.mark.parametrize("url", ["postgresql://db/x", "sqlite:////srv/lab.db"])
def test_a_store_on_a_share_takes_a_database_elsewhere(url: str) -> None:
    assert checked_database_url(url, store=Path("/mnt/share/lab"), mounts=MOUNTS)


def test_this_machines_own_mounts_can_be_read(tmp_path: Path) -> None:
    assert network_file_system(tmp_path / "not" / "there") is None


def test_a_link_onto_a_share_is_followed(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    link = tmp_path / "link"
    try:
        link.symlink_to(share, target_is_directory=True)
    except OSError:
        pytest.skip("no symbolic links here")
    table = f"1 0 0:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:2 / {share} rw - nfs server:/x rw\n"
    if os.name != "nt":
        assert network_file_system(link / "lab", mounts=table) == "nfs"
        assert network_file_system(tmp_path, mounts=table) is None
