"""What settings may be, in phrases: "{name} must be a whole number of days from 1 to 365"."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from ..said import Said, say

_NUMBER = say("a whole number from {low} to {high}")
DAYS = say("a whole number of days from {low} to {high}")
MINUTES = say("a whole number of minutes from {low} to {high}")
HOURS = say("a whole number of hours from {low} to {high}")
SECONDS = say("a whole number of seconds from {low} to {high}")
BYTES = say("a whole number of bytes from {low} to {high}")
MEGABYTES = say("a whole number of megabytes from {low} to {high}")
FILES = say("a whole number of files from {low} to {high}")
A_TEXT, A_FOLDER, TRUE_OR_FALSE = say("a text"), say("a folder"), say("true or false")
AN_ADDRESS = say("an email address")


def whole(default: int, low: int, high: int, said: Said = _NUMBER) -> Any:
    """A field that holds a whole number within limits, and says so."""
    allowed = said.having(low=str(low), high=str(high))
    return Field(default=default, ge=low, le=high, description=allowed)


def _no_truth_value(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError
    return value


Whole = Annotated[int, BeforeValidator(_no_truth_value)]
