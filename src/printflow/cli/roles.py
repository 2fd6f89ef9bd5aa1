"""``roles``: the lab's roles, and what each allows."""

from __future__ import annotations

import click

from .documents import print_json
from .session import json_option, session
from .tables import print_table


@click.command("roles")
@json_option
def roles() -> None:
    """List the lab's roles, and what each allows. Change them in the catalog.

    The stations of a role are those that aren't revoked.
    """
    from printflow.domain.rights import Right

    with session().lab() as lab:
        found = lab.catalog.current.roles
        stations = [one for one in lab.stations.all() if one.revoked_at is None]
    if session().json:
        print_json(
            {
                "roles": [
                    {
                        "name": role.name,
                        "rights": [right.value for right in role.rights],
                        "stations": [one.name for one in stations if one.role == role.name],
                    }
                    for role in found
                ]
            }
        )
        return
    rows = [
        [right.value, right.label, *("x" if right in role.rights else "" for role in found)]
        for right in Right
    ]
    print_table(["Right", "Allows", *(role.name for role in found)], rows)
