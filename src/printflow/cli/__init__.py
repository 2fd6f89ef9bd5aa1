"""The ``printflow`` command.

Subcommands live in modules of their own, loaded when they are called: ``printflow --help`` loads
neither the database nor the settings. A command's exit code is 0 (done), 1 (refused), 2 (wrong
use) or 3 (the surroundings do not answer, or a fault); see :mod:`printflow.cli.faults`.
"""

from __future__ import annotations

import gc
import os
import sys

__all__ = ["main"]

_NEW_OBJECTS = 50_000
"""So many come before Python looks for garbage among them (its own 700 are from a time of small
memories): a start makes ten times as many, and keeps them all."""


def main() -> None:
    """Run the command line and end the process."""
    gc.set_threshold(_NEW_OBJECTS, 10, 10)
    # Plug-ins of pydantic are looked for in every package that is installed; Printflow has none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from .root import printflow
        from .streams import prepare_streams

        prepare_streams()
        printflow.main(prog_name="printflow")
    except KeyboardInterrupt:  # before the command began: afterwards faults.py sees it
        sys.exit(130)
