"""The parts of an email: its text, its files, and what a mail server reports in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Any, Final

from ..domain.naming import MODEL_ENDINGS, ending_of
from ..domain.text import clean_line, clean_text
from .heads import LARGEST, decoded, plain_text, values_of
from .html_text import text_of
from .quotes import without_quotes

MOST_PARTS: Final = 300
LONGEST_TEXT: Final = 10_000
"""Characters of a message."""
LONGEST_WHOLE: Final = 100_000
"""Characters of the text with what it quotes."""
_MOST_TEXT = 1 << 20
_MOST_FILES = 40
_NAME = 100
_SIGNATURES = (
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
)
_ENCRYPTED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")
PICTURES: Final = {"image/png": "PNG", "image/jpeg": "JPEG", "image/jpg": "JPEG"}
_SEALED = "application/ms-tnef"


@dataclass
class Parts:
    """What was found on the way through an email's parts."""

    texts: list[str] = field(default_factory=list)
    files: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Name, kind and bytes of each."""
    report: list[Message] = field(default_factory=list)
    returned: list[Message] = field(default_factory=list)
    receipt: bool = False
    cut: bool = False


def parsed(raw: bytes) -> Message:
    """The email as a tree. Raises RecursionError for one that is nested without end."""
    return BytesParser(policy=compat32).parsebytes(raw)


def parts_of(message: Message) -> Parts:
    """All parts in their order; of alternatives, the plain text where it says anything."""
    found = Parts()
    for count, part in enumerate(_walk(message)):
        if count >= MOST_PARTS:
            found.cut = True
            break
        _take(part, found)
    return found


def _inner(part: Message) -> list[Message]:
    """The parts of a part."""
    inner: Any = part.get_payload()
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []


def _walk(message: Message) -> Iterator[Message]:
    """Leaves, and reports as a whole; without recursion, however deep it is."""
    left = [message]
    while left:
        part = left.pop()
        kind = part.get_content_type()
        inner = _inner(part)
        if not part.is_multipart() or kind in ("message/rfc822", "message/delivery-status",
                                                   "message/disposition-notification"):  # fmt: skip
            yield part
        elif kind == "multipart/alternative":
            left.extend(reversed(_best(inner)))
        else:
            left.extend(reversed(inner))


def _best(choices: list[Message]) -> list[Message]:
    """Of the same in several forms: plain text if it isn't empty, else the form that is."""
    plain = [one for one in choices if one.get_content_type() == "text/plain"]
    others = [one for one in choices if one.get_content_type() not in ("text/plain", "text/html")
              and not one.is_multipart()]  # fmt: skip
    if any(_text(one).strip() for one in plain):
        rest = [one for one in choices if one.is_multipart() and not _is_html(one)]
        return [*plain, *rest, *others, *_pictures_beside(choices)]
    return [one for one in choices if one not in plain]


def _is_html(part: Message) -> bool:
    return "text/html" in [one.get_content_type() for one in _inner(part)]


def _pictures_beside(choices: list[Message]) -> list[Message]:
    """The files of an HTML part that is passed over."""
    found: list[Message] = []
    for one in choices:
        if _is_html(one):
            found += [part for part in _inner(one) if part.get_content_maintype() != "text"]
    return found


def _take(part: Message, found: Parts) -> None:
    kind = part.get_content_type()
    disposition = part.get_content_disposition()
    if kind == "message/delivery-status":
        found.report += _inner(part)
    elif kind == "message/disposition-notification":
        found.receipt = True
    elif kind in ("message/rfc822", "text/rfc822-headers"):
        found.returned.append(_returned(part, kind))
        if kind == "message/rfc822":
            found.files.append((_name(part, kind), kind, b""))
    elif kind in ("text/plain", "text/html") and disposition != "attachment":
        if sum(map(len, found.texts)) < _MOST_TEXT:
            found.texts.append(_text(part))
    elif len(found.files) < _MOST_FILES:
        data = part.get_payload(decode=True)
        found.files.append((_name(part, kind), kind, data if isinstance(data, bytes) else b""))


def _returned(part: Message, kind: str) -> Message:
    if kind == "message/rfc822" and (inner := _inner(part)):
        return inner[0]
    return BytesParser(policy=compat32).parsebytes(_bytes(part)[:LARGEST], headersonly=True)


def _bytes(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _name(part: Message, kind: str) -> str:
    plain = Message()
    for header in ("Content-Disposition", "Content-Type"):
        if values := values_of(part, header.lower()):
            plain[header] = plain_text(values[0])
    try:
        typed = plain.get_filename() or ""
    except (ValueError, LookupError, UnicodeError, TypeError):
        typed = ""
    ending = kind.rpartition("/")[2]
    name = clean_line(decoded(str(typed))).replace("\\", "/").rpartition("/")[2]
    return name[-_NAME:] or f"unnamed.{re.sub(r'[^a-z0-9]', '', ending)[:10]}"


def _text(part: Message) -> str:
    """A text part in Unicode, whatever it says its letters are."""
    try:
        charset = str(part.get_content_charset() or "")
    except (ValueError, LookupError, UnicodeError):
        charset = ""
    text = lettered(_bytes(part)[:_MOST_TEXT], charset).replace("\r\n", "\n").replace("\r", "\n")
    if part.get_content_type() == "text/html":
        return text_of(text)
    flowed = str(part.get_param("format", "")).lower() == "flowed"
    return _unflowed(text, str(part.get_param("delsp", "")).lower() == "yes") if flowed else text


def lettered(data: bytes, charset: str) -> str:
    """Bytes as text. What is UTF-8 by its form is read so where one byte was to be one letter:
    such texts are seldom anything else, and programs often say the wrong thing.
    """
    name = charset.strip().lower()
    single = (
        not name or name in ("us-ascii", "ascii") or name.startswith(("iso-8859", "windows-125"))
    )
    for one in ("utf-8", name) if single else (name, "utf-8"):
        try:
            if one:
                return data.decode(one)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def _unflowed(text: str, joined: bool) -> str:
    """Lines that were broken only for the way (RFC 3676) are one again."""
    lines: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        bare = line[depth:].removeprefix(" ")
        if open_depth == depth and lines and bare != "-- ":
            lines[-1] += bare
        else:
            lines.append(("> " if depth else "") + bare)
        soft = lines[-1].endswith(" ") and bare != "-- "
        if soft and joined:
            lines[-1] = lines[-1][:-1]
        open_depth = depth if soft else None
    return "\n".join(lines)


def words_of(parts: Parts, *, split: bool) -> dict[str, Any]:
    """The text as it was written, and the same without what it quotes."""
    whole = clean_text("\n".join(text for text in parts.texts if text.strip()))
    own = clean_text(without_quotes(_quotable(parts.texts))) if split else whole
    return {"text": own[:LONGEST_TEXT], "whole": whole[:LONGEST_WHOLE],
            "text_cut": len(own) > LONGEST_TEXT or parts.cut}  # fmt: skip


def _quotable(texts: list[str]) -> str:
    return "\n".join(text for text in texts if text.strip())


def kind_of(name: str, kind: str) -> str:
    """What becomes of a file of that name and kind."""
    if kind in _SIGNATURES:
        return "signature"
    if kind in PICTURES:
        return "picture"
    return "model" if ending_of(name) in MODEL_ENDINGS else "named"


def sealed(parts: Parts) -> bool:
    """Whether the text is within a file that is not read here (S/MIME, PGP, Outlook's own)."""
    kinds = {kind for _name, kind, _data in parts.files}
    return not any(text.strip() for text in parts.texts) and bool(kinds & {*_ENCRYPTED, _SEALED})
