"""The ``printflow-opener`` command."""

import argparse
import io
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

from printflow_opener import __version__

_FAILED = 1
_USAGE = 2


class _WrongUse(Exception):
    """The command line is not understood."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong instead of ending the process: a browser starts it without a console."""

    def error(self, message: str) -> NoReturn:
        """Called by argparse."""
        raise _WrongUse(message)


def build_parser() -> argparse.ArgumentParser:
    """The command line, apart from running it."""
    parser = _Parser(
        prog="printflow-opener",
        allow_abbrev=False,
        description="Opens a print job's file in this PC's slicer when you click a link on a "
        "Printflow page.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("--config", metavar="FILE", help="the printflow-opener.toml to use")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    opening = commands.add_parser(
        "open", help="open the file that a link names", allow_abbrev=False
    )
    opening.add_argument("--dry-run", action="store_true", help="show what would be opened")
    opening.add_argument("link", metavar="LINK", help="printflow://open/<file name>")
    for name, text in (
        ("register", "open Printflow links with this program"),
        ("unregister", "stop opening Printflow links with this program"),
    ):
        command = commands.add_parser(name, help=text, allow_abbrev=False)
        who = command.add_mutually_exclusive_group()
        who.add_argument("--user", action="store_true", help="for this user (the default)")
        who.add_argument("--system", action="store_true", help="for everyone on this PC")
        if name == "register":
            command.add_argument("--export", metavar="FILE.reg", help="write a .reg file for IT")
    commands.add_parser("doctor", help="check that this PC is ready", allow_abbrev=False)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 1 failed, 2 wrong usage or setup, 3 refused."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    parser = build_parser()
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        given = parser.parse_args(arguments)
    except _WrongUse as error:
        return _wrong_use(arguments, f"printflow-opener: {error}")
    if given.command == "open":
        return _open_or_say_why(given.config, given.link, dry_run=given.dry_run)
    if given.command == "doctor":
        from printflow_opener.doctor import report

        return report(given.config)
    if given.command in ("register", "unregister"):
        return _registration(given)
    parser.print_help()
    return 0


def _open_or_say_why(config_path: str | None, link: str, *, dry_run: bool) -> int:
    """Open the link; an unexpected error is logged under a number, and shown."""
    from printflow_opener.config import home_folder
    from printflow_opener.opening import log_of

    try:
        return _open(config_path, link, dry_run=dry_run)
    except Exception:
        number = time.strftime("%Y%m%d-%H%M%S")
        logger = log_of(home_folder() / "opener.log")
        logger.exception("link=%r fault=%s", link[:300], number)
        message = (
            f"Something went wrong unexpectedly (error {number}). Open the file from the slicer, and "
            f"send {home_folder() / 'opener.log'} to your administrator."
        )
        if dry_run:
            print(message, file=sys.stderr)
        else:
            _tell(message)
        return _FAILED


def _open(config_path: str | None, link: str, *, dry_run: bool) -> int:
    from printflow_opener.config import home_folder, load
    from printflow_opener.opening import log_of, open_link, resolve
    from printflow_opener.refusal import Refused

    log_path, shown = home_folder() / "opener.log", link[:300]
    try:
        config = load(config_path)
        log_path = config.log
        if dry_run:
            file, slicer = resolve(config, link)
            print(f"would open {file} with {slicer.name}")
            return 0
        opened = open_link(config, link)
    except Refused as refused:
        if dry_run:
            print(f"refused: {refused}")
            return refused.exit_code
        log_of(log_path).info("link=%r verdict=refused reason=%r", shown, str(refused))
        _tell(str(refused))
        return refused.exit_code
    log_of(log_path).info(
        "link=%r verdict=opened path=%r slicer=%r process=%d",
        shown,
        str(opened.file),
        opened.slicer.name,
        opened.process.pid,
    )
    if config.server and config.station_token:
        from printflow_opener.report import report_opened

        log_of(log_path).info("report=%r", report_opened(config, opened.file.name))
    if problem := opened.watch():
        log_of(log_path).info("link=%r verdict=replaced reason=%r", shown, problem)
        _tell(problem)
        return _FAILED
    return 0


def _registration(given: argparse.Namespace) -> int:
    import subprocess

    from printflow_opener import registration

    try:
        if given.command == "register":
            print(registration.register(system=given.system, export=given.export))
        else:
            print(registration.unregister(system=given.system))
    except PermissionError as error:
        print(f"printflow-opener: {error}", file=sys.stderr)
        print("--system needs administrator rights. --user doesn't.", file=sys.stderr)
        return _FAILED
    except (OSError, subprocess.SubprocessError) as error:
        print(f"printflow-opener: {error}", file=sys.stderr)
        return _FAILED
    return 0


def _wrong_use(arguments: list[str], message: str) -> int:
    if "open" not in arguments:
        print(f"{message}\nTry: printflow-opener --help", file=sys.stderr)
        return _USAGE
    from printflow_opener.config import home_folder
    from printflow_opener.opening import log_of

    log_of(home_folder() / "opener.log").info(
        "arguments=%r verdict=refused reason=%r", [one[:300] for one in arguments[:5]], message
    )
    if "--dry-run" in arguments:
        print(message, file=sys.stderr)
    else:
        _tell(f"{message}\nOpen the file from the dashboard.")
    return _USAGE


def _tell(message: str) -> None:
    from printflow_opener.dialog import tell

    tell(message)


if __name__ == "__main__":
    sys.exit(main())
