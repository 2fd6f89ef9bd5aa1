"""``machine`` and ``plate``: the contract for scripts, and everything that may be asked wrongly."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from printflow import Printflow, PrintflowError, Settings
from printflow.cli.faults import lines_of
from tests.integration.conftest import Program, Said

BY = ("--by", "Sam", "--json")


def codes(said: Said) -> list[str]:
    """Why something was refused: exit code 1, reasons on standard error and in the JSON."""
    assert said.code == 1, said
    assert said.err
    return [reason["code"] for reason in said.json["error"]["refusals"]] or [
        said.json["error"]["code"]
    ]


@pytest.fixture
def lab(program: Program) -> Program:
    """A lab with two named machines of one model."""
    for name in ("MK4S-1", "MK4S-2"):
        said = program.call("machine", "add", name, "--model", "Prusa MK4S", *BY)
        assert said.code == 0, said.err
    return program


def ready(program: Program, copies: int = 1, *more: str) -> str:
    """A job that waits for a printer, an hour and 10 g for each copy."""
    job_id = program.submit("--quantity", str(copies), *more)
    figures = ("--weight", str(10 * copies), "--hours", str(copies), "--material", "PLA")
    assert program.call("approve", job_id, *BY, *figures).code == 0
    assert program.call("confirm", job_id, *BY, "--note", "by phone").code == 0
    return job_id


def start(program: Program, machine: str, *parts: str) -> Said:
    named = [word for part in parts for word in ("--part", part)]
    return program.call("plate", "start", "--machine", machine, *named, *BY)


def shown(program: Program, job_id: str) -> tuple[str, dict[str, int]]:
    document = program.call("show", job_id, "--json").json
    return document["status"], document["copies"]


def test_machines(program: Program) -> None:
    said = program.call(
        "machine", "add", "MK4S-1", "--model", "Prusa MK4S", "--place", "Room 2", *BY
    )
    assert said.code == 0, said.err
    assert (said.json["name"], said.json["model"], said.json["place"]) == (
        "MK4S-1", "Prusa MK4S", "Room 2",
    )  # fmt: skip
    edited = program.call("machine", "edit", "mk4s-1", "--material", "PETG", "--color", "Red", *BY)
    assert (edited.json["material"], edited.json["color"]) == ("PETG", "Red")
    out = program.call("machine", "out", "MK4S-1", "--reason", "Nozzle is clogged", *BY)
    assert (out.json["in_service"], out.json["out_reason"], out.json["out_by"]) == (
        False, "Nozzle is clogged", "Sam",
    )  # fmt: skip
    assert out.json["out_since"].endswith("Z")
    again = program.call("machine", "out", "MK4S-1", "--reason", "again", "--by", "Ben", "--json")
    assert codes(again) and "Sam" in again.err
    assert "Nozzle is clogged" in program.call("machine", "list").out
    back = program.call("machine", "back", "MK4S-1", *BY)
    assert (back.json["in_service"], back.json["out_since"]) == (True, None)
    assert codes(program.call("machine", "back", "MK4S-1", *BY))

    listed = program.call("machine", "list", *BY).json
    assert [one["name"] for one in listed if one["model"] == "Prusa MK4S"] == ["MK4S-1"]
    assert {"Prusa XL"} <= {one["name"] for one in listed if one["implied"]}
    assert program.call("machine", "retire", "MK4S-1", *BY).json["retired_at"]
    assert "MK4S-1" not in program.call("machine", "list").out
    assert "MK4S-1" in program.call("machine", "list", "--retired").out

    assert codes(program.call("machine", "add", "X", "--model", "Nothing", *BY)) == [
        "model_unknown"
    ]
    assert codes(program.call("machine", "add", "", "--model", "Prusa XL", *BY)) == ["name_invalid"]
    assert codes(program.call("machine", "out", "X-9", "--reason", "gone", *BY)) == ["not_found"]
    assert codes(program.call("machine", "out", "Prusa XL", "--reason", " ", *BY))
    assert program.call("machine", "edit", "Prusa XL", *BY).code == 2
    assert program.call("machine", "out", "Prusa XL", "--reason", "x").code == 2, "who?"


def test_a_plate_from_start_to_end(lab: Program) -> None:
    one, two = ready(lab), ready(lab, 3)
    said = start(lab, "mk4s-1", one.lower(), f"{two}:2")
    assert (said.code, said.err) == (0, "")
    plate = said.json
    number = str(plate["id"])
    assert (plate["machine"], plate["model"], plate["state"]) == (
        "MK4S-1", "Prusa MK4S", "running",
    )  # fmt: skip
    assert {part["job_id"]: part["copies"] for part in plate["parts"]} == {one: 1, two: 2}
    assert (plate["hours"], plate["grams"], plate["started_by"]) == ("3", "30", "Sam")
    assert plate["expected_end"].endswith("Z")
    assert shown(lab, two) == (
        "PRINTING", {"wanted": 3, "good": 0, "printing": 2, "failed": 0, "out": 0, "left": 1},
    )  # fmt: skip
    document = lab.call("show", two, "--json").json
    assert [found["id"] for found in document["plates"]] == [plate["id"]]
    assert lab.call("list", "--json").json[0]["copies"]["wanted"] in (1, 3)

    assert [one["id"] for one in lab.call("plate", "list", "--running", "--json").json] == [
        plate["id"]
    ]
    assert lab.call("plate", "list", "--planned", "--json").json == []
    assert f"{two} × 2" in lab.call("plate", "list").out
    listed = lab.call("machine", "list", "--json").json
    assert next(one for one in listed if one["name"] == "MK4S-1")["running"] == [plate["id"]]

    moved = lab.call("plate", "move", number, "--machine", "MK4S-2", *BY)
    assert (moved.code, moved.json["machine"]) == (0, "MK4S-2")
    assert [run["machine"] for run in moved.json["runs"]] == ["MK4S-1", "MK4S-2"]
    whole = lab.call("plate", "move", number, "--machine", "MK4S-1", "--whole", *BY)
    assert [run["machine"] for run in whole.json["runs"]][-1] == "MK4S-1"

    ended = lab.call(
        "plate", "end", number, "--failed", f"{two}:1", "--reason", "fell over",
        "--category", "adhesion", "--wasted", "4.5", *BY,
    )  # fmt: skip
    assert ended.code == 0, ended.err
    assert ended.json["state"] == "ended"
    parts = {part["job_id"]: part for part in ended.json["parts"]}
    assert (parts[one]["good"], parts[two]["good"], parts[two]["failed"]) == (1, 1, 1)
    assert parts[two]["outcomes"][0]["grams_wasted"] == "4.5"
    assert shown(lab, one)[0] == "COMPLETED"
    assert shown(lab, two) == (
        "PRINTING", {"wanted": 3, "good": 1, "printing": 0, "failed": 1, "out": 0, "left": 2},
    )  # fmt: skip
    text = lab.call("plate", "show", number).out
    assert "Came off the build plate: fell over" in text
    page = lab.call("show", two).out
    assert "1 good, 2 left to print, 1 failed" in page
    assert "1 good, 1 failed" in page


def test_a_planned_plate(lab: Program) -> None:
    one, two = ready(lab), ready(lab, 2)
    planned = lab.call("plate", "plan", "--machine", "MK4S-1", "--part", one, *BY)
    assert (planned.code, planned.json["state"]) == (0, "planned")
    number = str(planned.json["id"])
    both = lab.call("plate", "plan", "--part", two, "--plate", number, *BY)
    assert {part["job_id"] for part in both.json["parts"]} == {one, two}
    assert lab.call("plate", "plan", "--part", one, *BY).json is None, "for any machine again"
    assert [
        part["job_id"] for part in lab.call("plate", "show", number, "--json").json["parts"]
    ] == [two]
    assert lab.call("plate", "start", *BY).code == 2
    assert lab.call("plate", "start", number, "--machine", "MK4S-2", *BY).code == 2
    started = lab.call("plate", "start", number, *BY)
    assert (started.code, started.json["state"]) == (0, "running")
    assert codes(lab.call("plate", "start", number, *BY)) == ["plate_running"]


def test_part_by_part(lab: Program) -> None:
    job_id = ready(lab, 4)
    number = str(start(lab, "MK4S-1", job_id).json["id"])
    some = lab.call("plate", "end", number, "--good", f"{job_id}:1", "--running", *BY)
    assert (some.json["state"], some.json["parts"][0]["open"]) == ("running", 3)
    rest = lab.call(
        "plate", "end", number, "--good", f"{job_id}:1", "--not-printed", f"{job_id}:2", *BY
    )
    assert (rest.json["state"], shown(lab, job_id)[1]["left"]) == ("ended", 2)


@pytest.mark.parametrize("copies", ["4", "-1", "0", "1.5", "", "two", "99999999999999999999"])
def test_numbers_of_copies_that_are_none(lab: Program, copies: str) -> None:
    job_id = ready(lab, 3)
    refused = start(lab, "MK4S-1", f"{job_id}:{copies}")
    assert codes(refused) in (["copies_invalid"], ["too_many_copies"])
    assert shown(lab, job_id)[0] == "READYTOPRINT"
    assert lab.call("plate", "list", "--json").json == []
    number = str(start(lab, "MK4S-1", job_id).json["id"])
    for option in ("--good", "--failed", "--not-printed"):
        ended = lab.call(
            "plate", "end", number, option, f"{job_id}:{copies}", "--reason", "fell over", *BY
        )
        assert codes(ended) in (["copies_invalid"], ["too_many_copies"])
    assert lab.call("plate", "show", number, "--json").json["state"] == "running"


def test_what_start_refuses(lab: Program) -> None:
    job_id, raw = ready(lab, 2), lab.submit()
    assert codes(start(lab, "MK4S-1", job_id, f"{job_id.lower()}:1")) == ["part_twice"]
    refused = start(lab, "MK4S-1", job_id, raw)
    assert codes(refused) == ["not_allowed"]
    assert refused.json["status"] == "UPLOADED"
    assert codes(start(lab, "MK4S-9", job_id)) == ["machine_unknown"]
    assert codes(start(lab, "Formlabs Form 3", job_id)) == ["machine_method"]
    assert codes(start(lab, "MK4S-1", "AAAAAAAA")) == ["not_found"]
    assert start(lab, "MK4S-1").code == 2
    lab.call("machine", "out", "MK4S-1", "--reason", "no power", *BY)
    out = start(lab, "MK4S-1", job_id)
    assert codes(out) == ["machine_out"]
    assert "no power" in out.err
    assert shown(lab, job_id)[0] == "READYTOPRINT", "nothing of it was done"
    for figure in ("--hours", "--grams"):
        parts = ("--machine", "MK4S-2", "--part", job_id)
        assert codes(lab.call("plate", "start", *parts, figure, "-1", *BY))


def test_a_busy_machine_warns_and_prints(lab: Program) -> None:
    one, two = ready(lab), ready(lab)
    first = start(lab, "MK4S-1", one).json["id"]
    said = start(lab, "MK4S-1", two)
    assert (said.code, said.json["state"]) == (0, "running")
    assert said.err == f"MK4S-1 is still printing plate {first}.\n"
    third = start(lab, "MK4S-2", ready(lab)).json["id"]
    moved = lab.call("plate", "move", str(third), "--machine", "MK4S-1", *BY)
    assert (moved.code, len(moved.err.splitlines())) == (0, 2)


def test_what_end_and_move_refuse(lab: Program) -> None:
    job_id, other = ready(lab, 2), ready(lab)
    number = str(start(lab, "MK4S-1", job_id).json["id"])
    assert codes(lab.call("plate", "end", number, "--good", other, *BY)) == ["part_unknown"]
    assert codes(lab.call("plate", "end", number, "--failed", job_id, *BY)) == ["reason_missing"]
    twice = ("--good", f"{job_id}:1", "--good", f"{job_id}:1")
    assert codes(lab.call("plate", "end", number, *twice, *BY)) == ["part_twice"]
    failed = ("--failed", job_id, "--reason", "x")
    assert codes(lab.call("plate", "end", number, *failed, "--category", "ghosts", *BY))
    assert codes(lab.call("plate", "end", number, *failed, "--wasted", "-3", *BY)) == [
        "wasted_invalid"
    ]
    assert codes(lab.call("plate", "end", "7x", *BY)) == ["not_found"]
    assert codes(lab.call("plate", "show", "9" * 30, "--json")) == ["not_found"]
    assert codes(lab.call("plate", "move", number, "--machine", "MK4S-1", *BY)) == ["machine_same"]
    assert codes(lab.call("plate", "move", number, "--machine", "Formlabs Form 3", *BY)) == [
        "machine_method"
    ]
    assert codes(lab.call("machine", "retire", "MK4S-1", *BY)) == ["conflict"]
    lab.call("machine", "out", "MK4S-2", "--reason", "no power", *BY)
    assert codes(lab.call("plate", "move", number, "--machine", "MK4S-2", *BY)) == ["machine_out"]

    assert lab.call("plate", "end", number, "--by", "Ben", "--json").code == 0
    again = lab.call("plate", "end", number, *BY)
    assert codes(again) == ["plate_ended"]
    assert "Ben" in again.err
    assert codes(lab.call("plate", "move", number, "--machine", "MK4S-2", *BY)) == ["plate_ended"]
    assert codes(start(lab, "MK4S-1", job_id)) == ["not_allowed"], "all its copies are good"


def at_once(lab: Program, act: Callable[[Printflow, str], object]) -> str:
    """Two staff do the same at the same moment: one is done, and this is what the other hears."""
    gate = threading.Barrier(2)
    refused: list[str] = []

    def do(by: str) -> None:
        with Printflow.open(Settings(store=lab.store)) as opened:
            gate.wait()
            try:
                act(opened, by)
            except PrintflowError as error:
                refused.append("\n".join(lines_of(error)))

    both = [threading.Thread(target=do, args=(name,)) for name in ("Ana", "Ben")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    (words,) = refused
    return words


def test_two_starts_and_two_ends_at_once(lab: Program) -> None:
    job_id = ready(lab, 2)
    words = at_once(lab, lambda opened, by: opened.plates.start("MK4S-1", [job_id], by=by))
    (plate,) = lab.call("plate", "list", "--running", "--json").json
    assert plate["started_by"] in words, "who was first"
    assert shown(lab, job_id)[1]["printing"] == 2
    words = at_once(lab, lambda opened, by: opened.plates.end(plate["id"], by=by))
    assert lab.call("plate", "show", str(plate["id"]), "--json").json["ended_by"] in words
    assert shown(lab, job_id)[1]["good"] == 2


@pytest.mark.parametrize(
    "step",
    [
        ("override", "--to", "REJECTED", "--reason", "a weapon"),
        ("override", "--to", "UPLOADED", "--reason", "wrong file"),
    ],
)
def test_a_job_that_leaves_its_planned_plate(lab: Program, step: tuple[str, ...]) -> None:
    one, two = ready(lab), ready(lab)
    plan = lab.call("plate", "plan", "--machine", "MK4S-1", "--part", one, "--part", two, *BY).json
    refused = lab.call("reject", one, "--text", "a weapon", *BY)
    assert codes(refused) == ["not_allowed"], "only before the student has agreed to the price"
    assert lab.call(step[0], one, *step[1:], *BY).code == 0
    left = lab.call("plate", "show", str(plan["id"]), "--json").json
    assert [part["job_id"] for part in left["parts"]] == [two]
    assert lab.call(step[0], two, *step[1:], *BY).code == 0
    assert codes(lab.call("plate", "start", str(plan["id"]), *BY)) == ["not_found"]
