"""A mailbox by IMAP (imap-tools), where every call ends in time, whatever the server does."""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from imap_tools import (
    BaseMailBox,
    ImapToolsError,
    MailboxFolderSelectError,
)

from ..ports import MailboxRefused, MailboxUnreachable, MailboxView, MailFailure
from ..runtime.deadline import TookTooLong, within
from ..said import Said, say
from .heads import LARGEST

T = TypeVar("T")

_WORDS = 200
"""Characters of what a server says."""
_PASSING = re.compile(
    r"\[?(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN-TEMP)\b|try again|temporar", re.I
)
_SLICE = 1.0
"""Seconds between two looks at whether to stop waiting."""
_IDLE_SECONDS: Final = 240.0
"""So long one IDLE lasts: what was cut off without a word is noticed then (RFC 2177: 29 minutes)."""


class _Held(imaplib.IMAP4):
    """A client that others can reach while it still waits for the server's greeting."""

    def __init__(self, held: list[imaplib.IMAP4], *given: Any, **options: Any) -> None:
        held.append(self)
        super().__init__(*given, **options)


class _HeldTls(imaplib.IMAP4_SSL):
    """The same, with TLS from the first byte."""

    def __init__(self, held: list[imaplib.IMAP4], *given: Any, **options: Any) -> None:
        held.append(self)
        super().__init__(*given, **options)


class _Box(BaseMailBox):
    """imap-tools on a client that was made here."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._made = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._made


class _LoginRefused(Exception):
    """The server said no to the login."""


class _NoEncryption(Exception):
    """The server doesn't offer it."""


