"""How to reach the lab, and its own privacy and accessibility pages. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..said import say
from .catalog_reader import CatalogReader, names_of
from .typed_address import is_address

MOST_PAGE_CHARACTERS = 10_000
_EXTENSION = re.compile(r"(?:ext|x)\.?\s*(\d+)$", re.IGNORECASE)
_WEB = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_PHONE = re.compile(r"[\d\s()+./#*,;-]*\d[\d\s()+./#*,;-]*(?:(?:ext|x)\.?\s*\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Contact:
    """How people reach the lab; each part may be empty. Shown on every page and in emails."""

    email: str = ""
    phone: str = ""
    web: str = ""

    @property
    def ways(self) -> tuple[tuple[str, str], ...]:
        """The parts that are filled in, as they are shown and where their links lead (RFC 6068 for
        email addresses, RFC 3966 for phone numbers).
        """
        parts = (
            (self.email, f"mailto:{self.email}"),
            (self.phone, _phone_link(self.phone)),
            (self.web, self.web),
        )
        return tuple((shown, link) for shown, link in parts if shown)


def _phone_link(phone: str) -> str:
    extension = _EXTENSION.search(phone)
    number = phone[: extension.start()] if extension else phone
    sign = "+" if number.lstrip(" (").startswith("+") else ""
    behind = f";ext={extension[1]}" if extension else ""
    return f"tel:{sign}{re.sub('[^0-9*#]', '', number)}{behind}"


@dataclass(frozen=True, slots=True)
class LabPages:
    """The lab's own words on pages that every site needs. An empty text stands for the draft that
    the program has for it.
    """

    privacy: str = ""
    accessibility: str = ""


def read_contact(read: CatalogReader, data: Mapping[str, Any]) -> Contact:
    """How to reach the lab."""
    row = read.table(data, "contact")
    read.known(row, "contact", names_of(Contact))
    email = read.text(row, "email", "contact", limit=254, empty=True)
    phone = read.text(row, "phone", "contact", limit=40, empty=True)
    web = read.text(row, "web", "contact", limit=500, empty=True)
    if email and not is_address(email):
        read.problem("contact.email", say("Enter an email address, like lab@school.edu."))
    if phone and not _PHONE.fullmatch(phone):
        read.problem("contact.phone", say("Enter a phone number, like 555-0134."))
    if web and not _WEB.fullmatch(web):
        read.problem("contact.web", say("Enter an address that starts with https://."))
    return Contact(email, phone, web)


def read_pages(read: CatalogReader, data: Mapping[str, Any]) -> LabPages:
    """The lab's own words on the privacy and accessibility pages."""
    row = read.table(data, "pages")
    read.known(row, "pages", names_of(LabPages))
    return LabPages(
        **{
            name: read.text(row, name, "pages", limit=MOST_PAGE_CHARACTERS, empty=True)
            for name in names_of(LabPages)
        }
    )
