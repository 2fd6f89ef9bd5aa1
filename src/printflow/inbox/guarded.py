"""Reads emails in a protected process, one process for each, and believes its answers little."""

from __future__ import annotations

import base64
import json
import logging
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any, Final

from ..domain.incoming import (
    TELLING,
    ArrivedMail,
    Attachment,
    Kept,
    NewPicture,
    Report,
)
from ..domain.text import clean_line, clean_text
from ..runtime.deadline import TookTooLong, within
from ..said import say
from ..sandbox import Limits, Module, start
from .body import LONGEST_TEXT, LONGEST_WHOLE
from .heads import head_of, identity_of, moment_of

_log = logging.getLogger(__name__)

_LIMITS: Final = Limits(memory_bytes=1 << 30, cpu_seconds=20, file_bytes=1 << 20)
_SECONDS: Final = 30.0
_LONGEST_ANSWER: Final = 64 << 20
_MOST_PICTURE = 4 << 20
_MOST_PICTURES, _MOST_FILES, _MOST_IDS = 10, 40, 30
_SEALED = say("(The text is encrypted, or sealed in a file that can't be read here.)")
_ENVIRONMENT: Final[Mapping[str, str]] = {"OMP_NUM_THREADS": "1"}


class GuardedReader:
    """Reads what came; ``keep_bytes`` is how much of an email is kept as its original."""

    def __init__(self, *, keep_bytes: int, seconds: float = _SECONDS) -> None:
        self._keep = keep_bytes
        self._seconds = seconds

    def read(self, raw: bytes) -> ArrivedMail:
        """The email; of one that no process could read, its head alone. Raises OSError where no
        process can be started.
        """
        for split, pictures in ((True, True), (False, False)):
            said = self._asked(raw, split=split, pictures=pictures)
            if said is not None:
                with suppress(ValueError, KeyError, TypeError, AttributeError):
                    return self._mail(raw, said)
        return self.head(raw, len(raw))

    def head(self, raw: bytes, size: int, *, too_large: bool = False) -> ArrivedMail:
        """An email of which only the head is known."""
        said = head_of(raw)
        identity = identity_of(raw, said["message_id"])
        return ArrivedMail(
            **_of_head(said),
            identity=identity,
            size=size,
            too_large=too_large,
            unreadable=not too_large,
            original=raw[: self._keep],
            original_whole=False,
        )

    def _asked(self, raw: bytes, *, split: bool, pictures: bool) -> Any:
        """What the process says; None where it died or took too long."""
        orders = {"split": split, "pictures": pictures, "keep": self._keep}
        with tempfile.TemporaryFile() as given:
            given.write(json.dumps(orders).encode() + b"\n" + raw)
            given.flush()
            given.seek(0)
            process = start(
                Module("printflow.inbox.child"),
                limits=_LIMITS,
                environment=_ENVIRONMENT,
                stdin=given,
                stdout=subprocess.PIPE,
            )
            try:
                out = process.stdout
                assert out is not None
                return json.loads(within(self._seconds, lambda: _all_of(out)))
            except (TookTooLong, ValueError, OSError, RecursionError) as error:
                _log.warning("an email could not be read: %s", type(error).__name__)
                return None
            finally:
                process.kill()

    def _mail(self, raw: bytes, said: dict[str, Any]) -> ArrivedMail:
        head = _of_head(said)
        identity = identity_of(raw, head["message_id"])
        if said["unreadable"]:
            return ArrivedMail(
                **head, identity=identity, size=len(raw), unreadable=True,
                original=raw[: self._keep], original_whole=len(raw) <= self._keep,
            )  # fmt: skip
        reduced = said["reduced"]
        text = clean_text(str(said["text"]))[:LONGEST_TEXT]
        return ArrivedMail(
            **head,
            identity=identity,
            size=len(raw),
            text=text + ("…" if said["text_cut"] is True else "")
            if text
            else (_SEALED if said["sealed"] is True else ""),
            whole=clean_text(str(said["whole"]))[:LONGEST_WHOLE],
            report=_report(said["report"]),
            receipt=said["receipt"] is True,
            pictures=tuple(_picture(one) for one in said["pictures"][:_MOST_PICTURES]),
            attachments=tuple(
                Attachment(name=clean_line(str(one["name"]))[:100], size=int(one["size"]),
                           kept=Kept(one["kept"]))
                for one in said["attachments"][:_MOST_FILES]
            ),
            original=base64.b64decode(reduced, validate=True)[: self._keep] if reduced else raw,
            original_whole=not reduced,
        )  # fmt: skip


def _all_of(stream: IO[bytes]) -> bytes:
    began, found = time.monotonic(), bytearray()
    while chunk := stream.read(1 << 16):
        found += chunk
        if len(found) > _LONGEST_ANSWER or time.monotonic() - began > 2 * _SECONDS:
            raise ValueError("the answer is too long")
    return bytes(found)


def _of_head(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "message_id": clean_line(str(said["message_id"]))[:255],
        "references": tuple(clean_line(str(one))[:255] for one in said["references"][:_MOST_IDS]),
        "sender": clean_line(str(said["sender"]))[:254],
        "sender_name": clean_line(str(said["sender_name"]))[:100],
        "recipients": tuple(clean_line(str(one))[:254] for one in said["recipients"][:40]),
        "subject": clean_line(str(said["subject"]))[:200],
        "sent_at": moment_of(said["sent_at"]),
        "headers": {
            name: str(value)[:200] for name, value in said["headers"].items() if name in TELLING
        },
    }


def _report(said: Any) -> Report | None:
    if said is None:
        return None
    return Report(
        action=clean_line(str(said["action"]))[:20],
        reason=clean_line(str(said["reason"]))[:300],
        about=tuple(clean_line(str(one))[:255] for one in said["about"][:_MOST_IDS]),
    )


def _picture(said: Any) -> NewPicture:
    data = base64.b64decode(said["data"], validate=True)
    if len(data) > _MOST_PICTURE or data[:3] not in (b"\xff\xd8\xff", b"\x89PN"):
        raise ValueError("no picture that was made here")
    return NewPicture(
        name=clean_line(str(said["name"]))[:100],
        data=data,
        width=int(said["width"]),
        height=int(said["height"]),
    )
