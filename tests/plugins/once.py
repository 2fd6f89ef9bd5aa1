"""What every test would do again with the same result is done once, or with less work.

A new lab has its own application: its templates and its addresses would be compiled anew for each
test, and its password hashed at full cost. That took two thirds of a page's test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import CodeType
from typing import Final

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from printflow.service import passwords

hasher_in_use: Final = passwords._hasher
"""What a lab outside of tests hashes with."""


class _Compiled(BytecodeCache):
    """Templates that this process has compiled; a source that changed is compiled again."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._codes[bucket.key, bucket.checksum] = bucket.code


_Builder = Callable[..., tuple[str, str]]
_compile_builder = Rule._compile_builder
_builders: Final[dict[tuple[object, ...], _Builder]] = {}


def _builder(rule: Rule, append_unknown: bool = True) -> _Builder:
    """What makes an address of a rule: it is handed the rule, so equal rules can share it."""
    written = (tuple(rule._trace), repr(rule.defaults), append_unknown)
    if written not in _builders:
        _builders[written] = _compile_builder(rule, append_unknown)
    return _builders[written]


@pytest.fixture(scope="session", autouse=True)
def _once() -> Iterator[None]:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", _Compiled())
        patch.setattr(Rule, "_compile_builder", _builder)
        patch.setattr(passwords, "_hasher", lambda: quick)
        yield
