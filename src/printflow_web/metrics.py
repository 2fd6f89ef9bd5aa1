"""Figures for Prometheus, if the extra ``printflow-web[metrics]`` is installed.

Only this machine, or who knows ``server.metrics_token``, sees them; everyone else gets the page
of an address that does not exist.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import time
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, g, request

from printflow import Printflow

from .request import lab_of

pages = Blueprint("metrics", __name__)
_COUNTED_TOGETHER = "PROMETHEUS_MULTIPROC_DIR"
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


def init_metrics(app: Flask) -> None:
    """Count requests, where the library for it is installed."""
    if find_spec("prometheus_client") is None:
        return
    from prometheus_client import CollectorRegistry, Histogram

    registry = CollectorRegistry()
    seconds = Histogram(
        "printflow_request_seconds",
        "Time to answer, by endpoint, method and status.",
        ("endpoint", "method", "status"),
        registry=registry,
        buckets=_BUCKETS,
    )
    registry.register(_Lab(lab_of(app)))
    app.extensions["printflow_metrics"] = registry

    @app.after_request
    def observe(response: Response) -> Response:
        took = time.perf_counter() - g.began if "began" in g else 0.0
        method = request.method if request.method in ("GET", "HEAD", "POST") else "other"
        seconds.labels(request.endpoint or "none", method, response.status_code).observe(took)
        return response


@pages.get("/metrics")
def show() -> Response:
    """All figures in Prometheus' text format."""
    registry = current_app.extensions.get("printflow_metrics")
    if registry is None or not _may_see(lab_of(current_app)):
        abort(404)
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    if _COUNTED_TOGETHER in os.environ:
        # Several processes answer pages: whichever is asked says what all have counted.
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        registry.register(_Lab(lab_of(current_app)))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_see(lab: Printflow) -> bool:
    token = lab.settings.server.metrics_token
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if token is not None:
        wanted = token.get_secret_value().encode()
        return kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), wanted)
    # A proxy on this machine comes from loopback, too, but asks for the lab's public name.
    return _is_loopback(request.remote_addr or "") and _is_loopback(
        request.host.rpartition(":")[0].strip("[]") or request.host
    )


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


class _Lab:
    """What the lab itself counts, read when it is asked for."""

    def __init__(self, lab: Printflow) -> None:
        self._lab = lab

    def collect(self) -> Any:
        """Jobs by status, work that waits, and whether all is well."""
        from prometheus_client.core import GaugeMetricFamily

        health = self._lab.system.health()
        yield GaugeMetricFamily("printflow_ok", "1 if jobs can be accepted.", value=health["ok"])
        free = health["disk"]["free_mb"]
        if free is not None:
            yield GaugeMetricFamily(
                "printflow_disk_free_bytes", "Free disk space in the store.", value=free << 20
            )
        if health["database"] != "ok":
            return  # the rest is in there
        jobs = GaugeMetricFamily("printflow_jobs", "Jobs by status.", labels=["status"])
        for status, count in self._lab.jobs.counts().items():
            jobs.add_metric([status.value], count)
        yield jobs
        for name, (said, value) in self._lab.worker.waiting().items():
            yield GaugeMetricFamily(f"printflow_{name}", said, value=value)
        trouble = self._lab.mail.trouble()
        yield GaugeMetricFamily(
            "printflow_mail_ok", "1 if email is being sent.", value=trouble is None
        )
        late = trouble.age(datetime.now(UTC)).total_seconds() if trouble else 0
        yield GaugeMetricFamily(
            "printflow_mail_late_seconds",
            "How late the oldest unsent email is.",
            value=late,
        )
        if self._lab.inbox.on:
            yield GaugeMetricFamily(
                "printflow_inbox_ok",
                "1 if replies by email are being read.",
                value=self._lab.inbox.trouble() is None,
            )
