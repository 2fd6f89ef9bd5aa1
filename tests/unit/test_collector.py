"""A command looks for garbage while it works, not while it is loaded."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from printflow.cli import collector
from printflow.cli.session import Session


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)
    gc.enable()


def test_a_command_that_works_looks_for_garbage() -> None:
    collector.not_yet()
    assert not gc.isenabled()
    Session().load()
    assert gc.isenabled()


def test_the_end_passes_over_what_is_there() -> None:
    collector.no_more()
    assert gc.get_freeze_count() > 0
