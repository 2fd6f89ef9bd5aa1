"""The text of an email that is written in HTML; what it quotes is marked with ``>``."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

LONGEST: Final = 1 << 20
"""Characters of HTML that are read."""
_DEEPEST = 9
"""Levels of quotes that are told apart."""
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg"})
_LINES = frozenset(
    {"p", "div", "br", "tr", "table", "ul", "ol", "li", "blockquote", "hr", "pre", "section",
     "article", "header", "footer", "address", "h1", "h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd"}
)  # fmt: skip
_APART = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
_NO_END = frozenset({"br", "hr", "img", "meta", "link", "input", "wbr", "base", "col"})
_QUOTES = re.compile(r"\b(gmail_quote|cite|moz-cite|protonmail_quote)\b")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._line: list[str] = []
        self._unseen: list[str] = []
        self._quotes: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen or tag in _UNSEEN:
            if tag in _UNSEEN:
                self._unseen.append(tag)
            return
        given = {name: value or "" for name, value in attrs}
        if tag == "br" and not "".join(self._line).strip():
            self._blank()
        elif tag in _LINES:
            self._end_line()
        if tag in _APART:
            self._blank()
        if tag == "li":
            self._line.append("- ")
        elif tag in ("td", "th"):
            self._line.append(" ")
        elif tag == "hr":
            self.lines.append("")
        elif tag == "blockquote":
            cited = given.get("type", "").lower() == "cite" or bool(
                _QUOTES.search(given.get("class", "").lower())
            )
            self._quotes.append(cited)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            if tag == self._unseen[-1]:
                self._unseen.pop()
            return
        if tag in _LINES and tag not in _NO_END:
            self._end_line()
        if tag in _APART:
            self._blank()
        if tag == "blockquote" and self._quotes:
            self._quotes.pop()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._line.append(data)

    def close(self) -> None:
        super().close()
        self._end_line()

    def _mark(self) -> str:
        return "> " * min(sum(self._quotes), _DEEPEST)

    def _end_line(self) -> None:
        line = " ".join("".join(self._line).split())
        self._line.clear()
        if line:
            self.lines.append(self._mark() + line)

    def _blank(self) -> None:
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(self._mark().rstrip())


def text_of(html: str) -> str:
    """The words of an HTML document, without scripts, styles and markup."""
    reader = _Text()
    reader.feed(html[:LONGEST])
    reader.close()
    return "\n".join(reader.lines).strip()
