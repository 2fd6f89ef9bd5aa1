"""What is printed on paper for a job: a ticket for its folder, and a label for its bag."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, url_for

from printflow import Job

from .request import lab_of
from .square_code import SquareCode, square_code

pages = Blueprint("papers", __name__, url_prefix="/dashboard/jobs")


@pages.get("/<job_id>/ticket")
def ticket(job_id: str) -> str:
    """One page with what someone at a printer needs to know."""
    job = lab_of(current_app).jobs.get(job_id)
    return render_template("ticket.html", job=job, code=_code(job))


@pages.get("/<job_id>/label")
def label(job_id: str) -> str:
    """A label of 100 × 62 mm for the bag."""
    (found,) = lab_of(current_app).payments.balances([job_id])
    due, job = found.balance.due_cents, found.job
    return render_template("label.html", job=job, due_cents=due, code=_code(job))


def _code(job: Job) -> SquareCode:
    """The square code that leads to the job's page at the counter."""
    base = lab_of(current_app).settings.effective_base_url
    return square_code(base + url_for("counter.job", job_id=job.id))
