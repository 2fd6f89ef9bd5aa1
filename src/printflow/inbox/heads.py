"""The head of an email, read with little trust: bounded, without what hides or breaks lines."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, Final

from ..domain.incoming import TELLING
from ..domain.text import clean_line

LARGEST: Final = 1 << 16
"""Bytes of an email's head that are read."""
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
_MOST_REFERENCES = 30
_MOST_RECIPIENTS = 40
_SUBJECT, _NAME, _ADDRESS, _VALUE = 200, 100, 254, 200
_RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")


def head_of(raw: bytes) -> dict[str, Any]:
    """What the head of an email says, as JSON holds it."""
    start = raw[:LARGEST]
    for end in (b"\r\n\r\n", b"\n\n"):
        place = start.find(end)
        if place >= 0:
            start = start[: place + len(end)]
            break
    return facts_of(BytesHeaderParser(policy=compat32).parsebytes(start))


def facts_of(message: Message) -> dict[str, Any]:
    """The same of an email that was read."""
    senders = getaddresses([plain_text(one) for one in values_of(message, "from")[:3]])
    sender = senders[0] if len(senders) == 1 and "@" in senders[0][1] else ("", "")
    answered = _ids(values_of(message, "in-reply-to"))
    chain = _ids(values_of(message, "references"))
    own = _ids(values_of(message, "message-id"))
    said: dict[str, Any] = {
        "message_id": own[0] if own else "",
        "references": list(dict.fromkeys([*answered, *reversed(chain)]))[:_MOST_REFERENCES],
        "sender": clean_line(sender[1])[:_ADDRESS],
        "sender_name": clean_line(decoded(sender[0]))[:_NAME],
        "subject": clean_line(decoded(_first(message, "subject")))[:_SUBJECT],
        "recipients": _recipients(message),
        "sent_at": _date(_first(message, "date")),
        "headers": {},
    }
    for name in TELLING:
        if values := values_of(message, name):
            said["headers"][name] = clean_line(plain_text(values[0]))[:_VALUE]
    return said


def identity_of(raw: bytes, message_id: str) -> str:
    """What tells an email from every other one, however often it's fetched."""
    known = message_id.encode("utf-8", "surrogatepass")
    return hashlib.sha256(b"id " + known if known else b"all " + raw).hexdigest()


def decoded(text: str) -> str:
    """A header's words (RFC 2047); what can't be decoded stays as it is."""
    try:
        parts = decode_header(text)
    except (ValueError, LookupError, UnicodeError):
        return text
    words = []
    for part, charset in parts:
        if isinstance(part, str):
            words.append(part)
            continue
        try:
            words.append(part.decode(charset or "ascii"))
        except (LookupError, UnicodeDecodeError):
            words.append(part.decode("utf-8", "replace"))
    return "".join(words)


def values_of(message: Message, name: str) -> list[str]:
    """All values of a header, as they came."""
    return [str(value) for key, value in message.raw_items() if key.lower() == name]


def _first(message: Message, name: str) -> str:
    return plain_text(next(iter(values_of(message, name)), ""))


def plain_text(value: str) -> str:
    """A header's text; bytes that are no ASCII are read as UTF-8, as mail programs write them."""
    text = value[:LARGEST].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return text.replace("\r", "").replace("\n", "")


def _ids(values: list[str]) -> list[str]:
    return _MESSAGE_ID.findall(" ".join(plain_text(one) for one in values)[:LARGEST])


def _recipients(message: Message) -> list[str]:
    values = [plain_text(one) for name in _RECIPIENTS for one in values_of(message, name)[:5]]
    found = (clean_line(address)[:_ADDRESS] for _name, address in getaddresses(values))
    return list(dict.fromkeys(one for one in found if "@" in one))[:_MOST_RECIPIENTS]


def _date(value: str) -> str | None:
    try:
        moment = parsedate_to_datetime(value)
        aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return aware.astimezone(UTC).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def moment_of(text: Any) -> datetime | None:
    """A moment that was written by :func:`facts_of`."""
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC) if text else None
    except (ValueError, OverflowError):
        return None
