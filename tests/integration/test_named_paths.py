"""Every file and folder that a command is given: what is wrong with it is said, with what to do."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from printflow import PathUnusable
from printflow.cli.root import printflow
from printflow.errors import DiskFull
from printflow.runtime.named_paths import writing
from tests.integration.conftest import Program, bare_environment

BUNDLE = "[print:a]\nlayer_height = 0.2\n[filament:b]\nx = 1\n[printer:c]\ny = 1\n"
MAPPING = 'source = "s"\n[columns]\nkey = "K"\nstudent_name = "N"\nstatus = "S"\ncreated_at = "C"\n'
TARGETS = {
    "catalog export": ["catalog", "export", "TARGET"],
    "import report": ["import", "old.csv", "--mapping", "map.toml", "--report", "TARGET"],
    "inspect thumbnail": ["inspect", "bracket.stl", "--thumbnail", "TARGET"],
    "slicer flatten output": [
        *("slicer", "flatten", "bundle.ini", "--print", "a"),
        *("--filament", "b", "--printer", "c", "--output", "TARGET"),
    ],
    "person export to": ["person", "export", "jane@example.edu", "--to", "TARGET"],
}
FOLDERS = {
    "mail preview": ["mail", "preview", "TARGET"],
    "backup": ["backup", "TARGET"],
    "demo store": ["demo", "--store", "TARGET"],
    "init store": ["init", "--store", "TARGET"],
}
INPUTS = {
    "import file": ["import", "INPUT", "--mapping", "map.toml"],
    "import mapping": ["import", "old.csv", "--mapping", "INPUT"],
    "closed import file": ["closed", "import", "INPUT"],
    "payers import file": ["payers", "import", "INPUT", "--by", "Ana"],
    "payments import file": ["payments", "import", "INPUT", "--by", "Ana"],
    "payments sign file": ["payments", "sign", "INPUT"],
    "catalog import": ["catalog", "import", "INPUT"],
    "init catalog": ["init", "--catalog", "INPUT"],
    "inspect": ["inspect", "INPUT"],
    "submit": ["submit", "INPUT", *["--student", "A", "--email", "a@example.edu", "--method", "Filament"],
               *["--color", "Blue", "--discipline", "Other", "--class-number", "1", "--accept-minimum"],
               "--printer", "Prusa MK4S"],
    "backup key": ["backup", "backups", "--verify", "--key-file", "INPUT"],
    "slicer profiles": ["slicer", "profiles", "INPUT", "print"],
    "slicer plates": ["slicer", "plates", "INPUT"],
    "slicer flatten": ["slicer", "flatten", "INPUT", "--print", "a", "--filament", "b",
                       "--printer", "c", "--output", "x.ini"],
    "slicer estimate": ["slicer", "estimate", "INPUT", "--profile", "bundle.ini"],
    "slicer estimate profile": ["slicer", "estimate", "bracket.stl", "--profile", "INPUT"],
    "config": ["--config", "INPUT", "list"],
}  # fmt: skip


@pytest.fixture
def beside(program: Program, tmp_path: Path) -> Program:
    """The program with something of every kind in its folder."""
    (tmp_path / "bundle.ini").write_text(BUNDLE)
    (tmp_path / "map.toml").write_text(MAPPING)
    (tmp_path / "old.csv").write_text("K,N,S,C\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    program.submit("--email", "jane@example.edu")
    return program


def given(words: list[str], path: str) -> list[str]:
    return [path if word in ("TARGET", "INPUT") else word for word in words]


def refused(program: Program, words: list[str], *, codes: tuple[int, ...] = (2,)) -> str:
    done = program.call(*words)
    assert done.code in codes, (words, done.out, done.err)
    assert "unexpected" not in done.err
    assert done.out == ""
    assert done.err.strip(), words
    return done.err


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_target_that_cannot_be_written(beside: Program, tmp_path: Path, name: str) -> None:
    words = TARGETS[name]
    before = sorted(path.name for path in tmp_path.iterdir())
    for path, said in (
        ("none/x.zip", "There's no folder none. Create it first"),
        ("file/x.zip", "There's no folder file. Create it first"),
    ):
        assert f"{path} can't be written. {said}" in refused(beside, given(words, path))
    folder = refused(beside, given(words, "folder"))
    assert "folder" in folder and ("a folder" in folder or "is a directory" in folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert list((tmp_path / "folder").iterdir()) == []
    assert beside.call(*given(words, "good.zip")).code == 0
    assert (tmp_path / "good.zip").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk, as Linux shows it")
@pytest.mark.parametrize("name", sorted(set(TARGETS) - {"person export to"}))
def test_a_target_on_a_full_disk(beside: Program, name: str) -> None:
    said = refused(beside, given(TARGETS[name], "/dev/full"), codes=(3,))
    assert "/dev/full can't be written: its disk is full. Free some space there" in said
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_a_folder_that_cannot_be_made(beside: Program, name: str) -> None:
    for path in ("file", "file/x"):
        said = refused(beside, given(FOLDERS[name], path), codes=(2, 3))
        assert path in said


@pytest.mark.parametrize("name", sorted(INPUTS))
def test_an_input_that_cannot_be_read(beside: Program, name: str) -> None:
    for path in ("none.toml", "folder", "file/x.stl"):
        said = refused(beside, given(INPUTS[name], path), codes=(1, 2))
        assert path in said, said


def test_a_place_for_a_drill_that_cannot_be_made(beside: Program, tmp_path: Path) -> None:
    assert beside.call("backup", "backups").code == 0
    (taken,) = (path for path in (tmp_path / "backups").iterdir() if path.name.startswith("2"))
    words = ["restore", str(taken), "--drill", "--into"]
    assert "file/x can't be written" in refused(beside, [*words, "file/x"])


def test_a_folder_of_old_files_that_is_none(beside: Program) -> None:
    for path in ("none", "file"):
        words = ["import", "old.csv", "--mapping", "map.toml", "--files", path]
        assert path in refused(beside, words, codes=(1, 2))


def test_a_report_that_cannot_be_written_is_said_before_anything_is_imported(
    beside: Program, tmp_path: Path
) -> None:
    (tmp_path / "old.csv").write_text("K,N,S,C\n1,Ada,UPLOADED,2024-03-01\n")
    jobs = len(beside.call("list", "--json").json)
    words = ["import", "old.csv", "--mapping", "map.toml", "--without-file", "--report", "none/r"]
    refused(beside, words)
    assert len(beside.call("list", "--json").json) == jobs


def test_a_picture_replaces_only_the_file_that_was_named(beside: Program, tmp_path: Path) -> None:
    (tmp_path / "good.webp").write_text("mine")
    assert beside.call("inspect", "bracket.stl", "--thumbnail", "good.png").code == 0
    assert (tmp_path / "good.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "good.webp").read_text() == "mine"


def paths(command: click.Command, name: str = "") -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter.type, click.Path):
            yield f"{name} {parameter.name}".strip()
    if isinstance(command, click.Group):
        for sub in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), sub)
            assert found is not None
            yield from paths(found, f"{name} {sub}".strip())


def test_no_path_of_a_command_is_forgotten_here() -> None:
    """A new one is to be added above."""
    assert set(paths(printflow)) <= {
        "config",
        "backup folder",
        "backup key_file",
        "restore folder",
        "restore into",
        "restore key_file",
        "catalog export file",
        "catalog import file",
        "closed import file",
        "payers import file",
        "payments import file",
        "payments sign file",
        "demo store",
        "import file",
        "import mapping",
        "import files",
        "import report",
        "init store",
        "init catalog",
        "inspect file",
        "inspect thumbnail",
        "mail preview folder",
        "person export to",
        "slicer estimate model",
        "slicer estimate profile",
        "slicer flatten bundle",
        "slicer flatten output",
        "slicer plates file",
        "slicer profiles bundle",
        "submit file",
    }


# -- words ----------------------------------------------------------------------------------------


def test_half_a_file_is_not_left(tmp_path: Path) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    old.write_text("old")
    for path in (new, old):
        with pytest.raises(DiskFull), writing(path):
            path.write_text("half")
            raise OSError(28, "No space left on device")
    assert not new.exists()
    assert old.exists(), "what was there is the user's"


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="root can be another account"
)
def test_an_account_without_the_right_is_named(tmp_path: Path) -> None:
    path = str(tmp_path / "x")
    code = (
        "import os, pwd\nfrom pathlib import Path\nfrom printflow.runtime.named_paths import writing\n"
        "os.setgid(65534); os.setuid(65534)\n"
        f"with writing(Path({path!r})): open({path!r}, 'w')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=bare_environment(),
        check=False,
    )
    name = pwd.getpwuid(65534).pw_name
    assert f"The account “{name}” isn't allowed to write there" in done.stderr


def test_the_rights_of_an_account_are_said(tmp_path: Path) -> None:
    with pytest.raises(PathUnusable, match="allowed to write there"), writing(tmp_path / "x"):
        raise PermissionError(13, "Permission denied")
