"""One of several people who do the same work at once: ``python contestant.py NAME < task.json``.

The task holds the settings, the ids of the jobs and the moment to begin. Prints a JSON list of
``[job id, trigger, answer]``, where the answer is "done", "conflict: WHO DID IT" or "error: WORDS".
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from printflow import Printflow, PrintflowError, Settings, TransitionNotAllowed

STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("approve", {"weight": "42.5", "hours": "3", "material": "PLA"}),
    ("confirm", {"note": "at the desk"}),
    ("start_printing", {}),
    ("complete", {}),
    ("pick_up", {"waive": "a gift"}),
)


def main() -> None:
    """Fire every trigger of every job once, as a page says that was drawn just before."""
    name = sys.argv[1]
    task = json.load(sys.stdin)
    answers: list[tuple[str, str, str]] = []
    with Printflow.open(Settings(**task["settings"])) as lab:
        time.sleep(max(0.0, task["begin"] - time.time()))
        for job_id in task["jobs"]:
            for version, (trigger, given) in enumerate(STEPS, start=1):
                try:
                    lab.jobs.perform(trigger, job_id, by=name, expected_version=version, **given)
                    answer = "done"
                except TransitionNotAllowed as conflict:
                    answer = f"conflict: {conflict.last_actor}"
                except PrintflowError as error:
                    answer = f"error: {error.code} {error}"
                answers.append((job_id, trigger, answer))
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
