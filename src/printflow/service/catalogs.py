"""The lab's catalog: reads it, activates new versions, and shows its history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..catalogs.cache import CatalogCache
from ..domain.catalog import Catalog, completed, plain_form
from ..domain.catalog_history import (
    CatalogVersion,
    Difference,
    PriceStep,
    differences,
    price_steps,
)
from ..domain.catalog_reader import catalog_problem
from ..domain.own_texts import (
    LanguageTexts,
    TextPlace,
    Translation,
    is_language,
    left_over,
    texts_in,
    translated_sections,
)
from ..domain.people import ChangeKind
from ..domain.placeholders import unfilled
from ..domain.plate import PlateState
from ..domain.printer_in_use import PrinterInUse, gone, printer_in_use
from ..domain.rights import ADMINISTRATOR, Right
from ..domain.text import clean_line
from ..domain.worklist import JobQuery
from ..errors import CatalogChanged, CatalogInvalid, NotFound, Refusal
from ..language.spoken_catalog import spoken_catalog
from ..ports import Clock, Database, Transaction
from ..runtime.permits import may, needs, require, require_all, require_confirmed
from ..said import listed, say, say_n
from .changes import ChangedBy

_NAME_LIMIT = 60
_VERSIONS = 100
_RIGHTS = {
    "methods": Right.PRICES,
    "printers": Right.PRICES,
    "currency": Right.PRICES,
    "minimum_charge": Right.PRICES,
    "minimum_per": Right.PRICES,
    "rounding_cents": Right.PRICES,
    "prices": Right.PRICES,
    "groups": Right.PRICES,
    "default_group": Right.PRICES,
    "allowances": Right.PRICES,
    "needed_by": Right.PRICES,
    "own_material": Right.PRICES,
    "limits": Right.PRICES,
    "payment_methods": Right.PRICES,
    "payments": Right.PRICES,
    "roles": Right.ROLES,
}
"""What changing a section needs; the others are the lab's details and texts."""
_KEPT = frozenset({"roles", "translations"})
"""What stays as it is where a document says nothing of it."""


