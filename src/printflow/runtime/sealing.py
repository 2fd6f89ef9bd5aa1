"""Encrypting what must be used again, such as a refresh token: the database alone opens nothing."""

from __future__ import annotations

import base64
import binascii
import secrets

_NONCE = 12


class Sealing:
    """Seals short texts with AES-256-GCM; ``key`` is 32 bytes. What seals one thing opens no other."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, text: str, about: str) -> str:
        """The text encrypted, bound to ``about``; "" stays ""."""
        if not text:
            return ""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self._key).encrypt(nonce, text.encode(), about.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, about: str) -> str:
        """What was sealed about that; "" where it was not, or by another lab's key."""
        if not sealed:
            return ""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            raw = base64.urlsafe_b64decode(sealed)
            plain = AESGCM(self._key).decrypt(raw[:_NONCE], raw[_NONCE:], about.encode())
            return plain.decode()
        except (InvalidTag, binascii.Error, ValueError):
            return ""
