"""The printers' queues, and moving a job in one."""

from __future__ import annotations

from flask import (
    Blueprint,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import InvalidInput, TransitionRefused

from .acting import staff_name
from .auth import require_staff
from .request import lab_of
from .spoken import spoken_error

pages = Blueprint("queue", __name__, url_prefix="/dashboard/queue")
pages.before_request(require_staff)


@pages.get("")
def show() -> str:
    """What is ready and printing, by printer; and what else would fit one."""
    lab, asked = lab_of(current_app), request.args
    chosen = {name: asked.get(name, "") for name in ("fits", "material", "color")}
    found = None
    if chosen["fits"]:
        try:
            found = lab.queue.printable_on(
                chosen["fits"], material=chosen["material"], color=chosen["color"]
            )
        except InvalidInput as error:
            flash(spoken_error(error), "error")
    queues = lab.queue.by_printer()
    shown = [one.job for queue in queues for one in (*queue.running, *queue.ready)]
    return render_template(
        "queue.html",
        queues=queues,
        chosen=chosen,
        found=found,
        requests=lab.worklist.in_requests([*shown, *(found or ())]),
    )


@pages.post("/<job_id>/move")
def move(job_id: str) -> AnyResponse:
    """Put a job before another one; scripts get the answer without a page."""
    quiet = request.headers.get("X-Requested-With") == "XMLHttpRequest"
    try:
        lab_of(current_app).queue.move(
            job_id, by=staff_name(), before=request.form.get("before", "")
        )
    except TransitionRefused as error:
        if quiet:
            answer = jsonify(problem=spoken_error(error))
            answer.status_code = 409
            return answer
        flash(spoken_error(error), "error")
    else:
        if quiet:
            return jsonify(moved=job_id)
        flash(_("Job %(id)s moved.", id=job_id), "success")
    return redirect(url_for("queue.show", _anchor=f"queued-{job_id}"), 303)
