"""The log files: put aside when full, with the request's id on every line, as text or as JSON."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest

from printflow import Settings
from printflow.cli.log import COMMANDS, log_file, logged
from printflow.runtime.log_records import log_request
from printflow.settings.sections import LogSettings

MEGABYTE = 1 << 20


@pytest.fixture
def request_id() -> Iterator[str]:
    """What is logged belongs to a request."""
    log_request("5f0c12aa")
    yield "5f0c12aa"
    log_request("")


@pytest.mark.parametrize("kind", ["text", "json"])
def test_a_full_log_is_put_aside_and_old_ones_go(
    settings: Settings, request_id: str, kind: Literal["text", "json"]
) -> None:
    some = settings.model_copy(update={"log": LogSettings(max_mb=1, keep=2, format=kind)})
    some.state_dir.mkdir(parents=True)
    with logged(some, "server", debug=False) as path:
        assert path is not None
        for number in range(450):
            logging.getLogger("printflow_web.access").info("%d %s", number, "x" * 10_000)
    files = [path, *(path.with_name(f"{path.name}.{number}") for number in (1, 2))]
    assert sorted(path.parent.iterdir()) == sorted(files), "4.5 MB were written, 3 are kept"
    numbers = []
    for file in reversed(files):
        assert 0 < file.stat().st_size <= MEGABYTE
        for line in file.read_text("utf-8").splitlines():
            if kind == "json":
                told = json.loads(line)
                assert (told["request"], told["level"]) == (request_id, "INFO")
                line = told["message"]
            else:
                assert f" {request_id}] " in line
                line = line.partition("] ")[2]
            numbers.append(int(line.split()[0]))
    assert numbers == list(range(numbers[0], 450)), "and none is missing at the seams"


def test_commands_write_side_by_side_and_only_what_matters(settings: Settings) -> None:
    settings.state_dir.mkdir(parents=True)
    with logged(settings, COMMANDS, debug=False) as one, logged(settings, COMMANDS, debug=False):
        logging.getLogger("printflow").info("news")
        logging.getLogger("printflow").warning("the share is away")
    assert one is not None
    text = one.read_text("utf-8")
    assert "news" not in text and text.count("the share is away") == 2


def test_the_commands_file_is_put_aside_by_the_next_command(settings: Settings) -> None:
    some = settings.model_copy(update={"log": LogSettings(max_mb=1)})
    some.state_dir.mkdir(parents=True)
    for number in range(3):
        with logged(some, COMMANDS, debug=False):
            logging.getLogger("printflow").warning("%d %s", number, "x" * MEGABYTE)
    path = log_file(some, COMMANDS)
    assert path.read_text("utf-8").partition("] ")[2].startswith("2 ")
    aside = path.with_name(f"{path.name}.1")
    assert aside.read_text("utf-8").partition("] ")[2].startswith("1 ")
    assert sorted(path.parent.iterdir()) == [path, aside]
