"""People at their browsers while the server dies and comes back: bare HTTP, in threads."""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from printflow import Trigger
from tests import sample_models
from tests.web.conftest import FORM

PASSWORD = "a password for the staff"
_BOUNDARY = "----------------people"
_CLICKS: dict[Trigger, dict[str, str]] = {
    Trigger.APPROVE: {"weight": "42.5", "hours": "3", "material": "PLA"},
    Trigger.CONFIRM: {"note": "at the desk"},
    Trigger.START_PRINTING: {},
    Trigger.FAIL: {"reason": "came off the bed"},
    Trigger.COMPLETE: {},
    Trigger.PICK_UP: {"waive": "a gift"},
    Trigger.REJECT: {"text": "Too thin"},
}
_PASSING = frozenset({409, 422, 502, 503, 504})
"""Someone was faster; the model is not in its place yet; the lab is busy; nginx says that the
server which it asked has died.
"""


@dataclass
class Notes:
    """What everybody was told, and what nobody should have been."""

    acknowledged: list[tuple[str, str]] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


class Browser:
    """Keeps its cookies. Raises OSError or HTTPException while the server is dead."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, body: bytes | None = None, kind: str = ""
    ) -> tuple[int, str, str]:
        """Status, page and where it leads to."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            kept = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            headers = {"Cookie": kept, **({"Content-Type": kind} if kind else {})}
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, page, answer.headers.get("Location", "")

    def post(self, path: str, **fields: str) -> tuple[int, str, str]:
        """A plain form."""
        return self.ask(
            "POST", path, urlencode(fields).encode(), "application/x-www-form-urlencoded"
        )

    def submit(self, **fields: str) -> tuple[int, str, str]:
        """The students' form, with a model."""
        parts = "".join(
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        parts += f"--{_BOUNDARY}\r\nContent-Disposition: form-data; "
        parts += 'name="file"; filename="a.stl"\r\n\r\n'
        body = parts.encode() + sample_models.stl() + f"\r\n--{_BOUNDARY}--\r\n".encode()
        return self.ask("POST", "/submit", body, f"multipart/form-data; boundary={_BOUNDARY}")


def field_of(page: str, name: str) -> str:
    """What stands in a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if found is None:
        raise AssertionError(f"the page has no {name}")
    return found[1]


def _keep_trying(notes: Notes, act: Callable[[], bool]) -> None:
    """Until it says True, or all is over: what fails because the server is dead is repeated."""
    while not notes.over.is_set():
        try:
            if act():
                return
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)


def student(port: int, notes: Notes, name: str) -> None:
    """Sends one model after the other; each until it is answered."""
    browser, number = Browser(port), 0

    def send() -> bool:
        _, page, _ = browser.ask("GET", "/submit")
        key = f"{name}-{number}"
        form = {**FORM, "csrf_token": field_of(page, "csrf_token"), "idempotency_key": key}
        status, page, where = browser.submit(**form)
        if status == 303:
            job_id = where.partition("job=")[2]
            notes.jobs.append(job_id)
            notes.acknowledged.append((job_id, Trigger.SUBMIT.value))
        elif status not in _PASSING:
            notes.wrong.append(f"submit answered {status}: {page[:500]}")
        return status == 303

    while not notes.over.is_set():
        number += 1
        _keep_trying(notes, send)
        time.sleep(0.1)


def staff(port: int, notes: Notes, name: str) -> None:
    """Clicks whatever a job offers, on one job after the other."""
    browser, chance = Browser(port), random.Random(name)

    def sign_in() -> bool:
        _, page, _ = browser.ask("GET", "/login")
        token = field_of(page, "csrf_token")
        status, _, _ = browser.post("/login", csrf_token=token, name=name, password=PASSWORD)
        return status == 303

    def click() -> bool:
        job_id, trigger = chance.choice(notes.jobs), chance.choice(list(_CLICKS))
        path = f"/dashboard/jobs/{job_id}/{trigger.value}"
        status, page, _ = browser.ask("GET", path)
        if status == 200:
            hidden = {name: field_of(page, name) for name in ("csrf_token", "version")}
            status, page, where = browser.post(path, **hidden, **_CLICKS[trigger])
            if status == 303 and "/login" not in where:
                notes.acknowledged.append((job_id, trigger.value))
                return True
        if status >= 500:
            time.sleep(0.1)
        if status not in _PASSING:
            notes.wrong.append(f"{path} answered {status}: {page[:500]}")
        return True

    _keep_trying(notes, sign_in)
    while not notes.over.is_set():
        if notes.jobs:
            _keep_trying(notes, click)
        else:
            time.sleep(0.05)
