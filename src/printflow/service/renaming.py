"""Keeps a job's standard name true: the one by which it is found, and its files are called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..domain.edits import as_changed
from ..domain.job import Job
from ..domain.naming import names_after, standard_name
from ..domain.status import Status
from ..ports import Transaction, Transliterate

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


def file_names(job: Job, standard: str) -> dict[int, str]:
    """What the job's files are called once its standard name is ``standard``, by their ids. What is
    archived keeps its names.
    """
    if job.status is Status.ARCHIVED:
        return {file.id: file.name for file in job.files}
    return names_after({file.id: file.names for file in job.files}, standard, job.id)


def rename_files(tx: Transaction, job: Job, changes: Mapping[str, Any], now: datetime) -> bool:
    """Say what the job's files are called after changes of it; gives whether any is to be renamed.
    Placement makes it true.
    """
    if "standard_name" not in changes:
        return False
    after = file_names(job, changes["standard_name"])
    changed = [file for file in job.files if after[file.id] != file.name]
    for file in changed:
        tx.files.rename(file, after[file.id], now)
    return bool(changed)
