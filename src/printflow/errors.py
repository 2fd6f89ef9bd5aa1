"""Every error that Printflow raises on purpose, in one class tree.

Each error says in words for people what is wrong (``str(error)``), carries a stable ``code`` for
programs and, where there is something to do about it, a ``next_step``. The words are made with
:func:`~printflow.said.say`, so that a page can show them in the reader's language. None of them knows HTTP or
exit codes: the web adapter and the command line each keep one map from these classes to theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .said import say, sentences


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why something was refused.

    ``code`` is stable and for programs, ``message`` and ``next_step`` are for people, ``field``
    names the form field or argument that the reason is about ("" when it is about the whole).
    """

    code: str
    message: str
    field: str = ""
    next_step: str = ""

    def __str__(self) -> str:
        return sentences((self.message, self.next_step))

    @property
    def bare(self) -> bool:
        """Whether the message makes sense only beside its field: it doesn't say what is too long."""
        return self.code.endswith("_too_long")


class PrintflowError(Exception):
    """Base of all errors below."""

    code: str = "error"

    def __init__(self, message: str, *, next_step: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        if code:
            self.code = code

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """The reasons, one at least; errors with several override this."""
        return (Refusal(self.code, self.message, "", self.next_step),)


class _SeveralReasons(PrintflowError):
    def __init__(self, refusals: Sequence[Refusal], *, message: str = "") -> None:
        self._refusals = tuple(refusals)
        if not self._refusals:
            raise ValueError("a refusal needs at least one reason")
        super().__init__(message or sentences(str(reason) for reason in self._refusals))

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        return self._refusals


# -- what was typed or sent ---------------------------------------------------------------------


class InvalidInput(_SeveralReasons):
    """Fields of a form or arguments of a call are missing or wrong; one refusal per field."""

    code = "invalid_input"

    @classmethod
    def of(cls, field: str, code: str, message: str, next_step: str = "") -> InvalidInput:
        """The error about a single field."""
        return cls([Refusal(code, message, field, next_step)])


class FileRefused(PrintflowError):
    """A model file was not accepted. ``code`` says why; the subclass says of what kind."""

    code = "file_refused"
    field = "file"
    """Of which field: that of the second model of a submission is ``file-2``."""

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        return (Refusal(self.code, self.message, self.field, self.next_step),)


class FileMissing(FileRefused):
    """No file was sent."""

    code = "file_missing"


class FileTypeRefused(FileRefused):
    """The file is of a kind that is not taken, by its name or by its content."""

    code = "file_type"


class FileUnusable(FileRefused):
    """The file is of an accepted kind, but empty, cut short, damaged or without geometry."""

    code = "file_unusable"


class FileTooLarge(FileRefused):
    """The file is over the size limit."""

    code = "file_too_large"


class UploadGone(FileRefused):
    """A file that was sent in pieces isn't here any more, or is another request's by now."""

    code = "upload_gone"


class UploadMismatch(PrintflowError):
    """A piece doesn't go where its sender says, or isn't what its sender says; none of it was kept.

    ``code`` is upload_offset, upload_checksum, or upload_busy while another piece is written.
    """

    code = "upload_offset"


class NotFound(PrintflowError):
    """No such job, link or record. Says the same for unknown, foreign and malformed ids."""

    code = "not_found"


class TooManyRequests(PrintflowError):
    """Too often in too short a time; ``retry_after`` is in seconds."""

    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after: int, next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.retry_after = retry_after


class SignInRefused(PrintflowError):
    """The staff password is wrong, or none is set."""

    code = "sign_in_refused"


class CallbackRefused(PrintflowError):
    """What the payment service said isn't signed, or was signed too long ago; nothing was done."""

    code = "callback_refused"


class Forbidden(PrintflowError):
    """Who acts doesn't have the ``right`` that this needs; nothing was done.

    ``right`` is the value of a :class:`~printflow.domain.rights.Right`, ``role`` the name of the
    role that lacks it, "" for strangers.
    """

    code = "right_missing"

    def __init__(self, message: str, *, right: str, role: str, next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.right = right
        self.role = role


class ConfirmationNeeded(PrintflowError):
    """The act is sensitive, and the password was not typed in the last minutes; nothing was done."""

    code = "confirmation_needed"


class IdentityRefused(PrintflowError):
    """A sign-in by the provider, or by a proxy's header, was not accepted; ``code`` says why."""

    code = "identity_refused"


# -- the lifecycle ------------------------------------------------------------------------------


class TransitionRefused(_SeveralReasons):
    """The lifecycle allows the trigger here, but guards refused it; carries *all* their reasons."""

    code = "transition_refused"


class Conflict(PrintflowError):
    """The job is not (or no longer) where the caller believed it to be."""

    code = "conflict"


class TransitionNotAllowed(Conflict):
    """The trigger does not exist in the job's status.

    ``status`` is the status now, ``allowed`` the triggers that exist in it, and ``last_actor``,
    ``last_trigger`` and ``last_at`` say who did what when to bring it there, where that is known.
    """

    code = "not_allowed"

    def __init__(
        self,
        message: str,
        *,
        trigger: str,
        status: str,
        allowed: Sequence[str] = (),
        last_actor: str = "",
        last_trigger: str = "",
        last_at: datetime | None = None,
        next_step: str = "",
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.trigger = trigger
        self.status = status
        self.allowed = tuple(allowed)
        self.last_actor = last_actor
        self.last_trigger = last_trigger
        self.last_at = last_at


class StaleJob(TransitionNotAllowed):
    """Someone changed the job since the caller looked at it; nothing was done."""

    code = "stale"


class CatalogChanged(Conflict):
    """Someone changed the catalog in the meantime; nothing was done."""

    code = "catalog_changed"

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__(
            say("Someone else changed the catalog in the meantime."),
            next_step=say("Compare your changes with the current catalog, then save again."),
        )
        self.by = by
        self.at = at


class MailNotRetried(Conflict):
    """The mail is on its way, was canceled with the action that wrote it, or was overtaken."""

    code = "mail_not_retried"


class LinkExpired(PrintflowError):
    """The confirmation link is past its date."""

    code = "link_expired"


class LinkOvertaken(Conflict):
    """A newer quote, or a decision, took the place of this confirmation link."""

    code = "link_overtaken"


# -- the surroundings ---------------------------------------------------------------------------


class SettingsError(PrintflowError):
    """A setting is missing, unknown or wrong. ``key`` names it and ``source`` where it stands."""

    code = "settings"

    def __init__(
        self, message: str, *, key: str = "", source: str = "", next_step: str = ""
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.key = key
        self.source = source


class PathUnusable(PrintflowError):
    """A file or folder that was named cannot be used; nothing was written to it."""

    code = "path_unusable"


class CatalogInvalid(_SeveralReasons):
    """The lab's catalog contradicts itself; one refusal per problem, ``field`` is the place."""

    code = "catalog"


class BackupUnverified(PrintflowError):
    """The backup is not signed, signed by another lab, or there is no key to tell by."""

    code = "backup_unverified"


class BackupDamaged(PrintflowError):
    """The folder holds no backup, a newer one, or one that is not what its manifest says."""

    code = "backup_damaged"


class AlreadyRunning(PrintflowError):
    """Another server already runs on this embedded database, or the port is taken."""

    code = "already_running"


class Unavailable(PrintflowError):
    """Something outside is not there right now; ``retry_after`` in seconds. Nothing was done."""

    code = "unavailable"
    retry_after: int = 10

    def __init__(
        self, message: str, *, next_step: str = "", code: str = "", detail: str = ""
    ) -> None:
        super().__init__(message, next_step=next_step, code=code)
        self.detail = detail
        """What only those who run the lab may read: addresses, paths, a system's own words."""

    def __str__(self) -> str:
        return self.detail or self.message


class SignInBusy(Unavailable):
    """Too many sign in at the same moment: their passwords are compared one after the other."""

    code = "sign_in_busy"
    retry_after = 5


class ProviderUnavailable(Unavailable):
    """The sign-in provider doesn't answer, or not as it should."""

    code = "provider_unavailable"
    retry_after = 60


class StoreUnavailable(Unavailable):
    """The file store is missing, does not answer, or is another lab's."""

    code = "store_unavailable"


class DiskFull(Unavailable):
    """The disk of a file or folder that was named is full."""

    code = "disk_full"


class StoreFull(Unavailable):
    """The disk reserve is reached; no file is taken."""

    code = "store_full"
    retry_after = 600


class DatabaseBusy(Unavailable):
    """Someone else held the database's write lock for too long."""

    code = "database_busy"
    retry_after = 5


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached or opened."""

    code = "database_unavailable"


class DatabaseDamaged(DatabaseUnavailable):
    """Pages, rows or an index of the database are not what was written."""

    code = "database_damaged"
    retry_after = 600


class BackupNotTaken(Unavailable):
    """The backup could not be written; nothing of it is left, and earlier ones are unchanged."""

    code = "backup_not_taken"


class MigrationNeeded(DatabaseUnavailable):
    """The database's schema is older or newer than this program."""

    code = "migration"
