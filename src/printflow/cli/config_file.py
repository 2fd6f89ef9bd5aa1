"""A first ``printflow.toml``."""

from __future__ import annotations

from pathlib import Path

_REST = """
# The address that students open; links in mails begin with it.
# base_url = "https://prints.example.edu"

[server]
# host = "127.0.0.1"
# port = 8080

[mail]
# Without smtp_host mails are written as files into the store.
# smtp_host = "smtp.example.edu"
# smtp_port = 587
# smtp_username = "printlab"
# smtp_password = "…"
# sender = "Print lab <printlab@example.edu>"
# staff_address = "printlab@example.edu"
"""


def first_settings(store: Path) -> str:
    """The text of a settings file for ``store``, with the usual other settings as comments."""
    import tomli_w

    head = "# Settings of Printflow; see docs/administrators.md for all of them.\n\n"
    return head + tomli_w.dumps({"store": str(store)}) + _REST
