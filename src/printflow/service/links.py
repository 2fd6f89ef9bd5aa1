"""The addresses of pages that students open with a link alone."""

from __future__ import annotations

from ..domain.budgets import Claim
from ..domain.job import Job, Quote
from ..runtime.tokens import Tokens


class Links:
    """Makes links below ``base_url``. The secret in each is made again, and stored nowhere."""

    def __init__(self, tokens: Tokens, base_url: str, reply_address: str = "") -> None:
        self._tokens = tokens
        self._base_url = base_url
        self._reply_address = reply_address

    def of_job(self, job: Job) -> str:
        """The student's own page of the job."""
        return f"{self._base_url}/jobs/{self._tokens.of_job(job.id)}"

    def of_request(self, job: Job) -> str:
        """The page of all jobs that were sent with this one."""
        return f"{self.of_job(job)}/request"

    def reply_to(self, job: Job) -> str:
        """The address for replies about the job, with its tag; "" where the lab has none."""
        local, at, domain = self._reply_address.rpartition("@")
        return f"{local}+{self._tokens.reply_tag(job.id)}{at}{domain}" if at else ""

    def of_address(self, job: Job) -> str:
        """The page where the address of the job's request is confirmed."""
        token = self._tokens.of_address(job.request_id, job.created_at)
        return f"{self._base_url}/confirm-address/{token}"

    def of_claim(self, claim: Claim) -> str:
        """The page where the payer's approver answers; "" where nobody was asked."""
        if claim.asked_at is None:
            return ""
        token = self._tokens.of_claim(claim.job_id, claim.id, claim.asked_at)
        return f"{self._base_url}/payer/{token}"

    def of_quote(self, quote: Quote) -> str:
        """The page where the quote is confirmed."""
        token = self._tokens.of_quote(quote.job_id, quote.id, quote.issued_at)
        return f"{self._base_url}/confirm/{token}"
