"""Whether something typed can be an email address. Pure."""

from __future__ import annotations


def is_address(typed: str) -> bool:
    """Whether it has the form of one address; no name beside it, and not whether it receives mail."""
    local, at, domain = typed.partition("@")
    plain = typed.isascii() and not any(mark in typed for mark in ' ,;<>"()[]\\')
    return bool(local and at and "." in domain.strip(".") and "@" not in domain and plain)
