"""The upgrade guide, walked: its own commands, from a database of an older version and back."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from alembic import command

from printflow.db import migrate
from tests.integration.conftest import SUBMIT, Program
from tests.integration.test_migrations import FOLDED, set_revision

GUIDE = Path(__file__).parents[2] / "docs" / "upgrading.md"


@pytest.mark.long
def test_the_upgrade_guide(program: Program, tmp_path: Path) -> None:
    text = GUIDE.read_text("utf-8")
    before, upgrade, verify, back = (
        [shlex.split(line)[1:] for line in block.splitlines()]
        for block in re.findall(r"```sh\n(.*?)```", text, re.S)
    )
    backups = tmp_path / "backups"

    def walk(lines: list[list[str]]) -> str:
        said = ""
        for words in lines:
            newest = sorted(path.name for path in backups.glob("2*"))[-1:] or ["none"]
            words = [
                word.replace("/var/backups/printflow", str(backups)).replace("NEWEST", newest[0])
                for word in words
            ]
            done = program.run(*words)
            assert done.code == 0, (words, done.err, done.out)
            said += done.out
        return said

    assert program.run("init").code == 0
    kept = program.run(*SUBMIT, "--json").json["id"]
    walk(before)

    url = f"sqlite:///{program.store / '.printflow' / 'printflow.db'}"
    # As a store from before the first release has it.
    command.downgrade(migrate._config(url), migrate.REVISIONS[0])
    set_revision(url, FOLDED)
    refused = program.run("list")
    assert refused.code == 3
    assert "db upgrade" in refused.err

    walk(upgrade)
    assert kept in walk(verify)

    later = program.run(*SUBMIT, "--json").json["id"]
    walk(back)
    assert program.run("show", kept).code == 0
    assert program.run("show", later).code == 1
    aside = [path for path in tmp_path.rglob("*.stl") if later in path.name]
    assert aside, "what came later is kept in the store that was moved aside"