class Catalogs:
    """Every version is kept; a quote keeps the figures that it was made with."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogs: CatalogCache,
    ) -> None:
        self._database = database
        self._clock = clock
        self._catalogs = catalogs

    @property
    def current(self) -> Catalog:
        """The current catalog: methods, printers, colors, prices, texts."""
        return self._catalogs.newest()

    @property
    def remembered(self) -> Catalog | None:
        """The catalog that was read last, for pages that must not ask the database."""
        return self._catalogs.held()

    @needs(Right.SEE)
    def export(self) -> dict[str, Any]:
        """The current catalog as dicts, lists, texts and numbers."""
        return plain_form(self.current)

    @needs(Right.SEE)
    def version(self) -> int:
        """The number of the current version; it grows with every change."""
        with self._database.read() as tx:
            return tx.lab.catalog_version()

    @needs(Right.SEE)
    def load(
        self,
        data: Mapping[str, Any],
        *,
        by: str,
        station: str = "",
        expected_version: int | None = None,
    ) -> Catalog:
        """Make this the current version of the catalog; the same one again changes nothing.

        With ``expected_version``, only if that one is still current. Roles and translations stay as
        they are where ``data`` says nothing of them. Raises CatalogInvalid with every problem, CatalogChanged.
        """
        from ..catalogs.file import checked_catalog

        if not data.keys() >= _KEPT and self.version():
            now = self.export()
            data = {**{key: now[key] for key in _KEPT}, **data}
        plain = plain_form(checked_catalog(data))
        with self._database.write() as tx:
            self._put(tx, plain, ChangedBy(by, station), expected_version)
        return self.current

    @needs(Right.SEE)
    def change(
        self,
        sections: Mapping[str, Any],
        *,
        by: str,
        station: str = "",
        expected_version: int | None = None,
    ) -> Catalog:
        """Replace these sections (keys of the plain form) in a new version.

        Raises as :meth:`load`.
        """
        data = {**self.export(), **sections}
        return self.load(data, by=by, station=station, expected_version=expected_version)

    @property
    def spoken(self) -> Catalog:
        """The current catalog with its texts in the language that is spoken here."""
        return spoken_catalog(self.current)

    @needs(Right.SEE)
    def texts_in(self, tag: str) -> LanguageTexts:
        """The lab's own texts beside their translations into a language; raises NotFound where
        ``tag`` isn't one.
        """
        _require_language(tag)
        return LanguageTexts(tag, texts_in(self.current, tag))

    @needs(Right.SEE)
    def languages(self, offered: Iterable[str] = ()) -> tuple[LanguageTexts, ...]:
        """How far the lab's own texts are translated: into each of the ``offered`` languages, and
        into those that have a text already.
        """
        catalog = self.current
        tags = dict.fromkeys((*offered, *catalog.translations.languages))
        return tuple(LanguageTexts(tag, texts_in(catalog, tag)) for tag in tags)

    @needs(Right.SEE)
    def left_over(self, tag: str) -> tuple[Translation, ...]:
        """Translations of texts that the catalog no longer has."""
        return left_over(self.current, tag)

    @needs(Right.SEE)
    def translate(
        self,
        tag: str,
        typed: Mapping[TextPlace, str],
        *,
        by: str,
        station: str = "",
        still_right: Collection[TextPlace] = (),
        drop_left_over: bool = False,
        expected_version: int | None = None,
    ) -> Catalog:
        """Make these the lab's texts in a language, in a new version; an empty one takes a
        translation away. ``still_right`` are outdated ones that need no other words. Raises NotFound
        where ``tag`` isn't a language, and as :meth:`load`.
        """
        _require_language(tag)
        sections = translated_sections(
            self.current, tag, typed, still_right=still_right, drop_left_over=drop_left_over
        )
        return self.change(sections, by=by, station=station, expected_version=expected_version)

    @needs(Right.SEE)
    def would_remove(self, sections: Mapping[str, Any]) -> tuple[PrinterInUse, ...]:
        """The printers that :meth:`change` to these sections would take away while something still
        has them: prints on them go on, what waits for them needs another printer.
        """
        names = gone(self.export(), sections) if "printers" in sections else ()
        if not names:
            return ()
        with self._database.read() as tx:
            plates = tx.plates.find(states=(PlateState.PLANNED,))
            found = [
                printer_in_use(
                    name,
                    tx.jobs.matching(JobQuery(printer=name)),
                    sum(plate.machine.model == name for plate in plates),
                )
                for name in names
            ]
        return tuple(one for one in found if one.used)

    @needs(Right.SEE)
    def restore(self, version: int, *, by: str, station: str = "") -> Catalog:
        """Restore an older version, as a new one. It can want the password again.

        Raises NotFound, CatalogInvalid, ConfirmationNeeded.
        """
        if not any(may(right) for right in (Right.PRICES, Right.TEXTS, Right.ROLES)):
            require(Right.TEXTS)
        require_confirmed()
        return self.load(self.at(version).document, by=by, station=station)

    @needs(Right.SEE)
    def at(self, version: int) -> CatalogVersion:
        """One version, with what it changed; raises NotFound."""
        with self._database.read() as tx:
            found = list(tx.lab.catalog_versions(limit=2, upto=version))
        if not found or found[0].id != version:
            raise NotFound(say("There's no such version of the catalog."))
        before = found[1].document if len(found) > 1 else None
        return _compared(found[0], before)

    @needs(Right.SEE)
    def versions(self, *, limit: int = 50) -> list[CatalogVersion]:
        """The newest versions, the current one first, each with what it changed."""
        with self._database.read() as tx:
            found = list(tx.lab.catalog_versions(limit=min(limit, _VERSIONS) + 1))
        older = [one.document for one in found[1:]] + [None]
        return [_compared(*pair) for pair in zip(found, older, strict=True)][:limit]

    @needs(Right.SEE)
    def price_history(self) -> tuple[PriceStep, ...]:
        """Each printer's rates over time, as far as the versions at hand go; the newest first."""
        with self._database.read() as tx:
            return price_steps(tx.lab.catalog_versions(limit=_VERSIONS))

    def _keep_roles_in_use(self, tx: Transaction, plain: Mapping[str, Any]) -> None:
        """Raises CatalogInvalid where a station's role would be gone, and its people locked out."""
        names = {ADMINISTRATOR, *(role["name"] for role in plain["roles"])}
        lost = [
            catalog_problem(
                "roles",
                say(
                    "The station {station} has the role “{role}”. Give it another role first.",
                    station=one.name,
                    role=one.role,
                ),
                plain,
            )
            for one in tx.people.stations(self._clock())
            if one.revoked_at is None and one.role not in names
        ]
        if lost:
            raise CatalogInvalid(lost)

    def _put(
        self, tx: Transaction, plain: Mapping[str, Any], who: ChangedBy, expected: int | None
    ) -> None:
        changed: tuple[Difference, ...] = ()
        before: set[Refusal] = set()
        for newest in tx.lab.catalog_versions(limit=1):
            if expected not in (None, newest.id):
                raise CatalogChanged(newest.by, newest.at)
            old = completed(newest.document)
            if dict(old) == dict(plain):
                return
            changed = differences(old, plain)
            before = set(unfilled(newest.document))
            _require_to_change(old, plain)
            self._keep_roles_in_use(tx, plain)
        if placeholders := [one for one in unfilled(plain) if one not in before]:
            raise CatalogInvalid(placeholders)
        now = self._clock()
        number = tx.lab.add_catalog(plain, by=clean_line(who.name)[:_NAME_LIMIT], now=now)
        who.record(tx, ChangeKind.CATALOG, _summary(changed), now, version=number)


def _require_language(tag: str) -> None:
    if not is_language(tag):
        raise NotFound(say("There's no language “{tag}”.", tag=tag[:20]))


def _require_to_change(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Raises Forbidden unless who acts may change every section that is another one now."""
    changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    for right in Right:
        if right in {_RIGHTS.get(key, Right.TEXTS) for key in changed}:
            require(right)
    if "roles" in changed:
        old = {role["name"]: role["rights"] for role in before["roles"]}
        for role in after["roles"]:
            if role["rights"] != old.get(role["name"]):
                require_all(map(Right, role["rights"]))


def _compared(version: CatalogVersion, before: Mapping[str, Any] | None) -> CatalogVersion:
    if before is None:
        return version
    was, is_now = completed(before), completed(version.document)
    return replace(version, differences=differences(was, is_now))


def _summary(changed: tuple[Difference, ...]) -> str:
    places = listed(one.place for one in changed[:3])
    more = len(changed) - 3
    if not changed:
        return say("everything")
    if more <= 0:
        return places
    return say_n("{places} and {count} more", "{places} and {count} more", more, places=places)
