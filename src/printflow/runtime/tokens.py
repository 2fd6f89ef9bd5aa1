"""The secret parts of links, and what is stored of them.

A link's token is 128 bits of HMAC-SHA256 under the lab's key, so that any later mail can carry the
link again; the database holds only the token's hash and can open nothing on its own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime

_TOKEN = re.compile(r"[a-z2-7]{26}")
_TAG = 10
"""Letters of a tag's signature: 50 bits, of which each guess is an email."""


class Tokens:
    """Makes and recognizes the tokens of one lab; ``key`` holds at least 32 random bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("the lab's secret key needs at least 32 bytes")
        self._key = key

    def _derive(self, purpose: str) -> bytes:
        plain = purpose.encode("utf-8", "surrogatepass")
        return hmac.new(self._key, plain, hashlib.sha256).digest()

    def _token(self, purpose: str) -> str:
        return base64.b32encode(self._derive(purpose)[:16]).decode().rstrip("=").lower()

    def of_job(self, job_id: str) -> str:
        """The token of a job's status page."""
        return self._token(f"job/{job_id}")

    def of_quote(self, job_id: str, quote_id: int, issued_at: datetime) -> str:
        """The token of one confirmation link."""
        return self._token(f"quote/{job_id}/{quote_id}/{issued_at.isoformat()}")

    def of_address(self, request_id: int, created_at: datetime) -> str:
        """The token of the link that confirms the address of a request. Sent again it's the same,
        so that either email will do.
        """
        return self._token(f"address/{request_id}/{created_at.isoformat()}")

    def of_mailbox(self, address: str) -> str:
        """What stands for an address where it need not be read again: no list of addresses that
        someone guesses tells which one it is.
        """
        return self._derive(f"mailbox/{address}").hex()

    def of_claim(self, job_id: str, claim_id: int, asked_at: datetime) -> str:
        """The token of the link by which a payer's approver answers."""
        return self._token(f"claim/{job_id}/{claim_id}/{asked_at.isoformat()}")

    def of_payment(self, job_id: str, cents: int, currency: str) -> str:
        """What seals a payment's reference: 80 bits, in capitals, as some services write all so."""
        return self._token(f"payment/{job_id}/{cents}/{currency}")[:16].upper()

    def of_known_pc(self, station_id: int, password_hash: str, nonce: str) -> str:
        """The proof that a browser has signed in at a station while it had that password."""
        return self._token(f"known PC/{station_id}/{password_hash}/{nonce}")

    def of_reports(self, station_id: int, password_hash: str, pc_name: str) -> str:
        """The proof that the opener of a staff PC reports with, while the station has that password."""
        return self._token(f"reports/{station_id}/{password_hash}/{pc_name}")

    def reply_tag(self, job_id: str) -> str:
        """What stands after the + in the address that a job's emails carry; lower case, since some
        mail servers write addresses so."""
        return f"{job_id.lower()}-{self._token(f'reply/{job_id}')[:_TAG]}"

    def job_of_tag(self, tag: str) -> str:
        """The job whose tag it is; "" for one that was made up."""
        job_id, dash, signed = tag.upper().partition("-")
        true = self.reply_tag(job_id).upper().partition("-")[2]
        return job_id if dash and hmac.compare_digest(signed.encode(), true.encode()) else ""

    def mark(self, what: str) -> str:
        """By which it is seen that ``what`` has changed, without telling what it is."""
        return self._derive(f"mark/{what}").hex()[:16]

    def session_key(self) -> bytes:
        """The key that signs the web's cookies."""
        return self._derive("session")

    def of_sign_in(self, purpose: str, state: str) -> str:
        """A secret of one sign-in under way at the provider ("nonce", "verifier"): 256 bits."""
        made = self._derive(f"sign-in/{purpose}/{state}")
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()

    def sealing_key(self) -> bytes:
        """The key that encrypts a provider's tokens."""
        return self._derive("provider tokens")


def token_hash(token: str) -> str:
    """What the database stores of ``token``; of a malformed one, what it never stores."""
    plain = token if _TOKEN.fullmatch(token) else ""
    return hashlib.sha256(f"printflow:{plain}".encode()).hexdigest()
