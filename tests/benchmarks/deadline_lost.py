"""What an hour before a deadline has lost, done twice, or answered wrongly."""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select

from printflow import Printflow, Status
from printflow.db.engine import open_engine
from printflow.db.schema import events, outbox
from tests.benchmarks.deadline_people import Hour, Told


def lost_or_doubled(lab: Printflow, told: Told, hour: Hour, *, before: int) -> list[str]:
    """Whatever isn't as people were told."""
    faults = list(told.wrong)
    if len(told.submitted) != hour.coming:
        faults.append(f"{len(told.submitted)} of {hour.coming} students were answered")
    lab.dispatch()
    jobs = {job.id: job for job in lab.jobs.find(limit=before + 2 * hour.coming)}
    for job_id, digest in told.submitted.items():
        job = jobs.get(job_id)
        if job is None:
            faults.append(f"{job_id} is lost")
            continue
        path = lab.files.path(job)
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            faults.append(f"the model of {job_id} is another one")
    faults += [
        f"{one} isn't approved" for one in told.approved if jobs[one].status is not Status.PENDING
    ]
    if len(jobs) != before + len(told.submitted):
        faults.append(f"there are {len(jobs) - before} jobs of {len(told.submitted)} requests")
    faults += _doubled(lab.settings.database, told)
    return faults


def _doubled(url: str, told: Told) -> list[str]:
    """Each job has one event of each kind of what was done, and one email of each kind."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            twice = connection.execute(
                select(outbox.c.job_id, outbox.c.template, func.count())
                .where(outbox.c.job_id.in_(list(told.submitted)))
                .group_by(outbox.c.job_id, outbox.c.template)
                .having(func.count() > 1)
            ).all()
            done = connection.execute(
                select(events.c.job_id, events.c.trigger, func.count())
                .where(events.c.job_id.in_(list(told.submitted)), events.c.trigger.is_not(None))
                .group_by(events.c.job_id, events.c.trigger)
                .having(func.count() > 1)
            ).all()
    finally:
        engine.dispose()
    return [f"{row[0]} has {row[2]} of {row[1]}" for row in (*twice, *done)]
