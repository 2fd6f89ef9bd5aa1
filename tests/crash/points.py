"""Runs of a scenario that crash at chosen calls, and what they left behind."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from printflow import Printflow
from printflow.testing import (
    Crash,
    FaultPlan,
    NeverDone,
    Outside,
    When,
    crash_points,
    settle,
    telling_points,
    violations,
)
from tests.crash.scenario import CHAINS, prepare


def scratch_parent() -> Path | None:
    """A folder in memory where there is such a thing: a process that dies loses no page cache."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() else None


@dataclass(frozen=True)
class Point:
    """A crash in a chain: ``number`` counts the calls from the beginning of ``step``."""

    chain: str
    step: int
    number: int
    when: When

    def __str__(self) -> str:
        name = CHAINS[self.chain][self.step].name
        return f"{self.chain}, step {self.step} ({name}), {self.when} call {self.number}"


class Rehearsal:
    """A chain played once without faults: its calls by step, and the world before each step."""

    def __init__(self, chain: str, folder: Path, program: type[Printflow]) -> None:
        self.chain = chain
        self.worlds: list[Outside] = []
        self.calls: list[list[str]] = []
        world = Outside(folder / "0", program=program, dispose_after_days=30)
        prepare(world)
        for number, step in enumerate(CHAINS[chain]):
            self.worlds.append(world)
            world = world.copy(folder / str(number + 1))
            plan = FaultPlan()
            lab = world.open(plan)
            step.act(world, lab)
            world.kill(lab)
            self.calls.append(list(plan.calls))
        lab = world.open()
        settle(world, lab)
        world.kill(lab)
        problems = violations(world, idle=True)
        if problems:
            raise AssertionError(f"{chain} is broken without any fault: {problems}")

    def points(self, *, all_of_them: bool = False) -> Iterator[Point]:
        """Both sides of every call that may change something outside, or of all."""
        for step, calls in enumerate(self.calls):
            for number, when in (crash_points if all_of_them else telling_points)(calls):
                yield Point(self.chain, step, number, when)


class Stage:
    """A folder with rehearsals in it, on which crashes are played."""

    def __init__(self, folder: Path, program: type[Printflow] = Printflow) -> None:
        self._folder = folder
        self._program = program
        self._runs = 0
        self._rehearsals: dict[str, Rehearsal] = {}

    def rehearsal(self, chain: str) -> Rehearsal:
        if chain not in self._rehearsals:
            self._rehearsals[chain] = Rehearsal(chain, self._folder / chain, self._program)
        return self._rehearsals[chain]

    @contextmanager
    def world(self, chain: str, step: int) -> Iterator[Outside]:
        """A copy of the world before a step."""
        self._runs += 1
        folder = self._folder / f"run{self._runs}"
        world = self.rehearsal(chain).worlds[step].copy(folder)
        try:
            yield world
        finally:
            world.close()
            shutil.rmtree(folder, ignore_errors=True)

    def crash_once(self, point: Point) -> list[str]:
        """Crash at ``point``, recover, finish; gives what is wrong then."""
        with self.world(point.chain, point.step) as world:
            plan = FaultPlan()
            plan.crash(point.number, point.when)
            step = self._live(world, point.chain, point.step, plan)
            if not plan.dead:
                return [f"{point}: was never reached"]
            # Twice the same moment, lived through in two ways: left alone over night, or used on
            # at once, while the leases of the dead still run.
            if point.when is When.BEFORE:
                world.clock.advance(hours=30)
                if problems := self._end(world):
                    return problems
            self._live(world, point.chain, step, FaultPlan())
            return self._end(world)

    def crash_twice(self, first: Point, second: int, when: When) -> tuple[bool, list[str]]:
        """Crash at ``first`` and at call ``second`` of the recovery; gives whether both came."""
        with self.world(first.chain, first.step) as world:
            plan = FaultPlan()
            plan.crash(first.number, first.when)
            step = self._live(world, first.chain, first.step, plan)
            again = FaultPlan()
            again.crash(second, when)
            over_night = first.when is When.BEFORE
            if over_night:
                world.clock.advance(hours=30)
            step = self._live(world, first.chain, step, again, settle_first=over_night)
            self._live(world, first.chain, step, FaultPlan())
            return again.dead, self._end(world)

    def _live(
        self,
        world: Outside,
        chain: str,
        step: int,
        plan: FaultPlan,
        *,
        settle_first: bool = False,
    ) -> int:
        """One life of the lab: from ``step`` to the end or the crash; gives the step it was in."""
        lab = world.open(plan)
        try:
            if settle_first:
                settle(world, lab)
            while step < len(CHAINS[chain]):
                CHAINS[chain][step].act(world, lab)
                step += 1
        except Crash:
            pass
        finally:
            world.kill(lab)
        return step

    def _end(self, world: Outside) -> list[str]:
        lab = world.open()
        try:
            settle(world, lab)
        except NeverDone as error:
            return [str(error), *violations(world, idle=True)]
        finally:
            world.kill(lab)
        return violations(world, idle=True)


@lru_cache(maxsize=1)
def _stage_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="printflow-crash-", dir=scratch_parent())


@lru_cache(maxsize=1)
def stage() -> Stage:
    """The stage of this process; its rehearsals are played once."""
    return Stage(Path(_stage_folder().name))


__all__ = ["CHAINS", "Point", "Rehearsal", "Stage", "scratch_parent", "stage"]
