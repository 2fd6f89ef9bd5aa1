"""The student's answer to a quote, with the link in the email."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from ..catalogs.cache import CatalogCache
from ..domain.agreement import Agreement, language_of, price_words
from ..domain.attempt import Arguments
from ..domain.budgets import split
from ..domain.form_guards import MODELS_LIMIT, texts_changed
from ..domain.history import OpenQuote, QuotePage, along
from ..domain.job import Actor, Job, LinkState, Quote
from ..domain.quote_change import quote_change
from ..domain.quote_note import quote_note
from ..domain.status import ActorKind, Status, Trigger
from ..errors import (
    InvalidInput,
    LinkExpired,
    LinkOvertaken,
    NotFound,
    TooManyRequests,
    TransitionNotAllowed,
    TransitionRefused,
)
from ..language.speaking import language
from ..language.spoken_catalog import spoken_catalog
from ..language.translation import translated, translations
from ..ports import Clock, Database, Transaction
from ..runtime.tokens import token_hash
from ..said import Said, say
from .links import Links
from .lookup import job_of, no_link
from .transitions import Request, Transitions


class Quotes:
    """What stands behind a confirmation link."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        links: Links,
        transitions: Transitions,
        catalogs: CatalogCache,
        *,
        resend_minutes: int,
    ) -> None:
        self._database = database
        self._clock = clock
        self._links = links
        self._transitions = transitions
        self._catalogs = catalogs
        self._resend_minutes = resend_minutes

    def url(self, quote: Quote) -> str:
        """The address of the quote's confirmation page."""
        return self._links.of_quote(quote)

    def page(self, token: str) -> QuotePage:
        """What stands behind a confirmation link; raises NotFound. Changes nothing."""
        with self._database.read() as tx:
            quote = tx.quotes.of_token(token_hash(token))
            if quote is None:
                raise no_link()
            job = job_of(tx, quote.job_id)
            events = tx.history.events(job.id)
            quotes = tx.quotes.of_job(job.id)
            waiting, agreed = self._others(tx, job)
            return QuotePage(
                job=job,
                quote=quote,
                state=quote.state(job.clock(self._clock())),
                newest=quotes[-1].id == quote.id,
                confirmed=any(
                    event.trigger is Trigger.CONFIRM and event.at == quote.used_at
                    for event in events
                ),
                along=along(events),
                together=waiting,
                agreed=agreed,
                change=quote_change(quote, quotes),
                note=quote_note(quote, quotes, tx.history.notes(job.id)),
                paid=split(quote.cost_cents, tx.payers.of_job(job.id)),
            )

    def _others(
        self, tx: Transaction, job: Job
    ) -> tuple[tuple[OpenQuote, ...], tuple[OpenQuote, ...]]:
        """The open quotes of the other models of the job's request, and those that were agreed to."""
        waiting, agreed = [], []
        for one in tx.jobs.of_request(job.request_id):
            asked = one.status is Status.PENDING and one.id != job.id and not one.on_hold
            if not (asked or one.status.record.confirmed):
                continue
            quote = tx.quotes.newest(one.id)
            if quote is None:
                continue
            paid = split(quote.cost_cents, tx.payers.of_job(one.id))
            found = OpenQuote(job=one, quote=quote, paid=paid, url=self.url(quote))
            if not asked:
                agreed.append(found)
            elif quote.state(self._clock()) is LinkState.OPEN:
                waiting.append(found)
        return tuple(waiting), tuple(agreed)

    def confirm(
        self,
        token: str,
        *,
        consent: bool,
        also: Collection[str] = (),
        seen: Mapping[str, str] | None = None,
        agreed: str = "",
    ) -> QuotePage:
        """The student agrees to the quote. Doing so twice shows the same answer again.

        ``seen`` says, by token, what the page showed as :func:`to_see` of each job; what staff have
        corrected since is not confirmed.

        ``agreed`` is the mark of the text that the page showed (:meth:`agreement`), which is kept.

        ``also`` holds the tokens of further quotes of the same request, as its page showed them;
        one that no longer counts (staff changed that price meanwhile) confirms nothing, and the
        newer quote waits for an answer of its own.
        Raises NotFound, LinkExpired, LinkOvertaken, TransitionRefused (no consent), InvalidInput
        where that text is another one by now.
        """
        shown, before = seen or {}, self.page(token)
        text = self.agreement(before, agreed)

        def args(one: str) -> Arguments:
            return Arguments(consent=consent, by_link=True, seen=shown.get(one, ""), agreed=text)

        if before.state is LinkState.OPEN and not text.is_shown_by(agreed):
            raise InvalidInput([texts_changed("consent")])
        page = self._answer(token, Trigger.CONFIRM, args(token))
        left = [
            job
            for other in list(also)[:MODELS_LIMIT]
            if (job := self._confirm_together(before.job.request_id, other, args(other)))
        ]
        if not also:
            return page
        return replace(page, together=self.page(token).together, not_confirmed=tuple(left))

    def agreement(self, page: QuotePage, mark: str = "") -> Agreement:
        """What the page's checkbox says, in the language of the page that showed it: of that with
        the ``mark``, else of the one that is spoken here.
        """
        seen = language_of(mark)
        tag = language() if seen is None else seen
        catalog = spoken_catalog(self._catalogs.newest(), tag)
        words = price_words(catalog, page.paid, nothing_due=page.nothing_due)
        version = catalog.shown_texts.consent_version
        if isinstance(words, Said):
            return Agreement(version, tag, translated(words, translations(tag)))
        return Agreement(version, catalog.language, words)

    def _confirm_together(self, request_id: int, token: str, args: Arguments) -> Job | None:
        """Confirm another quote of the request; gives its job where that could not be."""
        try:
            other = self.page(token)
        except NotFound:
            return None
        if other.job.request_id != request_id:
            return None
        try:
            return None if self._answer(token, Trigger.CONFIRM, args).confirmed else other.job
        except (LinkExpired, LinkOvertaken, TransitionRefused):
            return other.job

    def decline(self, token: str, *, text: str = "") -> QuotePage:
        """The student turns the quote down, with a word why if they like. Raises as confirming."""
        return self._answer(token, Trigger.DECLINE, Arguments(text=text, by_link=True))

    def resend(self, token: str) -> QuotePage:
        """A new link by mail, asked for on the page of an expired one.

        Raises NotFound, LinkOvertaken, TooManyRequests.
        """
        page = self.page(token)
        if page.state is not LinkState.EXPIRED or not page.newest:
            raise overtaken(page)
        try:
            self._transitions.pull(
                self._of_student(page, token, Trigger.RESEND, Arguments(by_link=True))
            )
        except TransitionNotAllowed:
            raise overtaken(page) from None
        except TransitionRefused as refused:
            reason = refused.refusals[0]
            raise TooManyRequests(
                reason.message,
                retry_after=self._resend_minutes * 60,
                next_step=reason.next_step,
            ) from refused
        return page

    def _of_student(
        self, page: QuotePage, token: str, trigger: Trigger, args: Arguments
    ) -> Request:
        return Request(
            trigger=trigger,
            job_id=page.job.id,
            actor=Actor(ActorKind.STUDENT, page.job.student_name),
            args=args,
            quote_of=lambda tx: tx.quotes.of_token(token_hash(token)),
        )

    def _answer(self, token: str, trigger: Trigger, args: Arguments) -> QuotePage:
        page = self.page(token)
        if page.state is LinkState.USED:
            return _answered(page, trigger)
        if page.state is LinkState.VOID:
            raise overtaken(page)
        try:
            self._transitions.pull(self._of_student(page, token, trigger, args))
        except TransitionNotAllowed:
            # Someone was faster: the same student in another tab, or staff.
            page = self.page(token)
            if page.state is not LinkState.USED:
                raise overtaken(page) from None
            return _answered(page, trigger)
        except TransitionRefused as refused:
            codes = {reason.code for reason in refused.refusals}
            if "link_expired" in codes:
                raise LinkExpired(
                    say("This link has expired."), next_step=say("Ask for a new one on its page.")
                ) from refused
            if codes & {"link_overtaken", "quote_changed"}:
                raise overtaken(page) from refused
            raise
        return self.page(token)


def _answered(page: QuotePage, trigger: Trigger) -> QuotePage:
    """The page of a quote that was already answered, with what to say to a different answer."""
    if trigger is Trigger.DECLINE and page.confirmed:
        late = say(
            "Declining came too late: this price was already confirmed. To stop the print, cancel it "
            "on the job's page."
        )
    elif trigger is Trigger.CONFIRM and not page.confirmed:
        late = say(
            "Confirming came too late: this price was already declined. If you still want the print, "
            "submit the model again."
        )
    else:
        return page
    return replace(page, too_late=late)


def overtaken(page: QuotePage) -> LinkOvertaken:
    """The refusal of a link that no longer counts."""
    if page.job.status is Status.PENDING:
        return LinkOvertaken(
            say("This link has been replaced."), next_step=say("Use the link in our newest email.")
        )
    return LinkOvertaken(
        say(
            "This link no longer works: the job's status is “{status}” now.",
            status=page.job.status.record.student_label,
        ),
        next_step=say("Use the link in our newest email."),
    )
