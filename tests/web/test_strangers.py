"""What strangers see while something is broken: that it is, in words, and nothing of where it lies."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from printflow import Printflow, Settings
from printflow.service.quotes import Quotes
from tests.web.conftest import Upload
from tests.web.test_every_route import LET_IN, address

__all__ = ["address"]
_LEAKS = re.compile(r"sqlite|postgres|/tmp/|\.printflow/|store\.json|Traceback|\bErrno\b", re.I)


def away(settings: Settings) -> None:
    """The share is not mounted."""
    settings.store.rename(settings.store.with_name("unmounted"))
    settings.store.mkdir()


def of_another_lab(settings: Settings) -> None:
    """Another lab's share is mounted there."""
    identity = settings.state_dir / "store.json"
    identity.write_text(json.dumps({"identity": "another-lab"}))


def damaged(settings: Settings) -> None:
    """The store's identity file is no JSON any more."""
    (settings.state_dir / "store.json").write_text("{")


def full(settings: Settings) -> None:
    """The disk's reserve is reached."""
    settings.__dict__["disk_reserve_mb"] = 1 << 40  # the settings themselves are frozen


FAULTS = (away, of_another_lab, damaged, full)


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_no_route_tells_strangers_where_anything_lies(
    lab: Printflow,
    student: FlaskClient,
    upload: Upload,
    address: Callable[[str], str],
    fault: Callable[[Settings], None],
) -> None:
    paths = {rule: address(rule) for rule in LET_IN}
    fault(lab.settings)
    if fault is not full:
        until(lambda: bool(lab.system.store_problem()))
        assert str(lab.settings.store) in lab.system.store_problem(), (
            "staff are told which store it is"
        )
    answers = [
        (method, rule, student.open(path, method=method, headers={"Accept": kind}))
        for rule, path in paths.items()
        for method in ("GET", "POST")
        for kind in ("text/html", "application/json")
    ]
    sent = upload()
    assert sent.status_code == (507 if fault is full else 503)
    answers.append(("POST", "/submit with a model", sent))
    for method, rule, answer in answers:
        told = f"{answer.headers}\n{answer.get_data(as_text=True)}"
        found = _LEAKS.search(told)
        assert found is None, (method, rule, told[found.start() - 80 : found.end() + 80])
        answer.close()


def until(true: Callable[[], bool]) -> None:
    """Wait for what a look in the background finds."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_fault_of_the_program_itself_shows_a_number_only(
    lab: Printflow, student: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = f"sqlite:///{lab.settings.store}"

    def broken(*_args: object) -> None:
        raise RuntimeError(where)

    monkeypatch.setattr(Quotes, "page", broken)
    for kind in ("text/html", "application/json"):
        answer = student.get("/confirm/x", headers={"Accept": kind})
        assert answer.status_code == 500
        assert not _LEAKS.search(answer.text)


def test_search_engines_keep_only_the_public_pages(student: FlaskClient) -> None:
    for path in ("/jobs/x", "/confirm/x", "/find", "/login", "/dashboard", "/nothing", "/metrics"):
        assert student.get(path).headers["X-Robots-Tag"] == "noindex", path
    for path in ("/", "/submit"):
        assert "X-Robots-Tag" not in student.get(path).headers, path


def test_strangers_get_no_listing_no_figures_and_no_names_of_programs(student: FlaskClient) -> None:
    for path in ("/static/", "/static", "/static/../", "/.printflow/", "/storage/", "/metrics"):
        answer = student.get(path, headers={"Host": "prints.example.edu"})
        assert answer.status_code in (400, 404), path
    for path in ("/", "/nothing", "/health/ready"):
        headers = student.get(path).headers
        assert "X-Powered-By" not in headers
        assert not re.search(r"werkzeug|python|flask", headers.get("Server", ""), re.I)
