"""A backup that was changed: nothing outside of the store is written, and nothing half-done stays."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from printflow import BackupDamaged, BackupUnverified, Printflow, Settings
from printflow.backup import (
    Signature,
    key_if_there,
    read_key,
    read_manifest,
    restore,
    signature_of,
    take_backup,
    verify,
)
from printflow.cli.root import printflow
from tests.plugins.lab import Submit

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture
def taken(lab: Printflow, settings: Settings, submit: Submit, tmp_path: Path) -> Path:
    """A backup of a lab with one job."""
    submit()
    lab.dispatch()
    return take_backup(settings, tmp_path / "backups", NOW).folder


@pytest.fixture
def there(settings: Settings, tmp_path: Path) -> Settings:
    """Another machine's settings, with an embedded database."""
    return settings.model_copy(update={"store": tmp_path / "there", "database_url": ""})


def rewrite(taken: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the manifest, and seal it as its own words say it should be."""
    plain = json.loads((taken / "manifest.json").read_text())
    change(plain)
    text = json.dumps(plain)
    (taken / "manifest.json").write_text(text)
    (taken / "manifest.sha256").write_text(hashlib.sha256(text.encode()).hexdigest() + "\n")


def everything(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


NAMES = [
    "../escaped.stl", "..", ".", "", "/tmp/escaped.stl", "a/b.stl", "..\\escaped.stl",
    "C:escaped.stl", "C:\\escaped.stl", "\\\\server\\share\\x", "model.stl:stream", "NUL", "con.stl",
    "COM1.txt", "trailing.", "trailing ", "line\nbreak", "nul\x00byte", "x" * 300,
]  # fmt: skip


WORDS = [
    ("place", "../.."), ("place", ".printflow"), ("place", "/etc"), ("place", ""),
    ("sha256", "../../secret"), ("sha256", "A" * 64), ("sha256", 7), ("size", -1),
    ("size", "1"), ("size", True), ("name", 7), ("name", None), ("mode", "0o4777"),
]  # fmt: skip


def refused(taken: Path, there: Settings, change: Callable[[dict[str, Any]], None]) -> None:
    """The manifest so changed is refused, and nothing is written; then it is as it was."""
    whole, seal = ((taken / name).read_bytes() for name in ("manifest.json", "manifest.sha256"))
    rewrite(taken, change)
    before = everything(taken.parent.parent)
    with pytest.raises(BackupDamaged, match="t one that Printflow writes"):
        restore(there, taken, unverified=True)
    assert everything(taken.parent.parent) == before
    (taken / "manifest.json").write_bytes(whole)
    (taken / "manifest.sha256").write_bytes(seal)


def test_only_names_of_a_store_are_taken(taken: Path, there: Settings) -> None:
    for name in NAMES:
        refused(taken, there, lambda plain, name=name: plain["database"].update(name=name))  # type: ignore[misc]
        for part in ("files", "state"):
            refused(
                taken,
                there,
                lambda plain, part=part, name=name: plain[part][0].update(name=name),  # type: ignore[misc]
            )


def test_only_known_words_of_a_manifest_are_taken(taken: Path, there: Settings) -> None:
    for key, value in WORDS:
        refused(
            taken,
            there,
            lambda plain, key=key, value=value: plain["files"][0].update({key: value}),  # type: ignore[misc]
        )
    refused(taken, there, lambda plain: plain["files"].append(plain["files"][0]))


def test_what_is_no_manifest_is_said_in_words(taken: Path, there: Settings) -> None:
    for text in ("[]", "7", "null", "{}", "{", "[" * 100_000, '{"format": 2}'):
        (taken / "manifest.json").write_text(text)
        (taken / "manifest.sha256").write_text(hashlib.sha256(text.encode()).hexdigest())
        with pytest.raises(BackupDamaged):
            restore(there, taken, unverified=True)
        assert not there.store.exists()


def pool_file(taken: Path) -> Path:
    (found,) = (taken.parent / "files").glob("*/*")
    return found


def link_to(path: Path, target: Path) -> None:
    path.unlink()
    path.symlink_to(target)


def linked_model(taken: Path, outside: Path) -> None:
    outside.write_bytes(pool_file(taken).read_bytes())
    link_to(pool_file(taken), outside)


def linked_folder(taken: Path, outside: Path) -> None:
    folder = pool_file(taken).parent
    folder.rename(outside)
    folder.symlink_to(outside)


def linked_key(taken: Path, outside: Path) -> None:
    outside.write_bytes((taken / "secret.key").read_bytes())
    link_to(taken / "secret.key", outside)


def linked_database(taken: Path, outside: Path) -> None:
    outside.write_bytes((taken / "database.sqlite").read_bytes())
    link_to(taken / "database.sqlite", outside)


def linked_manifest(taken: Path, outside: Path) -> None:
    outside.write_bytes((taken / "manifest.json").read_bytes())
    link_to(taken / "manifest.json", outside)


def pipe_as_model(taken: Path, _outside: Path) -> None:
    path = pool_file(taken)
    path.unlink()
    os.mkfifo(path)


def folder_as_model(taken: Path, _outside: Path) -> None:
    path = pool_file(taken)
    path.unlink()
    path.mkdir()


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")
@pytest.mark.parametrize(
    "plant",
    [
        linked_model, linked_folder, linked_key, linked_database, linked_manifest,
        pipe_as_model, folder_as_model,
    ],
)  # fmt: skip
def test_links_pipes_and_folders_are_no_files(
    taken: Path, settings: Settings, there: Settings, tmp_path: Path,
    plant: Callable[[Path, Path], None],
) -> None:  # fmt: skip
    """Even where the bytes behind a link are the right ones."""
    plant(taken, tmp_path / "outside")
    with pytest.raises(BackupDamaged, match=r"link|directory|folder"):
        restore(there, taken, key=key_if_there(settings.state_dir))
    assert not there.store.exists()
    if plant is not linked_manifest:
        assert len(list(verify(taken))) == 1


def reseal_database(taken: Path) -> None:
    data = (taken / "database.sqlite").read_bytes()
    rewrite(
        taken,
        lambda plain: plain["database"].update(
            sha256=hashlib.sha256(data).hexdigest(), size=len(data)
        ),
    )


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER UPDATE ON jobs BEGIN DELETE FROM events; END",
        "CREATE VIEW v AS SELECT 1",
        "CREATE VIRTUAL TABLE v USING fts5(x)",
        "DELETE FROM outbox",
    ],
)
def test_a_changed_database_is_refused(taken: Path, there: Settings, statement: str) -> None:
    with closing(sqlite3.connect(taken / "database.sqlite")) as connection:
        connection.execute(statement)
        connection.commit()
    reseal_database(taken)
    with pytest.raises(BackupDamaged, match=r"database\.sqlite"):
        restore(there, taken, unverified=True)
    assert not there.store.exists()


def test_a_signature_tells_a_changed_manifest(
    taken: Path, settings: Settings, there: Settings
) -> None:
    key = key_if_there(settings.state_dir)
    assert signature_of(taken, key) is Signature.GOOD
    rewrite(taken, lambda plain: plain.update(program="99"))
    assert signature_of(taken, key) is Signature.OTHER_KEY
    with pytest.raises(BackupUnverified, match="signed with another key, or was changed"):
        restore(there, taken, key=key)
    (taken / "manifest.hmac").unlink()
    with pytest.raises(BackupUnverified, match="isn't signed") as refused:
        restore(there, taken, key=key)
    assert "--unverified" in refused.value.next_step
    assert not there.store.exists()
    restore(there, taken, key=key, unverified=True)


def test_a_machine_without_the_key_says_so(
    taken: Path, settings: Settings, there: Settings
) -> None:
    with pytest.raises(BackupUnverified, match="there's no key here") as refused:
        restore(there, taken)
    assert "--key-file" in refused.value.next_step
    restore(there, taken, key=read_key(settings.state_dir / "backup.key"))
    assert key_if_there(there.state_dir) == key_if_there(settings.state_dir), "it signs on with it"


def test_the_key_is_in_no_backup(taken: Path, settings: Settings) -> None:
    key = key_if_there(settings.state_dir)
    assert key
    for path in taken.parent.rglob("*"):
        assert path.is_dir() or key not in path.read_bytes(), path
    if sys.platform != "win32":
        assert (settings.state_dir / "backup.key").stat().st_mode & 0o077 == 0


def test_the_command_refuses_with_1_and_verifies_with_a_key_file(
    taken: Path, settings: Settings, there: Settings, tmp_path: Path
) -> None:
    env = {"PRINTFLOW_STORE": str(there.store), "PRINTFLOW_DATABASE_URL": ""}
    run = CliRunner(env=env)
    key_file = str(settings.state_dir / "backup.key")
    done = run.invoke(printflow, ["backup", str(taken), "--verify"])
    assert done.exit_code == 0 and "no key here" in done.output
    done = run.invoke(printflow, ["backup", str(taken), "--verify", "--key-file", key_file])
    assert done.exit_code == 0 and "is signed with this lab's key" in done.output
    rewrite(taken, lambda plain: plain["files"][0].update(name="../escaped.stl"))
    for more in ([], ["--key-file", key_file], ["--unverified"]):
        done = run.invoke(printflow, ["restore", str(taken), *more])
        assert done.exit_code == 1, done.output
        assert "Traceback" not in done.output and "unexpected" not in done.output
    assert not there.store.exists()


def test_a_name_that_not_every_system_takes_is_left_out_and_told(
    lab: Printflow, settings: Settings, there: Settings, tmp_path: Path
) -> None:
    odd = settings.store / "Pending" / "COM1.stl"
    odd.write_bytes(b"solid")
    taken = take_backup(settings, tmp_path / "backups", NOW)
    assert taken.left_out == ("Pending/COM1.stl",)
    assert [one.name for one in read_manifest(taken.folder).files] == []
    restore(there, taken.folder, key=key_if_there(settings.state_dir))


@pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
def test_a_link_in_the_store_is_not_followed_into_the_backup(
    lab: Printflow, settings: Settings, submit: Submit, tmp_path: Path
) -> None:
    job = submit()
    lab.dispatch()
    path = lab.files.path(lab.jobs.get(job.id))
    link_to(path, settings.state_dir / "secret.key")
    taken = take_backup(settings, tmp_path / "backups", NOW)
    assert [(one.name, one.held) for one in taken.lacks] == [(job.file.name, False)]
    secret = (settings.state_dir / "secret.key").read_bytes()
    held = [p for p in (tmp_path / "backups" / "files").rglob("*") if p.is_file()]
    assert all(secret not in path.read_bytes() for path in held)
