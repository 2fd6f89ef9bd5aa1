"""“Set up this PC” and the Open button."""

from __future__ import annotations

import re
import tomllib
from html import unescape

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from printflow import Printflow, Settings, SettingsError
from printflow_opener.link import parse
from printflow_web.factory import create_app
from printflow_web.this_pc import config_text
from tests.plugins.lab import Submit
from tests.web.conftest import PASSWORD, said, token

PATHS = {"windows": r"\\server\3DPrint", "linux": "/mnt/3dprint", "macos": "/Volumes/3dprint"}
AGENTS = {
    "windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142",
    "macos": "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) Safari/605",
    "linux": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140",
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return Settings(**{**settings.model_dump(exclude_unset=True), "share": PATHS})


@pytest.mark.parametrize("system", PATHS)
def test_the_config_for_the_visitors_system(staff: FlaskClient, system: str) -> None:
    page = staff.get("/dashboard/this-pc", headers={"User-Agent": AGENTS[system]})
    assert PATHS[system] in unescape(page.text)
    answer = staff.get(f"/dashboard/this-pc/printflow-opener.toml?system={system}")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert tomllib.loads(answer.text)["share"] == PATHS[system]


def test_a_system_that_is_none(staff: FlaskClient) -> None:
    answer = staff.get("/dashboard/this-pc?system=amiga")
    assert answer.status_code == 400
    assert "system:" in said(answer)


def test_a_lab_that_does_not_say_its_paths() -> None:
    text = config_text("windows", "")
    assert "put in this PC's own path" in text
    assert tomllib.loads(text)["share"] == "Z:\\3DPrint"


@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1))
def test_any_path_is_written_so_that_toml_reads_it_back(path: str) -> None:
    assert tomllib.loads(config_text("linux", path))["share"] == path


@pytest.mark.parametrize(
    "share", [{"windows": "3DPrint"}, {"linux": "mnt/3dprint"}, {"macos": "Volumes"}]
)
def test_a_share_needs_a_whole_path(settings: Settings, share: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=f"share.{next(iter(share))}"):
        Settings(store=settings.store, share=share)


def test_the_open_button_writes_a_link_that_the_opener_takes(
    staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    for address in (f"/dashboard/jobs/{job.id}", "/dashboard"):
        links = re.findall(r'href="(printflow:[^"]+)"', staff.get(address).text)
        assert {parse(unescape(link)).name for link in links} == {job.file.name}


def test_strangers_get_nothing(lab: Printflow) -> None:
    lab.set_staff_password(PASSWORD)
    browser = create_app(lab).test_client()
    for address in ("/dashboard/this-pc", "/dashboard/this-pc/printflow-opener.toml"):
        assert browser.get(address).status_code in (302, 303, 401)
    assert token(browser, "/login")
