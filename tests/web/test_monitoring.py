"""Figures for Prometheus, ids of requests in the log, and what is believed of a proxy."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable

import pytest
from flask import Flask

from printflow import Job, Printflow, Settings, SettingsError
from printflow.runtime.log_records import formatter
from printflow_web.factory import create_app
from printflow_web.server import _proxy_options

LOCAL = {"REMOTE_ADDR": "127.0.0.1"}


def test_figures(app: Flask, submit: Callable[..., Job]) -> None:
    submit()
    browser = app.test_client()
    browser.get("/submit")
    answer = browser.get("/metrics", base_url="http://127.0.0.1:8080", environ_base=LOCAL)
    assert answer.status_code == 200
    lines = answer.text.splitlines()
    assert 'printflow_jobs{status="UPLOADED"} 1.0' in lines
    assert "printflow_ok 1.0" in lines
    assert "printflow_jobs_unreviewed 1.0" in lines
    assert any(
        line.startswith('printflow_request_seconds_count{endpoint="student.submit",method="GET"')
        for line in lines
    )


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("http://127.0.0.1:8080", "192.0.2.7"),  # another machine
        ("http://prints.example.edu", "127.0.0.1"),  # a proxy on this machine
    ],
)
def test_figures_are_not_for_others(settings: Settings, base: str, address: str) -> None:
    opened = settings.model_copy(update={"trusted_hosts": ("prints.example.edu",)})
    with Printflow.open(opened) as lab:
        browser = create_app(lab).test_client()
        answer = browser.get("/metrics", base_url=base, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == 404


def test_figures_with_a_token(settings: Settings) -> None:
    server = {"metrics_token": "0123456789abcdef"}
    given = settings.model_dump(include={"store", "base_url"})
    with Printflow.open(Settings(**given, server=server)) as lab:
        browser = create_app(lab).test_client()

        def ask(header: str) -> int:
            return browser.get(
                "/metrics",
                headers={"Authorization": header},
                environ_base={"REMOTE_ADDR": "192.0.2.7"},
            ).status_code

        assert ask("Bearer 0123456789abcdef") == 200
        assert ask("Bearer 0123456789abcdeX") == 404
        assert ask("Basic 0123456789abcdef") == 404
        assert browser.get("/metrics", environ_base=LOCAL).status_code == 404


@pytest.mark.parametrize("kind", ["text", "json"])
def test_all_that_a_request_logs_carries_its_id(app: Flask, kind: str) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter(kind))
    log = logging.getLogger("printflow_web")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        answer = app.test_client().get("/submit")
    finally:
        log.removeHandler(handler)
        log.setLevel(logging.NOTSET)
    request_id = answer.headers["X-Request-ID"]
    (line,) = written.getvalue().splitlines()
    if kind == "json":
        assert json.loads(line)["request"] == request_id
        assert json.loads(line)["logger"] == "printflow_web.access"
    else:
        assert f" {request_id}]" in line


def test_json_holds_what_went_wrong() -> None:
    try:
        raise ValueError("a\nb")
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "bad %s", ("thing",), info)
    line = formatter("json").format(record)
    assert "\n" not in line
    found = json.loads(line)
    assert (found["message"], found["level"]) == ("bad thing", "ERROR")
    assert "ValueError: a" in found["error"]
    assert "request" not in found


def test_only_a_configured_proxy_is_believed() -> None:
    assert _proxy_options("") == {}
    assert _proxy_options("10.0.0.1")["trusted_proxy"] == "10.0.0.1"
    with pytest.raises(SettingsError, match=r"server\.trusted_proxy"):
        Settings(server={"trusted_proxy": "nginx"})
    with pytest.raises(SettingsError, match=r"server\.metrics_token"):
        Settings(server={"metrics_token": "short"})
