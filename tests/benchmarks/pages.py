"""Every page, staff's and students', beside a page of bare Flask in the same run.

``PAGES`` says how each is opened and how long it may take. A page that is added without a row fails
``tests/web/test_every_page_is_measured.py``, which reads the app's own list of routes.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask.testing import FlaskClient

from printflow import Printflow
from printflow_web.factory import create_app
from printflow_web.live_page import LOOK_AGAIN
from tests.benchmarks.bare_page import BARE_MS, bare_browser
from tests.benchmarks.dashboard import asked
from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.staff_browser import signed_in
from tests.benchmarks.whole_lab import STUDENT_KEY, whole_lab


@dataclass(frozen=True, slots=True)
class Opened:
    """How a page is opened, and what it may take."""

    path: str
    """Its address; names in braces are filled from :func:`whole_lab`."""
    ms: float = 15
    """At most; on a machine where the bare page takes ``BARE_MS``."""
    kb: float = 150
    """At most, before packing."""
    flat: bool = False
    """Whether it is also measured in a lab of 1,000 jobs, and may not take longer in a large one."""
    student: bool = False
    """Whether a student's browser opens it, and not staff's."""


def _student(path: str, ms: float = 15, kb: float = 150) -> Opened:
    return Opened(path, ms, kb, student=True)


def _flat(path: str, ms: float = 15, kb: float = 80) -> Opened:
    return Opened(path, ms, kb, flat=True)


_JOB: Final = "/dashboard/jobs/{uploaded}"
_MONEY: Final = "/dashboard/payments"
_LAB: Final = "/admin"

PAGES: Final = {
    # students
    "/": _student("/"),
    "/submit": _student("/submit", 6),
    "/submit/success": _student("/submit/success?job={uploaded}", 6),
    "/confirm-address/<token>": _student("/confirm-address/{address}", 6),
    "/confirm/<token>": _student("/confirm/{quote}", 6),
    "/payer/<token>": _student("/payer/{payer}", 6),
    "/jobs/<token>": _student("/jobs/{token}", 6),
    "/jobs/<token>/pay": _student("/jobs/{due_token}/pay?due=1", 6),
    "/jobs/<token>/request": _student("/jobs/{request_token}/request", 8),
    "/payment/back": _student("/payment/back", 6),
    "/find": _student("/find", 6),
    "/my-jobs": _student("/my-jobs"),
    "/contact": _student("/contact", 6),
    "/privacy": _student("/privacy", 6),
    "/accessibility": _student("/accessibility", 6),
    "/login": _student("/login", 6),
    "/login/way-in/<token>": _student("/login/way-in/{way_in}", 6),
    "/signed-out": _student("/signed-out", 6),
    # jobs
    "/dashboard": _flat("/dashboard?status=UPLOADED", 5 * BARE_MS, 45),
    "/dashboard/jobs/<job_id>": Opened("/dashboard/jobs/{ready}", 12),
    "/dashboard/jobs/<job_id>/<trigger>": Opened(f"{_JOB}/approve", 12),
    "/dashboard/jobs/<job_id>/edit": Opened(f"{_JOB}/edit", 12),
    "/dashboard/jobs/<job_id>/notes": Opened(f"{_JOB}/notes", 12),
    "/dashboard/jobs/<job_id>/ticket": Opened(f"{_JOB}/ticket", 12),
    "/dashboard/jobs/<job_id>/label": Opened(f"{_JOB}/label", 12),
    "/dashboard/bulk": Opened("/dashboard/bulk?job={uploaded}:1&trigger=approve"),
    "/dashboard/views/new": Opened("/dashboard/views/new?status=all&search=ada"),
    "/dashboard/views/<int:view_id>": Opened("/dashboard/views/{view}"),
    "/dashboard/this-pc": Opened("/dashboard/this-pc"),
    # printing
    "/dashboard/queue": _flat("/dashboard/queue"),
    "/dashboard/plates/start": Opened("/dashboard/plates/start?machine=Prusa+MK4S"),
    "/dashboard/plates/<int:plate_id>/end": Opened("/dashboard/plates/{plate}/end"),
    "/dashboard/plates/<int:plate_id>/move": Opened("/dashboard/plates/{plate}/move"),
    "/dashboard/machines/menu": Opened("/dashboard/machines/menu?machine=Prusa+XL"),
    "/dashboard/machines/out": Opened("/dashboard/machines/out?machine=Prusa+XL"),
    "/dashboard/machines/edit": Opened("/dashboard/machines/edit?machine=Prusa+XL"),
    # people, pickup and money
    "/dashboard/people": _flat("/dashboard/people?search=hopper"),
    "/dashboard/people/<job_id>": _flat("/dashboard/people/{completed}"),
    "/pick-up": _flat("/pick-up"),
    "/pick-up/<job_id>": Opened("/pick-up/{completed}?method=cash"),
    _MONEY: _flat(_MONEY),
    f"{_MONEY}/owes": _flat(f"{_MONEY}/owes"),
    f"{_MONEY}/online": _flat(f"{_MONEY}/online"),
    f"{_MONEY}/report": Opened(f"{_MONEY}/report"),
    f"{_MONEY}/papercut": Opened(_MONEY + "/papercut?job={completed}"),
    f"{_MONEY}/take": Opened(_MONEY + "/take?job={completed}"),
    f"{_MONEY}/refund": Opened(_MONEY + "/refund?job={picked_up}"),
    f"{_MONEY}/write-off": Opened(_MONEY + "/write-off?job={completed}"),
    f"{_MONEY}/<int:payment_id>": Opened(_MONEY + "/{payment}"),
    f"{_MONEY}/<int:payment_id>/void": Opened(_MONEY + "/{payment}/void"),
    # the lab
    "/reports": _flat("/reports", kb=150),
    "/reports/summary": _flat("/reports/summary"),
    "/inbox": _flat("/inbox"),
    "/inbox/<int:mail_id>": Opened("/inbox/{letter}"),
    "/outbox": _flat("/outbox"),
    "/outbox/<int:mail_id>": Opened("/outbox/{mail}"),
    "/outbox/<int:mail_id>/html": Opened("/outbox/{mail}/html"),
    "/staff": Opened("/staff"),
    f"{_LAB}/identity": Opened(f"{_LAB}/identity"),
    f"{_LAB}/system": _flat(f"{_LAB}/system"),
    f"{_LAB}/retention": _flat(f"{_LAB}/retention"),
    f"{_LAB}/changes": Opened(f"{_LAB}/changes"),
    f"{_LAB}/machines": Opened(f"{_LAB}/machines"),
    f"{_LAB}/payers": Opened(f"{_LAB}/payers"),
    f"{_LAB}/payers/edit": Opened(f"{_LAB}/payers/edit?code=A1"),
    f"{_LAB}/payers/statement": Opened(f"{_LAB}/payers/statement?code=A1"),
    f"{_LAB}/stations": Opened(f"{_LAB}/stations"),
    f"{_LAB}/catalog": Opened(f"{_LAB}/catalog"),
    f"{_LAB}/catalog/edit/<section>": Opened(f"{_LAB}/catalog/edit/prices"),
    f"{_LAB}/catalog/texts/<tag>": Opened(f"{_LAB}/catalog/texts/de"),
    f"{_LAB}/catalog/versions/<int:version>": Opened(f"{_LAB}/catalog/versions/1"),
    f"{_LAB}/hours/close": Opened(f"{_LAB}/hours/close"),
    f"{_LAB}/hours/holidays": Opened(f"{_LAB}/hours/holidays"),
}
"""For each route that answers a page, how it is opened and what it may take."""

SPOKEN: Final = (
    "/dashboard",
    "/dashboard/jobs/<job_id>",
    "/dashboard/queue",
    "/submit",
    "/jobs/<token>",
)
"""Pages that are also measured in other languages, beside themselves in English."""

LANGUAGES: Final = ("de", "zh-CN")
FEW: Final = 1000
_FLAT: Final = 1.2


@dataclass(slots=True)
class Found:
    """What was measured of a page."""

    cpu: list[float]
    clock: list[float]
    size: int = 0
    statements: int = 0

    @property
    def seconds(self) -> float:
        """The median of the processor's time; where a page waits for something, the clock's least."""
        return max(statistics.median(self.cpu), min(self.clock))


def measure(size: Size, folder: Path) -> list[Figure]:
    """How long each page takes beside the bare one, and what it weighs."""
    large, small = f"{size.jobs:,} jobs", f"{FEW:,} jobs"
    with ExitStack() as stack:
        todo = {("bare", ""): (bare_browser(), "/")}
        for name, count in ((small, FEW), (large, size.jobs)):
            browsers = stack.enter_context(browsers_of(folder, count))
            for rule, page in PAGES.items():
                if page.flat or name == large:
                    todo[rule, name] = browsers(page, "")
                if rule in SPOKEN and name == large:
                    # Right behind the English one: what else the machine does changes within a turn.
                    for tag in LANGUAGES:
                        todo[rule, tag] = browsers(page, tag)
        for browser, path in todo.values():
            _settle(browser, path)
        found = {key: Found([], []) for key in todo}
        for turn in range(3 * size.rounds + 2):
            for key, (browser, path) in todo.items():
                _open(browser, path, found[key], warm=turn > 1)
    return [*_figures(found, large, small)]


def _figures(found: dict[tuple[str, str], Found], large: str, small: str) -> Iterator[Figure]:
    bare = found["bare", ""]
    yield Figure(
        "page of bare Flask, its size", bare.size / 1000, 9, "kB", f"{bare.seconds * 1000:.2f} ms"
    )
    for rule, page in PAGES.items():
        one = found[rule, large]
        said = f"{one.seconds * 1000:.1f} ms, {one.size / 1000:.0f} kB, {one.statements} statements"
        limit = round(page.ms / BARE_MS, 1)
        yield Figure(f"{rule} / a bare Flask page", one.seconds / bare.seconds, limit, "x", said)
        yield Figure(f"{rule}, size", one.size / 1000, page.kb, "kB")
        if page.flat:
            ratio = one.seconds / found[rule, small].seconds
            yield Figure(f"{rule}, {large} / {small}", ratio, _FLAT, "x")
    for rule in SPOKEN:
        for tag in LANGUAGES:
            pairs = zip(found[rule, tag].cpu, found[rule, large].cpu, strict=True)
            ratio = statistics.median(other / english for other, english in pairs)
            yield Figure(f"{rule}, in {tag} / in English", ratio, _FLAT, "x")


Browsers = Callable[[Opened, str], tuple[FlaskClient, str]]
"""Gives, for a page and a language, the browser that opens it and its address; "" is English."""


@contextmanager
def browsers_of(folder: Path, count: int) -> Iterator[Browsers]:
    """The browsers of a lab with so many jobs: one of staff, and one of a student."""
    with whole_lab(folder, count) as (lab, values):
        staff, student = signed_in(create_app(lab), lab), _signed_in_student(lab, values)
        speaking: dict[tuple[bool, str], FlaskClient] = {(False, ""): staff, (True, ""): student}

        def browser_of(page: Opened, tag: str) -> tuple[FlaskClient, str]:
            key = (page.student, tag)
            if key not in speaking:
                speaking[key] = _speaking(speaking[page.student, ""], tag)
            return speaking[key], page.path.format(**values)

        yield browser_of


def _speaking(browser: FlaskClient, tag: str) -> FlaskClient:
    """Another browser of the same person, who reads pages in another language."""
    with browser.session_transaction() as known:
        session = dict(known)
    other = browser.application.test_client()
    with other.session_transaction() as own:
        own.update(session)
    other.set_cookie("printflow_language", tag)
    if other.get("/contact").headers.get("Content-Language") != tag:
        raise RuntimeError(f"the lab doesn't speak {tag}")
    return other


def _signed_in_student(lab: Printflow, values: dict[str, str]) -> FlaskClient:
    browser = create_app(lab).test_client()
    with browser.session_transaction() as session:
        session["student"], session["jobs"] = STUDENT_KEY, [values["uploaded"]]
    return browser


def _settle(browser: FlaskClient, path: str) -> None:
    """Wait for a page that says that it's still being counted: it would be measured empty."""
    while browser.get(path, headers={"X-Requested-With": "live"}).headers.get(LOOK_AGAIN):
        time.sleep(0.2)


def _open(browser: FlaskClient, path: str, found: Found, *, warm: bool) -> None:
    with asked() as number:
        cpu, clock = time.thread_time(), time.perf_counter()
        answer = browser.get(path)
        cpu, clock = time.thread_time() - cpu, time.perf_counter() - clock
    if answer.status_code != 200 or answer.mimetype != "text/html":
        raise RuntimeError(f"{path}: {answer.status_code} {answer.mimetype}")
    found.size, found.statements = len(answer.data), number[0]
    if warm:
        found.cpu.append(cpu)
        found.clock.append(clock)
