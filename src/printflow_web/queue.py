"""The print room: what each machine prints, what comes next and what waits; and its order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import InvalidInput, TransitionRefused

from .acting import acting
from .jobs import undoable
from .live_frame import LiveFrame, filled
from .live_page import asked_live, live_answer, tag_of
from .live_parts import Part, news
from .machine_texts import machines_of
from .queue_row_texts import queue_frame, queue_rows
from .request import lab_of
from .spoken import spoken_error

pages = Blueprint("queue", __name__, url_prefix="/dashboard/queue")

ROWS = 8
"""So many of the jobs that wait for a model are shown; arrows name two more."""
ROWS_ALONE = 60
"""The same where one model is shown alone."""


@pages.get("")
def show() -> AnyResponse:
    """The print room, and what else would fit a printer. A page that is asked for by its own script
    is answered 304 while nothing has changed, and then with the parts that it doesn't hold.
    """
    if asked_live():
        parts = _parts(_shown())
        return live_answer("\n".join(news(parts)), _etag(parts))
    lab, asked = lab_of(current_app), request.args
    chosen = {name: asked.get(name, "") for name in ("fits", "material", "color")}
    found = None
    if chosen["fits"]:
        try:
            found = lab.queue.printable_on(
                chosen["fits"],
                material=chosen["material"],
                color=chosen["color"],
                after=asked.get("after", ""),
            )
        except InvalidInput as error:
            flash(spoken_error(error), "error")
    fitting = found.jobs if found else ()
    shown = _shown()
    parts = _parts(shown)
    page = render_template(
        "queue.html",
        room=filled(parts),
        chosen=chosen,
        found=found,
        alone=shown["alone"],
        requests={**shown["requests"], **lab.worklist.in_requests(fitting)},
        notes=lab.worklist.notes(fitting),
        whole=found is not None and not found.next and not asked.get("after"),
        etag=_etag(parts),
        poll_seconds=current_app.config["POLL_SECONDS"],
    )
    return make_response(page)


def _shown() -> dict[str, Any]:
    """What the part shows that changes; the same for everyone."""
    lab = lab_of(current_app)
    asked = request.args.get("printer", "")
    most = ROWS_ALONE if asked else ROWS
    room = lab.queue.room(rows=most + 2, of=asked)
    alone = room[0].model if asked and len(room) == 1 else ""
    jobs = [one.job for model in room for one in model.waiting]
    jobs += [job for model in room for job in model.loose]
    jobs += [job for model in room for column in model.machines for job in column.jobs]
    requests, notes = lab.worklist.in_requests(jobs), lab.worklist.notes(jobs)
    frame, most = queue_frame(), most if alone else ROWS
    return {
        "models": room,
        "machines": {
            model.model: machines_of(number, model, frame, requests, notes)
            for number, model in enumerate(room, 1)
        },
        "rows": {model.model: queue_rows(model, most, frame, requests, notes) for model in room},
        "most": most,
        "alone": alone,
        "requests": requests,
        "notes": notes,
    }


def _parts(shown: Mapping[str, Any]) -> tuple[Part, ...]:
    """The print room as parts: first what holds the others, then each of them."""
    frame = LiveFrame()
    return frame.around(render_template("_print_room.html", parts=frame, **shown))


def _etag(parts: Iterable[Part]) -> str:
    return tag_of(" ".join(part.tag for part in parts))


@pages.post("/move")
def move() -> AnyResponse:
    """Put a job before another one, or last; ``move`` names both, with a space between. Scripts get
    the answer without a page.
    """
    job_id, _space, before = request.form.get("move", "").partition(" ")
    quiet = request.headers.get("X-Requested-With") == "XMLHttpRequest"
    try:
        moved = lab_of(current_app).queue.move(job_id, **acting(), before=before)
    except TransitionRefused as error:
        if quiet:
            answer = jsonify(problem=spoken_error(error))
            answer.status_code = 409
            return answer
        flash(spoken_error(error), "error")
    else:
        # A script takes the notice, with its Undo, from the page as it is next.
        if moved:
            flash(_("Job %(id)s moved.", id=job_id), undoable(job_id))
        if quiet:
            return jsonify(moved=job_id)
    alone = request.form.get("printer") or None
    return redirect(url_for("queue.show", printer=alone, _anchor=f"queued-{job_id}"), 303)
