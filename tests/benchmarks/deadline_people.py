"""Who comes in the hour before a deadline, and what they were answered."""

from __future__ import annotations

import asyncio
import hashlib
import math
import random
import re
import struct
from collections import defaultdict
from collections.abc import Awaitable
from dataclasses import dataclass, field

from printflow import Printflow
from tests.benchmarks.front import Front
from tests.benchmarks.staff_browser import PASSWORD
from tests.benchmarks.web_browser import Answer, Tab, slow_line
from tests.web.conftest import FORM

HOUR = 3600.0
LIST = "/dashboard?status=UPLOADED"
SCREENS = ("/dashboard/queue?printer=Prusa+MK4S", "/dashboard/queue?printer=Prusa+XL")
POLL_SECONDS = 15.0
"""How often an open page asks for news (POLL_SECONDS in printflow_web)."""
FILLING, LOOKING = 60.0, 30.0
"""Seconds in which a student fills in the form, and after which they look at the job."""
PHONES_PER_SECOND = 50_000
TRIANGLES = 2000
PAGES = (
    "form",
    "submission",
    "thanks",
    "status",
    "dashboard",
    "job",
    "price form",
    "approval",
    "printer's screen",
)
NEWS = ("news", "printer's news")
_FIELD = re.compile(
    r'name="(csrf_token|version|idempotency_key|catalog_version|texts_seen)" value="([^"]*)"'
)


@dataclass
class Told:
    """What everybody was answered."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    submitted: dict[str, str] = field(default_factory=dict)
    """The SHA-256 of the model that was acknowledged under each job's id."""
    approved: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def heard(self, kind: str, answer: Answer) -> None:
        """By fast lines: when all of the answer was there."""
        self.took[kind].append(answer.after)
        if answer.status >= 400:
            self.wrong.append(f"{kind}: {answer.status} {answer.body[:300]!r}")

    def heard_by_phone(self, kind: str, answer: Answer) -> None:
        """By slow lines, which take as long as they take: that it came."""
        self.heard(f"phone's {kind}", answer)

    def kinds(self, *kinds: str) -> list[float]:
        """How long all answers of these kinds took, in seconds."""
        return [one for kind in kinds for one in self.took[kind]]


@dataclass(frozen=True)
class Hour:
    """Who comes in the hour, how much of its end passes, and how many times as fast as in life."""

    students: int
    phones: int
    staff: int
    minutes: float
    faster: float

    @property
    def seconds(self) -> float:
        """How long it takes here."""
        return self.minutes * 60 / self.faster

    @property
    def coming(self) -> int:
        """How many of the students come in so many minutes before the deadline."""
        return round(self.students * (1 - self._before**2))

    @property
    def poll(self) -> float:
        """Seconds after which an open page asks again."""
        return POLL_SECONDS / self.faster

    @property
    def _before(self) -> float:
        return 1 - self.minutes * 60 / HOUR

    def arrival(self, share: float) -> float:
        """After how many seconds the student comes before whom this ``share`` of them has come.

        The density grows with the hour, so that its busiest minute is the last.
        """
        at = math.sqrt(self._before**2 + share * (1 - self._before**2))
        return (at - self._before) * HOUR / self.faster


async def pass_hour(hour: Hour, front: Front, lab: Printflow, told: Told) -> float:
    """Let the end of the hour pass; gives the seconds that it took. Staff have signed in before."""
    chance, new, over = random.Random(22), asyncio.Queue[str](), asyncio.Event()
    tabs = [
        await _signed_in(front, f"127.2.0.{number}", f"Staff {number}", hour, told)
        for number in range(1, hour.staff + 1)
    ]
    shown = [
        await _signed_in(front, f"127.2.1.{n}", "Screen", hour, told)
        for n, _ in enumerate(SCREENS, 1)
    ]
    for tab in (*tabs, *shown):  # a lab's server has answered all of this before
        tab.close()
        for kind, path in (
            ("form", "/submit"),
            ("dashboard", LIST),
            ("printer's screen", SCREENS[0]),
        ):
            await tab.page(kind, path)
    told.took.clear()

    async def student(number: int) -> None:
        await asyncio.sleep(hour.arrival(chance.random()))
        await _student(number, hour, front, lab, told, new)

    loop = asyncio.get_running_loop()
    began = loop.time()
    desks = [asyncio.create_task(_desk(tab, hour, told, new, over)) for tab in tabs]
    screens = [
        asyncio.create_task(_screen(tab, path, hour, over))
        for tab, path in zip(shown, SCREENS, strict=True)
    ]
    people = [asyncio.create_task(_noted(told, student(n))) for n in range(hour.coming)]
    await asyncio.gather(*people)
    late = loop.time() + 60
    while len(told.approved) < len(told.submitted) and loop.time() < late:
        await asyncio.sleep(0.1)
    took = loop.time() - began
    over.set()
    await asyncio.gather(*(_noted(told, task) for task in (*desks, *screens)))
    return took


