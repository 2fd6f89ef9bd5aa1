"""One line of the log for each request, with an id that people can quote."""

from __future__ import annotations

import logging
import re
import secrets
import time
from http import HTTPStatus
from urllib.parse import quote

from flask import Flask, Response, g, request

from printflow import acts_from, address_for_logs, log_request

from .request import lab_of

_log = logging.getLogger(__name__)
_SHOWN = 200
_LINK = re.compile(r"^(/*(?:jobs|confirm|payer|uploads)/+)[^/]+", re.IGNORECASE)
_TOKEN = re.compile(r"[a-z2-7]{20,}", re.IGNORECASE)
"""A token, or most of one: no other part of an address is that long without a hyphen or a dot."""
_QUIET = frozenset({"static", "health.live", "health.ready"})


def request_id() -> str:
    """The id of the request at hand."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(4)
    return str(g.request_id)


def logged_path() -> str:
    """The request's path as a log may hold it: on one line, and without the secret of a link."""
    return quote(without_secrets(request.path)[:_SHOWN], safe="/:.-_~")


def without_secrets(path: str) -> str:
    """The path without what opens a student's pages: wherever a link's secret part stands, in an
    address that leads somewhere or in one that does not.
    """
    return _TOKEN.sub("...", _LINK.sub(r"\1...", path))


class _Masked(logging.Filter):
    """Flask and waitress name a request's path when something fails in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _TOKEN.sub("...", record.getMessage()), ()
        return True


_MASKED = _Masked()


def init_access(app: Flask) -> None:
    """Log every answer but those to monitoring and of static files that were fine.

    A line is: id, client, method, path, status, time. Programs such as fail2ban read it, so its
    order is a promise (docs/administrators.md).
    """
    for logger in (app.logger, logging.getLogger("waitress")):
        logger.addFilter(_MASKED)

    how = lab_of(app).settings.server.log_addresses

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        log_request(request_id())
        g.client = address_for_logs(request.remote_addr or "", how)
        acts_from(g.client)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-ID"] = request_id()
        # An open page that asks whether anything is new, and is told no, is no news either.
        quiet = request.endpoint in _QUIET or response.status_code == HTTPStatus.NOT_MODIFIED
        quiet = quiet or g.get("unlogged", False)
        if quiet and response.status_code < 400:
            return response
        took = (time.perf_counter() - g.began) * 1000 if "began" in g else 0.0
        _log.info(
            "%s %s %s %s %s %.0f ms",
            request_id(),
            g.get("client") or "-",
            request.method,
            logged_path(),
            response.status_code,
            took,
        )
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        log_request("")
        acts_from("")
