"""Telling the demo's stories to a lab: every step in its order, at its time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..domain.catalog import Catalog
from ..domain.job import Job
from ..domain.naming import ending_of
from ..domain.status import Trigger
from ..lab.printflow import Printflow
from .model_files import WRITERS
from .sample_models import MODELS
from .stories import STORIES, Step, Story

STAFF = ("Ana", "Sam", "Priya")
_KEPT_DAYS = 45
"""How long the demo's lab kept what nobody picked up."""
_GCODE = """; generated for a demo, prints nothing
G21 ; mm
G90 ; absolute
M104 S215
M140 S60
G28
G1 Z0.2 F1200
M84
"""


class StoryClock:
    """The lab's clock while stories are told: stands at a step's time, but for microseconds."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def __call__(self) -> datetime:
        self._now += timedelta(microseconds=1)
        return self._now

    def go_to(self, time: datetime) -> None:
        """On to a later time."""
        self._now = max(self._now, time)


def tell(lab: Printflow, progress: Callable[[int, int], None] | None = None) -> list[Job]:
    """Tell all stories to the lab; gives their jobs as they are at the end."""
    now = datetime.now(UTC)
    zone = ZoneInfo(lab.catalog.current.time_zone)
    moments = [
        (_time(step.when, now, zone), number, step)
        for number, story in enumerate(STORIES)
        for step in (Step(story.when, "submit"), *story.steps)
    ]
    moments.sort(key=lambda moment: moment[0])
    clock = StoryClock(moments[0][0] - timedelta(hours=1))
    told: dict[int, str] = {}
    with _in_the_past(lab, clock) as past:
        for name in STAFF:
            if name not in past.people.names():
                past.people.add(name)
        teller = _Teller(past)
        for done, (time, number, step) in enumerate(moments, start=1):
            clock.go_to(time)
            if step.what == "submit":
                told[number] = teller.submit(STORIES[number]).id
            else:
                teller.happen(told[number], step)
            past.dispatch()
            if progress:
                progress(done, len(moments))
        past.models.inspect_due()
    return [lab.jobs.get(told[number]) for number in range(len(STORIES))]


def _time(when: str, now: datetime, zone: ZoneInfo) -> datetime:
    if when.endswith("h"):
        return now - timedelta(hours=float(when[:-1]))
    days, _, clock = when.partition("d ")
    hour, _, minute = clock.partition(":")
    day = now.astimezone(zone) - timedelta(days=int(days))
    return day.replace(
        hour=int(hour), minute=int(minute), second=0, microsecond=0, fold=0
    ).astimezone(UTC)


@contextmanager
def _in_the_past(lab: Printflow, clock: StoryClock) -> Iterator[Printflow]:
    """The same lab with its clock set back, and with no way to email anyone."""
    settings = lab.settings
    mail = settings.mail.model_copy(
        update={"smtp_host": "", "smtp_username": "", "smtp_password": None}
    )
    settings = settings.model_copy(
        update={
            "mail": mail,
            "settle_seconds": 0,
            "allowed_email_domains": (),
            "dispose_after_days": _KEPT_DAYS,
        }
    )
    with Printflow.open(settings, create=False, clock=clock) as past:
        yield past


@dataclass
class _Teller:
    lab: Printflow

    def submit(self, story: Story) -> Job:
        story = _offered(story, self.lab.catalog.current)
        ending = ending_of(story.file)
        model = WRITERS[ending](MODELS[story.model]())
        upload = self.lab.intake.receive(story.file, declared_size=len(model))
        upload.write(model)
        return self.lab.intake.submit(
            upload,
            student=story.student,
            email=story.email,
            method=story.method,
            color=story.color,
            printer=story.printer,
            discipline=story.discipline,
            class_number=story.class_number,
            quantity=story.quantity,
            acknowledge_minimum=True,
        )

    def happen(self, job_id: str, step: Step) -> None:
        said = dict(step.said)
        match step.what:
            case "note":
                self.lab.notes.add(job_id, by=step.by, **said)
            case "slice":
                self._slice(job_id, said["tag"])
            case "by_link":
                self._answer(job_id, said)
            case trigger:
                self.lab.jobs.perform(
                    Trigger(trigger), job_id, by=step.by, **self._fitting(job_id, said)
                )

    def _fitting(self, job_id: str, said: dict[str, Any]) -> dict[str, Any]:
        """What is said, in the words of the lab's own catalog."""
        job, catalog = self.lab.jobs.get(job_id), self.lab.catalog.current
        method = catalog.method(job.method)
        if "material" in said and method is not None:
            said["material"] = _one_of(said["material"], method.materials)
            choices = self.lab.files.choices(job_id)
            said["file"] = choices[0].name if choices else ""
        if "amount" in said and job.cost_cents is not None:
            said["amount"] = f"{job.cost_cents // 100}.{job.cost_cents % 100:02d}"
            said["method"] = _one_of(said["method"], catalog.payment_methods)
        return said

    def _slice(self, job_id: str, tag: str) -> None:
        """A slicer saves its file beside the model, as staff would have it."""
        model = self.lab.files.path(self.lab.jobs.get(job_id))
        with model.with_name(f"{model.stem}_{tag}.gcode").open("x", encoding="utf-8") as file:
            file.write(_GCODE)

    def _answer(self, job_id: str, said: dict[str, Any]) -> None:
        """The student follows the link in the newest mail."""
        mail = next(
            mail
            for mail in self.lab.mail.find()
            if mail.job_id == job_id and mail.template == "approved"
        )
        text = self.lab.mail.preview(mail.id).text
        token = text.partition("/confirm/")[2].split()[0]
        if "decline" in said:
            self.lab.quotes.decline(token, text=said["decline"])
        else:
            self.lab.quotes.confirm(token, consent=said["consent"])


def _one_of(wanted: str, known: tuple[str, ...]) -> str:
    return wanted if wanted in known else known[0]


def _offered(story: Story, catalog: Catalog) -> Story:
    """The story in a lab that has other methods, colors or printers than the shipped catalog."""
    name = _one_of(story.method, tuple(method.name for method in catalog.methods))
    method = catalog.method(name)
    printers = tuple(printer.name for printer in catalog.printers_for(name))
    return replace(
        story,
        method=name,
        color=_one_of(story.color, method.color_names if method else ()),
        printer=_one_of(story.printer, printers),
        discipline=_one_of(story.discipline, catalog.disciplines),
    )
