"""The list of jobs as a table: the one report that tells who a student is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from ..domain.currency import of_cents
from ..domain.job import Job
from ..domain.question import QUESTIONS
from .table import Cell, Column, Kind

_COLUMNS: tuple[Column, ...] = (
    Column("id", "Job", Kind.TEXT),
    Column("status", "Status", Kind.TEXT),
    Column("submitted", "Submitted", Kind.TEXT),
    Column("student_name", "Student", Kind.TEXT),
    Column("student_email", "E-mail", Kind.TEXT),
    *(Column(question.name, question.label, Kind.TEXT) for question in QUESTIONS),
    Column("class_number", "Class", Kind.TEXT),
    Column("method", "Method", Kind.TEXT),
    Column("printer", "Printer", Kind.TEXT),
    Column("color", "Color", Kind.TEXT),
    Column("material", "Material", Kind.TEXT),
    Column("needed_by", "Needed by", Kind.TEXT),
    Column("group", "Group", Kind.TEXT),
    Column("grams", "Grams", Kind.GRAMS),
    Column("hours", "Hours", Kind.HOURS),
    Column("cost", "Cost", Kind.CENTS),
    Column("currency", "Currency", Kind.TEXT),
    Column("file", "File", Kind.TEXT),
    Column("in_status_since", "In its status since", Kind.TEXT),
    Column("on_hold_since", "On hold since", Kind.TEXT),
    Column("hold_reason", "Why on hold", Kind.TEXT),
)
_MOMENTS = ("submitted", "in_status_since", "on_hold_since")


def columns(zone: ZoneInfo) -> tuple[Column, ...]:
    """The list's columns; headings say in which time zone its moments are."""
    return tuple(
        replace(one, label=f"{one.label} ({zone.key})") if one.key in _MOMENTS else one
        for one in _COLUMNS
    )


def _moment(at: datetime, zone: ZoneInfo) -> str:
    """With how far it is from UTC: no hour of the autumn is there twice."""
    return at.astimezone(zone).isoformat(" ", "seconds")


def cells(job: Job, zone: ZoneInfo) -> tuple[Cell, ...]:
    """The row of one job, with moments in the zone."""
    return (
        job.id,
        job.status.value,
        _moment(job.created_at, zone),
        job.student_name,
        job.student_email,
        *(getattr(job, question.name) for question in QUESTIONS),
        job.class_number,
        job.method,
        job.printer,
        job.color,
        job.material,
        "" if job.needed_by is None else job.needed_by.isoformat(),
        job.group,
        job.grams,
        job.hours,
        None if job.cost_cents is None else of_cents(job.cost_cents, job.currency),
        job.currency,
        job.original_name,
        _moment(job.status_since, zone),
        _moment(job.held_at, zone) if job.held_at else "",
        job.hold_reason,
    )
