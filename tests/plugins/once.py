"""What every test would do again with the same result is done once, or with less work.

A new lab has its own application: its templates and its addresses would be compiled anew for each
test, and its password hashed at full cost. That took two thirds of a page's test. It also has its own
database, for which each statement would be compiled anew: that took a sixth of what was left. Its
catalog would be read from seven files, and checked twice: a tenth.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from functools import cache
from types import CodeType
from typing import Any, Final

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, TextClause, create_engine
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.compiler import Compiled
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from printflow.catalogs import cache as newest_catalog
from printflow.catalogs import file as catalog_files
from printflow.catalogs.file import catalog_of_new_lab
from printflow.db import engine
from printflow.domain.catalog import Catalog, catalog_from
from printflow.lab import preparing
from printflow.service import passwords
from printflow_web.page_templates import PageTemplates

hasher_in_use: Final = passwords._hasher
"""What a lab outside of tests hashes with."""


class _Compiled(BytecodeCache):
    """Templates that this process has compiled; a source that changed is compiled again."""

    def __init__(self) -> None:
        self._codes: dict[tuple[object, ...], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get(_written(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._codes[_written(bucket)] = bucket.code


def _written(bucket: Bucket) -> tuple[object, ...]:
    """All that a template's code is made of: its source, and the texts that are put in place."""
    pages = bucket.environment
    texts = pages.texts_in_place if isinstance(pages, PageTemplates) else None
    return (bucket.key, bucket.checksum, texts)


_compile_rule = Rule.compile
_rules: Final[dict[tuple[object, ...], dict[str, Any]]] = {}


def _rule(rule: Rule) -> None:
    """Make what finds a rule and its address. Each lab's application has the same rules, and they
    only read what is made of them.
    """
    assert rule.map is not None
    written = (
        *(rule.rule, rule.subdomain, rule.host, rule.merge_slashes, repr(rule.defaults)),
        *(rule.map.host_matching, *rule.map.converters.values()),
    )
    made = _rules.get(written)
    if made is None:
        _compile_rule(rule)
        names = ("_parts", "_trace", "_converters", "arguments")
        made = _rules[written] = {name: getattr(rule, name) for name in names}
        for name in ("_build", "_build_unknown"):
            made[name] = getattr(rule, name).__func__  # it is handed the rule
        return
    for name, value in made.items():
        setattr(rule, name, value.__get__(rule) if name.startswith("_build") else value)


_catalogs: Final[dict[str, Catalog]] = {}
_MOST_CATALOGS: Final = 200


def _catalog(document: Mapping[str, Any]) -> Catalog:
    """A catalog that was read from the same document before: nothing changes a catalog."""
    written = repr(document)
    if written not in _catalogs:
        if len(_catalogs) == _MOST_CATALOGS:
            _catalogs.clear()
        _catalogs[written] = catalog_from(document)
    return _catalogs[written]


@cache
def _shipped() -> bytes:
    return pickle.dumps(catalog_of_new_lab())


def _of_new_lab() -> dict[str, Any]:
    """The shipped catalog, whose files are read once; whoever asks gets one of their own."""
    document: dict[str, Any] = pickle.loads(_shipped())
    return document


class _Statements(LRUCache[Any, Any]):
    """Statements that this process has compiled, for all databases of one kind: what a server that
    runs for long has at hand. Those that are text may find other columns in another schema.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_of_any_database(key), default)

    def __setitem__(self, key: Any, value: Compiled) -> None:
        if not isinstance(value.statement, TextClause):
            super().__setitem__(_of_any_database(key), value)


def _of_any_database(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """SQLAlchemy's key of a compiled statement, whose first part is one engine's dialect."""
    dialect: Dialect = key[0]
    return (type(dialect), dialect.dbapi, dialect.server_version_info, *key[1:])


_statements: Final = _Statements(5000)


def _engine(*args: Any, **kwargs: Any) -> Engine:
    made = create_engine(*args, **kwargs)
    made._compiled_cache = _statements
    return made


@pytest.fixture(scope="session", autouse=True)
def _once() -> Iterator[None]:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", _Compiled())
        patch.setattr(Rule, "compile", _rule)
        patch.setattr(catalog_files, "catalog_of_new_lab", _of_new_lab)
        for module in (newest_catalog, preparing):
            patch.setattr(module, "catalog_from", _catalog)
        patch.setattr(passwords, "_hasher", lambda: quick)
        patch.setattr(engine, "create_engine", _engine)
        yield
