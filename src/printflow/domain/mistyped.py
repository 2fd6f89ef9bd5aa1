"""Email addresses that look mistyped: ``gmial.com``, ``school.con``, one letter off the lab's own."""

from __future__ import annotations

from collections.abc import Collection, Iterator

PROVIDERS = (
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "live.com",
    "msn.com",
    "aol.com",
    "comcast.net",
    "verizon.net",
    "protonmail.com",
    "proton.me",
)
"""Where many students have their email: what a mistyped domain was perhaps meant to be."""

_REAL = frozenset(
    {
        *PROVIDERS,
        *("mail.com", "email.com", "ymail.com", "rocketmail.com", "fastmail.com", "pm.me"),
        *("gmx.com", "gmx.net", "gmx.de", "me.com", "mac.com", "line.com", "love.com"),
        *(
            "yahoo.ca",
            "yahoo.co",
            "yahoo.co.uk",
            "yahoo.de",
            "yahoo.fr",
            "yahoo.es",
            "yahoo.com.br",
        ),
        *("hotmail.co", "hotmail.co.uk", "hotmail.de", "hotmail.fr", "hotmail.es", "hotmail.it"),
        *("outlook.de", "outlook.fr", "outlook.es", "outlook.it", "live.ca", "live.co.uk"),
    }
)
"""Domains that people do have, however near they are to another one."""

_ENDINGS = {
    **dict.fromkeys(
        ("con", "cmo", "ocm", "comm", "coom", "vom", "xom", "cim", "cpm", "c0m"), "com"
    ),
    **dict.fromkeys(("ent", "nte", "nett", "met"), "net"),
    **dict.fromkeys(("ogr", "orgg", "rog", "prg"), "org"),
    **dict.fromkeys(("eud", "deu", "eduu", "edi", "ecu", "rdu"), "edu"),
}
"""Last parts of domains that nobody has, and what was meant."""

_SHORT = 5
"""Names of providers under so many letters are one letter off too many real domains."""


def is_well_known(domain: str, own: Collection[str]) -> bool:
    """Whether nobody needs to be asked about that domain: a large provider's, or, sub-domains
    included, one of ``own``. Domains are in lower case and ASCII.
    """
    return domain in _REAL or any(domain == name or domain.endswith(f".{name}") for name in own)


def suggested_address(address: str, own: Collection[str]) -> str:
    """The address that was perhaps meant; "" when this one looks right.

    ``own`` are the lab's domains: those it takes addresses from, and that of its own mails. Only
    the domain is looked at: one letter more, less or other, two swapped, or an ending that there
    isn't. What is before the @ stays as it was typed.
    """
    local, at, typed = address.rpartition("@")
    domain = typed.lower()
    if not at or not local or is_well_known(domain, own):
        return ""
    name, _, ending = domain.rpartition(".")
    mended = f"{name}.{_ENDINGS[ending]}" if name and ending in _ENDINGS else domain
    if not is_well_known(mended, own):
        mended = next(_meant(mended, own), mended)
    return f"{local}@{mended}" if mended != domain else ""


def _meant(domain: str, own: Collection[str]) -> Iterator[str]:
    """The known domains that are one slip away; the lab's own first, with its sub-domains."""
    for known in own:
        labels, count = domain.split("."), known.count(".") + 1
        if known.count(".") and one_slip_apart(".".join(labels[-count:]), known):
            yield ".".join([*labels[:-count], known])
    for known in PROVIDERS:
        if len(known.partition(".")[0]) >= _SHORT and one_slip_apart(domain, known):
            yield known


def one_slip_apart(one: str, other: str) -> bool:
    """Whether one letter more, less or other, or two neighbors swapped, make one of the other."""
    short, long = sorted((one, other), key=len)
    same = 0
    while same < len(short) and short[same] == long[same]:
        same += 1
    rest, longer = short[same:], long[same:]
    if len(short) == len(long):
        swapped = rest[:2] == longer[:2][::-1] and rest[2:] == longer[2:]
        return bool(rest) and (rest[1:] == longer[1:] or swapped)
    return len(long) == len(short) + 1 and rest == longer[1:]
