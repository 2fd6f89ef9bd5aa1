"""Two approvals at once don't both get what is free once, on either backend."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from printflow import Model, Printflow, Settings
from tests.benchmarks.transitions import FORM

RULES: dict[str, Any] = {
    "allowances": [{"name": "First 50 g free", "amount": "50", "per": "ever"}],
    "minimum_charge": "0",
}


def both_approved(settings: Settings, model: Path) -> list[int | None]:
    start = Barrier(2)

    def approve(job_id: str) -> int | None:
        with Printflow.open(settings) as lab:
            start.wait(30)
            done = lab.jobs.approve(job_id, by="Ana", grams="50", hours="1", material="PLA")
            return done.cost_cents

    with Printflow.open(settings) as lab:
        lab.catalog.load({**lab.catalog.export(), **RULES}, by="Sam")
        models = [Model(file=model, color="True Red") for _ in range(2)]
        form: dict[str, Any] = {
            key: value for key, value in FORM.items() if key not in ("color", "quantity", "note")
        }
        jobs = lab.intake.submit_several(models, **form)
    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(approve, [job.id for job in jobs]), key=str)


def test_on_sqlite(tmp_path: Path, model: Path) -> None:
    settings = Settings(
        store=tmp_path / "store", settle_seconds=0, mail={"directory": tmp_path / "mail"}
    )
    assert both_approved(settings, model) == [0, 500]


@pytest.mark.postgresql
def test_on_postgresql(tmp_path: Path, model: Path, upgraded_url: str) -> None:
    settings = Settings(
        store=tmp_path / "store",
        database_url=upgraded_url,
        settle_seconds=0,
        mail={"directory": tmp_path / "mail"},
    )
    assert both_approved(settings, model) == [0, 500]
