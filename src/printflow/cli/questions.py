"""What ``init`` asks for, or is told by ``--set KEY=VALUE``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from printflow.errors import InvalidInput
from printflow.said import say


def settings_of(pairs: tuple[str, ...]) -> dict[str, Any]:
    """``KEY=VALUE`` as settings, sections as dicts; lists are separated by commas.

    Raises InvalidInput. Whether key and value are good, the settings themselves say.
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key.strip():
            raise InvalidInput.of(
                "set", "set_invalid", say("“{pair}” isn't a setting. Enter KEY=VALUE.", pair=pair)
            )
        _put(found, key.strip(), value.strip())
    return found


def _put(found: dict[str, Any], key: str, value: str) -> None:
    section, dot, name = key.partition(".")
    plain: Any = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else value
    if key in ("trusted_hosts", "allowed_email_domains"):
        plain = [one.strip() for one in value.split(",") if one.strip()]
    if dot:
        found.setdefault(section, {})[name] = plain
    else:
        found[key] = plain


def answers(store: Path | None, given: dict[str, Any]) -> dict[str, Any]:
    """The settings as a person answers; what was ``given`` is not asked for."""
    found = {name: dict(v) if isinstance(v, dict) else v for name, v in given.items()}
    mail = found.setdefault("mail", {})
    if store is None:
        folder = Path(click.prompt("Folder for the files", default="storage"))
        found["store"] = folder.expanduser().absolute()
    _ask(found, "base_url", "Web address for students (empty: this PC only)")
    _ask(found, "allowed_email_domains", "Email domains of your students (empty: any)")
    _ask(mail, "smtp_host", "SMTP server (empty: emails are saved as files, for testing)")
    if mail.get("smtp_host"):
        _ask(mail, "smtp_port", "SMTP port: 587, 465 or 25", "587")
        usual = "tls" if mail["smtp_port"] == 465 else "starttls"
        _ask(mail, "smtp_security", "SMTP encryption: starttls, tls or none", usual)
        _ask(mail, "smtp_username", "SMTP username (empty: none)")
        if mail.get("smtp_username") and "smtp_password" not in mail:
            mail["smtp_password"] = click.prompt("SMTP password", hide_input=True)
        _ask(mail, "sender", "Sender, such as Print lab <printlab@example.edu>")
        _ask(mail, "staff_address", "Email address of the staff (empty: none)")
    if not mail:
        del found["mail"]
    return found


def _ask(found: dict[str, Any], key: str, words: str, default: str = "") -> None:
    if key in found:
        return
    typed = str(click.prompt(words, default=default, show_default=bool(default))).strip()
    if typed:
        _put(found, key, typed)
