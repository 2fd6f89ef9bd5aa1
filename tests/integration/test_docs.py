"""What the documentation shows is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from printflow import Settings
from printflow.domain.import_report import ImportReport
from tests import sample_models
from tools import reference

ROOT = Path(__file__).parents[2]


def test_the_readme_s_script_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bracket.stl").write_bytes(sample_models.stl())
    names: dict[str, object] = {}
    exec(compile(script, "README.md", "exec"), names)
    assert names["job"].cost_cents == 425  # type: ignore[attr-defined]
    assert len(list((tmp_path / "storage" / "Pending").iterdir())) == 1
    assert len(list((tmp_path / "storage" / ".printflow" / "mail").glob("*.eml"))) == 1


def test_every_block_of_the_tour_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "developers.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.S)
    assert len(blocks) >= 8
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bracket.stl").write_bytes(sample_models.stl())
    guide = (ROOT / "docs" / "administrators.md").read_text("utf-8")
    (mapping,) = re.findall(r"```toml\n(source = .*?)```", guide, re.S)
    (tmp_path / "mapping.toml").write_text(mapping, "utf-8")
    (tmp_path / "old-jobs.csv").write_text(
        "Job,Name,E-mail,Color,Printer,Status,Price,Submitted,File\n"
        "17,Ada Byron,ada@example.edu,Blue,MK4,picked up,4.25,3/1/2024 14:30,bracket.stl\n"
    )
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "developers.md", "exec"), names)
    plan = names["plan"]
    assert isinstance(plan, ImportReport)
    assert (plan.imported, plan.refused) == (1, ())


def test_the_pages_made_from_the_program_are_fresh() -> None:
    """If this fails: make reference."""
    for path, text in reference.pages().items():
        assert path.read_text("utf-8") == text, path.name


def test_every_picture_is_there_and_used() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    used = {
        (page.parent / target).resolve()
        for page in pages
        for target in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page.read_text("utf-8"))
    }
    assert used == set((ROOT / "docs" / "images").resolve().glob("*.png"))


def test_the_root_s_pages_lead_somewhere() -> None:
    for page in ("README.md", "CONTRIBUTING.md", "SECURITY.md"):
        text = (ROOT / page).read_text("utf-8")
        for target in re.findall(r"\]\(([^)#]+)", text):
            assert target.startswith("http") or (ROOT / target).exists(), (page, target)


@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "docs").glob("*.md")))
def test_links_between_pages_lead_somewhere(page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)", text):
        if not target.startswith("http"):
            assert (ROOT / "docs" / target).exists(), target


def test_the_examples_of_email_settings_are_accepted(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "administrators.md").read_text("utf-8")
    examples = re.findall(r"```toml\n(\[mail\].*?)```", guide, re.S)
    found = []
    for example in examples:
        for name in set(re.findall(r"/etc/printflow/([\w-]+)", example)):
            (tmp_path / name).write_text("a-secret\n", "utf-8")
        config = tmp_path / "printflow.toml"
        text = example.replace("/etc/printflow", tmp_path.as_posix())
        text = re.sub(r'(?m)^(auth = "xoauth2") .*or leave.*$', 'password = "p"', text)
        config.write_text(f'base_url = "https://prints.example.edu"\n{text}', "utf-8")
        mail = Settings(config_file=config, environ={}).mail
        found.append((mail.smtp_host, mail.token_endpoint))
    tenant = "11111111-2222-3333-4444-555555555555"
    endpoint = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
    assert ("smtp.office365.com", endpoint) in found
    assert ("smtp.gmail.com", "https://oauth2.googleapis.com/token") in found
    assert ("smtp-relay.gmail.com", "") in found
