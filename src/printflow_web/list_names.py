"""What the lists of jobs are called."""

from __future__ import annotations

from flask_babel import gettext as _

from printflow import Status

OTHER_LISTS = ("all", "held", "attention", "unconfirmed")
"""Those that are no status."""


def list_name(listed: str) -> str:
    """The title of the list that ``status`` in an address names; of all jobs for anything else."""
    if listed == "unconfirmed":
        return str(_("Waiting for confirmation"))
    if listed == "attention":
        return str(_("Needs attention"))
    if listed == "held":
        return str(_("On hold"))
    if listed in tuple(Status):
        return str(_(Status(listed).label))
    return str(_("All jobs"))
