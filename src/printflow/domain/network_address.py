"""How much of a network address is written down."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Literal

LogAddresses = Literal["full", "short", "none"]
"""All of an address, only its network (an IPv4's /24, an IPv6's /48), or nothing."""

_LONGEST = 60
_NETWORK = {4: 24, 6: 48}


def address_for_logs(address: str, how: LogAddresses) -> str:
    """What logs and the audit record may hold of ``address``; "" for nothing.

    What is no IP address is left out unless ``how`` is "full": nobody knows what of it is short.
    """
    if how == "none" or not address:
        return ""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        kept = "".join(sign for sign in address if sign.isascii() and sign.isprintable())
        return kept.replace(" ", "")[:_LONGEST] if how == "full" else ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if how == "full":
        return str(found)
    return str(ip_network((found, _NETWORK[found.version]), strict=False))
