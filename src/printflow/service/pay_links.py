"""The addresses at which students pay online: our own, and behind it the payment service's."""

from __future__ import annotations

import hmac
from urllib.parse import quote

from ..domain.job import Job
from ..domain.online_payments import PayFrom, Reference, asks_online, read_reference
from ..domain.pricing import in_units
from ..runtime.payment_signature import link_signature
from ..runtime.tokens import Tokens
from ..settings import Settings
from .links import Links


class PayLinks:
    """Makes and reads them. Emails and pages link to our own address, which says what is due."""

    def __init__(self, settings: Settings, links: Links, tokens: Tokens) -> None:
        self._template = settings.payment.url_template
        secret = settings.payment.secret
        self._secret = secret.get_secret_value() if secret is not None else ""
        self._since = PayFrom(settings.payment.pay_from)
        self._base_url = settings.effective_base_url
        self._links = links
        self._tokens = tokens

    @property
    def on(self) -> bool:
        """Whether students can pay online."""
        return bool(self._template)

    def of(self, job: Job, due_cents: int) -> str:
        """Our own address that leads to paying what is due; "" where the student isn't asked to."""
        if not self.on or not asks_online(job, due_cents, self._since):
            return ""
        return f"{self._links.of_job(job)}/pay?due={due_cents}"

    def away(self, job: Job, due_cents: int) -> str:
        """The payment service's address for what is due; "" where the student isn't asked to."""
        if not self.of(job, due_cents):
            return ""
        reference = self.reference(job, due_cents)
        back, cents = f"{self._base_url}/payment/back", str(due_cents)
        values = {
            "job": job.id,
            "reference": reference,
            "amount": in_units(due_cents, job.currency),
            "amount_cents": cents,
            "currency": job.currency,
            "return_url": back,
            "signature": link_signature(self._secret, job.id, reference, cents, job.currency, back),
        }
        address = self._template
        for name, value in values.items():
            address = address.replace(f"{{{name}}}", quote(value, safe=""))
        return address

    def reference(self, job: Job, due_cents: int) -> str:
        """What the payment service is given for the job and what is due; always the same."""
        seal = self._tokens.of_payment(job.id, due_cents, job.currency)
        return Reference(job.id, due_cents, job.currency).text(seal)

    def meant(self, typed: str) -> Reference | None:
        """What a reference is for; None where it isn't one of ours."""
        found = read_reference(typed)
        if found is None:
            return None
        reference, seal = found
        true = self._tokens.of_payment(reference.job_id, reference.cents, reference.currency)
        return reference if hmac.compare_digest(seal, true) else None
