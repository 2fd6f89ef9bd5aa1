"""The lab's catalog: what it prints with, in which materials and colors, and at which prices.

One immutable document. The database keeps every version of it; a quote keeps the figures it was
made with. :func:`catalog_from` reads and checks the plain form (what TOML and JSON hold),
:func:`plain_form` gives it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from ..errors import CatalogInvalid
from ..said import Money, say
from . import numbers
from .agreement import Agreement, form_agreement
from .allowances import Allowance
from .catalog_reader import MAX_NAME, CatalogReader, names_of
from .currency import in_cents, of_cents
from .form_times import (
    Banner,
    FormNow,
    FormTime,
    Pause,
    form_on,
    holds,
    pause_of,
    read_banners,
    read_form_times,
    read_pauses,
)
from .groups import Group
from .lab_pages import Contact, LabPages, read_contact, read_pages
from .limit_rows import LimitRow, read_limits
from .minimum_text import FILLED, MINIMUM, filled, other_amount
from .needed_by import NeededBy
from .open_days import OpenDays, open_days
from .opening import NO_WEEK, ClosedDays, OpeningHours, Span, read_closed, read_hours
from .own_texts import NO_TRANSLATIONS, Translations, in_language
from .own_texts_reader import read_translations
from .price_rows import CHARGES, Charge, PriceRow
from .price_rules import (
    read_allowances,
    read_default_group,
    read_flag,
    read_groups,
    read_needed_by,
    those,
)
from .rights import ADMINISTRATOR, SHIPPED_ROLES, Right, Role, rights_of, role_of
from .terms import Term, read_terms

_NOT_ASKED = NeededBy()
_NO_CONTACT, _NO_PAGES = Contact(), LabPages()
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_NOT_PLAIN = {"not_plain": True}
"""Fields that a plain form never has."""
_UNSAID = {"unsaid": True}
"""Fields that a plain form leaves out where they are as usual."""
PROCESSES = ("filament", "resin", "powder")
MOST_PRICE_ROWS = 500
_MOST_ROLES = 20


@dataclass(frozen=True, slots=True)
class Color:
    """A color on the shelf. ``hex`` is ``#RRGGBB`` for the swatch."""

    name: str
    hex: str


@dataclass(frozen=True, slots=True)
class Method:
    """A way of printing, with the colors it is offered in and the materials it prints.

    ``density`` (g/cm³) and ``fill`` (how much of a solid model's weight a print usually takes,
    least and most) serve only the price range that students see before they send a model.
    """

    name: str
    description: str
    materials: tuple[str, ...]
    colors: tuple[Color, ...]
    density: Decimal = Decimal("1.24")
    fill: tuple[Decimal, Decimal] = (Decimal("0.3"), Decimal("1.0"))
    process: str = field(default="", metadata=_UNSAID)
    """"filament", "resin" or "powder"; "" where its name tells."""
    line_width_mm: Decimal = field(default=Decimal(0), metadata=_UNSAID)
    """How wide a line of the nozzle is; this and the next two are 0 for what is usual."""
    layer_mm: Decimal = field(default=Decimal(0), metadata=_UNSAID)
    overhang_degrees: Decimal = field(default=Decimal(0), metadata=_UNSAID)
    """How far a surface may lean from the vertical without supports."""

    @property
    def color_names(self) -> tuple[str, ...]:
        """The names of :attr:`colors`, in the shelf's order."""
        return tuple(color.name for color in self.colors)


@dataclass(frozen=True, slots=True)
class Printer:
    """A printer: build volume in mm (x, y, z), rates in currency units per gram and per hour."""

    name: str
    methods: tuple[str, ...]
    build_volume: tuple[int, int, int]
    rate_per_gram: Decimal
    rate_per_hour: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Reason:
    """A ready reason for a rejection: ``text`` is what the student reads."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class PickUp:
    """Where and when finished prints are handed out."""

    place: str
    hours: str


_VERSION_LIMIT = 20


@dataclass(frozen=True, slots=True)
class Texts:
    """The lab's own words on the public pages. ``consent_version`` is stored with each consent."""

    introduction: str
    minimum_charge: str
    consent: str
    consent_version: str
    rules: str = ""
    """What the lab prints and what not, one rule a line; shown above the form."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things stay, in days."""

    archive_after_days: int = 90


