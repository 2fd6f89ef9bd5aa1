"""The ``printflow-opener`` command."""

import argparse
import sys
from collections.abc import Sequence

from printflow_opener import __version__


def build_parser() -> argparse.ArgumentParser:
    """The command line, apart from running it."""
    parser = argparse.ArgumentParser(
        prog="printflow-opener",
        description="Opens a print job's file in this PC's slicer when a link on a Printflow "
        "page is clicked.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = build_parser()
    parser.parse_args(argv)
    parser.print_help()
    return 0


if __name__ == "__main__":
    sys.exit(main())
