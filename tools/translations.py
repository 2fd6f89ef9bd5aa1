"""The texts that people read, for those who translate them: ``make translations``.

Extracts them from the sources to ``locale/printflow.pot``, brings each language's catalog up to
date with it, compiles the catalogs, and tells what is missing. Nothing is guessed: a text whose
English has changed is a new one, and one that is gone is dropped. ``make translations ARGS=it``
begins a new language.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from printflow.hatch_build import compile_catalogs
from printflow.language.catalog_files import BUILT_IN, DOMAIN, forms_of, read_catalog

SHIPPED: tuple[str, ...] = ("de", "es", "fr", "pt_BR", "zh_CN")
"""The locales that Printflow comes with, besides English; a test looks for each."""

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = BUILT_IN / f"{DOMAIN}.pot"
KEYWORDS = {**DEFAULT_KEYWORDS, "mark": None, "say": None, "say_n": (1, 2)}
"""By which calls a text is marked; where they are looked for says ``babel.cfg``."""
_MOST_SHOWN = 10
_PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
_NOISE = re.compile(
    rb'^"(Project-Id-Version|POT-Creation-Date|Generated-By|Report-Msgid-Bugs-To|PO-Revision-Date: YEAR|'
    rb"Last-Translator: FULL|Language-Team: (LANGUAGE|\w+ <LL@))[^\n]*\n",
    re.MULTILINE,
)
_HEADER = "# Texts of Printflow. How to translate them: docs/translating.md"


def extracted(folder: Path | None = None) -> Catalog:
    """Every marked text of the sources, or of one folder below ``src``, with the files it is in."""
    with (ROOT / "babel.cfg").open("r", encoding="utf-8") as config:
        methods, options = parse_mapping_cfg(config)  # type: ignore[no-untyped-call]
    catalog = Catalog(project="Printflow", charset="utf-8", header_comment=_HEADER, fuzzy=False)
    source = ROOT / "src"
    for name, _line, text, comments, context in extract_from_dir(
        source if folder is None else folder, methods, options, KEYWORDS, ("Translators:",)
    ):
        path = name if folder is None else (folder / name).relative_to(source).as_posix()
        _check_both(catalog.get(forms_of(text)[0]), forms_of(text), path)
        catalog.add(text, locations=[(path, 1)], auto_comments=comments, context=context)
    return catalog


def _check_both(before: Message | None, forms: tuple[str, ...], path: str) -> None:
    """A text that stands alone and is also the one for one of several has one translation for both: in
    languages with a single form it would have a place for the number, that nobody fills.
    """
    both = (forms_of(before.id), forms) if before is not None else ()
    if len({len(one) for one in both}) > 1 and any(
        set(_PLACE.findall(one[-1])) - set(_PLACE.findall(one[0])) for one in both
    ):
        raise ValueError(
            f"{path}: “{forms[0]}” is used alone and as one of several; reword one of them"
        )


def written(catalog: Catalog) -> bytes:
    """A catalog as its file: the same texts give the same bytes, whenever they are written."""
    made = io.BytesIO()
    write_po(
        made, catalog, width=100, sort_by_file=True, ignore_obsolete=True, include_lineno=False
    )
    return _NOISE.sub(b"", made.getvalue())


def updated(path: Path, template: Catalog) -> Catalog:
    """A language's catalog with the texts of the template: new ones are empty."""
    catalog = read_catalog(path)
    catalog.update(template, no_fuzzy_matching=True, update_header_comment=True)
    catalog.obsolete.clear()
    catalog.fuzzy = False  # the header: programs that begin a catalog call it uncertain
    return catalog


def missing(catalog: Catalog) -> Iterator[Message]:
    """The texts that are not translated, or not for certain."""
    for message in catalog:
        if message.id and (message.fuzzy or not all(forms_of(message.string))):
            yield message


def catalogs() -> list[Path]:
    """The catalogs that there are."""
    return sorted(BUILT_IN.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def begin(locale: str, template: Catalog) -> None:
    """An empty catalog of a new language, such as "it" or "pt_PT", unless there is one."""
    path = BUILT_IN / locale / "LC_MESSAGES" / f"{DOMAIN}.po"
    if path.exists():
        return
    fresh = Catalog(locale, project="Printflow", charset="utf-8", fuzzy=False)
    fresh.update(template, no_fuzzy_matching=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(fresh))


def main(locales: list[str]) -> None:
    """Bring all catalogs up to date, and say what is missing."""
    template = extracted()
    BUILT_IN.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(written(template))
    print(f"{len(template)} texts in {TEMPLATE.relative_to(ROOT)}")
    for locale in locales:
        begin(locale, template)
    for path in catalogs():
        catalog = updated(path, template)
        path.write_bytes(written(catalog))
        left = list(missing(catalog))
        print(f"{path.parent.parent.name}: {len(left) or 'nothing'} missing")
        for message in left[:_MOST_SHOWN]:
            print(f"  {forms_of(message.id)[0]}")
        if len(left) > _MOST_SHOWN:
            print(f"  and {len(left) - _MOST_SHOWN} more: search for 'msgstr \"\"'")
    compile_catalogs(BUILT_IN)


def read_template() -> Catalog:
    """The template as it is kept."""
    with TEMPLATE.open("rb") as file:
        return read_po(file, abort_invalid=True)


if __name__ == "__main__":
    main(sys.argv[1:])
