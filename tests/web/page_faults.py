"""What must be on no page: empty headings, buttons and cells, raw keys, places left in a text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from printflow import Status, Trigger
from printflow.domain.effects import MailTemplate
from printflow.domain.event_kind import Correction

_SPEAKING = {
    "h1", "h2", "h3", "h4", "button", "a", "summary", "label", "legend", "th", "td", "dt", "dd",
    "title", "option", "li", "figcaption",
}  # fmt: skip
_VOID = {"input", "img", "br", "hr", "meta", "link", "path", "use", "circle", "ellipse", "rect"}
_SILENT = {"script", "style", "template", "noscript"}
_OF_PROGRAMS = {"code", "pre", "kbd"}
"""What is to be typed, or stands in a file: the same in every language."""
_KEYS = sorted(
    {status.value for status in Status}
    | {
        name.value
        for kind in (Trigger, Correction, MailTemplate)
        for name in kind
        if "_" in name.value
    }
)
_RAW = re.compile(rf"\b({'|'.join(_KEYS)})\b")
_PLACE = re.compile(r"%\(\w+\)|\{\w*\}|\bNone\b|\bUndefined\b|<\w+ object at")


class _Page(HTMLParser):
    """Collects what is said, and the elements that should say something and do not."""

    def __init__(self, *, of_programs: bool = True) -> None:
        super().__init__(convert_charrefs=True)
        self._left_out = _SILENT if of_programs else _SILENT | _OF_PROGRAMS
        self.texts: list[str] = []
        self.faults: list[str] = []
        self._open: list[tuple[str, dict[str, str | None], list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name in ("aria-label", "title", "placeholder", "alt", "data-missing"):
            if given.get(name):
                self.texts.append(str(given[name]))
        if tag == "img" and given.get("alt"):
            self._say(str(given["alt"]))
        if tag == "input" and self._open:
            self._say("(field)")
        if tag not in _VOID:
            self._open.append((tag, given, []))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if any(tag in self._left_out for tag, _, _ in self._open):
            return
        if data.strip():
            self.texts.append(data.strip())
            self._say(data.strip())

    def _say(self, text: str) -> None:
        for _, _, said in self._open:
            said.append(text)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, given, said = self._open.pop()
            in_datalist = any(above == "datalist" for above, _, _ in self._open)
            if name in _SPEAKING and not (said or in_datalist or self._excused(given)):
                self.faults.append(f"empty <{name} {given}>")
            if name == tag:
                return

    @staticmethod
    def _excused(given: dict[str, str | None]) -> bool:
        named = given.get("aria-label") or given.get("aria-labelledby") or given.get("title")
        filled_in = any(key.startswith("x-") for key in given)
        return bool(named or filled_in or "hidden" in given or given.get("aria-hidden") == "true")


def page_faults(html: str) -> list[str]:
    """What is wrong with a page, in words; [] for a sound one."""
    page = _Page()
    page.feed(html)
    page.close()
    return [*page.faults, *(fault for text in page.texts for fault in text_faults(text))]


def texts_of(html: str) -> list[str]:
    """What a page says to people, its labels and titles too, without what is code."""
    page = _Page(of_programs=False)
    page.feed(html)
    page.close()
    return page.texts


def text_faults(text: str) -> list[str]:
    """Raw keys and places in what people read."""
    found = [f"raw key {match[0]!r} in {text!r}" for match in _RAW.finditer(text)]
    return [*found, *(f"{match[0]!r} left in {text!r}" for match in _PLACE.finditer(text))]
