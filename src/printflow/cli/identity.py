"""``identity``: whether the sign-in provider works, and a way in without it."""

from __future__ import annotations

from dataclasses import asdict

import click

from printflow.said import say

from .documents import print_json
from .session import json_option, session
from .streams import tell, warn
from .tables import print_table

_PATIENCE = 70.0
"""Seconds: more than the longest ``identity.timeout_seconds``."""


@click.group("identity")
def identity() -> None:
    """Check the sign-in provider, and sign in without it."""


@identity.command("check")
@click.option("--limit", default=10, metavar="N", help="So many sign-ins (default: 10).")
@json_option
def check(limit: int) -> None:
    """Ask the provider for its configuration and keys, and list the newest sign-ins."""
    with session().lab() as lab:
        room = lab.identity
        settings, records = room.in_force(), room.records(limit=limit)
        state = room.provider_state(patience=_PATIENCE).value if room.on else None
        callback, after = room.callback_url, room.signed_out_url
    problem = state.problem if state else ""
    if session().json:
        print_json(
            {
                "settings": settings,
                "callback": callback,
                "after_sign_out": after,
                "provider": asdict(state) if state else None,
                "sign_ins": [asdict(one) for one in records],
            }
        )
    else:
        if not settings:
            tell("No sign-in provider is set. Staff sign in with their station's password.")
            return
        print_table(("Setting", "Value"), [(name, str(value)) for name, value in settings.items()])
        if room.on:
            tell(f"Callback address to register: {callback}")
            tell(f"Address after sign-out to register: {after}")
        if state is not None and not problem:
            tell(f"The provider answers, with {state.keys} keys ({', '.join(state.algorithms)}).")
        rows = [
            (
                f"{one.at:%Y-%m-%d %H:%M} UTC",
                one.name,
                one.role or ("student" if one.accepted else "refused"),
                str(one.why),
                "; ".join(f"{name}: {value}" for name, value in one.claims.items()),
            )
            for one in records
        ]
        if rows:
            print_table(("When", "Who", "Role", "Why", "What the provider sent"), rows)
    if problem:
        warn(problem)
        raise SystemExit(1)


@identity.command("way-in")
@json_option
def way_in() -> None:
    """Print a link that signs one administrator in, once, within 10 minutes."""
    with session().lab() as lab:
        link = lab.identity.way_in()
    if session().json:
        print_json({"link": link})
    else:
        tell(say("Open this link within 10 minutes. It signs you in as an administrator, once:"))
        tell(link)
