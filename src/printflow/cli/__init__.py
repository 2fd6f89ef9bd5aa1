"""The ``printflow`` command.

Each subcommand is in its own module, which is loaded when it's called: ``printflow --help`` loads
neither the database nor the settings. A command's exit code is 0 (done), 1 (refused), 2 (wrong
usage) or 3 (something Printflow needs is unavailable, or a fault); see :mod:`printflow.cli.faults`.
"""

from __future__ import annotations

import os
import sys

from . import collector, priority

__all__ = ["main"]


def main() -> None:
    """Run the command line and end the process."""
    collector.not_yet()
    priority.of_whole_process()
    # Plug-ins of pydantic are looked for in every package that is installed; Printflow has none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from .root import printflow
        from .streams import prepare_streams

        prepare_streams()
        printflow.main(prog_name="printflow")
    except KeyboardInterrupt:  # before the command began: afterwards faults.py sees it
        sys.exit(130)
    finally:
        collector.no_more()
