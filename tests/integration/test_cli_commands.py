"""Every command once more, in breadth."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from printflow import TABLE, ActorKind, Trigger
from printflow.cli.command_list import COMMANDS
from printflow.cli.root import printflow as command_group
from printflow.cli.trigger_table import TRIGGER_COMMANDS, command_name
from printflow.domain.attempt import Arguments
from tests.integration.conftest import SUBMIT, Program

APPROVE = ("--by", "Sam", "--weight", "42.5", "--hours", "3.25", "--material", "PLA")


def test_every_trigger_has_a_command() -> None:
    staffs = {row.trigger for row in TABLE if ActorKind.STAFF in row.actors}
    assert {command_name(trigger) for trigger in staffs} <= COMMANDS.keys()
    assert staffs - {Trigger.SUBMIT} == set(TRIGGER_COMMANDS.values())


def test_every_option_of_a_trigger_is_an_argument_of_the_lifecycle() -> None:
    known = set(Arguments.__dataclass_fields__)
    for trigger in TRIGGER_COMMANDS.values():
        assert {field.name for field in trigger.record.fields} <= known


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_json(name: str) -> None:
    said = CliRunner().invoke(command_group, [name, "--help"])
    assert said.exit_code == 0
    command = command_group.get_command(command_group.make_context("x", [name]), name)
    if isinstance(command, click.Group):
        for inner in command.commands:
            assert "--json" in CliRunner().invoke(command_group, [name, inner, "--help"]).stdout
    else:
        assert "--json" in said.stdout


def test_a_quote_is_changed_sent_again_and_declined(program: Program) -> None:
    job_id = program.submit()
    program.call("approve", job_id, *APPROVE)
    said = program.call("requote", job_id, *APPROVE[:2], *("--weight", "60"), *APPROVE[4:])
    assert said.out == (f"{job_id}: change the quote, still Waiting for student, $6.00\n")
    said = program.call("resend", job_id, "--by", "Sam", "--json")
    assert (said.code, len(said.json["quotes"])) == (0, 3)
    said = program.call("decline", job_id, "--by", "Sam", "--note", "at the desk", "--json")
    assert (said.code, said.json["status"]) == (0, "REJECTED")


def test_reject_takes_codes_and_texts(program: Program) -> None:
    job_id = program.submit()
    exported = program.call("catalog", "export", "--json").json
    reason = exported["rejection_reasons"][0]
    said = program.call(
        "reject", job_id, "--by", "Sam",
        "--reason", reason["code"], "--reason", "It would fall over.", "--text", "Add a foot.",
        "--json",
    )  # fmt: skip
    assert said.json["reasons"] == [reason["text"], "It would fall over.", "Add a foot."]
    bare = program.call("reject", program.submit(), "--by", "Sam", "--json")
    assert bare.code == 1


def test_override_in_any_case_and_archive(program: Program) -> None:
    job_id = program.submit()
    mails = len(program.call("show", job_id, "--json").json["mails"])
    said = program.call(
        "override", job_id, "--by", "Sam", "--to", "completed", "--reason", "by hand", "--json"
    )
    assert (said.json["status"], len(said.json["mails"])) == ("COMPLETED", mails)
    said = program.call(
        "override",
        job_id,
        "--by",
        "Sam",
        "--to",
        "rejected",
        "--reason",
        "oh",
        "--notify",
        "--json",
    )
    assert len(said.json["mails"]) == mails + 1
    said = program.call("override", job_id, "--by", "Sam", "--to", "x", "--reason", "y", "--json")
    assert (said.code, said.refused_fields) == (1, ["to"])
    said = program.call("archive", job_id, "--by", "Sam")
    assert (said.code, said.out) == (1, "")
    assert "archived" in said.err
    assert program.call("archive", job_id).code == 2
    assert program.call("archive", job_id, "--by", "Sam", "--dry-run").code == 2


def test_what_is_over_is_archived_and_its_plan_told_before(program: Program) -> None:
    job_id = program.submit()
    program.call("reject", job_id, "--by", "Sam", "--reason", "Too thin")
    for command in ("archive", "purge"):
        assert program.call(command, "--dry-run").out == "Nothing is due.\n"
        told = program.call(command, "--dry-run", "--ahead", "90")
        assert job_id in told.out and "job archived: 1" in told.out
    assert program.call("show", job_id, "--json").json["status"] == "REJECTED"
    catalog = program.folder / "catalog.toml"
    program.call("catalog", "export", str(catalog))
    text = catalog.read_text("utf-8")
    catalog.write_text(text.replace("archive_after_days = 90", "archive_after_days = 0"), "utf-8")
    assert program.call("catalog", "import", str(catalog), "--by", "Ana").code == 0
    assert program.call("archive", "--json").json["archived"] == [job_id]
    assert program.call("show", job_id, "--json").json["status"] == "ARCHIVED"


def test_a_person_s_data_with_the_models_in_one_file(program: Program) -> None:
    job_id = program.submit()
    gone = program.submit()
    path = Path(program.call("show", gone, "--json").json["files"][0]["path"])
    path.chmod(0o600)
    path.unlink()
    packed = program.folder / "ada.zip"
    said = program.call("person", "export", "ADA@example.edu", "--to", str(packed))
    assert said.code == 0, said.err
    assert "2 jobs written to" in said.out and path.name in said.err
    with zipfile.ZipFile(packed) as archive:
        told = json.loads(archive.read("data.json"))
        assert {job["id"] for job in told["jobs"]} == {job_id, gone}
        (model,) = [name for name in archive.namelist() if name.startswith("models/")]
        assert archive.read(model) == (program.folder / "bracket.stl").read_bytes()
    again = program.call("person", "export", "ada@example.edu", "--to", str(packed))
    assert again.code == 1 and "already exists" in again.err
    told = program.call("person", "export", "ada@example.edu").json
    assert told["jobs"] and told["people"] == [], "no provider knows her"


def test_pick_up_is_paid_or_waived(program: Program) -> None:
    job_id = program.submit()
    program.call("approve", job_id, *APPROVE)
    program.call("override", job_id, "--by", "S", "--to", "COMPLETED", "--reason", "by hand")
    assert program.call("pick-up", job_id, "--by", "Sam", "--json").refused_fields
    said = program.call("pick-up", job_id, "--by", "Sam", "--waive", "our fault", "--json")
    assert said.json["payments"][0]["waived"] == "our fault"
    assert said.json["payments"][0]["amount_cents"] == 0


def test_final_figures_at_completion(program: Program) -> None:
    job_id = program.submit()
    program.call("approve", job_id, *APPROVE)
    program.call("confirm", job_id, "--by", "Sam", "--note", "phone")
    program.call("start", job_id, "--by", "Sam")
    done = ("complete", job_id, "--by", "Sam")
    assert program.call(*done, "--cost", "free", "--json").refused_fields == ["cost"]
    said = program.call(*done, "--cost", "3.50", "--grams", "35")
    assert said.out == f"{job_id}: Printing → Completed, $3.50\n"


def test_what_waits_and_what_may_not_go_yet(program: Program) -> None:
    assert program.call("waiting").out.strip() == "No prints are waiting."
    job_id = program.submit()
    by = ("--by", "Sam")
    program.call("override", job_id, *by, "--to", "printing", "--reason", "brought along")
    said = program.call("complete", job_id, *by, "--cost", "4.25", "--shelf", "B3", "--json")
    assert (said.code, said.json["shelf"]) == (0, "B3")
    (one,) = program.call("waiting", "--json").json
    assert (one["id"], one["shelf"], one["due_cents"], one["days"]) == (job_id, "B3", 425, 0)
    assert (one["overdue"], one["disposal_at"]) == (False, None)
    assert "B3" in program.call("waiting").out
    assert "B3" in program.call("show", job_id).out
    assert program.call("waiting", "--overdue").out.strip() == "No prints are waiting."
    assert program.call("edit", job_id, *by, "--shelf", "C1", "--json").json["shelf"] == "C1"
    refused = program.call("dispose", job_id, *by, "--reason", "in the way", "--json")
    assert refused.code != 0
    assert "keeps prints until they're picked up" in str(refused.json)


def test_list_and_show_for_people(program: Program) -> None:
    job_id = program.submit()
    assert program.call("list", "--status", "PRINTING").out == "No jobs.\n"
    header, row = program.call("list").out.splitlines()
    assert header.split("\t")[:3] == ["ID", "Status", "Student"]
    assert row.split("\t")[:4] == [job_id, "Uploaded", "Ada Byron", "bracket.stl"]
    program.call("note", job_id, "--by", "Sam", "--text", "Asked for the\nscale.")
    program.call("approve", job_id, *APPROVE)
    said = program.call("show", job_id)
    assert said.code == 0
    for part in (
        job_id,
        "ada@example.edu",
        "$4.25",
        "approved it and sent the price: Uploaded → Waiting",
        "Asked for",
    ):
        assert part in said.out


def test_list_refuses_what_it_does_not_know(program: Program) -> None:
    program.submit()
    assert program.call("list", "--status", "NOWHERE", "--json").refused_fields == ["status"]
    assert program.call("list", "--older-than", "soon", "--json").refused_fields == ["older_than"]
    assert program.call("list", "--limit", "0").code == 2
    assert program.call("list", "--older-than", "2d", "--json").json == []
    assert len(program.call("list", "--search", "byron", "--limit", "1", "--json").json) == 1


def test_a_note_is_kept(program: Program) -> None:
    job_id = program.submit()
    said = program.call(
        "note", job_id, "--by", "Sam", "--text", "Come by.", "--for-student", "--json"
    )
    (note,) = said.json["notes"]
    assert (note["author"], note["text"], note["for_student"]) == ("Sam", "Come by.", True)
    assert program.call("note", job_id, "--by", "Sam", "--text", " ").code == 1


def test_the_lifecycle_in_four_forms(program: Program) -> None:
    rows = program.call("lifecycle", "--json").json
    assert [row["trigger"] for row in rows] == [row.trigger for row in TABLE]
    assert program.call("lifecycle", "--markdown").out.startswith("| trigger |")
    assert program.call("lifecycle", "--mermaid").out.startswith("stateDiagram-v2")
    lines = program.call("lifecycle").out.splitlines()
    assert [line.split("\t")[0] for line in lines[1:]] == [command_name(r.trigger) for r in TABLE]
    assert "any but ARCHIVED" in "\n".join(lines)


def test_what_a_student_typed_cannot_steer_a_terminal(program: Program) -> None:
    (program.folder / "a\x1b[31mb.stl").write_bytes((program.folder / "bracket.stl").read_bytes())
    said = program.call("submit", "a\x1b[31mb.stl", *SUBMIT[2:], "--json")
    assert said.code == 0, said.err
    assert "\x1b" not in program.call("list").out + program.call("show", said.json["id"]).out


def test_json_is_one_document_for_every_reading_command(program: Program) -> None:
    job_id = program.submit()
    for arguments in (
        ("list",),
        ("show", job_id),
        ("dispatch",),
        ("lifecycle",),
        ("db", "current"),
        ("db", "check"),
        ("db", "upgrade"),
        ("catalog", "export"),
    ):
        said = program.call(*arguments, "--json")
        assert (said.code, said.err) == (0, ""), arguments
        json.loads(said.out)


def test_a_rejection_is_taken_back(program: Program) -> None:
    job_id = program.submit()
    program.call("reject", job_id, "--by", "Sam", "--text", "Oops.")
    said = program.call("undo", job_id, "--by", "Sam")
    if said.code == 0:  # nothing has sent the mail meanwhile
        assert said.out == f"{job_id}: undone, now Uploaded\n"
    again = program.call("undo", job_id, "--by", "Sam", "--json")
    assert again.code == 1
    assert program.call("show", job_id, "--json").json["status"] == "UPLOADED"


def test_details_are_mended(program: Program) -> None:
    job_id = program.submit()
    said = program.call("edit", job_id, "--by", "Sam", "--class", "ARCH 4100", "--json")
    assert (said.code, said.json["class_number"]) == (0, "ARCH 4100")
    assert program.call("edit", job_id, "--by", "Sam").code == 2
    refused = program.call("edit", job_id, "--by", "Sam", "--email", "nobody")
    assert (refused.code, "student_email" in refused.err or "address" in refused.err) == (1, True)


def test_data_are_removed_and_told_by_command(program: Program) -> None:
    program.call(*SUBMIT)
    assert program.call("purge", "--dry-run").out.strip() == "Nothing is due."
    assert json.loads(program.call("purge", "--json").out)["removed"] == []
    told = json.loads(program.call("person", "export", "ada@example.edu").out)
    assert told["jobs"][0]["student_name"] == "Ada Byron"
    refused = program.call("person", "erase", "ada@example.edu", "--by", "Sam")
    assert refused.code == 1 and "still open" in refused.err
