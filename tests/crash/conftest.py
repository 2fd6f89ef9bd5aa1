"""What makes thousands of short-lived labs quick, and their calls countable."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import Engine

from printflow.db import engine as engines

MANY_SECONDS = 60.0


@pytest.fixture(autouse=True, scope="package")
def _patient() -> Any:
    """A busy machine must not make a call of the share "too slow": counts would differ.

    Only here: other tests measure how long a silent share is waited for.
    """
    patched = pytest.MonkeyPatch()
    patched.setattr("printflow.runtime.deadline.PATIENCE_SECONDS", MANY_SECONDS)
    yield
    patched.undo()


@pytest.fixture(autouse=True, scope="session")
def _one_cache() -> Any:
    """All labs of this process share SQLAlchemy's compiled statements."""
    patched = pytest.MonkeyPatch()
    share_statements(patched)
    yield
    patched.undo()


def share_statements(patched: pytest.MonkeyPatch) -> None:
    create = sqlalchemy.create_engine
    shared: dict[str, Engine] = {}

    def creating(url: Any, **options: Any) -> Engine:
        made = create(url, **options)
        first = shared.get(made.dialect.name)
        if first is None or getattr(first.dialect, "server_version_info", None) is None:
            shared[made.dialect.name] = made  # a dialect learns what it needs on connecting
            return made
        made.dialect = first.dialect
        made._compiled_cache = first._compiled_cache
        return made

    patched.setattr(engines, "create_engine", creating)
