"""The program as scripts run it: a process of its own, with exit code, output and errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from printflow.cli.root import printflow as command_group
from tests import sample_models

SUBMIT = (
    "submit", "bracket.stl", "--student", "Ada Byron", "--email", "ada@example.edu",
    "--method", "Filament", "--color", "Blue", "--printer", "Prusa MK4S",
    "--discipline", "Engineering", "--class-number", "ARCH 4000", "--accept-minimum",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What a call of the program came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document and nothing else."""
        return json.loads(self.out)

    @property
    def refused_fields(self) -> list[str]:
        """The fields that the JSON refusal names."""
        return [reason["field"] for reason in self.json["error"]["refusals"]]


@dataclass
class Program:
    """The program in a folder of its own; :meth:`run` starts a process, :meth:`call` does not."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        """The lab's store."""
        return self.folder / "store"

    def run(self, *arguments: str, **replaced: str) -> Said:
        """Run ``printflow ARGUMENTS`` as a process; ``replaced`` goes into its environment."""
        done = subprocess.run(
            [sys.executable, "-m", "printflow", *arguments],
            cwd=self.folder,
            env={**bare_environment(), **self.environment, **replaced},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def call(self, *arguments: str, stdin: str = "") -> Said:
        """The same in this process, for breadth."""
        # None takes a variable out of the environment.
        outside: dict[str, str | None] = {
            name: None for name in os.environ if name.startswith("PRINTFLOW_")
        }
        done: Result = CliRunner().invoke(
            command_group, arguments, input=stdin, env={**outside, **self.environment}
        )
        return Said(done.exit_code, done.stdout, done.stderr)

    def submit(self, *more: str) -> str:
        """A new job's id."""
        said = self.call(*SUBMIT, *more, "--json")
        assert said.code == 0, said.err
        job_id: str = said.json["id"]
        return job_id


def bare_environment() -> dict[str, str]:
    bare = {name: text for name, text in os.environ.items() if not name.startswith("PRINTFLOW_")}
    return {**bare, "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program beside an empty store and a real model, ``bracket.stl``."""
    made = Program(tmp_path)
    made.store.mkdir()
    (tmp_path / "bracket.stl").write_bytes(sample_models.stl())
    made.environment = {
        "PRINTFLOW_STORE": str(made.store),
        "PRINTFLOW_SETTLE_SECONDS": "0",
        "PRINTFLOW_MAIL__DIRECTORY": str(tmp_path / "mail"),
    }
    monkeypatch.chdir(tmp_path)
    return made
