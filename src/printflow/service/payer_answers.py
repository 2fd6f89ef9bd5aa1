"""The answer of a payer's approver, by the link in the email. Looking changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ..domain.budgets import Claim, ClaimState
from ..domain.effects import MailTemplate
from ..domain.job import Job
from ..domain.text import clean_text, shortened
from ..errors import LinkOvertaken
from ..ports import Clock, Database, Transaction
from ..runtime.tokens import token_hash
from ..said import Money, say
from .lookup import job_of, no_link
from .mail_queue import MailQueue

_WORDS = 500


@dataclass(frozen=True, slots=True)
class PayerQuestion:
    """What stands behind an approver's link."""

    claim: Claim
    job: Job

    @property
    def open(self) -> bool:
        """It waits for the answer."""
        return self.claim.waits

    @property
    def approved(self) -> bool:
        """The answer was yes, and still counts."""
        return self.claim.approved_at is not None and self.claim.state.counts

    @property
    def refused(self) -> bool:
        """The answer was no."""
        return self.claim.state is ClaimState.REFUSED


class PayerAnswers:
    """Approving what a payer pays, or not. The link is the permit; it's of no use for another job."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        mails: MailQueue,
        wake: Callable[[], None],
        *,
        staff_address: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._mails = mails
        self._wake = wake
        self._staff_address = staff_address

    def page(self, token: str) -> PayerQuestion:
        """What stands behind a link; raises NotFound."""
        with self._database.read() as tx:
            return _question(tx, token)

    def approve(self, token: str) -> PayerQuestion:
        """The payer pays. Doing so twice shows the same answer again.

        Raises NotFound, LinkOvertaken.
        """
        with self._database.write() as tx:
            found, now = _locked(tx, token), self._clock()
            if found.approved:
                return found
            _expect_open(found)
            tx.payers.approve(found.claim.id, found.claim.payer.approver, now)
            text = say(
                "{code} approved {amount}.",
                code=found.claim.payer.code,
                amount=Money(found.claim.cents, found.job.currency),
            )
            _note(tx, found, text, now)
        return self.page(token)

    def refuse(self, token: str, *, text: str = "") -> PayerQuestion:
        """The payer doesn't pay; what was reserved is free again, and staff hear of it.

        Raises NotFound, LinkOvertaken.
        """
        with self._database.write() as tx:
            found, now = _locked(tx, token), self._clock()
            if found.refused:
                return found
            _expect_open(found)
            claim = found.claim
            tx.payers.becomes(claim, ClaimState.REFUSED, claim.cents, now)
            words = say("{code} doesn't pay for this print.", code=claim.payer.code)
            if said := shortened(clean_text(text), _WORDS):
                words = say(
                    "{code} doesn't pay for this print: {text}", code=claim.payer.code, text=said
                )
            _note(tx, found, words, now)
            if self._staff_address:
                self._mails.add(
                    tx,
                    template=MailTemplate.STAFF_ALERT,
                    recipient=self._staff_address,
                    job_id=found.job.id,
                    event_id=None,
                    confirmation_id=None,
                    context={"outcome": "payer_refused", "reasons": [words]},
                    now=now,
                )
        self._wake()
        return self.page(token)


def _question(tx: Transaction, token: str) -> PayerQuestion:
    claim = tx.payers.of_token(token_hash(token))
    if claim is None:
        raise no_link()
    return PayerQuestion(claim, job_of(tx, claim.job_id))


def _locked(tx: Transaction, token: str) -> PayerQuestion:
    """The question, which nobody else answers or changes until this transaction ends."""
    tx.payers.take_turns([_question(tx, token).claim.payer.id])
    return _question(tx, token)


def _expect_open(found: PayerQuestion) -> None:
    if not found.open:
        raise LinkOvertaken(
            say("This question was already answered or has changed."),
            next_step=say("If we need an answer, we'll send another email."),
        )


def _note(tx: Transaction, found: PayerQuestion, text: str, now: datetime) -> None:
    author = found.claim.payer.approver
    tx.history.add_note(found.job.id, at=now, author=author[:100], text=text, for_student=False)
