"""The examples in deploy/ name settings and commands that exist, and parse where they are read."""

from __future__ import annotations

import getpass
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from printflow import Printflow, Settings
from printflow.cli.root import printflow
from printflow.domain.status import FOLDERS
from printflow.settings import Settings as SettingsModel

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted(path.name for path in (*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")))


def check_command(words: list[str]) -> None:
    """Parse without running: every command and option must exist, and values must fit."""
    group: click.Command = printflow
    parent: click.Context | None = None
    name = "printflow"
    while True:
        try:
            context = group.make_context(name, list(words), parent=parent)
        except click.BadParameter as error:
            if "does not exist" not in error.message:  # the folders of the guides' examples
                raise
            return
        if not isinstance(group, click.Group):
            return
        rest = [*context._protected_args, *context.args]
        if not rest and group.invoke_without_command:
            return
        found = group.get_command(context, rest[0]) if rest else None
        assert found is not None, words
        group, parent, name, words = found, context, rest[0], rest[1:]


def setting_exists(name: str) -> bool:
    """Whether an environment variable names a setting."""
    path = name.removeprefix("PRINTFLOW_").lower().split("__")
    fields = SettingsModel.model_fields
    if path == ["config"]:
        return True
    if path[0] not in fields:
        return False
    section = fields[path[0]].annotation
    inner = getattr(section, "model_fields", {})
    return len(path) == 1 or path[1] in inner


def test_the_check_itself_can_fail() -> None:
    with pytest.raises(click.exceptions.UsageError):
        check_command(["serve", "--no-such-option"])
    assert not setting_exists("PRINTFLOW_SMTP_HOST")
    assert setting_exists("PRINTFLOW_MAIL__SMTP_HOST")


@pytest.mark.parametrize("name", UNITS)
def test_units_call_commands_that_exist(name: str) -> None:
    text = (DEPLOY / name).read_text("utf-8").replace("%i", "8081")
    for line in re.findall(r"^ExecStart=(.*)$", text, re.M):
        program, *words = shlex.split(line)
        assert Path(program).name == "printflow"
        check_command(words)
    for variable in re.findall(r"PRINTFLOW_\w+", text):
        assert setting_exists(variable)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd on this machine")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for name in UNITS:
        text = (DEPLOY / name).read_text("utf-8")
        # Neither the program nor the account are on this machine.
        text = text.replace("/opt/printflow/bin/printflow", "/bin/true")
        instance = name.replace("@.", "@8081.")
        (tmp_path / instance).write_text(re.sub(r"^(User|Group)=.*\n", "", text, flags=re.M))
    units = [str(path) for path in tmp_path.iterdir()]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "printflow" not in done.stderr.lower(), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="rights of Unix")
def test_staff_of_the_group_save_beside_the_models_and_read_nothing_else(tmp_path: Path) -> None:
    """What the guide's folders and the umask of units and command come to."""
    for path in (*DEPLOY.glob("printflow*.service"), DEPLOY / "printflow"):
        if "backup" not in path.name:
            assert re.search(r"^(UMask=0|umask )007$", path.read_text("utf-8"), re.M), path.name
    store = tmp_path / "store"
    store.mkdir()
    models = 42_424 if os.geteuid() == 0 else os.getegid()
    os.chown(store, -1, models)
    store.chmod(0o2770)
    before = os.umask(0o007)
    try:
        with Printflow.open(Settings(store=store)) as lab:
            findings = {finding.code for finding in lab.doctor.examine().findings}
    finally:
        os.umask(before)
    assert not findings & {"state_readable", "key_readable"}
    for folder in FOLDERS:
        status = (store / folder).stat()
        assert (status.st_gid, status.st_mode & 0o7777) == (models, 0o2770), folder
    assert (store / ".printflow").stat().st_mode & 0o777 == 0o700
    if os.geteuid() == 0:  # and so it is for a member of staff
        for path in (tmp_path, *tmp_path.parents[:-1]):
            if not path.stat().st_mode & 0o001:
                path.chmod(path.stat().st_mode | 0o001)
        save = "printf sliced > Uploaded/x.gcode && stat -c %G Uploaded/x.gcode"
        assert _as_staff(models, save, store) == 0
        assert (store / "Uploaded" / "x.gcode").stat().st_gid == models
        for secret in ("ls .printflow", "cat .printflow/secret.key", "cat .printflow/printflow.db"):
            assert _as_staff(models, secret, store) != 0, secret


def _as_staff(group: int, command: str, folder: Path) -> int:
    """The exit code of a shell command run by an account of the group alone."""
    done = subprocess.run(
        ["/bin/sh", "-c", f"umask 022; {command}"],
        cwd=folder,
        user=65_534,
        group=65_534,
        extra_groups=[group],
        capture_output=True,
        check=False,
    )
    return done.returncode


@pytest.mark.skipif(sys.platform == "win32", reason="rights of Unix")
def test_the_doctor_closes_the_labs_own_folder(tmp_path: Path) -> None:
    with Printflow.open(Settings(store=tmp_path / "store")) as lab:
        state = lab.settings.state_dir
        state.chmod(0o750)
        assert "state_readable" in {finding.code for finding in lab.doctor.examine().findings}
        lab.doctor.examine(fix=True)
        assert state.stat().st_mode & 0o777 == 0o700
        assert "state_readable" not in {finding.code for finding in lab.doctor.examine().findings}


def test_no_guide_puts_staff_into_the_servers_own_group() -> None:
    told = re.compile(r"usermod -aG\s+printflow(?!-models)\b|@printflow(?!-models)\b")
    for path in (*DEPLOY.rglob("*"), *(DEPLOY.parent / "docs").glob("*.md")):
        if path.is_file():
            assert not told.search(path.read_text("utf-8")), path.name


def test_the_settings_file_is_good(tmp_path: Path) -> None:
    plain = tomllib.loads((DEPLOY / "printflow.toml").read_text("utf-8"))
    settings = Settings(**plain)
    assert settings.mail.smtp_host == "smtp.example.edu"
    assert settings.server.trusted_proxy == "127.0.0.1"


def test_the_compose_file_names_what_exists() -> None:
    compose = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text("utf-8"))
    services = compose["services"]
    assert set(services) == {
        "postgres", "migrate", "init", "web1", "web2", "worker", "nginx",
    }  # fmt: skip
    for name in ("migrate", "init", "web1", "web2", "worker"):
        check_command(services[name]["command"])
        for variable in services[name]["environment"]:
            assert setting_exists(variable), variable
    wanted = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose" / "compose.yaml").read_text("utf-8")))
    given = set(
        re.findall(r"^(\w+)=", (DEPLOY / "compose" / "env.example").read_text("utf-8"), re.M)
    )
    assert wanted == given