@dataclass(frozen=True, slots=True)
class PaymentRules:
    """Which ways of payment want a receipt number or an account code, and whether a receipt number
    may stand in the ledger only once.
    """

    receipt_methods: tuple[str, ...] = ()
    account_methods: tuple[str, ...] = ()
    unique_receipts: bool = True


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything a lab offers. ``minimum_charge_cents`` is in integer cents of ``currency``."""

    lab_name: str
    currency: str
    time_zone: str
    minimum_charge_cents: int
    methods: tuple[Method, ...]
    printers: tuple[Printer, ...]
    disciplines: tuple[str, ...]
    rejection_reasons: tuple[Reason, ...]
    payment_methods: tuple[str, ...]
    pick_up: PickUp
    texts: Texts
    retention: Retention = Retention()
    payments: PaymentRules = PaymentRules()
    prices: tuple[PriceRow, ...] = ()
    """Rows that are tried before the printers' own rates and the minimum charge."""
    minimum_per: Literal["job", "request"] = "job"
    rounding_cents: int = 1
    """What prices are rounded to: 1, 5, 25 …"""
    round_up: bool = False
    """Whether they're always rounded up, not to the nearest."""
    groups: tuple[Group, ...] = ()
    default_group: str = ""
    """The group of everyone who is in none of the others."""
    allowances: tuple[Allowance, ...] = ()
    needed_by: NeededBy = _NOT_ASKED
    own_material: bool = False
    """Whether people may bring the material."""
    roles: tuple[Role, ...] = SHIPPED_ROLES
    """What people at stations may do; the administrator's role is always among them."""
    terms: tuple[Term, ...] = ()
    """The lab's terms, the earliest first."""
    opening_hours: OpeningHours = NO_WEEK
    closed_days: tuple[ClosedDays, ...] = ()
    form_times: tuple[FormTime, ...] = ()
    paused: tuple[Pause, ...] = ()
    banners: tuple[Banner, ...] = ()
    limits: tuple[LimitRow, ...] = ()
    """How much of what people may have; all that fit apply."""
    contact: Contact = _NO_CONTACT
    pages: LabPages = _NO_PAGES
    translations: Translations = NO_TRANSLATIONS
    """The texts above in other languages."""
    words: Mapping[str, str] = field(default_factory=dict, metadata=_NOT_PLAIN)
    """What the default's texts are in the language of :meth:`in_language`; nothing by default."""
    language: str = field(default="", metadata=_NOT_PLAIN)
    """The tag of that language; "" for the default."""
    minimum_words: str = field(default="", metadata=_NOT_PLAIN)
    """The minimum charge as that language writes it."""

    def in_language(self, tag: str, minimum: str = "") -> Catalog:
        """The catalog as readers of the language get it: its texts, where they're translated and still
        right, with the ``minimum`` charge in its words. Names, codes, and prices stay as they are;
        :meth:`shown` says what to show for a name.
        """
        found = in_language(self, tag)
        return replace(found, minimum_words=minimum) if found.language else found

    def shown(self, text: str) -> str:
        """What is read for a name or a text of the default in this catalog's language."""
        return self.words.get(text, text)

    @property
    def open_days(self) -> OpenDays:
        """The lab's open days, in which reminders, expiry, and estimates count."""
        return open_days(self.opening_hours, self.closed_days, self.time_zone)

    def form_at(self, moment: datetime) -> FormNow:
        """What the form does at a moment (UTC)."""
        return form_on(self.form_times, self.open_days.day_of(moment))

    def pause_at(self, moment: datetime, *, method: str = "", printer: str = "") -> Pause | None:
        """What keeps a method or a printer from taking models at a moment (UTC)."""
        day = self.open_days.day_of(moment)
        return pause_of(self.paused, day, method=method, printer=printer)

    def banners_at(self, moment: datetime) -> tuple[str, ...]:
        """The lab's words above the public pages at a moment (UTC)."""
        day = self.open_days.day_of(moment)
        return tuple(one.text for one in self.banners if holds(one, day))

    @property
    def price_list(self) -> tuple[PriceRow, ...]:
        """Every row in the order in which they are tried: the lab's exceptions, then each printer's
        rates, then the minimum charge.
        """
        own = (
            PriceRow(charge=charge, amount=rate, printers=(printer.name,))
            for printer in self.printers
            for charge, rate in (
                (Charge.GRAM, printer.rate_per_gram),
                (Charge.HOUR, printer.rate_per_hour),
            )
        )
        least = of_cents(self.minimum_charge_cents, self.currency)
        return (*self.prices, *own, PriceRow(charge=Charge.MINIMUM, amount=least))

    @property
    def minimum_text(self) -> str:
        """The minimum charge in words: "$3.00"."""
        return self.minimum_words or str(Money(self.minimum_charge_cents, self.currency))

    @property
    def shown_texts(self) -> Texts:
        """The lab's texts as people read them, the minimum charge filled in. Where it is, their
        version says the amount, too: who agreed to $3.00 hasn't agreed to $4.00.
        """
        own, amount = self.texts, self.minimum_text
        shown = {name: filled(getattr(own, name), amount) for name in FILLED}
        version = own.consent_version
        if any(MINIMUM in getattr(own, name) for name in FILLED):
            said = str(Money(self.minimum_charge_cents, self.currency))
            version = f"{version[: _VERSION_LIMIT - len(said) - 1]} {said}"
        return replace(own, **shown, consent_version=version)

    @property
    def form_agreement(self) -> Agreement:
        """What the form's checkbox agrees to."""
        return form_agreement(self)

    @property
    def other_minimum(self) -> str:
        """What the text of the minimum's checkbox says where that is another amount; else ""."""
        least = of_cents(self.minimum_charge_cents, self.currency)
        return other_amount(self.texts.minimum_charge, least)

    def rights_of(self, role: str) -> frozenset[Right]:
        """What a role allows; nothing where the catalog has none of that name."""
        return rights_of(self.roles, role)

    def method(self, name: str) -> Method | None:
        """The method of that name, or None."""
        return next((method for method in self.methods if method.name == name), None)

    def printer(self, name: str) -> Printer | None:
        """The printer of that name, or None."""
        return next((printer for printer in self.printers if printer.name == name), None)

    def printers_for(self, method: str) -> tuple[Printer, ...]:
        """The printers that print by ``method``."""
        return tuple(printer for printer in self.printers if method in printer.methods)

    @property
    def with_choice(self) -> tuple[str, ...]:
        """The names of the methods that more than one printer prints by."""
        return tuple(one.name for one in self.methods if self.has_choice(one.name))

    def has_choice(self, method: str) -> bool:
        """Whether a student can leave the printer to the lab: a single one is no choice."""
        return len(self.printers_for(method)) > 1

    def open_printers(self, method: str, moment: datetime) -> tuple[Printer, ...]:
        """Those of them that take models at a moment (UTC)."""
        return tuple(
            one
            for one in self.printers_for(method)
            if self.pause_at(moment, printer=one.name) is None
        )

    def color(self, method: str, name: str) -> Color | None:
        """The color of that name among those of ``method``, or None."""
        found = self.method(method)
        if found is None:
            return None
        return next((color for color in found.colors if color.name == name), None)

    def reason_text(self, code_or_text: str) -> str:
        """The text of a reason given by its code; anything else is its own text."""
        for reason in self.rejection_reasons:
            if reason.code == code_or_text:
                return reason.text
        return code_or_text


