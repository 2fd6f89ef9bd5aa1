"""``printflow init`` by questions and by flags."""

from __future__ import annotations

import stat
import sys
import tomllib
from pathlib import Path

import pytest

from tests.integration.conftest import Program


def test_by_flags(program: Program, tmp_path: Path) -> None:
    program.environment = {}
    said = program.run(
        "init", "--store", str(tmp_path / "lab"),
        "--set", "base_url=https://prints.example.edu",
        "--set", "mail.smtp_host=smtp.example.edu", "--set", "mail.smtp_port=465",
        "--set", "mail.sender=Lab <lab@example.edu>",
        "--set", "allowed_email_domains=example.edu, example.org",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert "Staff password: " in said.out
    config = tmp_path / "printflow.toml"
    plain = tomllib.loads(config.read_text("utf-8"))
    assert plain["store"] == str(tmp_path / "lab")
    assert plain["allowed_email_domains"] == ["example.edu", "example.org"]
    assert plain["mail"] == {
        "smtp_host": "smtp.example.edu",
        "smtp_port": 465,
        "sender": "Lab <lab@example.edu>",
    }
    if sys.platform != "win32":
        assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert program.run("list").code == 0  # the file is read, and good


@pytest.mark.long
def test_by_questions(program: Program, tmp_path: Path) -> None:
    program.environment = {}
    typed = [str(tmp_path / "lab"), "https://prints.example.edu", "example.edu",
             "smtp.example.edu", "587", "", "lab", "secret", "Lab <lab@example.edu>", ""]  # fmt: skip
    said = program.call("init", "--ask", stdin="\n".join([*typed, ""]))
    assert said.code == 0, said.err
    assert "secret" not in said.out
    plain = tomllib.loads((tmp_path / "printflow.toml").read_text("utf-8"))
    assert plain["base_url"] == "https://prints.example.edu"
    assert plain["mail"]["smtp_password"] == "secret"
    assert program.run("list").code == 0


def test_all_empty_makes_a_lab_to_try(program: Program, tmp_path: Path) -> None:
    program.environment = {}
    said = program.call("init", "--ask", stdin="\n" * 4)
    assert said.code == 0, said.err
    assert (tmp_path / "storage" / "Uploaded").is_dir()


def test_a_wrong_setting_writes_nothing(program: Program, tmp_path: Path) -> None:
    program.environment = {}
    said = program.run("init", "--store", "lab", "--set", "mail.smpt_host=x")
    assert said.code == 2
    assert "smtp_host" in said.err
    assert program.run("init", "--set", "nonsense").code == 1
    assert not (tmp_path / "printflow.toml").exists()
    assert not (tmp_path / "lab").exists()
