"""Keeps a job's standard name true: the one by which it is found, and its next files are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..domain.edits import as_changed
from ..domain.job import Job
from ..domain.naming import standard_name
from ..ports import Transliterate

_NAMED_AFTER = frozenset({"student_name", "method", "color"})


def renamed(job: Job, changes: Mapping[str, Any], transliterate: Transliterate) -> dict[str, Any]:
    """The change of the standard name that follows from changes of the job; empty where none does."""
    if not _NAMED_AFTER & changes.keys():
        return {}
    after = as_changed(job, changes)
    name = standard_name(
        after.student_name, after.method, after.color, job.id, transliterate=transliterate
    )
    return {} if name == job.standard_name else {"standard_name": name}
