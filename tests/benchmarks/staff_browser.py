"""A browser of Flask's test client that staff have signed in with."""

from __future__ import annotations

import re
from http import HTTPStatus

from flask import Flask
from flask.testing import FlaskClient

from printflow import Printflow

PASSWORD = "correct horse battery"


def signed_in(app: Flask, lab: Printflow, name: str = "Ana") -> FlaskClient:
    """The browser; the lab's password is set to a known one."""
    lab.stations.set_password(PASSWORD)
    browser = app.test_client()
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/login").text)
    if found is None:
        raise RuntimeError("the sign-in page has no form")
    form = {"csrf_token": found[1], "name": name, "password": PASSWORD}
    answer = browser.post("/login", data=form)
    if answer.status_code != HTTPStatus.SEE_OTHER:
        raise RuntimeError(f"signing in gave {answer.status_code}")
    return browser
