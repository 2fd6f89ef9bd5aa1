"""Checks whether this PC is ready: config, share, slicers, handler, and a link from end to end."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import registration
from .config import load
from .launch import command
from .locate import FOLDERS
from .opening import resolve
from .refusal import Refused


@dataclass(frozen=True)
class Check:
    """One line of the report."""

    good: bool
    text: str


def checks(config_path: str | None) -> Iterator[Check]:
    """All checks, as they come."""
    handler = registration.registered()
    yield Check(
        bool(handler),
        f"Links are opened by {handler}"
        if handler
        else "Links aren't opened by any program. Run: printflow-opener register",
    )
    try:
        config = load(config_path)
    except Refused as error:
        yield Check(False, str(error))
        return
    yield Check(True, f"Config file {config.file}")
    try:
        present = [name for name in FOLDERS if (config.share / name).is_dir()]
        os.scandir(config.share).close()
    except OSError as error:
        yield Check(False, f"Share {config.share}: {error.strerror or error}")
        return
    yield Check(
        len(present) == len(FOLDERS),
        f"Share {config.share}"
        if len(present) == len(FOLDERS)
        else f"{config.share} isn't Printflow's share. Missing folders: "
        f"{', '.join(name for name in FOLDERS if name not in present)}",
    )
    for slicer in config.slicers:
        there = Path(slicer.path).exists()
        yield Check(there, f"{slicer.name} at {slicer.path}{'' if there else ' is missing'}")
    if not config.slicers:
        yield Check(False, "No slicer found. Add yours as [[slicer]] to the config file.")
    for folder in FOLDERS:
        for entry in sorted(os.listdir(config.share / folder) if folder in present else []):
            try:
                file, slicer = resolve(config, f"printflow://open/{entry}")
            except Refused:
                continue
            yield Check(True, f"A test link would run {' '.join(command(slicer, file))}")
            return


def report(config_path: str | None) -> int:
    """Print the checks. Returns 0 if all of them are OK, else 1."""
    good = True
    for check in checks(config_path):
        good = good and check.good
        print(f"{'ok  ' if check.good else 'FAIL'} {check.text}", file=sys.stdout)
    return 0 if good else 1
