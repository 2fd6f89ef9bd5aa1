"""The mailbox that replies come to, and reading what is in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..domain.incoming import ArrivedMail


class MailboxUnreachable(Exception):
    """The mailbox doesn't answer, or broke off. ``detail`` is for people, without secrets."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class MailboxRefused(MailboxUnreachable):
    """The mailbox says no: login, certificate, folder. To wait won't help."""


@dataclass(frozen=True, slots=True)
class MailboxView:
    """The mailbox as it was opened: ``validity`` changes when its numbers begin again, ``next_uid``
    is the number of the next email.
    """

    validity: int
    next_uid: int


class Mailbox(Protocol):
    """One folder on a mail server. Every call ends within its deadline.

    All raise MailboxUnreachable, and MailboxRefused where it says no; the connection is closed then.
    """

    @property
    def place(self) -> str:
        """Which account and folder it is; no secret."""

    def open(self) -> MailboxView:
        """Connect, if it isn't connected, and open the folder again."""

    def uids_since_days(self, days: int) -> Sequence[int]:
        """The numbers of the emails that came within so many days, in their order."""

    def uids_from(self, first: int) -> Sequence[int]:
        """The numbers of the emails from ``first`` on, in their order."""

    def size(self, uid: int) -> int | None:
        """Its bytes; None when it's gone."""

    def fetch(self, uid: int, size: int, *, head: bool = False) -> bytes | None:
        """The email of so many bytes, or its head alone, unchanged as to being read; None when it's
        gone."""

    def put_away(self, uid: int) -> None:
        """Mark it as read, or move it to the folder for that."""

    def wait(self, seconds: float, stopped: Callable[[], bool]) -> bool:
        """Whether to look for new emails now: something may have come within so many seconds. It ends
        soon after ``stopped``.
        """

    def close(self) -> None:
        """Never raises."""


class MailReader(Protocol):
    """Reads what came, however it was meant."""

    def read(self, raw: bytes) -> ArrivedMail:
        """Raises OSError where it can't be read now."""

    def head(self, raw: bytes, size: int, *, too_large: bool = False) -> ArrivedMail: ...
