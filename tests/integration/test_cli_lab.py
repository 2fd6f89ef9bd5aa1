"""Making a lab and keeping it: init, passwords, catalog, database, demo, serve, worker."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable

import pytest

from printflow import Printflow, Settings, SignInRefused
from printflow.cli import serving
from tests.integration.conftest import Program, bare_environment

_PASSWORD = re.compile(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){3}")


def signs_in(program: Program, password: str) -> bool:
    """Whether the password opens the staff's pages."""
    with Printflow.open(Settings(store=program.store)) as lab:
        try:
            lab.sessions.check_password(password, address="test")
        except SignInRefused:
            return False
    return True


def test_init_makes_all_and_can_be_repeated(program: Program) -> None:
    store = program.folder / "new" / "store"
    first = program.call("init", "--store", str(store), "--write-config")
    assert first.code == 0, first.err
    assert (store / ".printflow" / "printflow.db").is_file()
    (password,) = _PASSWORD.findall(first.out)
    config = program.folder / "printflow.toml"
    assert tomllib.loads(config.read_text("utf-8"))["store"] == str(store)

    again = program.call("init", "--store", str(store), "--write-config")
    assert again.code == 0
    assert again.out.count("already") == 3
    assert not _PASSWORD.findall(again.out)

    del program.environment["PRINTFLOW_STORE"]
    assert program.run("list", "--json").json == []
    program.environment["PRINTFLOW_STORE"] = str(store)
    assert signs_in(Program(store.parent), password)


def test_init_with_a_catalog(program: Program) -> None:
    exported = program.folder / "lab.toml"
    assert program.call("catalog", "export", str(exported)).code == 0
    exported.write_text(exported.read_text("utf-8").replace("Prusa XL", "Prusa XXL"), "utf-8")
    arguments = ("init", "--catalog", str(exported), "--json")
    assert program.call(*arguments).json["catalog_imported"] is True
    assert program.call(*arguments).json["catalog_imported"] is False
    names = [
        printer["name"] for printer in program.call("catalog", "export", "--json").json["printers"]
    ]
    assert "Prusa XXL" in names


def test_a_wrong_catalog_is_2_and_changes_nothing(program: Program) -> None:
    wrong = program.folder / "wrong.toml"
    text = program.call("catalog", "export").out
    wrong.write_text(text.replace('rate_per_gram = "0.1', 'rate_per_gram = "-0.1'), "utf-8")
    before = program.call("catalog", "export", "--json").json
    said = program.call("catalog", "import", str(wrong), "--by", "Sam", "--json")
    assert (said.code, said.json["error"]["code"]) == (2, "catalog")
    assert said.err.count("\n") == 1 and "wrong.toml" in said.err
    assert program.call("catalog", "export", "--json").json == before
    store = program.folder / "other"
    assert program.call("init", "--store", str(store), "--catalog", str(wrong)).code == 2
    assert not store.exists()


def test_catalog_round_trip(program: Program) -> None:
    before = program.call("catalog", "export", "--json").json
    for name in ("lab.json", "lab.toml"):
        assert program.call("catalog", "export", name).code == 0
        assert program.call("catalog", "import", name, "--by", "Sam").code == 0
        assert program.call("catalog", "export", "--json").json == before


def test_staff_password_piped_generated_or_missing(program: Program) -> None:
    said = program.call("staff-password", "--stdin", stdin="correct horse\n")
    assert (said.code, said.out) == (0, "Staff password changed.\n")
    assert signs_in(program, "correct horse")
    generated = program.call("staff-password", "--generate", "--json").json["staff_password"]
    assert signs_in(program, generated) and not signs_in(program, "correct horse")
    assert program.call("staff-password", stdin="short\n").code == 1
    assert program.call("staff-password", stdin="").code == 2
    assert program.call("staff-password", "--generate", "--stdin").code == 2


def test_db_upgrade_makes_a_new_lab_in_an_empty_folder(program: Program) -> None:
    assert program.call("db", "current", "--json").json["current"] is None
    assert program.call("db", "check").code == 3
    assert program.call("db", "upgrade").code == 0
    assert program.call("db", "check").code == 0
    assert "already" in program.call("db", "upgrade").out
    assert program.call("list", "--json").json == []


@pytest.mark.long
def test_demo_fills_a_store_beside_once(program: Program) -> None:
    said = program.call("demo", "--json")
    assert said.code == 0, said.err
    demo = program.folder / "store-demo"
    assert (said.json["store"], said.json["created"]) == (str(demo), True)
    assert said.json["jobs"] >= 12
    assert not list(program.store.iterdir())
    again = program.call("demo")
    assert (again.code, "already" in again.out) == (0, True)
    del program.environment["PRINTFLOW_STORE"]
    listed = program.run("--config", said.json["config"], "list", "--json").json
    assert len(listed) == said.json["jobs"]


# -- servers -----------------------------------------------------------------------------------


def fake_server(lab: Printflow, host: str, port: int, *, announce: Callable[[str], None]) -> None:
    """Binds and announces as the real one, then ends."""
    with socket.socket() as listening:
        listening.bind((host, port))
        listening.listen()
        announce(f"http://{host}:{port}")


def test_serve_says_where_and_the_password_once(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "web_server", lambda: fake_server)
    said = program.call("serve", "--port", "0", "--no-worker")
    assert said.code == 0, said.err
    assert len(_PASSWORD.findall(said.out)) == 1
    assert str(program.folder / "mail") in said.out and str(program.store) in said.out
    again = program.call("serve", "--port", "0", "--json")
    assert again.json["staff_password"] is None
    assert again.json["links"] == again.json["url"]


def test_serve_names_who_holds_the_port(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "web_server", lambda: fake_server)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        said = program.call("serve", "--port", str(port), "--json")
    assert (said.code, said.json["error"]["code"]) == (2, "already_running")
    assert f"Port {port}" in said.err and "--port" in said.err


def test_serve_without_the_web_package_says_how_to_install_it(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "entry_points", lambda group: [])
    said = program.call("serve")
    assert said.code == 2
    assert "pip install -c constraints.txt ./src/printflow_web" in said.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to handle")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.long
def test_worker_works_until_told_and_is_alone(program: Program, number: int) -> None:
    program.submit()
    process = subprocess.Popen(
        [sys.executable, "-m", "printflow", "worker"],
        cwd=program.folder,
        env={**bare_environment(), **program.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Working on ")
        second = program.run("worker", "--json")
        assert (second.code, second.json["error"]["code"]) == (2, "already_running")
        assert str(process.pid) in second.err
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "", "")
    finally:
        process.kill()
        process.communicate()