# -- reading the plain form -----------------------------------------------------------------------


def _method(read: CatalogReader, place: str, row: Mapping[str, Any]) -> Method:
    read.known(row, place, names_of(Method))
    colors = []
    for spot, entry in read.tables(row, "colors", place):
        read.known(entry, spot, names_of(Color))
        color = Color(read.text(entry, "name", spot, limit=MAX_NAME), str(entry.get("hex", "")))
        if not _HEX.fullmatch(color.hex):
            read.problem(f"{spot}.hex", say("Enter a color, like #1F6FEB."))
        colors.append(color)
    read.unique([color.name for color in colors], f"{place}.colors")
    return Method(
        name=read.text(row, "name", place, limit=MAX_NAME),
        description=read.text(row, "description", place, limit=1000, empty=True),
        materials=read.texts(row, "materials", place),
        colors=tuple(colors),
        density=read.money(row, "density", place, "1.24"),
        fill=_fill(read, place, row),
        process=_process(read, place, row),
        line_width_mm=read.up_to(row, "line_width_mm", place, 5),
        layer_mm=read.up_to(row, "layer_mm", place, 2),
        overhang_degrees=read.up_to(row, "overhang_degrees", place, 90),
    )


def _process(read: CatalogReader, place: str, row: Mapping[str, Any]) -> str:
    given = row.get("process", "")
    if given not in ("", *PROCESSES):
        read.problem(
            f"{place}.process", say("Choose one of these: {names}.", names=", ".join(PROCESSES))
        )
        return ""
    return str(given)


