"""A file that someone moves between two questions about it is no silent share."""

from __future__ import annotations

import pytest

from printflow import Printflow
from printflow.service.file_facts import file_fact
from printflow.store.folder_store import FolderStore
from printflow.store.making import read_identity
from tests.plugins.lab import Submit


class Moved(FolderStore):
    """Someone moves what is asked for, as soon as its place is told, so many times."""

    times = 1

    def where(self, name: str, *, hint: str = "") -> list[str]:
        places = list(super().where(name, hint=hint))
        if self.times:
            self.times -= 1
            there = "Pending" if places == ["Uploaded"] else "Uploaded"
            self.move(name, places[0], there)
        return places


@pytest.mark.parametrize(("times", "present"), [(1, True), (2, True), (9, False)])
def test_a_file_that_moves(lab: Printflow, submit: Submit, times: int, present: bool) -> None:
    job = submit()
    store = Moved(lab.settings.store, read_identity(lab.settings.store) or "")
    store.times = times
    fact = file_fact(store, lab.jobs.get(job.id), job.file.name, settle_seconds=0)
    assert (fact.present, fact.settled) == (present, present)
