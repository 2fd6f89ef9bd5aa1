"""The number of a student's request in an address: what lists link to."""

from __future__ import annotations

from flask_babel import gettext as _

from .errors import ParameterRefused

_DIGITS = 18


def request_number(typed: str) -> int:
    """The number; raises ParameterRefused for what is none."""
    if not (typed.isascii() and typed.isdigit() and len(typed) <= _DIGITS):
        raise ParameterRefused(
            _("The address is wrong: “request” must be the number of a request.")
        )
    return int(typed)
