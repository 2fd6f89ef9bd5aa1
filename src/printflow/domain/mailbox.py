"""Which mailbox an address leads to: the one rule for blocks, limits, allowances and caps. Pure."""

from __future__ import annotations


def mailbox(address: str) -> str:
    """What a normal address is counted by, "" for none: capitals, dots and a +tag lead to the same
    mailbox at many providers, so that none of them makes a new one here.
    """
    local, at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}{at}{domain}"
