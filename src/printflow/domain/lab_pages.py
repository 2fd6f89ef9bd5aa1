"""How to reach the lab, and its own privacy and accessibility pages. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..said import say
from .catalog_reader import CatalogReader, names_of

MOST_PAGE_CHARACTERS = 10_000
_ADDRESS = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+")
_WEB = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_PHONE = re.compile(r"[\d\s()+./#*,;-]*\d[\d\s()+./#*,;-]*(?:(?:ext|x)\.?\s*\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Contact:
    """How people reach the lab; each part may be empty. Shown on every page and in emails."""

    email: str = ""
    phone: str = ""
    web: str = ""

    @property
    def ways(self) -> tuple[str, ...]:
        """The parts that are filled in: email address, phone number, web page."""
        return tuple(way for way in (self.email, self.phone, self.web) if way)


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
    if email and not _ADDRESS.fullmatch(email):
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
