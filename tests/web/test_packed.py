"""Static files: packed for browsers that unpack, plain for the others, the same content."""

from __future__ import annotations

import gzip
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def got(browser: FlaskClient, path: str, **headers: str) -> TestResponse:
    """The answer, read to its end and closed."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = browser.get(path, headers=named)
    answer.get_data()
    answer.close()
    return answer


@pytest.mark.parametrize("name", ["app.css", "app.js", "preview_worker.js", "favicon.svg"])
def test_packed_or_plain_it_is_the_same(student: FlaskClient, name: str) -> None:
    plain = got(student, f"/static/{name}")
    packed = got(student, f"/static/{name}", Accept_Encoding="br, gzip")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.mimetype == plain.mimetype
    assert "Accept-Encoding" in packed.headers["Vary"]
    for answer in (plain, packed):
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    tag = packed.headers["ETag"]
    again = got(student, f"/static/{name}", Accept_Encoding="gzip", If_None_Match=tag)
    assert again.status_code == 304


def test_who_refuses_gzip_and_what_is_not_there(student: FlaskClient) -> None:
    refuses = got(student, "/static/app.css", Accept_Encoding="gzip;q=0")
    assert "Content-Encoding" not in refuses.headers
    for name in ("none.js", "../factory.py", "%2e%2e/factory.py"):
        answer = got(student, f"/static/{name}", Accept_Encoding="gzip")
        assert answer.status_code == 404


def test_pages_are_not_packed_and_the_form_needs_few_files(student: FlaskClient) -> None:
    page = student.get("/submit", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in page.headers
    loaded = re.findall(r'<(?:script|link)[^>]+(?:src|href)="/static/([\w.]+)', page.text)
    few = ["app.css", "app.js", "favicon.svg", "tus.js"]
    assert sorted(loaded) == few, "3D comes when a file is chosen"
