"""The signatures between the lab and its payment service: HMAC-SHA256 under a secret of both, in
lower-case hex. docs/online-payments.md says them exactly; a test holds the two together.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta


def link_signature(secret: str, *parts: str) -> str:
    """What a link to the payment service carries: of its parts, a line each."""
    return _signed(secret, "\n".join(("printflow-link", *parts)).encode())


def callback_signature(secret: str, timestamp: str, body: bytes) -> str:
    """What the payment service signs its word with; ``timestamp`` in whole Unix seconds."""
    return _signed(secret, b"printflow-callback\n" + timestamp.encode() + b"\n" + body)


def is_signed(secret: str, timestamp: str, signature: str, body: bytes) -> bool:
    """Whether that is the signature, whatever its time; takes as long for a wrong one."""
    true = callback_signature(secret, timestamp, body)
    return hmac.compare_digest(signature.strip().lower().encode(), true.encode())


def is_timely(timestamp: str, now: datetime, within: timedelta) -> bool:
    """Whether it was signed within that time of now, before or after."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(now.timestamp() - int(timestamp)) <= within.total_seconds()


def _signed(secret: str, plain: bytes) -> str:
    return hmac.new(secret.encode(), plain, hashlib.sha256).hexdigest()
