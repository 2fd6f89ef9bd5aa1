"""A first ``printflow.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

_USUAL: Mapping[str, Mapping[str, str]] = {
    "": {"base_url": '"https://prints.example.edu"  # the address that students open'},
    "server": {"host": '"127.0.0.1"', "port": "8080"},
    "mail": {
        "smtp_host": '"smtp.example.edu"  # without it, emails are saved as files in the store',
        "smtp_port": "587",
        "smtp_username": '"printlab"',
        "smtp_password": '"…"',
        "sender": '"Print lab <printlab@example.edu>"',
        "staff_address": '"printlab@example.edu"',
    },
}


def first_settings(store: Path, given: Mapping[str, Any]) -> str:
    """The text of a settings file for ``store`` with the ``given`` settings (sections as dicts),
    and the usual other ones as comments.
    """
    import tomli_w

    top = {key: value for key, value in given.items() if not isinstance(value, Mapping)}
    sections = dict.fromkeys(("", *_USUAL, *(key for key in given if key not in top)))
    lines = ["# Printflow settings. For all of them, see docs/settings.md.", ""]
    for section in sections:
        values = given.get(section, {}) if section else {"store": str(store), **top}
        lines += [f"[{section}]"] if section else []
        lines += tomli_w.dumps(values).splitlines()
        usual = _USUAL.get(section, {})
        lines += [f"# {key} = {text}" for key, text in usual.items() if key not in values]
        lines.append("")
    return "\n".join(lines)
