"""Standard output and error: any name can be printed, and a closed pipe ends quietly."""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from collections.abc import Iterable
from contextlib import suppress

import click

ENDED_BY_USER = 130
"""Exit code after Ctrl-C or a closed pipe."""


def prepare_streams() -> None:
    """Characters that the terminal cannot show are replaced instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def is_closed_pipe(error: OSError) -> bool:
    """Whether the reader of our output went away (Windows says "invalid argument")."""
    return isinstance(error, BrokenPipeError) or (
        sys.platform == "win32" and error.errno == errno.EINVAL
    )


def output_fails(error: OSError) -> bool:
    """Whether the error is that what was said cannot be written, as on a full disk."""
    if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
        return False
    talking = {__name__, f"{__package__}.documents", f"{__package__}.tables"}
    frames = traceback.walk_tb(error.__traceback__)
    return any(frame.f_globals.get("__name__") in talking for frame, _ in frames)


def silence_output() -> None:
    """Nothing more is written to a closed pipe, also not when the interpreter ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def flush_output() -> None:
    """Write what was said; raises BrokenPipeError when nobody reads it."""
    sys.stdout.flush()


def on_terminal() -> bool:
    """Whether a person reads the output directly."""
    return sys.stdout.isatty()


def tell(text: str = "") -> None:
    """A line for people, at once."""
    click.echo(text)


def pour(chunks: Iterable[bytes]) -> None:
    """Bytes as they come, such as those of a file."""
    sys.stdout.flush()
    for chunk in chunks:
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def warn(text: str) -> None:
    """A line on standard error."""
    click.echo(text, err=True)
