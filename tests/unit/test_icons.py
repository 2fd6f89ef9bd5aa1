"""Every icon that a page names is drawn by the style sheet, and none is drawn for nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import printflow_web
from printflow import Trigger

WEB = Path(printflow_web.__file__).parent
DRAWN = re.compile(r"^  \.i-([\w-]+) \{$", re.MULTILINE)
BESIDE = re.compile(r' i-([\w-]+)(?=[" ])')
"""The name of an icon among an element's classes."""


def named() -> Iterator[str]:
    """Names between quotes in calls of the macro, or in what chooses one for it."""
    for template in (WEB / "templates").glob("*.html"):
        text = template.read_text("utf-8")
        for call in re.findall(r"\b(?:icon|flag)\(([^)]*)\)", text):
            yield from re.findall(r'"([a-z]+(?:-[a-z]+)?)"', call)
        yield from re.findall(r'\("\w+", "\w+", "([a-z-]+)"\)', text)
        yield from BESIDE.findall(text)


def test_each_icon_is_drawn_and_used() -> None:
    drawn = set(DRAWN.findall((WEB / "frontend/styles/icons.css").read_text("utf-8")))
    used = set(named()) | {trigger.record.icon for trigger in Trigger}
    assert len(drawn) > 25
    assert drawn - used == set()
    called = {trigger.record.icon for trigger in Trigger}
    for template in (WEB / "templates").glob("*.html"):
        text = template.read_text("utf-8")
        called |= {*re.findall(r'\bicon\("([\w-]+)"', text), *BESIDE.findall(text)}
    assert called - drawn == set()
