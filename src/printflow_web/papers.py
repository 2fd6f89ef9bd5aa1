"""What is printed on paper for a job: a ticket for its folder, and a label for its bag."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, url_for

from .request import lab_of
from .square_code import square_code

pages = Blueprint("papers", __name__, url_prefix="/dashboard/jobs")


@pages.get("/<job_id>/ticket")
def ticket(job_id: str) -> str:
    """One page with what someone at a printer needs to know."""
    return _paper("ticket.html", job_id)


@pages.get("/<job_id>/label")
def label(job_id: str) -> str:
    """A label of 100 × 62 mm for the bag."""
    return _paper("label.html", job_id)


def _paper(template: str, job_id: str) -> str:
    lab = lab_of(current_app)
    details = lab.jobs.details(job_id)
    job = details.job
    address = lab.settings.effective_base_url + url_for("counter.job", job_id=job.id)
    code = square_code(address)
    return render_template(template, job=job, details=details, code=code)
