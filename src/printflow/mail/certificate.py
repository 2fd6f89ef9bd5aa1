"""What a mail server's certificate says, also of one that can't be trusted."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from typing import Any

from ..ports import CertificateSeen

_IGNORE_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME, which Python has no name for


def certificate_seen(plain: Any) -> CertificateSeen | None:
    """What ``getpeercert()`` gave, for people."""
    if not plain:
        return None
    names = [value for kind, value in plain.get("subjectAltName", ()) if kind in _NAMES]
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(plain["notAfter"]), UTC)
    return CertificateSeen(
        names=tuple(names or _of(plain.get("subject"), "commonName")),
        issuer=", ".join(
            _of(plain.get("issuer"), "organizationName") or _of(plain.get("issuer"), "commonName")
        ),
        ends=ends,
    )


_NAMES = ("DNS", "IP Address")


def _of(parts: Any, key: str) -> list[str]:
    return [value for part in parts or () for name, value in part if name == key]


def any_certificate() -> ssl.SSLContext:
    """A context that takes every certificate: only to look at one, nothing is said over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def only_certificate(der: bytes) -> ssl.SSLContext:
    """A context that takes this one, whatever its name and dates, so that Python reads it."""
    context = any_certificate()
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VerifyFlags(_IGNORE_TIME)
    context.load_verify_locations(cadata=ssl.DER_cert_to_PEM_cert(der))
    return context
