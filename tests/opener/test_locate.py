"""Where a file is looked for: below the share's root, and nowhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printflow_opener import locate
from printflow_opener.link import Wanted
from printflow_opener.locate import FOLDERS, ShareUnavailable, find, is_inside, named_folder
from printflow_opener.refusal import Refused
from tests.opener.conftest import NAME, Pc

SHARES: tuple[PurePath, ...] = (
    PurePosixPath("/mnt/3dprint"),
    PureWindowsPath("Z:/3DPrint"),
    PureWindowsPath("//server/3DPrint"),
)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_stale_link_still_works(pc: Pc, folder: str) -> None:
    path = pc.put(folder)
    assert find(pc.share, Wanted(NAME)) == path.resolve()
    assert find(pc.share, Wanted(NAME, f"Uploaded/{NAME}")) == path.resolve()


BLUE = "JaneDoe_Filament_Blue_K7Q2MX9A.stl"


@pytest.mark.parametrize("path", ["", f"Uploaded/{NAME}"])
def test_a_link_from_before_a_correction(pc: Pc, path: str) -> None:
    """The job's color was corrected, and its files have other names since."""
    blue = pc.put("Pending", BLUE)
    pc.put("Pending", "JaneDoe_Filament_Blue_K7Q2MX9A_v2.stl")
    pc.put("Pending", "JaneDoe_Filament_TrueRed_M7Q2MX9A.stl")
    assert find(pc.share, Wanted(NAME, path)) == blue.resolve()


def test_the_name_itself_comes_first(pc: Pc) -> None:
    """A slicer that was started before saved under the old name."""
    pc.put("Pending", BLUE)
    red = pc.put("Uploaded", NAME)
    assert find(pc.share, Wanted(NAME)) == red.resolve()


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        (("A_B_C_K7Q2MX9A.stl", "D_E_F_K7Q2MX9A.stl"), NAME),
        (("A_B_C_M7Q2MX9A_20260302.stl",), "JaneDoe_Filament_Red_K7Q2MX9A_20260302.stl"),
        (("A_B_C_K7Q2MX9A.stl",), "sliced_K7Q2MX9A.stl"),
        (("A_B_C_K7Q2MX9A.gcode",), NAME),
    ],
)
def test_what_can_be_another_file_is_not_opened(
    pc: Pc, there: tuple[str, ...], wanted: str
) -> None:
    for name in there:
        pc.put("Pending", name)
    with pytest.raises(Refused, match="Refresh the dashboard"):
        find(pc.share, Wanted(wanted))


@pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
def test_a_planted_link_under_a_corrected_name(pc: Pc, tmp_path: Path) -> None:
    (tmp_path / "secret.stl").write_bytes(b"x")
    (pc.share / "Pending" / BLUE).symlink_to(tmp_path / "secret.stl")
    with pytest.raises(Refused, match="link"):
        find(pc.share, Wanted(NAME))


def test_nowhere(pc: Pc) -> None:
    with pytest.raises(Refused, match="Refresh the dashboard"):
        find(pc.share, Wanted(NAME))


def test_a_share_that_is_not_there(pc: Pc) -> None:
    with pytest.raises(ShareUnavailable, match="network drive"):
        find(pc.share / "gone", Wanted(NAME))


def test_a_share_that_is_not_mounted(tmp_path: Path) -> None:
    with pytest.raises(ShareUnavailable, match=r"none of Printflow's folders.*network drive"):
        find(tmp_path, Wanted(NAME))