def _fill(read: CatalogReader, place: str, row: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    """Least and most share of the solid weight; 1.2 where supports weigh a fifth on top."""
    given = row.get("fill", ("0.3", "1.0"))
    shares = (
        [numbers.typed(str(share)) for share in given] if isinstance(given, list | tuple) else []
    )
    least, most = (share or Decimal(0) for share in (*shares, None, None)[:2])
    if len(shares) != 2 or not 0 < least <= most <= 3:
        read.problem(f"{place}.fill", say('Enter two numbers from 0 to 3, like ["0.3", "1.0"].'))
        return Decimal("0.3"), Decimal(1)
    return least, most


def _printer(
    read: CatalogReader, place: str, row: Mapping[str, Any], methods: Sequence[str]
) -> Printer:
    read.known(row, place, names_of(Printer))
    volume = row.get("build_volume")
    if (
        not isinstance(volume, list | tuple)
        or len(volume) != 3
        or not all(type(side) is int and 0 < side <= 10_000 for side in volume)
    ):
        read.problem(
            f"{place}.build_volume", say("Enter three whole numbers in mm, like 250, 210, 220.")
        )
        volume = (1, 1, 1)
    printer = Printer(
        name=read.text(row, "name", place, limit=MAX_NAME),
        methods=read.texts(row, "methods", place),
        build_volume=(volume[0], volume[1], volume[2]),
        rate_per_gram=read.money(row, "rate_per_gram", place),
        rate_per_hour=read.money(row, "rate_per_hour", place, "0"),
    )
    for method in printer.methods:
        if method not in methods:
            read.problem(f"{place}.methods", say("There's no print method “{name}”.", name=method))
    return printer


def _reason(read: CatalogReader, place: str, row: Mapping[str, Any]) -> Reason:
    read.known(row, place, names_of(Reason))
    return Reason(
        read.text(row, "code", place, limit=MAX_NAME), read.text(row, "text", place, limit=500)
    )


def _payment_rules(
    read: CatalogReader, data: Mapping[str, Any], ways: Sequence[str]
) -> PaymentRules:
    row = read.table(data, "payments")
    read.known(row, "payments", names_of(PaymentRules))
    wanted: dict[str, tuple[str, ...]] = {}
    for key in ("receipt_methods", "account_methods"):
        wanted[key] = read.texts(row, key, "payments") if row.get(key) else ()
        for way in wanted[key]:
            if way not in ways:
                read.problem(
                    f"payments.{key}", say("There's no payment method “{name}”.", name=way)
                )
    unique = row.get("unique_receipts", PaymentRules().unique_receipts)
    if type(unique) is not bool:
        read.problem("payments.unique_receipts", say("Enter true or false."))
        unique = True
    return PaymentRules(**wanted, unique_receipts=unique)


def _price_row(
    read: CatalogReader, place: str, row: Mapping[str, Any], known: _Known
) -> PriceRow | None:
    read.known(row, place, names_of(PriceRow))
    charge = next((one for one in Charge if one.value == row.get("charge")), None)
    if charge is None:
        names = ", ".join(CHARGES)
        read.problem(f"{place}.charge", say("Choose what is charged: {names}.", names=names))
        return None
    return PriceRow(
        charge=charge,
        amount=read.signed(row, "amount", place, charge),
        label=read.text(row, "label", place, limit=MAX_NAME, empty=True),
        rush=read_flag(read, row, "rush", place),
        **{key: those(read, place, row, key, known[key]) for key in _CONDITIONS},
    )


_CONDITIONS = ("methods", "materials", "printers", "colors", "courses", "groups")
_Known = Mapping[str, frozenset[str] | None]
"""The names that a condition of a price row may have; None where it may have any."""


def _roles(read: CatalogReader, data: Mapping[str, Any]) -> tuple[Role, ...]:
    """The roles; the shipped ones for a catalog that is older than roles are."""
    if "roles" not in data:
        return SHIPPED_ROLES
    roles = []
    given = data["roles"]
    rows = read.tables(data, "roles", "") if given != [] else ()
    for spot, row in rows:
        read.known(row, spot, names_of(Role))
        name = read.text(row, "name", spot, limit=MAX_NAME)
        roles.append(role_of(name, _rights(read, spot, row, name)))
    read.unique([role.name for role in roles], "roles")
    if len(roles) > _MOST_ROLES:
        read.problem("roles", say("A lab can have at most {most} roles.", most=_MOST_ROLES))
    if any(role.name.casefold() == ADMINISTRATOR != role.name for role in roles):
        read.problem("roles", say("Spell the role “{name}” in lowercase.", name=ADMINISTRATOR))
    if not any(role.name == ADMINISTRATOR for role in roles):
        roles.append(role_of(ADMINISTRATOR, ()))
    return tuple(roles)


def _rights(read: CatalogReader, place: str, row: Mapping[str, Any], name: str) -> list[Right]:
    given = row.get("rights", [] if name == ADMINISTRATOR else None)
    where = f"{place}.rights"
    if not isinstance(given, list | tuple) or not (given or name == ADMINISTRATOR):
        read.problem(where, say("Choose at least one."))
        return []
    rights = []
    for one in given:
        if one in list(Right):
            rights.append(Right(one))
        else:
            shown = str(one)[:MAX_NAME]
            names = ", ".join(Right)
            read.problem(
                where, say("There's no right “{name}”. Rights: {names}.", name=shown, names=names)
            )
    return rights


def catalog_from(data: Mapping[str, Any]) -> Catalog:
    """The catalog that the plain document ``data`` describes.

    Raises :class:`~printflow.errors.CatalogInvalid` with *every* problem found and its place.
    """
    read = CatalogReader(data)
    read.known(
        data,
        "",
        [
            "minimum_charge" if name == "minimum_charge_cents" else name
            for name in names_of(Catalog)
            if name not in ("words", "language")
        ],
    )
    methods = tuple(_method(read, spot, row) for spot, row in read.tables(data, "methods", ""))
    read.unique([method.name for method in methods], "methods")
    names = [method.name for method in methods]
    printers = tuple(
        _printer(read, spot, row, names) for spot, row in read.tables(data, "printers", "")
    )
    read.unique([printer.name for printer in printers], "printers")
    for method in methods:
        if method.name and not any(method.name in printer.methods for printer in printers):
            read.problem(
                "printers", say("No printer has the print method “{name}”.", name=method.name)
            )
    reasons = tuple(
        _reason(read, spot, row) for spot, row in read.tables(data, "rejection_reasons", "")
    )
    read.unique([reason.code for reason in reasons], "rejection_reasons")
    minimum = in_cents(
        read.money(data, "minimum_charge", ""), str(data.get("currency", "")).strip()
    )
    if minimum != minimum.to_integral_value():
        read.problem("minimum_charge", say("Enter a whole number of cents."))
    pick_up, texts = read.table(data, "pick_up"), read.table(data, "texts")
    retention = read.table(data, "retention")
    read.known(pick_up, "pick_up", names_of(PickUp))
    read.known(texts, "texts", names_of(Texts))
    read.known(retention, "retention", names_of(Retention))
    days = retention.get("archive_after_days", Retention().archive_after_days)
    if type(days) is not int or not 0 <= days <= 36_500:
        read.problem("retention.archive_after_days", say("Enter a whole number of days."))
        days = 0
    currency = read.text(data, "currency", "", limit=3)
    if not re.fullmatch("[A-Z]{3}", currency):
        read.problem("currency", say("Enter a three-letter code, like USD."))
    ways = read.texts(data, "payment_methods", "")
    groups = read_groups(read, data)
    known: _Known = {
        "methods": frozenset(names),
        "materials": frozenset(one for method in methods for one in method.materials),
        "printers": frozenset(printer.name for printer in printers),
        "colors": frozenset(one for method in methods for one in method.color_names),
        "courses": None,
        "groups": frozenset(group.name for group in groups),
    }
    rows = [
        _price_row(read, spot, row, known)
        for spot, row in read.tables(data, "prices", "", empty=True)
    ]
    if len(rows) > MOST_PRICE_ROWS:
        read.problem("prices", say("Use at most {most} rows.", most=MOST_PRICE_ROWS))
    per = data.get("minimum_per", "job")
    if per not in ("job", "request"):
        read.problem("minimum_per", say("Enter job or request."))
        per = "job"
    step = data.get("rounding_cents", 1)
    if type(step) is not int or not 1 <= step <= 10_000:
        read.problem("rounding_cents", say("Enter a whole number of cents, like 1, 5, or 25."))
        step = 1
    catalog = Catalog(
        lab_name=read.text(data, "lab_name", "", limit=100),
        currency=currency,
        time_zone=read.text(data, "time_zone", "", limit=60),
        minimum_charge_cents=int(minimum),
        methods=methods,
        printers=printers,
        disciplines=read.texts(data, "disciplines", ""),
        rejection_reasons=reasons,
        payment_methods=ways,
        pick_up=PickUp(
            read.text(pick_up, "place", "pick_up", limit=200),
            read.text(pick_up, "hours", "pick_up", limit=500),
        ),
        texts=Texts(
            read.text(texts, "introduction", "texts", limit=4000, empty=True),
            read.text(texts, "minimum_charge", "texts", limit=500),
            read.text(texts, "consent", "texts", limit=1000),
            read.text(texts, "consent_version", "texts", limit=_VERSION_LIMIT),
            read.text(texts, "rules", "texts", limit=4000, empty=True),
        ),
        retention=Retention(days),
        payments=_payment_rules(read, data, ways),
        prices=tuple(row for row in rows if row is not None),
        minimum_per=per,
        rounding_cents=step,
        round_up=read_flag(read, data, "round_up"),
        groups=groups,
        default_group=read_default_group(read, data, groups),
        allowances=read_allowances(read, data, known),
        needed_by=read_needed_by(read, data),
        own_material=read_flag(read, data, "own_material"),
        roles=_roles(read, data),
        terms=read_terms(read, data),
        opening_hours=read_hours(read, data),
        closed_days=read_closed(read, data),
        form_times=read_form_times(read, data),
        paused=read_pauses(read, data, names, [printer.name for printer in printers]),
        banners=read_banners(read, data),
        limits=read_limits(read, data, known),
        contact=read_contact(read, data),
        pages=read_pages(read, data),
    )
    catalog = replace(catalog, translations=read_translations(read, data, catalog))
    if read.problems:
        raise CatalogInvalid(read.problems)
    return catalog


def _plain(value: object) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Span):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, Translations):
        return value.plain()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {
            one.name: _plain(getattr(value, one.name))
            for one in fields(value)  # type: ignore[arg-type]
            if not one.metadata.get("not_plain")
            and not (one.metadata.get("unsaid") and getattr(value, one.name) == one.default)
        }
    return value


def plain_form(catalog: Catalog) -> dict[str, Any]:
    """The catalog as dicts, lists, texts and numbers; ``catalog_from`` reads it back unchanged."""
    plain: dict[str, Any] = _plain(catalog)
    cents = plain.pop("minimum_charge_cents")
    plain["minimum_charge"] = f"{of_cents(cents, catalog.currency):f}"
    plain["roles"] = _plain_roles(catalog.roles)
    return plain


def _plain_roles(roles: Iterable[Role]) -> list[Any]:
    """The administrator's rights go without saying, now and in later versions."""
    return [_plain(role) for role in roles if role.name != ADMINISTRATOR]


def completed(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A stored plain form with what a catalog is read as where it says nothing: comparing it to a
    newer one shows only what somebody changed.
    """
    usual = {
        one.name: _plain(one.default)
        for one in fields(Catalog)
        if one.default is not MISSING and one.name != "roles" and not one.metadata.get("not_plain")
    }
    return {**usual, "roles": _plain_roles(SHIPPED_ROLES), **document}