def test_limits_in_front_leave_room_for_the_largest_model() -> None:
    limit = Settings().max_upload_mb
    for path in (DEPLOY / "nginx.conf", DEPLOY / "compose" / "nginx.conf"):
        (found,) = re.findall(r"client_max_body_size (\d+)m", path.read_text("utf-8"))
        assert limit < int(found) <= limit * 2
    (found,) = re.findall(r"max_size (\d+)MB", (DEPLOY / "Caddyfile").read_text("utf-8"))
    assert limit < int(found) <= limit * 2


@pytest.mark.parametrize(
    "path", ["windows.md", "../docs/upgrading.md", "../docs/administrators.md"]
)
def test_commands_in_the_guides_exist(path: str) -> None:
    text = (DEPLOY / path).resolve().read_text("utf-8")
    calls = []
    for block in re.findall(r"```(?:sh|powershell)\n(.*?)```", text, re.S):
        for line in block.replace("\\\n", " ").replace("`\n", " ").splitlines():
            found = re.match(r"(?:\w+=\S+ )*\S*printflow(?:\.exe)? (.*)", line.strip())
            if found and not line.startswith("#"):
                calls.append(shlex.split(found[1].partition(" #")[0], posix=path != "windows.md"))
    assert calls
    for words in calls:
        check_command([word.strip("'\"") for word in words])


def test_files_that_the_guide_copies_are_there() -> None:
    guide = (DEPLOY.parent / "docs" / "administrators.md").read_text("utf-8")
    named = set(re.findall(r"(?<![\w/.])deploy/[\w.@-]+", guide))
    assert {"deploy/printflow", "deploy/printflow.service", "deploy/nginx.conf"} <= named
    for name in named:
        assert (DEPLOY.parent / name).exists(), name


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="a script for a Unix shell")
def test_the_server_s_command_runs_with_the_lab_s_settings(tmp_path: Path) -> None:
    """Here without changing the account, which takes root."""
    store = tmp_path / "store"
    store.mkdir()
    config = tmp_path / "printflow.toml"
    config.write_text(f'store = "{store}"\n', "utf-8")
    text = (DEPLOY / "printflow").read_text("utf-8")
    for there, here in (
        ("/opt/printflow/bin/printflow", f"{sys.executable} -m printflow"),
        ("/etc/printflow/printflow.toml", str(config)),
        ("= printflow ]", f"= {getpass.getuser()} ]"),
    ):
        assert there in text
        text = text.replace(there, here)
    script = tmp_path / "printflow"
    script.write_text(text, "utf-8")
    bare = {name: word for name, word in os.environ.items() if not name.startswith("PRINTFLOW_")}
    for words in (["init"], ["list", "--search", "two words"]):
        done = subprocess.run(
            ["sh", str(script), *words], env=bare, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert done.stdout == "No jobs.\n"
    (elsewhere := tmp_path / "elsewhere").mkdir()
    for words in (["catalog", "export", "mine.toml"], ["catalog", "import", "mine.toml"]):
        subprocess.run(["sh", str(script), *words], env=bare, cwd=elsewhere, check=True)
    assert [path.name for path in elsewhere.iterdir()] == ["mine.toml"]
    assert (store / "Uploaded").is_dir()
    assert (DEPLOY / "printflow").stat().st_mode & 0o111


def test_links_between_examples_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", (DEPLOY / "README.md").read_text("utf-8")):
        assert (DEPLOY / target).exists(), target


def test_every_command_has_help() -> None:
    for name in printflow.list_commands(click.Context(printflow)):
        assert CliRunner().invoke(printflow, [name, "--help"]).exit_code == 0
