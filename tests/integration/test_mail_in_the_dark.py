"""Emails in dark mode: every color of the templates has one for the dark, and all can be read."""

from __future__ import annotations

import re
from pathlib import Path

import printflow

FOLDER = Path(printflow.__file__).parent / "mail" / "templates"
FRAME = (FOLDER / "_frame.html").read_text("utf-8")
_RULE = re.compile(
    r'(a?)\[style\*="([a-z -]+:? ?)(#\w{6})"\] \{ ([a-z-]+): (#\w{6}) !important; \}'
)
DARK = {(kind.rstrip(": "), light): dark for _a, kind, light, _what, dark in _RULE.findall(FRAME)}
ON_BUTTONS = ("color", "#ffffff")


def luminance(color: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_color_has_one_for_the_dark() -> None:
    used = set()
    for path in FOLDER.rglob("*.html"):
        for style in re.findall(r'style="([^"]*)"', path.read_text("utf-8")):
            used |= set(re.findall(r"(background-color|(?<!-)color):(#\w{6})", style))
            used |= {("solid", color) for color in re.findall(r"solid (#\w{6})", style)}
    # The bar beside a quotation is seen on both.
    assert used - set(DARK) == {ON_BUTTONS, ("solid", "#1b5fc1")}
    assert set(DARK) <= used, "no rule is for a color that no template has"


def test_texts_can_be_read_on_what_they_stand_on() -> None:
    grounds = [dark for (kind, light), dark in DARK.items() if light in ("#f3f5f8", "#ffffff")]
    texts = [dark for (kind, _light), dark in DARK.items() if kind == "color"]
    assert (len(grounds), len(texts)) == (2, 3)
    assert min(contrast(text, ground) for text in texts for ground in grounds) >= 4.5
    button = DARK["background-color", "#1b5fc1"]
    assert contrast(button, "#ffffff") >= 4.5
