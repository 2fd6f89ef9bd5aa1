"""What scripts rely on: options, JSON keys and exit codes of the real program."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from printflow import TABLE, Printflow, Settings, Status
from printflow.db.migrate import HEAD
from tests.benchmarks.many_jobs import Plan, fill
from tests.integration.conftest import SUBMIT, Program, Said, bare_environment

_JOB_KEYS = {"id", "status", "cost_cents", "files", "events", "allowed"}
_FILE_KEYS = {"name", "role", "folder", "state", "sha256", "size", "authoritative"}
_EVENT_KEYS = {"at", "trigger", "source", "dest", "actor", "details"}


def in_folder(program: Program, name: str) -> list[str]:
    """The models in a folder of the store."""
    return [path.name for path in (program.store / name).iterdir()]


def test_a_whole_job_from_submit_to_pick_up(program: Program) -> None:
    job_id = str(program.run(*SUBMIT, "--json").json["id"])
    name = f"AdaByron_Filament_Blue_{job_id}.stl"
    assert in_folder(program, "Uploaded") == [name]
    typed = job_id.lower()

    steps: tuple[tuple[Status, tuple[str, ...]], ...] = (
        (
            Status.PENDING,
            ("approve", typed, "--weight", "42.5", "--hours", "2h 30m", "--material", "PLA"),
        ),
        (Status.READYTOPRINT, ("confirm", typed, "--note", "by phone")),
        (Status.PRINTING, ("start", typed)),
        (Status.READYTOPRINT, ("fail", typed, "--reason", "came off the bed")),
        (Status.PRINTING, ("start", typed, "--printer", "Prusa XL")),
        (Status.COMPLETED, ("complete", typed)),
        (Status.PAIDPICKEDUP, ("pick-up", typed, "--amount", "4.25", "--method", "cash")),
    )
    sent = 0
    for status, step in steps:
        if step[0] in ("approve", "confirm", "start", "pick-up"):
            # What the next step overtakes would not leave any more.
            sent += program.run("dispatch", "--json").json["sent"]
        said = program.run(*step, "--by", "Sam", "--json")
        assert (said.code, said.err) == (0, "")
        assert said.json["status"] == status
        assert in_folder(program, status.folder) == [name]

    shown = program.run("show", typed, "--json")
    assert shown.code == 0
    job = shown.json
    assert job.keys() >= _JOB_KEYS
    assert (job["id"], job["cost_cents"], job["grams"], job["hours"]) == (
        job_id,
        425,
        "42.5",
        "2.5",
    )
    (file,) = job["files"]
    assert file.keys() >= _FILE_KEYS
    model = (program.folder / "bracket.stl").read_bytes()
    assert (file["name"], file["role"], file["state"]) == (name, "original", "settled")
    assert file["sha256"] == hashlib.sha256(model).hexdigest()
    assert (file["size"], file["folder"]) == (len(model), "PaidPickedUp")
    assert file["authoritative"] is True
    assert all(event.keys() == _EVENT_KEYS for event in job["events"])
    assert [event["trigger"] for event in job["events"]] == [
        "submit", "approve", "confirm", "start_printing", "fail", "start_printing", "complete",
        "pick_up",
    ]  # fmt: skip
    assert all(event["at"].endswith("Z") for event in job["events"])
    assert set(job["allowed"]) == {
        row.trigger for row in TABLE if Status.PAIDPICKEDUP in row.sources
    }

    assert [
        row["id"] for row in program.run("list", "--status", "paidpickedup", "--json").json
    ] == [job_id]
    dispatched = program.run("dispatch", "--json").json
    assert (sent, dispatched["sent"], dispatched["waiting_mails"]) == (4, 0, 0)
    assert len(list((program.folder / "mail").glob("*.eml"))) == 4


def test_one_line_confirmations(program: Program) -> None:
    said = program.run(*SUBMIT)
    job_id = said.out.partition(":")[0]
    assert said.out == f"{job_id}: Uploaded, AdaByron_Filament_Blue_{job_id}.stl\n"
    approve = ("approve", job_id, "--by", "Sam", "--weight", "42.5", "--hours", "3")
    said = program.run(*approve, "--material", "PLA")
    assert (said.out, said.err) == (f"{job_id}: Uploaded → Waiting for student, $4.25\n", "")


def test_refused_is_1_with_every_reason(program: Program) -> None:
    job_id = program.submit()
    approve = ("approve", job_id, "--by", "Sam", "--weight", "1,500", "--hours", "x")
    said = program.run(*approve, "--material", "Cheese", "--json")
    assert said.code == 1
    assert said.refused_fields == ["weight", "hours", "material"]
    assert said.json["error"]["code"] == "transition_refused"
    lines = said.err.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["Weight", "Print time", "Material"]
    assert lines[0].startswith("Weight: Write the weight in grams with a point")

    said = program.run("start", job_id, "--by", "Sam", "--json")
    assert said.code == 1
    assert (said.json["error"]["code"], said.json["status"]) == ("not_allowed", "UPLOADED")
    assert said.json["allowed"] == ["approve", "reject", "hold", "cancel", "override"]
    assert "Ada Byron" in said.err

    assert program.run("show", "AAAAAAAA", "--json").json["error"]["code"] == "not_found"
    said = program.run("submit", "not-there.stl", *SUBMIT[2:], "--json")
    assert (said.code, said.refused_fields) == (1, ["file"])
    said = program.run(*SUBMIT[:-1], "--json")
    assert (said.code, said.refused_fields) == (1, ["minimum_charge"])


def test_wrong_use_is_2(program: Program) -> None:
    for arguments in (
        ("submit", "bracket.stl", "--student", "Ada"),
        ("approve", "K7Q2MX9A", "--weight", "1", "--hours", "1", "--material", "PLA"),
        ("show",),
        ("no-such-command",),
        ("list", "--no-such-option"),
        ("--no-such-option",),
    ):
        said = program.run(*arguments)
        assert (said.code, said.out) == (2, ""), arguments
        assert "Usage:" in said.err


def test_a_wrong_setting_is_2_in_one_line(program: Program) -> None:
    config = program.folder / "lab.toml"
    config.write_text("smpt_host = 'mail.example.edu'\n")
    said = program.run("--config", str(config), "list")
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "smtp_host" in said.err and str(config) in said.err
    named = program.run("list", "--json", PRINTFLOW_CONFIG=str(config))
    assert (named.code, named.json["error"]["code"]) == (2, "settings")


def test_a_store_that_is_not_there_is_2_and_is_not_made(program: Program) -> None:
    missing = program.folder / "missing"
    for arguments in (
        ("list",),
        ("dispatch",),
        ("db", "upgrade"),
        ("staff-password", "--generate"),
    ):
        said = program.run(*arguments, PRINTFLOW_STORE=str(missing))
        assert said.code == 2, said
        assert said.err.startswith("store: ") and "printflow init" in said.err
        assert not missing.exists()


def test_surroundings_that_do_not_answer_are_3(program: Program) -> None:
    program.submit()
    (program.store / ".printflow" / "store.json").rename(program.folder / "away.json")
    said = program.run(*SUBMIT, "--json")
    assert (said.code, said.json["error"]["code"]) == (3, "store_unavailable")
    address = "postgresql://nobody@127.0.0.1:9/none?connect_timeout=2"
    said = program.run("list", "--json", PRINTFLOW_DATABASE_URL=address)
    assert (said.code, said.json["error"]["code"]) == (3, "database_unavailable")


def test_a_database_of_another_version_is_3_with_the_command(program: Program) -> None:
    program.submit()
    database = program.store / ".printflow" / "printflow.db"
    _sql(database, "UPDATE alembic_version SET version_num = '0029'")
    for arguments in (("list", "--json"), ("db", "check", "--json")):
        said = program.run(*arguments)
        assert (said.code, said.json["error"]["code"]) == (3, "migration")
        assert "printflow db upgrade" in said.err
    assert program.run("db", "current", "--json").json == {"current": "0029", "head": HEAD}


def test_a_fault_is_3_with_an_id_and_its_trace_only_in_the_log(program: Program) -> None:
    program.submit()
    _sql(program.store / ".printflow" / "printflow.db", "UPDATE jobs SET status = 'NONSENSE'")
    said = program.run("list", "--json")
    assert (said.code, said.json["error"]["code"]) == (3, "fault")
    assert "Traceback" not in said.err and said.err.count("\n") == 1
    fault_id = said.json["error"]["message"].split()[-1]
    (log,) = (program.store / ".printflow" / "logs").glob("commands-*.log")
    assert fault_id in said.err and str(log) in said.err
    assert fault_id in log.read_text("utf-8") and "Traceback" in log.read_text("utf-8")
    assert "Traceback" in program.run("--debug", "list").err


def test_a_closed_pipe_is_quiet(program: Program) -> None:
    command = [sys.executable, "-m", "printflow", "lifecycle", "--markdown"]
    process = subprocess.Popen(
        command,
        cwd=program.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    assert (process.wait(60), complaint) == (130, b"")


READS = ("0", "63")
"""The number of the system call read on x86-64 and on 64-bit ARM."""


def wait_until_it_waits(pid: int) -> None:
    """Until the program reads its standard input: it waits for the password."""
    doing = Path(f"/proc/{pid}/syscall")
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            call = doing.read_text().split()[:2]
        except OSError:  # not on this system
            time.sleep(5)
            return
        if len(call) == 2 and call[0] in READS and call[1] == "0x0":
            return
        time.sleep(0.05)
    raise AssertionError("it never asks for the password")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to whole consoles only")
def test_ctrl_c_is_quiet(program: Program) -> None:
    program.submit()
    process = subprocess.Popen(
        [sys.executable, "-m", "printflow", "staff-password", "--stdin"],
        cwd=program.folder,
        env={**bare_environment(), **program.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # As in a terminal: where the tests run in the background, their children ignore Ctrl-C.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    wait_until_it_waits(process.pid)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk, as Linux shows it")
def test_a_full_disk_under_the_output_is_a_fault_in_one_line(program: Program) -> None:
    program.submit()
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "printflow", "list", "--json"],
            env={**bare_environment(), **program.environment},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "The output can't be written: No space left on device" in done.stderr


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from printflow.cli.root import printflow\n"
        "printflow.main(['--help'], standalone_mode=False)\n"
        "heavy = {'sqlalchemy', 'pydantic', 'rich', 'trimesh', 'numpy', 'alembic', 'transitions'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stderr == "[]\n"
    assert "pick-up" in done.stdout


def _run_by_python(program: Program, code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=program.folder,
        env={**bare_environment(), **program.environment},
    )


def test_a_list_loads_nothing_that_it_does_not_use(program: Program) -> None:
    """What a start loads is nearly all that it costs."""
    assert program.run("init").code == 0
    code = (
        "import sys\n"
        "from printflow.cli.root import printflow\n"
        "printflow.main(['list'], standalone_mode=False)\n"
        "heavy = {'alembic', 'flask', 'trimesh', 'numpy', 'rich', 'jinja2', 'filelock',\n"
        "         'email_validator', 'xlsxwriter', 'tomli_w', 'printflow.reports.figures',\n"
        "         'printflow.importing.one_row', 'printflow.slicer_files',\n"
        "         'printflow.estimating.slicing', 'printflow.catalogs.file',\n"
        "         'printflow.dispatch.loop', 'printflow.domain.history', 'printflow.domain.table',\n"
        "         'printflow.inspection.inspector', 'printflow.lab.mailing',\n"
        "         'printflow.service.jobs', 'printflow.service.transitions'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = _run_by_python(program, code)
    assert (done.stdout, done.stderr) == ("No jobs.\n", "[]\n")


def test_a_server_holds_nothing_that_it_needs_for_an_upgrade_alone(program: Program) -> None:
    """What it has loaded it keeps for weeks."""
    assert program.run("init").code == 0
    code = (
        "import sys\n"
        "from printflow import Printflow, Settings\n"
        "from printflow_web.factory import create_app\n"
        "with Printflow.open(Settings.load(None), role='server') as lab:\n"
        "    create_app(lab)\n"
        "    heavy = {'alembic', 'mako', 'pygments', 'segno', 'trimesh', 'numpy', 'PIL', 'rich'}\n"
        "    print(sorted(heavy & set(sys.modules)))\n"
    )
    done = _run_by_python(program, code)
    assert done.stdout == "[]\n"


MANY = 400


@pytest.fixture
def many(program: Program) -> Program:
    """A lab with more jobs than a list reads at once, and than a pipe holds of their JSON."""
    assert program.run("init").code == 0
    with Printflow.open(Settings(store=program.store, environ={})) as lab:
        fill(lab, Plan(MANY))
    return program


def _listing(many: Program, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "printflow", "list", *options],
        cwd=many.folder,
        env={**bare_environment(), **many.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_list_is_whole_and_in_order_however_many_batches_it_takes(many: Program) -> None:
    with Printflow.open(Settings(store=many.store, environ={})) as lab:
        wanted = [job.id for job in lab.jobs.find()]
        flagged = [job.id for job in lab.jobs.find(attention=True)]
    assert len(wanted) == MANY and 50 < len(flagged) < MANY
    said = many.run("list", "--json")
    assert [row["id"] for row in said.json] == wanted
    assert said.out == json.dumps(said.json, indent=2, ensure_ascii=False) + "\n"
    for options, ids in (
        ((), wanted),
        (("--limit", "70"), wanted[:70]),
        (("--limit", "50"), wanted[:50]),
        (("--attention",), flagged),
    ):
        rows = many.run("list", *options).out.splitlines()[1:]
        assert [row.partition("\t")[0] for row in rows] == ids, options


def test_json_begins_before_the_last_job_is_read(many: Program) -> None:
    """The first job can be read while the rest isn't written yet: it changes, and is listed so."""
    process = _listing(many, "--json")
    assert process.stdout is not None and process.stderr is not None
    begun = process.stdout.read(2000)
    # The pipe is full by now: most jobs are still to be read.
    database = many.store / ".printflow" / "printflow.db"
    _sql(database, "UPDATE jobs SET student_name = 'Changed Meanwhile'")
    rows = json.loads(begun + process.stdout.read())
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    assert (process.wait(60), complaint, len(rows)) == (0, b"", MANY)
    assert rows[0]["student_name"] != "Changed Meanwhile"
    assert rows[-1]["student_name"] == "Changed Meanwhile"


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["table", "json"])
def test_a_list_that_nobody_reads_to_its_end_is_quiet(
    many: Program, options: tuple[str, ...]
) -> None:
    process = _listing(many, *options)
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline() != b""
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    assert (process.wait(60) in (0, 130), complaint) == (True, b"")


def test_a_fault_in_the_middle_of_a_list_adds_no_second_document(many: Program) -> None:
    _sql(
        many.store / ".printflow" / "printflow.db",
        "UPDATE jobs SET status = 'NONSENSE' WHERE id = "
        "(SELECT id FROM jobs ORDER BY created_at, id LIMIT 1)",
    )
    said = many.run("list", "--json")
    assert (said.code, said.err.count("\n"), '"code": "fault"' in said.out) == (3, 1, False)
    assert said.out.startswith("[\n  {")


def test_version(program: Program) -> None:
    assert program.run("--version") == Said(0, "printflow, version 0.1.0\n", "")


def _sql(database: Path, statement: str) -> None:
    from printflow.db.engine import sqlite_module

    connection = sqlite_module().connect(database)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute(statement)
    connection.commit()
    connection.close()
