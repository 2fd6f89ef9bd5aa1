"""The one map from errors to exit codes and to words on standard error."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

import click

from printflow.errors import (
    AlreadyRunning,
    BackupDamaged,
    CatalogInvalid,
    DiskFull,
    PathUnusable,
    PrintflowError,
    SettingsError,
    TransitionNotAllowed,
    Unavailable,
)
from printflow.said import say

from .documents import instant, print_json
from .session import Session
from .streams import ENDED_BY_USER, is_closed_pipe, output_fails, silence_output, warn

REFUSED, WRONG_USE, SURROUNDINGS = 1, 2, 3

_EXIT_CODES: tuple[tuple[type[PrintflowError], int], ...] = (
    (SettingsError, WRONG_USE),
    (CatalogInvalid, WRONG_USE),
    (AlreadyRunning, WRONG_USE),
    (PathUnusable, WRONG_USE),
    (BackupDamaged, REFUSED),
    (Unavailable, SURROUNDINGS),
    (PrintflowError, REFUSED),
)


def exit_code(error: PrintflowError) -> int:
    """What the process ends with."""
    return next(code for kind, code in _EXIT_CODES if isinstance(error, kind))


class Ending:
    """Around a command: what it raises becomes words (and JSON, if asked) and an exit code."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        code = None if error is None else _ending_of(error, self._session)
        if code is not None:
            raise click.exceptions.Exit(code) from error


def _ending_of(error: BaseException, session: Session) -> int | None:
    """Say what went wrong; gives the exit code, None for what click handles itself."""
    if isinstance(error, PrintflowError):
        _say(error, session)
        return exit_code(error)
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return ENDED_BY_USER
    if isinstance(error, OSError) and is_closed_pipe(error):
        silence_output()
        return ENDED_BY_USER
    if isinstance(error, OSError) and output_fails(error):
        silence_output()
        why = error.strerror or str(error)
        return _ending_of(DiskFull(say("The output can't be written: {why}.", why=why)), session)
    if not isinstance(error, Exception) or isinstance(
        error, click.ClickException | click.exceptions.Exit
    ):
        return None
    return _say_fault(error, session)


def lines_of(error: PrintflowError) -> list[str]:
    """The error for people: one line per reason, ``Field: what is wrong, what to do next``."""
    from printflow.domain.field_labels import labeled

    if isinstance(error, SettingsError):
        return [_settings_line(error)]
    if isinstance(error, CatalogInvalid):
        return [error.message]
    if isinstance(error, Unavailable) and error.detail:
        return [error.detail]
    lines = [labeled(reason, str(reason)) for reason in error.refusals]
    if isinstance(error, TransitionNotAllowed) and error.last_actor:
        lines.append(_last_action(error))
    return lines


def _last_action(error: TransitionNotAllowed) -> str:
    """What was done last, by whom and when on this machine's clock."""
    from printflow import day_text

    last = getattr(error.last_trigger, "label", str(error.last_trigger))
    if error.last_at is None:
        return f"Last action: {last} by {error.last_actor}."
    here = error.last_at.astimezone()
    clock = f"{here:%I:%M %p}".lstrip("0")
    return f"Last action: {last} by {error.last_actor} on {day_text(here.date())}, {clock}."


def _settings_line(error: SettingsError) -> str:
    said = error.message
    if error.key and not error.source and not said.startswith(error.key):
        said = f"{error.key}: {said}"
    if not error.next_step:
        return said
    return f"{said.rstrip('.')}. {error.next_step}"


def document_of(error: PrintflowError) -> dict[str, Any]:
    """The error for programs."""
    document: dict[str, Any] = {
        "error": {
            "code": error.code,
            "message": error.message,
            "next_step": error.next_step,
            "refusals": [
                {
                    "code": reason.code,
                    "field": reason.field,
                    "message": reason.message,
                    "next_step": reason.next_step,
                }
                for reason in error.refusals
            ],
        }
    }
    if isinstance(error, TransitionNotAllowed):
        document["status"] = str(error.status)
        document["allowed"] = [str(trigger) for trigger in error.allowed]
        document["last"] = {
            "actor": error.last_actor,
            "trigger": str(error.last_trigger),
            "at": instant(error.last_at),
        }
    if isinstance(error, Unavailable):
        document["error"]["detail"] = error.detail
    if isinstance(error, SettingsError):
        document["error"] |= {"key": error.key, "source": error.source}
    return document


def _say(error: PrintflowError, session: Session) -> None:
    for line in lines_of(error):
        warn(line)
    if session.json and not session.streaming:
        _print(document_of(error))
    if session.debug:
        _trace(error)


def _say_fault(error: Exception, session: Session) -> int:
    from .log import log_fault

    fault_id, path = log_fault(error, session.settings, session.role, debug=session.debug)
    where = f"For details, see the log: {path}" if path else "For details, run: printflow --debug"
    warn(f"Something went wrong unexpectedly ({type(error).__name__}, error {fault_id}). {where}")
    if session.json and not session.streaming:
        message = f"unexpected fault {fault_id}"
        _print({"error": {"code": "fault", "message": message, "refusals": []}})
    return SURROUNDINGS


def _print(document: dict[str, Any]) -> None:
    """The error on standard output, if that still takes anything (its disk may be full)."""
    try:
        print_json(document)
    except OSError:
        silence_output()


def _trace(error: PrintflowError) -> None:
    import traceback

    traceback.print_exception(error, file=sys.stderr)
