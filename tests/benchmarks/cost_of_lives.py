"""So many jobs from submission to pick-up, and nothing else: what ``cost.py`` looks at from outside.

``python -m tests.benchmarks.cost_of_lives STORE COUNT``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from printflow import Printflow, Settings
from tests import sample_models


def main(store: Path, count: int) -> None:
    """Let them live."""
    from tests.benchmarks.cost import life

    model = store.with_suffix(".stl")
    model.write_bytes(sample_models.stl())
    with Printflow.open(Settings(store=store, settle_seconds=0)) as lab:
        for _ in range(count):
            life(lab, model)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
