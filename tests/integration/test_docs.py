"""What the documentation shows is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from printflow import lifecycle_markdown, lifecycle_mermaid
from tests import models

ROOT = Path(__file__).parents[2]


def test_the_lifecycle_page_is_the_table() -> None:
    page = (ROOT / "docs" / "lifecycle.md").read_text("utf-8")
    assert lifecycle_markdown() in page
    assert lifecycle_mermaid() in page


def test_the_readme_s_script_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bracket.stl").write_bytes(models.stl())
    names: dict[str, object] = {}
    exec(compile(script, "README.md", "exec"), names)
    assert names["job"].cost_cents == 425  # type: ignore[attr-defined]
    assert len(list((tmp_path / "storage" / "Pending").iterdir())) == 1
    assert len(list((tmp_path / "storage" / ".printflow" / "mail").glob("*.eml"))) == 2


@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "docs").glob("*.md")))
def test_links_between_pages_lead_somewhere(page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)", text):
        if not target.startswith("http"):
            assert (ROOT / "docs" / target).exists(), target
