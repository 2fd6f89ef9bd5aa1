"""Catalogs of texts as files: compiled ones of Printflow's, and those that a lab writes itself.

Printflow's own are ``locale/<locale>/LC_MESSAGES/printflow.po``, compiled to ``.mo`` when it's
built. A lab's folder (``locale_dir``) may hold the same, or simply ``it.po``; both are read as they
are. Each file is read once in a process.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Mapping
from functools import lru_cache
from gettext import GNUTranslations
from pathlib import Path
from typing import TYPE_CHECKING

from .speaking import ENGLISH, locale_of
from .text_faults import text_fault

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

DOMAIN = "printflow"
BUILT_IN = Path(__file__).parent / "locale"
_log = logging.getLogger(__name__)


@lru_cache(maxsize=8)
def catalog_files(folder: Path) -> Mapping[str, Path]:
    """Which languages a folder has: their tags and the file of each, a compiled one where that's no
    older than its source. A folder that isn't there, or can't be read, has none.
    """
    found: dict[str, Path] = {}
    try:
        for path in sorted((*folder.glob("*.po"), *folder.glob(f"*/LC_MESSAGES/{DOMAIN}.[pm]o"))):
            name = path.stem if path.parent == folder else path.parent.parent.name
            if tag := _tag_of(name):
                older = found.get(tag)
                if older is None or path.stat().st_mtime >= older.stat().st_mtime:
                    found[tag] = path
    except OSError as error:
        _log.warning("The folder of texts %s can't be read: %s", folder, error)
    return found


@lru_cache(maxsize=64)
def catalog_in(folder: Path, tag: str) -> GNUTranslations | None:
    """The texts that a folder has for exactly this language; None where it has none. A file that
    can't be read is left out, and the log says so.
    """
    path = catalog_files(folder).get(tag)
    if path is None:
        return None
    try:
        if path.suffix == ".mo":
            with path.open("rb") as file:
                return GNUTranslations(file)
        return compiled(read_catalog(path), path)
    except (OSError, ValueError, EOFError) as error:
        _log.warning("The texts in %s can't be read: %s", path, error)
        return None


def read_catalog(path: Path) -> Catalog:
    """A ``.po`` file. Raises ValueError for what is none."""
    from babel.messages.pofile import PoFileError, read_po

    locale = path.stem if path.stem != DOMAIN else path.parent.parent.name
    try:
        with path.open("rb") as file:
            return read_po(file, locale=_locale_of_name(locale), abort_invalid=True)
    except PoFileError as error:
        raise ValueError(str(error)) from error


def compiled(catalog: Catalog, path: Path) -> GNUTranslations:
    """The texts of a catalog that are whole and safe to show; the log names those that aren't."""
    from babel.messages.mofile import write_mo

    for message in list(catalog):
        if not message.id:
            continue
        english, texts = forms_of(message.id), forms_of(message.string)
        whole = bool(texts) and all(texts)
        fault = text_fault(english, texts) if whole and not message.fuzzy else ""
        if fault:
            _log.warning("%s: “%s” is left out: %s.", path, english[0], fault)
        if fault or not whole:
            catalog.delete(message.id, message.context)
    made = io.BytesIO()
    write_mo(made, catalog)
    made.seek(0)
    return GNUTranslations(made)


def forms_of(text: object) -> tuple[str, ...]:
    """A text of a catalog as its forms: one, or those for one and for several."""
    return tuple(text) if isinstance(text, tuple | list) else (str(text or ""),)


def _locale_of_name(name: str) -> str:
    return locale_of(_tag_of(name))


_NAME = re.compile(r"([A-Za-z]{2,3})(?:[_-]([A-Za-z]{4}))?(?:[_-]([A-Za-z]{2}))?")


def _tag_of(name: str) -> str:
    """The tag of a file's or folder's name: "pt-BR" for "pt_BR" and "pt-br"; "" for what is none."""
    from babel import Locale, UnknownLocaleError

    parts = _NAME.fullmatch(name)
    if parts is None:
        return ""
    language, script, region = (parts[at] or "" for at in (1, 2, 3))
    tag = "-".join(one for one in (language.lower(), script.title(), region.upper()) if one)
    try:
        Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return ""  # there are no formats for it
    return ENGLISH if tag == "en-US" else tag
