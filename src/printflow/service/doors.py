"""What a staff PC holds of the station where someone signed in: proofs that end with its password.

A proof is made of the station's stored hash. So a station that was revoked, or has a new password,
makes all its proofs void, and nothing has to be listed.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from ..domain.people import Door
from ..domain.text import clean_line
from ..errors import InvalidInput
from ..runtime.tokens import Tokens
from ..said import say

_DIGITS = 18
"""Digits of a station's id at most: what a database can hold."""


def pc_proof(tokens: Tokens, door: Door, nonce: str) -> str:
    """What a browser keeps that has signed in at the station once."""
    return f"{door.id}.{nonce}.{tokens.of_known_pc(door.id, door.password_hash, nonce)}"


def known_by_pc(tokens: Tokens, doors: Sequence[Door], proof: str) -> Door | None:
    """The station whose password a browser has proved to know; None when it counts no longer."""
    number, _, rest = proof.partition(".")
    nonce = rest.partition(".")[0]
    door = _numbered(doors, number)
    return door if door and _same(pc_proof(tokens, door, nonce), proof) else None


def reporting_token(tokens: Tokens, door: Door, pc_name: str) -> str:
    """What the opener of a PC of that station reports with, under that name."""
    return f"{door.id}.{tokens.of_reports(door.id, door.password_hash, pc_name)}"


def may_report(tokens: Tokens, doors: Sequence[Door], token: str, pc_name: str) -> bool:
    """Whether that token is the PC's, and its station still as it was."""
    door = _numbered(doors, token.partition(".")[0])
    return door is not None and _same(reporting_token(tokens, door, pc_name), token)


def chosen_door(doors: Sequence[Door], typed: str, known: Door | None) -> Door | None:
    """The station that was typed (capitals do not count), None when there is none of that name.

    Nothing typed is the only station, else the one this PC is known at. Raises InvalidInput.
    """
    wanted = clean_line(typed).casefold()
    if wanted:
        return next((door for door in doors if door.name.casefold() == wanted), None)
    if len(doors) == 1:
        return doors[0]
    if known is not None:
        return known
    raise InvalidInput.of("station", "station_missing", say("Enter the name of the station."))


def _numbered(doors: Sequence[Door], number: str) -> Door | None:
    if not (number.isascii() and number.isdigit() and len(number) <= _DIGITS):
        return None
    return next((door for door in doors if door.id == int(number)), None)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
