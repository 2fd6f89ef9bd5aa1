"""The hour before a deadline, through nginx: what a course of 500 does to a lab.

Everything that happens in the hour happens, in a shorter time: 500 students open the form, submit a
model, and look at their job later; 50 of them have phones whose line carries 50 kB a second. Twelve
members of staff have the dashboard open, which asks every fifteen seconds for news, and approve what
comes in. The screens at two printers show their queues, which ask as often. Students come in ever
faster: at the end twice as many a minute as on average.

Afterward every request that was answered has to be in the database, once, with its file.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import re
import statistics
import struct
from collections import defaultdict
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from printflow import Printflow, Settings, Status
from printflow.db.engine import open_engine
from printflow.db.schema import events, outbox
from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.front import Front, nginx_before
from tests.benchmarks.many_jobs import Plan, fill
from tests.benchmarks.program import Program, serving
from tests.benchmarks.staff_browser import PASSWORD
from tests.benchmarks.web_browser import Answer, Tab, slow_line
from tests.web.conftest import FORM

HOUR = 3600.0
BEFORE = 1000
"""Jobs that the lab has when the hour begins."""
LIST = "/dashboard?status=UPLOADED"
POLLED = ("/dashboard/queue?printer=Prusa+MK4S", "/dashboard/queue?printer=Prusa+XL")
PHONES_PER_SECOND = 50_000
TRIANGLES = 2000
PAGES = (
    "form",
    "submission",
    "thanks",
    "status",
    "dashboard",
    "price form",
    "approval",
    "printer's screen",
)
_TAG = re.compile(r'data-etag="([^"]+)"')
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
        self._note(kind, answer, answer.after)

    def heard_by_phone(self, kind: str, answer: Answer) -> None:
        """By slow lines, which take as long as they take: that it came."""
        self._note(f"phone's {kind}", answer, answer.after)

    def _note(self, kind: str, answer: Answer, seconds: float) -> None:
        self.took[kind].append(seconds)
        if answer.status >= 400:
            self.wrong.append(f"{kind}: {answer.status} {answer.body[:300]!r}")


@dataclass(frozen=True)
class Hour:
    """How much happens, and in how many seconds."""

    students: int
    phones: int
    staff: int
    seconds: float

    @property
    def faster(self) -> float:
        """How many times as fast as in life."""
        return HOUR / self.seconds


def measure(size: Size, folder: Path) -> list[Figure]:
    """The same hour with one process for pages, and with two."""
    hour = Hour(size.students, size.phones, size.staff, size.hour_seconds)
    return [
        figure
        for workers in (1, 2)
        for figure in with_workers(workers, hour, folder / f"with-{workers}")
    ]


def with_workers(workers: int, hour: Hour, folder: Path) -> list[Figure]:
    """One hour against so many processes for pages."""
    folder.mkdir()
    settings = Settings(store=folder / "store", base_url="https://localhost")
    with Printflow.open(settings) as lab:
        fill(lab, Plan(BEFORE))
        lab.stations.set_password(PASSWORD)
        told = Told()
        with (
            serving(
                settings.store,
                "--workers",
                str(workers),
                PRINTFLOW_BASE_URL="https://localhost",
                PRINTFLOW_SERVER__TRUSTED_PROXY="127.0.0.1",
            ) as program,
            nginx_before(program.port, folder / "nginx") as front,
        ):
            passing = Program(front.port, front.pid)
            used, before, own = program.tree_seconds(), passing.tree_seconds(), sum(os.times()[:2])
            took = asyncio.run(_pass(hour, front, lab, told))
            spent = program.tree_seconds() - used
            nginx, clients = passing.tree_seconds() - before, sum(os.times()[:2]) - own
            memory = program.tree_mb()
        faults = lost_or_doubled(lab, told, hour, before=BEFORE)
    for fault in faults[:20]:
        print(fault)
    pages = [one for kind in PAGES for one in told.took[kind]]
    live = told.took["news"] + told.took["printer's news"]
    asked = sum(len(all_of) for all_of in told.took.values())
    name = f"deadline hour, --workers {workers}"
    what = f"{len(pages)} pages in {took:.0f} s; {asked / took:.0f} requests a second"
    print(by_kind(told, f"{name}: {hour.faster:.0f} times as fast as in life"))
    return [
        Figure(f"{name}, p95 of pages", _p(pages, 95) * 1000, 150, "ms", what),
        Figure(f"{name}, p95 of news", _p(live, 95) * 1000, 150, "ms", f"{len(live)} answers"),
        Figure(
            f"{name}, lost or doubled", len(faults), 0, "", f"{len(told.submitted)} submissions"
        ),
        Figure(
            f"{name}, processor",
            spent / took,
            2.0,
            "cores",
            f"beside it nginx {nginx / took:.2f}, the browsers {clients / took:.2f}; {memory:.0f} MB",
        ),
    ]


async def _pass(hour: Hour, front: Front, lab: Printflow, told: Told) -> float:
    """Let the hour pass; gives the seconds that it took. Staff have signed in before."""
    chance, new, over = random.Random(22), asyncio.Queue[str](), asyncio.Event()
    tabs = [
        await _signed_in(front, f"127.2.0.{number}", f"Staff {number}", told)
        for number in range(1, hour.staff + 1)
    ]
    shown = [
        await _signed_in(front, f"127.2.1.{n}", "Screen", told) for n, _ in enumerate(POLLED, 1)
    ]
    for tab in (*tabs, *shown) * 2:  # a lab's server has answered all of this before
        tab.close()
        for kind, path in (
            ("form", "/submit"),
            ("dashboard", LIST),
            ("printer's screen", POLLED[0]),
        ):
            await tab.page(kind, path)
    told.took.clear()

    async def student(number: int) -> None:
        # The density grows with time, so that the busiest minute is the last.
        await asyncio.sleep(hour.seconds * chance.random() ** 0.5)
        await _student(number, hour, front, lab, told, new)

    loop = asyncio.get_running_loop()
    began = loop.time()
    desks = [asyncio.create_task(_desk(tab, hour, told, new, over)) for tab in tabs]
    screens = [
        asyncio.create_task(_screen(tab, path, hour, over))
        for tab, path in zip(shown, POLLED, strict=True)
    ]
    people = [asyncio.create_task(_noted(told, student(n))) for n in range(hour.students)]
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
    tab = Tab(port, front.secure, source, heard)
    try:
        page = await tab.page("form", "/submit")
        await asyncio.sleep(60 / hour.faster)
        model = _model(number)
        form = {**FORM, **dict(_FIELD.findall(page.text))}
        form["student_name"], form["student_email"] = f"Student {number}", f"s{number}@example.edu"
        sent = await tab.send_file("submission", "/submit", model, **form)
        if sent.status != 303:
            raise RuntimeError(f"the form answered {sent.status}: {sent.text[:500]}")
        job_id = sent.where.partition("job=")[2]
        if job_id in told.submitted:
            raise RuntimeError(f"two requests are job {job_id}")
        told.submitted[job_id] = hashlib.sha256(model).hexdigest()
        await tab.page("thanks", sent.where)
        new.put_nowait(job_id)
        # The link is in the email, which isn't read here.
        link = await asyncio.to_thread(lambda: lab.students.url(lab.jobs.get(job_id)))
        path = link.removeprefix("https://localhost")
        for _ in range(2):
            await asyncio.sleep(120 / hour.faster)
            await tab.page("status", path, again=True)
    finally:
        tab.close()
        if line is not None:
            line.close()


async def _desk(
    tab: Tab, hour: Hour, told: Told, new: asyncio.Queue[str], over: asyncio.Event
) -> None:
    """A member of staff: the dashboard is open, and what comes in is approved."""
    page = await tab.page("dashboard", LIST)
    asking = asyncio.create_task(_asking(tab.beside(), "news", LIST, page, hour, over))
    rest = hour.seconds * hour.staff / hour.students / 2
    while not over.is_set():
        try:
            job_id = new.get_nowait()
        except asyncio.QueueEmpty:
            await asyncio.sleep(0.05)
            continue
        form_path = f"/dashboard/jobs/{job_id}/approve"
        form = await tab.page("price form", form_path)
        fields = dict(_FIELD.findall(form.text))
        wanted = {name: fields[name] for name in ("csrf_token", "version", "catalog_version")}
        given = {"weight": "42.5", "hours": "3", "material": "PLA"}
        answer = await tab.send("approval", form_path, **wanted, **given)
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
    page = await tab.page("printer's screen", path)
    await _asking(tab, "printer's news", path, page, hour, over)


async def _signed_in(front: Front, source: str, name: str, told: Told) -> Tab:
    tab = Tab(front.port, front.secure, source, told.heard)
    page = await tab.page("sign-in", "/login")
    token = dict(_FIELD.findall(page.text))["csrf_token"]
    answer = await tab.send("sign-in", "/login", csrf_token=token, name=name, password=PASSWORD)
    if answer.status != 303:
        raise RuntimeError(f"signing in gave {answer.status}")
    return tab


async def _asking(
    tab: Tab, kind: str, path: str, page: Answer, hour: Hour, over: asyncio.Event
) -> None:
    """What an open page's script does."""
    found = _TAG.search(page.text)
    tag = found[1] if found else ""
    every = 15.0 / hour.faster
    await asyncio.sleep(random.random() * every)
    while not over.is_set():
        answer = await tab.live(kind, path, tag)
        tag = answer.headers.get("etag", tag).removeprefix("W/").strip('"')
        await asyncio.sleep(every)
    tab.close()


