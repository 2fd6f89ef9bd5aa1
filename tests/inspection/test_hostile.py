"""Files that mean harm: each gets its verdict, within the guard's bounds, and nothing else dies."""

from __future__ import annotations

import os
import random
import re
import signal
import sys
import time
from collections.abc import Iterator
from itertools import count as numbers
from pathlib import Path

import pytest

from printflow import FileUnusable, Printflow
from printflow.domain.model_facts import Looked
from printflow.inspection import inspector as inspector_module
from printflow.inspection.inspector import SECONDS, Inspector
from printflow.inspection.limits import LOADED, MEMORY, MEMORY_OF_LOADERS
from tests import sample_models
from tests.crash.scenario import FORM
from tests.inspection.hostile import CASES, Case, mutated, write
from tests.inspection.test_more_formats import FILES
from tests.plugins.fire import count

SEEDS = {
    ".stl": (sample_models.stl(), sample_models.ascii_stl()),
    ".obj": (sample_models.obj(),),
    ".3mf": (sample_models.three_mf(),),
}


@pytest.fixture(scope="module")
def inspector() -> Iterator[Inspector]:
    made = Inspector(once=())  # one process for all, so that what a file does to it would be seen
    yield made
    made.close()


def peak_of(inspector: Inspector) -> int:
    """The most bytes that the guarded process ever had; 0 where the system does not tell."""
    assert inspector._child is not None
    status = Path(f"/proc/{inspector._child.process.pid}/status")
    text = status.read_text("utf-8") if status.exists() else "VmHWM: 0 kB"
    found = re.search(r"VmHWM:\s+(\d+) kB", text)
    assert found is not None
    return int(found[1]) << 10


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.long
def test_its_verdict(case: Case, inspector: Inspector, tmp_path: Path) -> None:
    path = write(tmp_path, case)
    begun = time.monotonic()
    looked = inspector.look(path, case.ending)
    assert time.monotonic() - begun < SECONDS + 10, "the guard holds"
    assert looked.code == case.code, looked
    assert (looked.facts is None) == bool(case.code)
    assert peak_of(inspector) < (MEMORY_OF_LOADERS if case.ending in LOADED else MEMORY)
    sound = tmp_path / "sound.stl"
    sound.write_bytes(sample_models.stl())
    assert inspector.look(sound, ".stl").facts is not None, "the next one is read as ever"


@pytest.mark.parametrize("case", [one for one in CASES if one.door], ids=lambda case: case.name)
@pytest.mark.long
def test_at_the_door(case: Case, lab: Printflow, tmp_path: Path) -> None:
    with pytest.raises(FileUnusable) as refused:
        lab.intake.submit(write(tmp_path, case), **FORM)
    assert case.door in str(refused.value)
    assert refused.value.next_step
    assert lab.jobs.find() == []
    assert not list((lab.settings.store / ".incoming").iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no process from within")
def test_a_reader_that_takes_too_much_is_stopped(tmp_path: Path) -> None:
    """The memory limit, seen from outside: by what all children together ever took."""
    import resource

    made = Inspector()
    for name in ("a line of 100 MB", "bomb", "nested wide", "50,000 items"):
        case = next(one for one in CASES if one.name == name)
        made.look(write(tmp_path, case), case.ending)
    made.close()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert peak * (1 if sys.platform == "darwin" else 1024) < MEMORY_OF_LOADERS


def test_a_reader_that_hangs_is_given_up(tmp_path: Path) -> None:
    made = Inspector(seconds=0.05)
    path = tmp_path / "slow.obj"
    path.write_bytes(sample_models.obj() + b"f 1 2 3\n" * 400_000)
    looked = made.look(path, ".obj")
    assert (looked.code, looked.crashed) == ("too_slow", True)
    made.close()


def test_a_reader_that_is_killed_is_replaced(tmp_path: Path) -> None:
    made = Inspector()
    path = tmp_path / "box.stl"
    path.write_bytes(sample_models.stl())
    assert made.look(path, ".stl").facts
    assert made._child is not None
    os.kill(made._child.process.pid, signal.SIGKILL)
    made._child.process.wait()
    assert made.look(path, ".stl").crashed
    assert made.look(path, ".stl").facts
    made.close()


def test_where_numpy_needs_all_of_the_processor_it_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that cannot start as it is wished for starts as it can."""
    monkeypatch.setattr(inspector_module, "_SORTS", {"NPY_DISABLE_CPU_FEATURES": "SSE2"})
    made = Inspector()
    path = tmp_path / "box.stl"
    path.write_bytes(sample_models.stl())
    assert made.look(path, ".stl").facts
    made.close()


def test_changed_files_harm_nobody(
    inspector: Inspector, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    chance = random.Random(5)
    draws = (chance.randrange(1 << 31) for _ in numbers())
    seen: dict[str, int] = {}
    for number in range(count(pytestconfig, "--mutated-models")):
        ending = chance.choice(sorted(SEEDS))
        path = tmp_path / f"mutated{ending}"
        path.write_bytes(mutated(chance.choice(SEEDS[ending]), draws))
        looked: Looked = inspector.look(path, ending)
        seen[looked.code or "read"] = seen.get(looked.code or "read", 0) + 1
        assert looked.code not in ("too_slow", "crashed"), path.read_bytes()
        if number % 10 == 0 and looked.facts:
            png, webp = tmp_path / "p.png", tmp_path / "p.webp"
            pictured = inspector.look(path, ending, picture=png, small=webp)
            assert pictured.facts == looked.facts, (pictured, path.read_bytes())
            assert pictured.picture or pictured.error
    print(seen)
    assert len(seen) > 3, "the changes reach past the door"


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_changed_files_of_further_formats_harm_nobody(
    inspector: Inspector, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """STEP is read by a library in C++, which may crash: the guarded process alone, and the next
    file is read as ever.
    """
    chance = random.Random(7)
    draws = (chance.randrange(1 << 31) for _ in numbers())
    seeds = {ending: make() for ending, make in FILES.items()}
    seen: dict[str, int] = {}
    for _ in range(count(pytestconfig, "--mutated-models") // 10):
        ending = chance.choice(sorted(seeds))
        path = tmp_path / f"mutated{ending}"
        path.write_bytes(mutated(seeds[ending], draws))
        looked = inspector.look(path, ending)
        seen[looked.code or "read"] = seen.get(looked.code or "read", 0) + 1
        assert looked.code != "too_slow", path.read_bytes()
        assert looked.code != "crashed" or ending in (".step", ".stp"), path.read_bytes()
    print(seen)
    assert len(seen) > 1
    sound = tmp_path / "sound.stl"
    sound.write_bytes(sample_models.stl())
    assert inspector.look(sound, ".stl").facts is not None
