"""The protected process: reads one email from its input, answers with one document of JSON.

The first line of the input says what is wanted: ``{"split": …, "pictures": …, "keep": bytes}``. The
rest is the email. Whatever it does to this process, it can open nothing, reach nobody, and only the
process dies.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import warnings
from email.generator import BytesGenerator
from email.message import Message
from email.policy import compat32
from io import BytesIO
from typing import Any

from .body import Parts, kind_of, parsed, parts_of, sealed, words_of
from .heads import facts_of, head_of
from .reports import report_of


def answer(raw: bytes, wanted: dict[str, Any]) -> dict[str, Any]:
    """What is in an email, as JSON holds it."""
    try:
        message = parsed(raw)
        said = {**facts_of(message), "unreadable": False}
        parts = parts_of(message)
        said |= words_of(parts, split=wanted["split"])
    except (RecursionError, MemoryError):
        return {**head_of(raw), "unreadable": True}
    said["report"] = report_of(message, parts, said, said["whole"])
    kind = str(message.get_param("report-type", "") or "").lower()
    said["receipt"] = parts.receipt or kind == "disposition-notification"
    said["sealed"] = sealed(parts)
    said["attachments"], said["pictures"] = _files(parts, pictures=wanted["pictures"])
    said["reduced"] = None
    if len(raw) > wanted["keep"]:
        said["reduced"] = base64.b64encode(_reduced(message)[: wanted["keep"]]).decode()
    return said


def _files(parts: Parts, *, pictures: bool) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    named: list[dict[str, Any]] = []
    shown: list[dict[str, Any]] = []
    for name, kind, data in parts.files:
        becomes = kind_of(name, kind)
        if becomes == "picture":
            again = _drawn(data) if pictures and len(shown) < 10 else None
            becomes = "picture" if again else "named"
            if again:
                shown.append({"name": name, "data": base64.b64encode(again[0]).decode(),
                              "width": again[1], "height": again[2]})  # fmt: skip
        named.append({"name": name, "size": len(data), "kept": becomes})
    return named, shown


def _drawn(data: bytes) -> tuple[bytes, int, int] | None:
    from .photos import drawn_again

    return drawn_again(data)


def _reduced(message: Message) -> bytes:
    """The email with its files taken out; its texts and all of its head stay."""
    left = [message]
    while left:
        part = left.pop()
        inner: Any = part.get_payload()
        if isinstance(inner, list):
            left.extend(inner)
        elif part.get_content_maintype() != "text" and part is not message:
            part.set_payload("")
    out = BytesIO()
    BytesGenerator(out, mangle_from_=False, policy=compat32).flatten(message)
    return out.getvalue()


def main() -> None:
    """Read, answer, and end."""
    warnings.simplefilter("ignore")
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr
    line, _, raw = sys.stdin.buffer.read().partition(b"\n")
    output.write(json.dumps(answer(raw, json.loads(line))))
    output.flush()


if __name__ == "__main__":
    main()