def _model(number: int) -> bytes:
    """A model of 100 kB that nobody else sends: a strip of triangles."""
    chance = random.Random(number)
    triangles = b"".join(
        struct.pack("<12fH", 0, 0, 1, n, 0, 0, n + 1, 0, chance.random(), n, 9, 5, 0)
        for n in range(TRIANGLES)
    )
    return f"student {number}".encode().ljust(80) + struct.pack("<I", TRIANGLES) + triangles


def lost_or_doubled(lab: Printflow, told: Told, hour: Hour, *, before: int) -> list[str]:
    """Whatever isn't as people were told."""
    faults = list(told.wrong)
    if len(told.submitted) != hour.students:
        faults.append(f"{len(told.submitted)} of {hour.students} students were answered")
    lab.dispatch()
    jobs = {job.id: job for job in lab.jobs.find(limit=before + 2 * hour.students)}
    for job_id, digest in told.submitted.items():
        job = jobs.get(job_id)
        if job is None:
            faults.append(f"{job_id} is lost")
            continue
        path = lab.files.path(job)
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            faults.append(f"the model of {job_id} is another one")
    faults += [
        f"{one} isn't approved" for one in told.approved if jobs[one].status is not Status.PENDING
    ]
    if len(jobs) != before + len(told.submitted):
        faults.append(f"there are {len(jobs) - before} jobs of {len(told.submitted)} requests")
    faults += _doubled(lab.settings.database, told)
    return faults