@contextmanager
def nobody() -> Iterator[None]:
    """To root every file is open: it acts as the user nobody meanwhile."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
@pytest.mark.parametrize("closed", ["", "Uploaded", f"Uploaded/{NAME}"])
def test_no_right_to_read(closed: str) -> None:
    with TemporaryDirectory() as folder:
        share = Path(folder) / "share"
        (share / "Uploaded").mkdir(parents=True)
        (share / "Uploaded" / NAME).write_bytes(b"x")
        Path(folder).chmod(0o755)
        (share / closed).chmod(0o000)
        with nobody(), pytest.raises(ShareUnavailable) as refused:
            find(share, Wanted(NAME))
        (share / closed).chmod(0o755)
    said = str(refused.value)
    assert "Permission denied" in said
    assert "the share's administrator" in said


def test_a_reparse_point_is_never_followed(pc: Pc) -> None:
    """A junction is no symbolic link to ``stat``; Windows marks it in the attributes."""
    path = pc.put()

    class Junction:
        st_mode = path.lstat().st_mode
        st_file_attributes = 0x400 | 0x20

    with pytest.raises(Refused, match="outside the share"):
        locate._check(pc.share.resolve(), path.resolve(), Junction())  # type: ignore[arg-type]


def test_the_path_is_the_one_that_this_pc_knows(pc: Pc, tmp_path: Path) -> None:
    pc.put()
    drive = tmp_path / "Z"
    drive.symlink_to(pc.share)
    assert find(drive, Wanted(NAME)) == drive / "Uploaded" / NAME


def test_links_that_lead_out(pc: Pc, tmp_path: Path) -> None:
    outside = tmp_path / "secret.stl"
    outside.write_bytes(b"x")
    (pc.share / "Uploaded" / NAME).symlink_to(outside)
    with pytest.raises(Refused, match="outside the share"):
        find(pc.share, Wanted(NAME))


def test_a_folder_that_leads_out(pc: Pc, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / NAME).write_bytes(b"x")
    (pc.share / "Uploaded").rmdir()
    (pc.share / "Uploaded").symlink_to(other)
    with pytest.raises(Refused, match="outside the share"):
        find(pc.share, Wanted(NAME))


def test_a_folder_of_that_name(pc: Pc) -> None:
    (pc.share / "Uploaded" / NAME).mkdir()
    with pytest.raises(Refused, match="isn't a file"):
        find(pc.share, Wanted(NAME))


@pytest.mark.parametrize("share", SHARES, ids=str)
@pytest.mark.parametrize(
    "path",
    [
        "/etc/{name}",
        "C:\\Windows\\{name}",
        "\\\\evil\\share\\{name}",
        "{share}2/Uploaded/{name}",
        "{share}/../{name}",
        "Uploaded/../../{name}",
        "../{name}",
        "Uploaded/sub/{name}",
        ".quarantine/{name}",
        "Uploaded:x/{name}",
    ],
)
def test_paths_outside(share: PurePath, path: str) -> None:
    with pytest.raises(Refused):
        named_folder(share, share, path.format(share=share, name=NAME))


@pytest.mark.parametrize("share", SHARES, ids=str)
def test_paths_inside(share: PurePath) -> None:
    assert named_folder(share, share, f"Printing/{NAME}") == "Printing"
    assert named_folder(share, share, f"Printing\\{NAME}") == "Printing"
    assert named_folder(share, share, str(share / "Pending" / NAME)) == "Pending"
    assert named_folder(share, share, NAME) == "Uploaded"
    assert named_folder(share, share, f"PRINTING/{NAME}") == "Printing"


PARTS = st.lists(
    st.sampled_from(["..", ".", "a", "3dprint", "C:", "", "Uploaded", NAME]), max_size=6
)


@given(st.sampled_from(SHARES), PARTS, st.sampled_from(["/", "\\"]))
def test_arbitrary_paths_stay_inside(share: PurePath, parts: list[str], separator: str) -> None:
    path = separator.join(parts)
    try:
        folder = named_folder(share, share, path)
    except Refused:
        return
    assert folder in FOLDERS
    assert is_inside(share, share / folder / NAME)


def make(path: Path, what: str, *, share: Path, outside: Path) -> None:
    """Put something where a folder or a file of the share is expected."""
    if what == "file":
        path.write_bytes(b"model")
    elif what == "folder":
        path.mkdir()
    elif what == "pipe" and hasattr(os, "mkfifo"):
        os.mkfifo(path)
    elif what != "nothing":
        targets = {
            "inner link": share / "Archived",
            "inner file link": share / "Archived" / "other.stl",
            "outer link": outside,
            "outer file link": outside / NAME,
            "relative link": Path("..", "..", "outside", NAME),
            "root link": Path("/"),
            "loop": path,
            "dangling": outside / "nothing",
        }
        path.symlink_to(targets.get(what, outside))


THINGS = (
    *("file", "folder", "pipe", "nothing", "loop", "dangling", "root link", "relative link"),
    *("inner link", "inner file link", "outer link", "outer file link"),
)
TREES = st.dictionaries(
    st.sampled_from(FOLDERS),
    st.tuples(st.sampled_from(("folder", "folder", *THINGS)), st.sampled_from(THINGS)),
    max_size=5,
)
PATHS = st.lists(st.sampled_from(("..", "Uploaded", "Pending", "Archived", NAME, "")), max_size=4)


@given(TREES, PATHS, st.booleans())
def test_arbitrary_trees(
    tree: dict[str, tuple[str, str]], parts: list[str], through_link: bool
) -> None:
    with TemporaryDirectory() as folder:
        found_is_inside(Path(folder), tree, "/".join(parts), through_link=through_link)


def found_is_inside(
    root: Path, tree: dict[str, tuple[str, str]], path: str, *, through_link: bool
) -> None:
    """What is found, if anything is, is a file of the share, whatever the tree leads to."""
    share, outside = root / "share", root / "outside"
    share.mkdir()
    outside.mkdir()
    (outside / NAME).write_bytes(b"secret")
    for folder, (what, within) in tree.items():
        make(share / folder, what, share=share, outside=outside)
        if (share / folder).is_dir() and not (share / folder).is_symlink():
            make(share / folder / NAME, within, share=share, outside=outside)
    seen = share
    if through_link:
        seen = root / "drive"
        seen.symlink_to(share)
    try:
        found = find(seen, Wanted(NAME, path))
    except Refused:
        return
    assert found.read_bytes() == b"model"
    assert found.is_relative_to(seen)
    assert found.resolve().is_relative_to(share.resolve())