async def _noted(told: Told, work: Awaitable[None]) -> None:
    """A browser that meets what no browser should is one that lost something."""
    try:
        await work
    except (OSError, asyncio.IncompleteReadError, RuntimeError) as error:
        told.wrong.append(repr(error))


async def _student(
    number: int, hour: Hour, front: Front, lab: Printflow, told: Told, new: asyncio.Queue[str]
) -> None:
    """Opens the form, submits a model, and comes back twice."""
    source = f"127.1.{number // 200}.{number % 200 + 1}"
    port, heard, phone = front.port, told.heard, number < hour.phones
    line = None
    if phone:
        line = await slow_line(front.port, source, PHONES_PER_SECOND)
        port, heard, source = line.sockets[0].getsockname()[1], told.heard_by_phone, "127.0.0.1"
    tab = Tab(port, front.secure, source, heard, hour.faster)
    try:
        page = await tab.page("form", "/submit")
        await asyncio.sleep(FILLING / hour.faster)
        model = _model(number)
        form = {**FORM, **dict(_FIELD.findall(page.text))}
        form["student_name"], form["student_email"] = f"Student {number}", f"s{number}@example.edu"
        sent = await tab.send_model("/submit", model, **form)
        if sent.status != 303:
            raise RuntimeError(f"the form answered {sent.status}: {sent.text[:500]}")
        job_id = sent.where.partition("job=")[2]
        if job_id in told.submitted:
            raise RuntimeError(f"two requests are job {job_id}")
        told.submitted[job_id] = hashlib.sha256(model).hexdigest()
        new.put_nowait(job_id)
        # Once as the script's answer, which follows where it is sent, and once as a page.
        await tab.ask("thanks", "GET", sent.where)
        await tab.page("thanks", sent.where)
        # The link is in the email, which isn't read here.
        link = await asyncio.to_thread(lambda: lab.students.url(lab.jobs.get(job_id)))
        path = link.removeprefix("https://localhost")
        for _ in range(2):
            await asyncio.sleep(LOOKING / hour.faster)
            await tab.page("status", path)
    finally:
        tab.close()
        if line is not None:
            line.close()


async def _desk(
    tab: Tab, hour: Hour, told: Told, new: asyncio.Queue[str], over: asyncio.Event
) -> None:
    """A member of staff: has the dashboard open, and opens and approves what comes in."""
    watching = tab.beside()
    asking = asyncio.create_task(_asking(watching, "dashboard", "news", LIST, hour, over))
    rest = hour.seconds * hour.staff / hour.coming / 2
    while not over.is_set():
        try:
            job_id = new.get_nowait()
        except asyncio.QueueEmpty:
            await asyncio.sleep(0.05)
            continue
        await tab.page("job", f"/dashboard/jobs/{job_id}")
        form_path = f"/dashboard/jobs/{job_id}/approve"
        form = await tab.fetch("price form", form_path)
        fields = dict(_FIELD.findall(form.text))
        wanted = {name: fields[name] for name in ("csrf_token", "version", "catalog_version")}
        given = {"weight": "42.5", "hours": "3", "material": "PLA"}
        answer = await tab.fetch("approval", form_path, **wanted, **given)
        if answer.status == 303 and "/login" not in answer.where:
            told.approved.append(job_id)
        else:
            told.wrong.append(f"approval of {job_id}: {answer.status} {answer.where}")
        await tab.page("dashboard", LIST)
        await asyncio.sleep(rest)
    await asking
    tab.close()


async def _screen(tab: Tab, path: str, hour: Hour, over: asyncio.Event) -> None:
    """The queue of one printer, on the screen beside it."""
    await _asking(tab, "printer's screen", "printer's news", path, hour, over)


async def _signed_in(front: Front, source: str, name: str, hour: Hour, told: Told) -> Tab:
    tab = Tab(front.port, front.secure, source, told.heard, hour.faster)
    page = await tab.page("sign-in", "/login")
    token = dict(_FIELD.findall(page.text))["csrf_token"]
    answer = await tab.send("sign-in", "/login", csrf_token=token, name=name, password=PASSWORD)
    if answer.status != 303:
        raise RuntimeError(f"signing in gave {answer.status}")
    return tab


async def _asking(
    tab: Tab, page: str, news: str, path: str, hour: Hour, over: asyncio.Event
) -> None:
    """Opens a page, whose script asks for news."""
    await tab.page(page, path)
    await asyncio.sleep(random.random() * hour.poll)
    while not over.is_set():
        await tab.news(news, path)
        await asyncio.sleep(hour.poll)
    tab.close()


def _model(number: int) -> bytes:
    """A model of 100 kB that nobody else sends: a strip of triangles."""
    chance = random.Random(number)
    triangles = b"".join(
        struct.pack("<12fH", 0, 0, 1, n, 0, 0, n + 1, 0, chance.random(), n, 9, 5, 0)
        for n in range(TRIANGLES)
    )
    return f"student {number}".encode().ljust(80) + struct.pack("<I", TRIANGLES) + triangles
