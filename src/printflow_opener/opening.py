"""Opening a link: the whole way from its text to a started slicer."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path

from . import dialog
from .config import Config
from .launch import start
from .link import ending_of, parse
from .locate import find
from .refusal import Refused
from .slicers import Slicer, fitting

_CHOICES = "chosen-slicers.json"
Chooser = Callable[[str, Sequence[str]], tuple[int, bool] | None]


def resolve(config: Config, link: str, *, choose: Chooser | None = None) -> tuple[Path, Slicer]:
    """The file and the slicer of a link; without ``choose`` nobody is asked. Raises Refused."""
    file = find(config.share, parse(link))
    slicers = fitting(config.slicers, file.name)
    ending = ending_of(file.name)
    if not slicers:
        raise Refused(
            f"No slicer for {ending} files was found on this PC. Install one, or name it as "
            f"[[slicer]] in {config.file}."
        )
    if len(slicers) == 1:
        return file, slicers[0]
    remembered = _remembered(config).get(ending)
    for slicer in slicers:
        if slicer.name == remembered:
            return file, slicer
    if choose is None:
        return file, slicers[0]
    answer = choose(f"Open {file.name} with", [slicer.name for slicer in slicers])
    if answer is None:
        raise Refused("No slicer was chosen.")
    number, remember = answer
    if remember:
        _remember(config, ending, slicers[number].name)
    return file, slicers[number]


def open_link(config: Config, link: str) -> tuple[Path, Slicer]:
    """Open the file of a link in its slicer. Raises Refused."""
    file, slicer = resolve(config, link, choose=dialog.choose)
    start(slicer, file)
    return file, slicer


def _remembered(config: Config) -> dict[str, str]:
    try:
        plain = json.loads((config.log.parent / _CHOICES).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return plain if isinstance(plain, dict) else {}


def _remember(config: Config, ending: str, name: str) -> None:
    path = config.log.parent / _CHOICES
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({**_remembered(config), ending: name}, indent=1), "utf-8")
    except OSError:
        return  # it asks again next time


def log_of(path: Path) -> logging.Logger:
    """The log of attempts, a line each; it rotates at 256 kB. Without a place it is silent."""
    logger = logging.getLogger("printflow_opener")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    handler: logging.Handler
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=256 * 1024, backupCount=2, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger.addHandler(handler)
    return logger
