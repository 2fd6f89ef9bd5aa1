"""Every page has a row in the benchmark of pages: one that is added later can't grow unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Flask

from printflow import Printflow
from tests.benchmarks.pages import PAGES
from tests.web.conftest import PASSWORD, send
from tests.web.test_every_route import address  # noqa: F401 - a fixture

NO_PAGES: Final = {
    "/.well-known/security.txt": "plain text",
    "/admin": "leads to the first page of the lab",
    "/admin/catalog/versions/<int:version>/<ending>": "a file",
    "/admin/payers/payers.csv": "a file",
    "/admin/payers/statement.<ending>": "a file",
    "/dashboard/bulk/prices": "prices, for the script",
    "/dashboard/find": "what the palette's script asks for",
    "/dashboard/jobs/<job_id>/files/<int:file_id>": "a file",
    "/dashboard/jobs/<job_id>/menu": "what a row's menu holds, for the script",
    "/dashboard/jobs/<job_id>/outline": "what the viewer's script asks for",
    "/dashboard/jobs/<job_id>/picture": "a picture",
    "/dashboard/jobs/<job_id>/price": "a price, for the script",
    "/dashboard/list.<ending>": "a file",
    "/dashboard/payments/day-<day>.<ending>": "a file",
    "/dashboard/this-pc/opener/<name>": "a file",
    "/dashboard/this-pc/printflow-opener.toml": "a file",
    "/health/live": "for monitoring",
    "/health/ready": "for monitoring",
    "/inbox/<int:mail_id>/original": "a file",
    "/inbox/<int:mail_id>/pictures/<int:picture_id>": "a picture",
    "/jobs/<token>/code": "a picture",
    "/jobs/<token>/picture": "a picture",
    "/login/callback": "leads on, or says why it doesn't",
    "/login/check": "leads to the provider",
    "/login/confirm": "leads to the provider",
    "/login/provider": "leads to the provider",
    "/login/proxy": "leads on",
    "/metrics": "for monitoring",
    "/reports/<name>.<ending>": "a file",
    "/reports/all.xlsx": "a file",
    "/sign-in": "leads to the provider",
    "/static/<path:filename>": "files",
    "/submit/payer": "an answer for the script",
    "/submit/price": "a price, for the script",
    "/uploads/<token>": "an answer for the script",
}
"""What else answers a GET, and why it's no page."""


def asked_for(app: Flask) -> set[str]:
    """Every route that answers a GET, from the app's own list."""
    return {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}


def test_every_page_has_a_row_and_no_row_is_left_over(app: Flask) -> None:
    assert asked_for(app) - set(NO_PAGES) == set(PAGES)


def test_what_has_no_row_is_no_page(
    app: Flask,
    lab: Printflow,
    address: Callable[[str], str],  # noqa: F811
) -> None:
    browser = app.test_client()
    send(browser, "/login", name="Ana", password=PASSWORD)
    for rule in NO_PAGES:
        with browser.get(address(rule)) as answer:
            page = answer.status_code == 200 and answer.mimetype == "text/html"
        assert not page, f"{rule} is a page: give it a row in tests/benchmarks/pages.py"
