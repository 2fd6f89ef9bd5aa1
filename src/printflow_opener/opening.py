"""Opening a link: the whole way from its text to a started slicer."""

from __future__ import annotations

import json
import logging
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TypeVar

from . import dialog
from .config import Config
from .hold import Held
from .launch import start
from .link import ending_of, parse
from .locate import ShareUnavailable, find, hold
from .refusal import Refused
from .slicers import Slicer, fitting

CHOICES = "chosen-slicers.json"
PATIENCE_SECONDS = 20.0
"""How long the share may take; a server that is gone lets a PC hang for minutes."""
_LOG_BYTES = 256 * 1024
Found = TypeVar("Found")
Chooser = Callable[[str, Sequence[str]], tuple[int, bool] | None]


def resolve(config: Config, link: str, *, choose: Chooser | None = None) -> tuple[Path, Slicer]:
    """The file and the slicer of a link; without ``choose``, no one is asked. Raises Refused."""
    wanted = parse(link)
    file = within(PATIENCE_SECONDS, lambda: find(config.share, wanted), f"The share {config.share}")
    slicers = fitting(config.slicers, file.name)
    ending = ending_of(file.name)
    if not slicers:
        raise Refused(
            f"No slicer for {ending} files was found on this PC. Install one, or add yours as "
            f"[[slicer]] to {config.file}."
        )
    if len(slicers) == 1:
        return file, slicers[0]
    remembered = _remembered(config).get(ending)
    for slicer in slicers:
        if slicer.name == remembered:
            return file, slicer
    if choose is None:
        return file, slicers[0]
    answer = choose(f"Open {file.name} with:", [slicer.name for slicer in slicers])
    if answer is None:
        raise Refused("No slicer was chosen, so the file wasn't opened.")
    number, remember = answer
    if remember:
        _remember(config, ending, slicers[number].name)
    return file, slicers[number]


@dataclass(frozen=True)
class Opened:
    """A file that a slicer was started with; it is held until :meth:`watch` is through."""

    file: Path
    slicer: Slicer
    process: subprocess.Popen[bytes]
    held: Held

    def watch(self) -> str:
        """What came between file and slicer, "" for nothing; takes some seconds."""
        with self.held:
            problem = self.held.watch(lambda: self.process.poll() is None)
        if not problem:
            return ""
        return (
            f"{self.file.name} was replaced while it was being opened ({problem}). Close it in "
            "the slicer without saving, open it from the dashboard again, and tell your "
            "administrator if this happens twice."
        )


def open_link(config: Config, link: str) -> Opened:
    """Open the file of a link in its slicer. Raises Refused."""
    file, slicer = resolve(config, link, choose=dialog.choose)
    share = f"The share {config.share}"
    # Asking for a slicer takes a person's time: what was checked before it is checked again.
    held = within(PATIENCE_SECONDS, lambda: hold(config.share, file), share)
    try:
        within(PATIENCE_SECONDS, held.must_be_steady, share)
        return Opened(file, slicer, start(slicer, file), held)
    except BaseException:
        held.close()
        raise


def within(seconds: float, look: Callable[[], Found], what: str) -> Found:
    """What ``look`` gives. Raises what it raises, and ShareUnavailable when it takes too long."""
    given: list[Found] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            given.append(look())
        except BaseException as error:  # noqa: BLE001 - raised again below
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not given:
        raise ShareUnavailable(
            f"{what} isn't responding. Connect this PC to the lab's network. If it's connected, "
            "ask the share's administrator."
        )
    return given[0]


def _remembered(config: Config) -> dict[str, str]:
    try:
        plain = json.loads(config.choices.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return plain if isinstance(plain, dict) else {}


def _remember(config: Config, ending: str, name: str) -> None:
    try:
        config.choices.parent.mkdir(parents=True, exist_ok=True)
        chosen = {**_remembered(config), ending: name}
        config.choices.write_text(json.dumps(chosen, indent=1), "utf-8")
    except OSError:
        return  # it asks again next time


def log_of(path: Path) -> logging.Logger:
    """The log of attempts, a line each; it rotates at 256 kB. Without a place it is silent."""
    logger = logging.getLogger("printflow_opener")
    logger.propagate = False
    logging.raiseExceptions = False  # a log that is held open elsewhere keeps nobody from working
    logger.setLevel(logging.INFO)
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    handler: logging.Handler
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=2, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    logger.addHandler(handler)
    return logger
