"""A page of bare Flask: what every page of ours is measured beside, in the same run."""

from __future__ import annotations

from typing import Final

from flask import Flask, render_template
from flask.testing import FlaskClient
from jinja2 import DictLoader

from printflow import Status

BARE_MS: Final = 1.7
"""What the page takes on an idle machine: goals in milliseconds are told for that one."""
_ROWS: Final = 36
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Jobs</title></head>
<body><nav>{% for status, count in counts.items() %}
<a href="{{ url_for('jobs', status=status) }}">{{ status }} {{ count }}</a>
{% endfor %}</nav>
<table>{% for job in rows %}
<tr><td>{{ job.id }}</td><td>{{ job.name }}</td><td>{{ job.file }}</td>
<td>{{ job.status }}</td><td>{{ job.since }}</td>
<td><a href="{{ url_for('job', job_id=job.id) }}">Open</a>
<a href="{{ url_for('act', job_id=job.id, trigger='approve') }}">Approve</a></td></tr>
{% endfor %}</table></body></html>"""


def bare_browser() -> FlaskClient:
    """A browser of an app whose page ``/`` has 36 rows with two links each, and the statuses."""
    app = Flask("bare")
    app.jinja_loader = DictLoader({"jobs.html": _PAGE})
    counts = {status.value: number for number, status in enumerate(Status)}
    rows = [
        {
            "id": f"K7M2{number:04}",
            "name": f"Grace Hopper {number}",
            "file": f"bracket for the arm {number}.stl",
            "status": Status.UPLOADED.value,
            "since": "2026-03-02 10:15",
        }
        for number in range(_ROWS)
    ]
    app.add_url_rule("/", "jobs", lambda: render_template("jobs.html", rows=rows, counts=counts))
    app.add_url_rule("/jobs/<job_id>", "job", lambda job_id: job_id)
    app.add_url_rule("/jobs/<job_id>/<trigger>", "act", lambda job_id, trigger: job_id + trigger)
    return app.test_client()