def _doubled(url: str, told: Told) -> list[str]:
    """Each job has one event of each kind of what was done, and one email of each kind."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            twice = connection.execute(
                select(outbox.c.job_id, outbox.c.template, func.count())
                .where(outbox.c.job_id.in_(list(told.submitted)))
                .group_by(outbox.c.job_id, outbox.c.template)
                .having(func.count() > 1)
            ).all()
            done = connection.execute(
                select(events.c.job_id, events.c.trigger, func.count())
                .where(events.c.job_id.in_(list(told.submitted)), events.c.trigger.is_not(None))
                .group_by(events.c.job_id, events.c.trigger)
                .having(func.count() > 1)
            ).all()
    finally:
        engine.dispose()
    return [f"{row[0]} has {row[2]} of {row[1]}" for row in (*twice, *done)]


def by_kind(told: Told, title: str) -> str:
    """All kinds of answers, each with its number and how long it took."""
    lines = [f"{title}", f"{'':<24} number    p50    p95    p99  (ms)"]
    for kind, took in sorted(told.took.items()):
        shown = "  ".join(f"{_p(took, share) * 1000:5.0f}" for share in (50, 95, 99))
        lines.append(f"{kind:<24} {len(took):6}  {shown}")
    return "\n".join(lines)


def _p(seconds: list[float], share: int) -> float:
    if len(seconds) < 2:
        return max(seconds, default=0.0)
    return statistics.quantiles(seconds, n=100, method="inclusive")[share - 1]
