"""“Set up this PC” and the Open button."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tomllib
import zipfile
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from printflow import Printflow, Settings, SettingsError
from printflow_opener.link import parse
from printflow_web.factory import create_app
from printflow_web.opener_files import opener_files
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
    assert "“system”" in said(answer)


def test_a_lab_that_does_not_say_its_paths() -> None:
    text = config_text("windows", "")
    assert "Enter this PC's own path" in text
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
    lab.stations.set_password(PASSWORD)
    browser = create_app(lab).test_client()
    opener = "/dashboard/this-pc/opener/printflow-opener.pyz"
    for address in ("/dashboard/this-pc", "/dashboard/this-pc/printflow-opener.toml", opener):
        assert browser.get(address).status_code in (302, 303, 401)
    assert token(browser, "/login")


# -- the opener, from the lab's own server ----------------------------------------------------------


def downloaded(staff: FlaskClient, folder: Path, name: str) -> Path:
    """A download whose hash is the one that the page shows."""
    page = staff.get("/dashboard/this-pc?system=linux").text
    address = next(one for one in re.findall(r'href="([^"]+)"', page) if one.endswith(name))
    answer = staff.get(address)
    assert hashlib.sha256(answer.data).hexdigest() in page
    path: Path = folder / address.rpartition("/")[2]
    path.write_bytes(answer.data)
    return path


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A program with its own environment, outside the checkout."""
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=Path(str(command[-1])).parent if Path(str(command[-1])).exists() else "/",
        env={"PATH": "/usr/bin:/bin", **environment},
    )


def test_the_zipapp_runs_with_nothing_but_python(staff: FlaskClient, tmp_path: Path) -> None:
    program = downloaded(staff, tmp_path, "printflow-opener.pyz")
    said = run(sys.executable, "-I", "-S", program, "--version")
    assert (said.returncode, said.stdout) == (0, "printflow-opener 0.1.0\n")
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "APPDATA": str(tmp_path)}
    doctor = run(sys.executable, "-I", "-S", program, "doctor", **home)
    assert "printflow-opener.toml" in doctor.stdout + doctor.stderr
    assert "Traceback" not in doctor.stderr


def test_the_zipapp_registers_itself(staff: FlaskClient, tmp_path: Path) -> None:
    program = downloaded(staff, tmp_path, "printflow-opener.pyz")
    exported = tmp_path / "printflow.reg"
    done = run(sys.executable, "-I", program, "register", "--export", exported)
    assert done.returncode == 0, done.stderr
    assert str(program) in exported.read_bytes().decode("utf-16")


def test_the_windows_zip_holds_the_zipapp_and_what_registers_it(
    staff: FlaskClient, tmp_path: Path
) -> None:
    program = downloaded(staff, tmp_path, "printflow-opener.pyz")
    with zipfile.ZipFile(downloaded(staff, tmp_path, "printflow-opener-windows.zip")) as archive:
        assert archive.read("printflow-opener.pyz") == program.read_bytes()
        assert b"register" in archive.read("install.cmd")
        assert b"\r\n" in archive.read("install.cmd")
        assert set(archive.namelist()) == {"printflow-opener.pyz", "install.cmd", "README.txt"}


def test_the_files_are_the_same_whenever_they_are_made() -> None:
    first = opener_files()
    opener_files.cache_clear()
    assert opener_files() == first


def test_a_server_without_the_opener_says_how_to_install_it(
    staff: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("printflow_web.this_pc.opener_files", dict)
    assert "./src/printflow_opener" in said(staff.get("/dashboard/this-pc"))
    assert staff.get("/dashboard/this-pc/opener/printflow-opener.pyz").status_code == 404


@pytest.mark.long
def test_the_wheel_installs_without_an_index(staff: FlaskClient, tmp_path: Path) -> None:
    wheel = downloaded(staff, tmp_path, "-py3-none-any.whl")
    place = tmp_path / "venv"
    assert run(sys.executable, "-m", "venv", place).returncode == 0
    pip = run(place / "bin/python", "-m", "pip", "install", "--no-index", wheel)
    assert pip.returncode == 0, pip.stderr
    done = run(place / "bin/printflow-opener", "--version")
    assert done.stdout == "printflow-opener 0.1.0\n"
    assert run(place / "bin/python", "-m", "pip", "check").returncode == 0


def test_nobody_is_told_to_install_our_names_from_a_public_index() -> None:
    root = Path(__file__).parents[2]
    places = ("README.md", "CHANGELOG.md", "docs", "deploy", "src")
    told = [
        f"{path.relative_to(root)}: {line.strip()}"
        for place in places
        for path in ([root / place] if (root / place).is_file() else (root / place).rglob("*"))
        if path.suffix in (".md", ".py", ".html", ".yaml", ".toml", ".txt", "") and path.is_file()
        if "node_modules" not in path.parts
        for line in path.read_text("utf-8", "replace").splitlines()
        if re.search(r"""\b(pip|pipx|uv)\b.*\binstall\b.*[\s'"]printflow""", line)
    ]
    assert told == []