class ImapMailbox:
    """One folder of one account; used by one thread at a time.

    ``access_token`` gives a current token for XOAUTH2 and raises MailFailure; ``token_refused`` is
    told of one that the server didn't take. What can't be encrypted as told isn't opened at all.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: str,
        username: str,
        password: str = "",
        access_token: Callable[[], str] | None = None,
        token_refused: Callable[[str], None] | None = None,
        folder: str = "INBOX",
        read_folder: str = "",
        ca_file: Path | None = None,
        timeout_seconds: float = 30,
        deadline_seconds: float = 60,
    ) -> None:
        self._host, self._port, self._security = host, port, security
        self._username, self._password = username, password
        self._token, self._token_refused = access_token, token_refused
        self._folder, self._read_folder = folder, read_folder
        self._ca_file = ca_file
        self._timeout = min(timeout_seconds, deadline_seconds)
        self._deadline = deadline_seconds
        self._box: BaseMailBox | None = None
        self._held: list[imaplib.IMAP4] = []
        self._number = 0
        """Of the connection; one that was given up may still be on its way."""
        self._idle_since: float | None = None
        self._made_folder = False

    @property
    def place(self) -> str:
        return f"{self._username}@{self._host}:{self._port}/{self._folder}"

    # -- what the port says -----------------------------------------------------------------------

    def open(self) -> MailboxView:
        return self._in_time(self._open)

    def uids_since_days(self, days: int) -> Sequence[int]:
        since = date.today() - timedelta(days=days)  # noqa: DTZ011 - a server's day, roughly
        words = f"SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}"
        return self._in_time(lambda: self._search(words))

    def uids_from(self, first: int) -> Sequence[int]:
        # "5:*" finds the last email even if its number is below 5.
        found = self._in_time(lambda: self._search(f"UID {first}:*"))
        return [uid for uid in found if uid >= first]

    def size(self, uid: int) -> int | None:
        def asked() -> int | None:
            for line in self._fetched(uid, "(RFC822.SIZE)"):
                text = line[0] if isinstance(line, tuple) else line
                if found := re.search(rb"RFC822\.SIZE (\d+)", text or b""):
                    return int(found[1])
            return None

        return self._in_time(asked)

    def fetch(self, uid: int, size: int, *, head: bool = False) -> bytes | None:
        most = LARGEST if head else size
        what = f"(BODY.PEEK[{'HEADER' if head else ''}]<0.{most}>)"

        def asked() -> bytes | None:
            parts = (one for one in self._fetched(uid, what) if isinstance(one, tuple))
            return next((bytes(one[1]) for one in parts if len(one) > 1), None)

        return self._in_time(asked)

    def put_away(self, uid: int) -> None:
        self._in_time(lambda: self._put_away(uid))

    def wait(self, seconds: float, stopped: Callable[[], bool]) -> bool:
        return self._in_time(lambda: self._wait(seconds, stopped), more=seconds)

    def close(self) -> None:
        box = self._box
        if box is not None:
            with contextlib.suppress(Exception):
                within(2.0, box.logout)
        self._cut()

    # -- what it does -----------------------------------------------------------------------------

    def _open(self) -> MailboxView:
        if self._box is None:
            number = self._number
            box = self._connected()
            try:
                self._sign_in(box)
            except imaplib.IMAP4.abort:
                raise
            except (imaplib.IMAP4.error, ImapToolsError) as error:
                raise _LoginRefused(error) from error
            if number != self._number:  # nobody waits for it any more
                _cut(box.client)
                raise imaplib.IMAP4.abort("too late")
            self._box = box
            _, capabilities = self._box.client.capability()
            self._box.client.capabilities = tuple(capabilities[-1].decode().upper().split())
        self._end_idle()
        box = self._box
        box.folder.set(self._folder)
        validity = _number(box, "UIDVALIDITY") or 0
        next_uid = _number(box, "UIDNEXT")
        if next_uid is None:
            status = box.folder.status(self._folder, ["UIDNEXT"])
            next_uid = int(status["UIDNEXT"])
        return MailboxView(validity, next_uid)

    def _connected(self) -> BaseMailBox:
        where = (self._host, self._port)
        if self._security == "none":
            return _Box(_Held(self._held, *where, timeout=self._timeout))
        context = ssl.create_default_context(cafile=str(self._ca_file) if self._ca_file else None)
        if self._security == "tls":
            return _Box(_HeldTls(self._held, *where, timeout=self._timeout, ssl_context=context))
        client = _Held(self._held, *where, timeout=self._timeout)
        if "STARTTLS" not in client.capabilities:
            raise _NoEncryption
        client.starttls(context)
        return _Box(client)

    def _sign_in(self, box: BaseMailBox) -> None:
        if self._token is not None:
            token = self._token()
            try:
                box.xoauth2(self._username, token, initial_folder=None)
            except (ImapToolsError, imaplib.IMAP4.error):
                if self._token_refused is not None:
                    self._token_refused(token)
                raise
        elif self._password.isascii() and self._username.isascii():
            box.login(self._username, self._password, initial_folder=None)
        else:
            box.login_utf8(self._username, self._password, initial_folder=None)

    def _search(self, words: str) -> list[int]:
        box = self._ready()
        return sorted(int(uid) for uid in box.uids(words, charset=None))

    def _fetched(self, uid: int, what: str) -> list[Any]:
        kind, found = self._ready().client.uid("FETCH", str(uid), what)
        if kind != "OK":
            raise imaplib.IMAP4.error(f"FETCH: {found!r}"[:_WORDS])
        return [one for one in found if one is not None]

    def _put_away(self, uid: int) -> None:
        box = self._ready()
        client = box.client
        client.uid("STORE", str(uid), "+FLAGS", r"(\Seen)")
        if not self._read_folder:
            return
        if not self._made_folder:
            if not box.folder.exists(self._read_folder):
                box.folder.create(self._read_folder)
            self._made_folder = True
        box.move([str(uid)], self._read_folder)

    def _wait(self, seconds: float, stopped: Callable[[], bool]) -> bool:
        box = self._ready_to_wait()
        until = time.monotonic() + seconds
        if "IDLE" not in box.client.capabilities:
            while time.monotonic() < until and not stopped():
                time.sleep(_SLICE)
            box.client.noop()
            return True
        if self._idle_since is None:
            box.idle.start()  # type: ignore[no-untyped-call]
            self._idle_since = time.monotonic()
            if _something_buffered(box):
                self._end_idle()
                return True
        while (left := until - time.monotonic()) > 0 and not stopped():
            said = box.idle.poll(timeout=min(_SLICE, left))
            if any(b"EXISTS" in line for line in said):
                self._end_idle()
                return True
            if any(line.upper().startswith(b"* BYE") for line in said) or _gone(box):
                raise imaplib.IMAP4.abort(b" ".join(said).decode("utf-8", "replace") or "closed")
        if time.monotonic() - self._idle_since > _IDLE_SECONDS:
            self._end_idle()
            return True
        return False

    def _end_idle(self) -> None:
        if self._idle_since is not None and self._box is not None:
            self._idle_since = None
            self._box.idle.stop()  # type: ignore[no-untyped-call]

    def _ready(self) -> BaseMailBox:
        self._end_idle()
        return self._ready_to_wait()

    def _ready_to_wait(self) -> BaseMailBox:
        if self._box is None:
            raise imaplib.IMAP4.abort("not connected")
        return self._box

    # -- how it fails -----------------------------------------------------------------------------

    def _in_time(self, call: Callable[[], T], *, more: float = 0) -> T:
        try:
            return within(self._deadline + more, call)
        except TookTooLong:
            failure: MailboxUnreachable = MailboxUnreachable(
                say(
                    "{server} didn't answer within {seconds} s.",
                    server=self._where,
                    seconds=f"{self._deadline:g}",
                )
            )
        except MailFailure as error:
            failure = MailboxRefused(error.detail) if error.kind != "transient" else (
                MailboxUnreachable(error.detail)
            )  # fmt: skip
        except ssl.SSLCertVerificationError as error:
            failure = MailboxRefused(
                say(
                    "{server}: its certificate isn't trusted ({why}).",
                    server=self._where,
                    why=error.verify_message,
                )
            )
        except _LoginRefused as error:
            failure = self._refusal(error.args[0], say("{server} rejected the login: {why}"))
        except MailboxFolderSelectError as error:
            failure = self._refusal(
                error, say("{server} has no folder {folder}: {why}").having(folder=self._folder)
            )
        except _NoEncryption:
            failure = MailboxRefused(
                say(
                    "{server} doesn't offer encryption (STARTTLS), so the password wasn't sent. Check "
                    "inbox.port and inbox.security.",
                    server=self._where,
                )
            )
        except imaplib.IMAP4.abort as error:
            failure = self._broken(str(error))
        except (imaplib.IMAP4.error, ImapToolsError) as error:
            failure = self._broken(str(error))
        except (OSError, EOFError) as error:
            failure = self._broken(getattr(error, "strerror", None) or str(error))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            failure = self._broken(f"{type(error).__name__}: {error}")  # no IMAP that anyone knows
        self._cut()
        raise failure from None

    @property
    def _where(self) -> str:
        return f"{self._host}:{self._port}"

    def _broken(self, words: str) -> MailboxUnreachable:
        why = " ".join(words.split())[:_WORDS] or say("The connection broke off.")
        return MailboxUnreachable(say("{server}: {why}", server=self._where, why=why))

    def _refusal(self, error: Exception, words: Said) -> MailboxUnreachable:
        why = " ".join(_said_by(error).split())[:_WORDS]
        if self._password:
            why = why.replace(self._password, "…")
        detail = words.having(server=self._where, why=why)
        return MailboxUnreachable(detail) if _PASSING.search(why) else MailboxRefused(detail)

    def _cut(self) -> None:
        self._number += 1
        self._box, self._idle_since = None, None
        while self._held:
            _cut(self._held.pop())


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _said_by(error: Exception) -> str:
    """What the server said, out of imap-tools' error."""
    result = getattr(error, "command_result", None)
    if result is not None and len(result) > 1:
        parts = result[1] if isinstance(result[1], list | tuple) else [result[1]]
        return " ".join(
            one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one)
            for one in parts
            if one
        )
    return str(error)


def _number(box: BaseMailBox, name: str) -> int | None:
    _, found = box.client.response(name)
    return int(found[-1]) if found and found[-1] else None


def _something_buffered(box: BaseMailBox) -> bool:
    """Whether the server said more along with its yes to IDLE: a look at the socket misses that."""
    client: Any = box.client
    sock = client.sock
    if getattr(sock, "pending", lambda: 0)():
        return True
    before = sock.gettimeout()
    sock.settimeout(0)
    try:
        return bool(client.file.peek(1))
    except (OSError, ValueError):
        return False
    finally:
        sock.settimeout(before)


def _gone(box: BaseMailBox) -> bool:
    """Whether the server has closed the connection."""
    sock = box.client.sock
    before = sock.gettimeout()
    sock.settimeout(0)
    try:
        if isinstance(sock, ssl.SSLSocket):
            return False  # its end comes as an error of the next command
        return sock.recv(1, socket.MSG_PEEK) == b""
    except (BlockingIOError, InterruptedError):
        return False
    except OSError:
        return True
    finally:
        sock.settimeout(before)


def _cut(client: imaplib.IMAP4) -> None:
    """Close without a word: to say goodbye would be to wait."""
    sock = getattr(client, "sock", None)
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(Exception):
        client.shutdown()
