"""What mail servers report of an email of the lab's: RFC 3464, and the older letters of daemons."""

from __future__ import annotations

import re
from email.message import Message
from typing import Any, Final

from ..domain.text import clean_line
from .body import Parts
from .heads import values_of

_ID = re.compile(r"<[^<>\s]{3,250}@[^<>\s]{1,200}>")
_OLD_ID = re.compile(r"^[> \t]*Message-I[dD]:\s*(<[^<>\s]{3,250}>)", re.MULTILINE)
_REFUSED = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b|\b55\d\b")
_REASON: Final = 300
_DAEMONS = ("mailer-daemon", "postmaster", "mail-daemon")
_OLD_TEXT = 50_000


def report_of(
    message: Message, parts: Parts, head: dict[str, Any], text: str
) -> dict[str, Any] | None:
    """What the email reports of another one, or None: it's no report."""
    kind = str(message.get_param("report-type", "") or "").lower()
    if parts.report or kind == "delivery-status":
        return _by_standard(parts, head)
    daemon = head["sender"].partition("@")[0].lower() in _DAEMONS
    empty = head["headers"].get("return-path", "x").strip() in ("", "<>")
    if daemon or empty:
        return _by_old_custom(parts, head, text[:_OLD_TEXT])
    return None


def _by_standard(parts: Parts, head: dict[str, Any]) -> dict[str, Any]:
    actions, reasons = [], []
    for block in parts.report[:20]:
        action = _word(block, "action").lower()
        if not action:
            continue  # of the server itself, not of a recipient
        actions.append(action)
        code, words = _word(block, "diagnostic-code"), _word(block, "status")
        reasons.append(code.partition(";")[2].strip() or code or words)
    action = "failed" if "failed" in actions else (actions[0] if actions else "")
    reason = next((one for one, did in zip(reasons, actions, strict=True) if did == action), "")
    return {"action": action, "reason": reason[:_REASON], "about": _about(parts, head)}


def _by_old_custom(parts: Parts, head: dict[str, Any], text: str) -> dict[str, Any] | None:
    about = [*_about(parts, head), *_OLD_ID.findall(text)]
    if not about or not _REFUSED.search(text):
        return None
    lines = [clean_line(line) for line in text.split("\n")]
    reason = next((line for line in lines if _REFUSED.search(line)), "")
    return {
        "action": "failed",
        "reason": reason[:_REASON],
        "about": list(dict.fromkeys(about))[:20],
    }


def _about(parts: Parts, head: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for returned in parts.returned[:5]:
        found += _ID.findall(" ".join(values_of(returned, "message-id"))[:2000])
    return list(dict.fromkeys([*found, *head["references"]]))[:20]


def _word(block: Message, name: str) -> str:
    return clean_line(next(iter(values_of(block, name)), ""))[:1000]
