"""The ``printflow`` command.

Subcommands live in modules of their own, loaded when they are called: ``printflow --help`` loads
neither the database nor the settings. A command's exit code is 0 (done), 1 (refused), 2 (wrong
use) or 3 (the surroundings do not answer, or a fault); see :mod:`printflow.cli.faults`.
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and end the process."""
    try:
        from .root import printflow
        from .streams import prepare_streams

        prepare_streams()
        printflow.main(prog_name="printflow")
    except KeyboardInterrupt:  # before the command began: afterwards faults.py sees it
        sys.exit(130)
