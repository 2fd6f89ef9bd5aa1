"""Opening: patience with the share, faults of the opener's own, what a slicer is started with."""

from __future__ import annotations

import os
import threading

import pytest

from printflow_opener import opening
from printflow_opener.launch import environment
from printflow_opener.locate import ShareUnavailable
from printflow_opener.opening import within
from tests.opener.conftest import LINK, Pc


def test_a_share_that_hangs_is_given_up() -> None:
    answer = threading.Event()
    with pytest.raises(ShareUnavailable, match="Z: isn't responding"):
        within(0.05, answer.wait, "Z:")
    answer.set()


def test_what_goes_wrong_while_looking_is_told() -> None:
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0, "Z:")
    assert within(5, lambda: "found", "Z:") == "found"


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_a_fault_of_the_opener_has_a_number_and_no_traceback(
    pc: Pc,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    dry: list[str],
) -> None:
    monkeypatch.setattr(opening, "find", lambda *_arguments: 1 // 0)
    assert pc.run("open", *dry, LINK) == 1
    said = capsys.readouterr()
    assert "went wrong unexpectedly" in said.err
    assert "Traceback" not in said.err + said.out
    (log,) = (pc.root / "config").rglob("opener.log")
    assert "ZeroDivisionError" in log.read_text("utf-8")
    assert "(error " in said.err


def test_links_of_any_bytes_are_refused_in_words(
    pc: Pc, capsys: pytest.CaptureFixture[str]
) -> None:
    for data in (b"\xff\xfe", b"printflow://open/\xe9_K7Q2MX9A.stl", b"\n" * 50, b"x" * 10_000):
        assert pc.run("open", os.fsdecode(data)) == 3
    assert pc.log.count("verdict=refused") == 4
    assert len(pc.log.splitlines()) == 4
    assert "Traceback" not in capsys.readouterr().err


def test_the_log_rotates(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_LOG_BYTES", 2000)
    for _ in range(40):
        pc.run("open", "printflow://open/x")
    logs = sorted(path.name for path in pc.root.glob("opener.log*"))
    assert logs == ["opener.log", "opener.log.1", "opener.log.2"]
    assert all((pc.root / name).stat().st_size <= 2000 for name in logs)


def test_a_slicer_gets_none_of_the_frozen_openers_libraries() -> None:
    given = {
        "PATH": "/usr/bin",
        "LD_LIBRARY_PATH": "/tmp/_MEI1",
        "LD_LIBRARY_PATH_ORIG": "/opt/lib",
        "DYLD_LIBRARY_PATH": "/tmp/_MEI1",
        "TCL_LIBRARY": "/tmp/_MEI1/tcl",
        "_PYI_ARCHIVE_FILE": "/opt/printflow-opener",
    }
    assert environment(given, frozen=True) == {"PATH": "/usr/bin", "LD_LIBRARY_PATH": "/opt/lib"}
    assert environment(given, frozen=False) == given
