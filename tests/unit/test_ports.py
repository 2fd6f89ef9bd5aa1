"""The ports that tests give to their servers."""

import re
import socket
import subprocess
import sys
from pathlib import Path

from tests.ports import free_port

ROOT = Path(__file__).parents[2]


def test_no_port_is_given_twice_not_even_by_two_processes() -> None:
    code = "from tests.ports import free_port; print(*(free_port() for _ in range(40))); input()"
    given = [free_port() for _ in range(40)]
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        theirs = [int(port) for port in other.stdout.readline().split()]
        ours = given + [free_port() for _ in range(40)]
        other.communicate("\n")
    assert len(theirs) == 40
    assert len({*ours, *theirs}) == 120


def test_a_port_in_use_is_passed_over() -> None:
    first = free_port()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", first + 1))
        listener.listen()
        assert free_port() != first + 1


def test_no_test_finds_itself_a_port_by_hand() -> None:
    """Port 0 is only for a server that keeps the socket it was given."""
    by_hand = re.compile(
        r"with socket\.socket\(\) as \w+:\n\s+\w+\.bind\(\(\S+, 0\)\)\n(?!.*listen)"
    )
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("*.py")
        if by_hand.search(path.read_text("utf-8"))
    ]
    assert found == []
