"""The store served by a real Samba: staff PCs see what the rows say, under the same names."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from printflow import Job, Printflow
from printflow_opener.link import Wanted
from printflow_opener.locate import FOLDERS, find
from tests.plugins.lab import Submit
from tests.ports import free_port

pytestmark = pytest.mark.samba


@pytest.fixture
def port(lab: Printflow, tmp_path: Path) -> Iterator[int]:
    """A file server on this machine that shares the store."""
    number, state = free_port(), tmp_path / "samba"
    state.mkdir()
    places = ["private dir", "pid directory", "lock directory", "state directory"]
    places += ["cache directory", "ncalrpc dir"]
    settings = "".join(f"  {name} = {state}\n" for name in places)
    config = state / "smb.conf"
    config.write_text(
        f"[global]\n  smb ports = {number}\n  interfaces = lo\n  bind interfaces only = yes\n"
        f"  server role = standalone server\n  map to guest = Bad User\n  log file = {state}/log\n"
        f"  disable spoolss = yes\n  load printers = no\n{settings}"
        f"[3DPrint]\n  path = {lab.settings.store}\n  guest ok = yes\n  read only = no\n  force user = root\n"
        "  veto files = /.*/\n"
    )
    server = subprocess.Popen(
        ["smbd", "--foreground", f"--configfile={config}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(number, state / "log")
        yield number
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(port: int, log: Path) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.1)
        else:
            return


def smb(port: int, config: Path, command: str) -> str:
    """What a staff PC's client says."""
    done = subprocess.run(
        [
            "smbclient",
            "-p",
            str(port),
            "-s",
            str(config),
            "-N",
            "//127.0.0.1/3DPrint",
            "-c",
            command,
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr


def fetched(port: int, job: Job, tmp_path: Path) -> Path:
    """The share as a PC sees it, with the job's file copied through the network."""
    seen = tmp_path / "as-seen"
    shutil.rmtree(seen, ignore_errors=True)
    for folder in FOLDERS:
        (seen / folder).mkdir(parents=True)
        listed = smb(port, tmp_path / "samba" / "smb.conf", f"ls {folder}\\*")
        if job.file.name in listed:
            target = seen / folder / job.file.name
            smb(
                port,
                tmp_path / "samba" / "smb.conf",
                f'get "{folder}\\{job.file.name}" "{target}"',
            )
    return seen


def test_what_a_pc_sees(port: int, lab: Printflow, submit: Submit, tmp_path: Path) -> None:
    job = submit(student="Zoë Müller 王")
    config = tmp_path / "samba" / "smb.conf"
    assert ".printflow" not in smb(port, config, "ls")
    file = find(fetched(port, job, tmp_path), Wanted(job.file.name))
    assert file.read_bytes() == lab.files.path(job).read_bytes()
    sliced = tmp_path / "sliced.gcode"
    sliced.write_bytes(b"G28\n")
    name = f"{job.standard_name}_PLA.gcode"
    said = smb(port, config, f'put "{sliced}" "Uploaded\\{name}"')
    assert "NT_STATUS" not in said, said
    job = lab.jobs.perform(
        "approve", job.id, by="Ana", weight="1", hours="1", material="PLA", file=name
    )
    seen = fetched(port, job, tmp_path)
    assert find(seen, Wanted(name)).relative_to(seen.resolve()) == Path("Pending", name)
    job = lab.corrections.edit(job.id, by="Ana", color="Blue")
    assert job.file.name == f"ZoeWang_Filament_Blue_{job.id}_PLA.gcode"
    there = Path("Pending", job.file.name)
    for asked in (job.file.name, name):  # by a page from before the correction, too
        seen = fetched(port, job, tmp_path)
        assert find(seen, Wanted(asked)).relative_to(seen.resolve()) == there
    said = smb(port, config, f'put "{sliced}" "Pending\\{name}"')
    assert "NT_STATUS" not in said, "a slicer saves where its model was"
    assert name in {choice.name for choice in lab.files.choices(job.id)}
