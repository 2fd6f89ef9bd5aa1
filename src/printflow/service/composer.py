"""Makes an email from its row in the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..catalogs.cache import CatalogCache
from ..domain.budgets import Split, split
from ..domain.catalog import Catalog
from ..domain.foreign_text import defused, defused_file_name
from ..domain.history import Mail
from ..domain.job import Job, Quote
from ..domain.ledger import Balance
from ..domain.mail_record import mail_record
from ..domain.model_facts import warnings
from ..domain.naming import first_name
from ..domain.quote_change import quote_change
from ..domain.status import Status
from ..domain.told_together import lines_of, together_step
from ..domain.whose_turn import turn_of
from ..errors import NotFound, StoreUnavailable
from ..language.opening_text import pick_up_at
from ..language.speaking import speaking
from ..language.spoken_catalog import spoken_catalog
from ..ports import Clock, Database, MailWriter, RenderedMail, Transaction
from ..settings import Settings
from .languages import Languages
from .links import Links
from .overtaken import still_told
from .pay_links import PayLinks
from .payer_statements import statement
from .pictures import Pictures
from .receipt_numbers import receipt_of
from .summary_mails import summary_told
from .waiting_policy import pick_up_policy

if TYPE_CHECKING:
    from email.message import EmailMessage

_NAME_SHOWN, _FILE_SHOWN = 60, 80
"""So many characters of a name, and of a file's name, stand in a mail."""


class Composer:
    """Makes the mail of a row of the outbox, from the facts as they are when it is sent."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        catalogs: CatalogCache,
        links: Links,
        writer: MailWriter,
        clock: Clock,
        pictures: Pictures,
        pay_links: PayLinks,
        languages: Languages,
    ) -> None:
        self._settings = settings
        self._database = database
        self._catalogs = catalogs
        self._links = links
        self._writer = writer
        self._clock = clock
        self._pictures = pictures
        self._pay_links = pay_links
        self._languages = languages

    def __call__(self, mail: Mail) -> EmailMessage:
        """The message to send."""
        return self._writer.message(
            self.rendered(mail, picture=True),
            to=mail.to,
            message_id=mail.message_id,
            date=self._clock(),
        )

    def rendered(self, mail: Mail, *, picture: bool = False) -> RenderedMail:
        """The mail as people will read it; ``picture`` reads that of the model from the store."""
        with self._database.read() as tx:
            tag, context = self._told(tx, mail)
        return self._made(mail, tag, context, picture=picture)

    def within(self, tx: Transaction, mail: Mail) -> RenderedMail:
        """The same without its picture, from what a transaction sees."""
        return self._made(mail, *self._told(tx, mail), picture=False)

    def _told(self, tx: Transaction, mail: Mail) -> tuple[str, dict[str, Any]]:
        """The language of whoever gets the mail, and what it tells, said in that language."""
        job = tx.jobs.get(mail.job_id) if mail.job_id else None
        jobs = [tx.jobs.get(job_id) for job_id in mail.context.get("job_ids", ())]
        first = next((one for one in (job, *jobs) if one is not None), None)
        to_staff = mail_record(mail.template).to_staff
        tag = self._languages.of("" if first is None or to_staff else first.language)
        catalog = self._catalogs.within(tx)
        if not to_staff:  # they act by the default's names
            catalog = spoken_catalog(catalog, tag)
        with speaking(tag):
            told = [_in_mail(one, catalog) for one in jobs]
            return tag, self._context(tx, mail, catalog, _in_mail(job, catalog), told)

    def _made(
        self, mail: Mail, tag: str, context: dict[str, Any], *, picture: bool
    ) -> RenderedMail:
        job = context["job"]
        alone = job is not None and len(context["jobs"]) < 2
        shown = self._picture(job) if picture and alone else b""
        picture_id = f"{job.id}.{job.pictured.id}@printflow" if shown else ""
        with speaking(tag):
            rendered = self._writer.render(mail.template, {**context, "picture": picture_id})
        return replace(
            rendered,
            to=mail.to,
            reply_to=self._reply_to(mail, job),
            picture=shown,
            picture_id=picture_id,
        )

    def _reply_to(self, mail: Mail, job: Job | None) -> str:
        if job is None:
            return ""
        to_staff = mail_record(mail.template).to_staff
        return job.student_email if to_staff else self._links.reply_to(job)

    def _picture(self, job: Job) -> bytes:
        """The model's picture; none where the share does not answer: a mail waits for no picture."""
        try:
            return self._pictures.read(job.pictured) if job.pictured else b""
        except (NotFound, StoreUnavailable):
            return b""

    def _context(
        self,
        tx: Transaction,
        mail: Mail,
        catalog: Catalog,
        job: Job | None,
        jobs: Sequence[Job | None],
    ) -> dict[str, Any]:
        base = self._settings.effective_base_url
        stored = mail.context
        quote = tx.quotes.get(mail.confirmation_id) if mail.confirmation_id else None
        links = {"home": f"{base}/", "status": "", "request": "", "confirm": ""}
        links["dashboard"] = f"{base}/dashboard"
        if "summary" in stored:
            links["summary"] = _summary_url(base, *stored["summary"][:2])
        asked = tx.addresses.of_request(job.request_id) if job is not None else None
        if job is not None:
            links["confirm_address"] = self._links.of_address(job)
            links["status"] = self._links.of_job(job)
            links["dashboard"] = f"{base}/dashboard/jobs/{job.id}"
        if quote is not None:
            links["confirm"] = self._links.of_quote(quote)
        several = job is not None and len(jobs) > 1
        if several and job is not None:  # the email names each, with its own link
            links["status"] = ""
            links["request"] = self._links.of_request(job)
        written_to = tx.history.written_to([j.id for j in jobs if j])
        name = job.student_name if job else next((j.student_name for j in jobs if j), "")
        lines = self._lines(tx, mail, catalog)
        if lines:
            links["confirm"] = next((one["confirm_url"] for one in lines if one["quote"]), "")
        payment = tx.ledger.get(stored["payment_id"]) if "payment_id" in stored else None
        receipt = receipt_of(tx, payment) if payment else None
        if receipt is not None:
            receipt = replace(
                receipt, jobs=tuple(j for one in receipt.jobs if (j := _in_mail(one, catalog)))
            )
        settled = tx.ledger.settled(job.id) if job else (0, 0)
        due = Balance(stored.get("cost_cents") or 0, *settled).due_cents
        links["pay"] = self._pay_links.of(job, due) if job and not several else ""
        return {
            "lab_name": catalog.lab_name,
            "pick_up": pick_up_at(catalog, self._clock()),
            "contact": catalog.contact,
            "currency": catalog.currency,
            "time_zone": catalog.time_zone,
            "job": job,
            "job_label": job.id if job and not several else "",
            "student_first_name": first_name(name),
            "quote": _shown_quote(quote, catalog),
            "change": quote_change(quote, tx.quotes.of_job(quote.job_id)) if quote else None,
            "links": links,
            "statement": statement(tx, stored["payer_code"], stored.get("term"), catalog.currency)
            if "payer_code" in stored
            else None,
            "summary": summary_told(tx, stored, catalog, self._clock()),
            **self._payers(tx, mail, job, links),
            "reasons": tuple(map(catalog.shown, stored.get("reasons", ()))),
            "note": stored.get("note", ""),
            "model_warnings": _model_warnings(job, catalog) if job else (),
            "outcome": stored.get("outcome", ""),
            "confirm_until": asked.until if asked else None,
            "together": self._together(tx, job, quote),
            "lines": lines,
            "total": total_of(lines),
            "undecided": self._undecided(tx, mail, job),
            "payment": payment and replace(payment, method=catalog.shown(payment.method)),
            "payment_lines": receipt.lines if receipt else (),
            "payment_total_cents": receipt.total_cents if receipt else 0,
            "payments_due_cents": due,
            "waited_since": _moment(stored.get("waited_since")) or (job and job.status_since),
            "disposal_at": pick_up_policy(self._settings, catalog.open_days).disposal_at(job)
            if job
            else None,
            "jobs": [
                {
                    "job": j,
                    "status_url": self._links.of_job(j),
                    "status_label": j.status.record.student_label,
                    "turn": turn_of(j, written_to=j.id in written_to),
                }
                for j in jobs or [job]
                if j is not None
            ],
        }

    def _payers(
        self, tx: Transaction, mail: Mail, job: Job | None, links: dict[str, str]
    ) -> dict[str, Any]:
        """Who pays of the job what, and what is left to the student; the claim that is asked about."""
        claims = tx.payers.of_job(job.id) if job is not None else ()
        asked = next((one for one in claims if one.id == mail.context.get("claim_id")), None)
        links["payer"] = self._links.of_claim(asked) if asked is not None else ""
        return {
            "paid": split((job.cost_cents or 0) if job is not None else 0, claims),
            "claim": asked,
        }

    def _lines(self, tx: Transaction, mail: Mail, catalog: Catalog) -> list[dict[str, Any]]:
        """What a mail about several jobs tells of each: of those alone that still mean something,
        until it is sent.
        """
        told = lines_of(mail)
        if told and mail.state != "sent":
            told = still_told(tx, mail, self._clock()) or told
        return [found for line in told if (found := self._line(tx, line, catalog))]

    def _line(self, tx: Transaction, line: Mail, catalog: Catalog) -> dict[str, Any] | None:
        job = _in_mail(tx.jobs.get(line.job_id), catalog) if line.job_id else None
        if job is None:
            return None
        quote = tx.quotes.get(line.confirmation_id) if line.confirmation_id else None
        cents = line.context.get("cost_cents") or 0
        due = Balance(cents, *tx.ledger.settled(job.id)).due_cents
        return {
            "job": job,
            "quote": _shown_quote(quote, catalog),
            "change": quote_change(quote, tx.quotes.of_job(job.id)) if quote else None,
            "confirm_url": self._links.of_quote(quote) if quote else "",
            "status_url": self._links.of_job(job),
            "reasons": tuple(map(catalog.shown, line.context.get("reasons", ()))),
            "note": line.context.get("note", ""),
            "paid": split(quote.cost_cents if quote else 0, tx.payers.of_job(job.id)),
            "due_cents": due,
            "pay_url": self._pay_links.of(job, due),
        }

    def _undecided(self, tx: Transaction, mail: Mail, job: Job | None) -> int:
        """How many jobs of the request may still come as far as those that the mail tells of."""
        step = together_step(mail.template)
        if step is None or job is None:
            return 0
        return sum(one.status in step.before for one in tx.jobs.of_request(job.request_id))

    def _together(self, tx: Transaction, job: Job | None, quote: Quote | None) -> int:
        """How many other models of the request wait for an answer, too."""
        if job is None or quote is None:
            return 0
        others = (one for one in tx.jobs.of_request(job.request_id) if one.id != job.id)
        return sum(one.status is Status.PENDING for one in others)


def total_of(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What the lines come to, in their currency; None where they have several, or no price."""
    amounts = [
        (line["quote"].cost_cents, line["quote"].currency)
        if line["quote"]
        else (line["due_cents"], line["job"].currency)
        for line in lines
        if not line["reasons"]
    ]
    if len({currency for _cents, currency in amounts}) != 1:
        return None
    own = sum(line["paid"].own_cents for line in lines if line["quote"])
    return {
        "cents": sum(cents for cents, _currency in amounts),
        "currency": amounts[0][1],
        "paid": Split(tuple(one for line in lines for one in line["paid"].paid_by), own),
    }


def _in_mail(job: Job | None, catalog: Catalog) -> Job | None:
    """The job with what its student typed as it may stand in a mail: see ``foreign_text``; and with
    the catalog's names as its readers know them.
    """
    if job is None:
        return None
    return replace(
        job,
        student_name=defused(job.student_name, _NAME_SHOWN),
        class_number=defused(job.class_number, _NAME_SHOWN),
        original_name=defused_file_name(job.original_name, _FILE_SHOWN),
        method=catalog.shown(job.method),
        color=catalog.shown(job.color),
        material=catalog.shown(job.material),
    )


def _shown_quote(quote: Quote | None, catalog: Catalog) -> Quote | None:
    """The quote with the catalog's names as the mail's readers know them."""
    if quote is None:
        return None
    lines = tuple(replace(one, label=catalog.shown(one.label)) for one in quote.price_lines)
    return replace(
        quote,
        material=catalog.shown(quote.material),
        color=catalog.shown(quote.color),
        price_lines=lines,
    )


def _summary_url(base: str, since: str | None, until: str | None) -> str:
    days = [f"{name}={day}" for name, day in (("since", since), ("until", until)) if day]
    return f"{base}/reports/summary?{'&'.join(days) or 'period=all'}"


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None


def _model_warnings(job: Job, catalog: Catalog) -> tuple[str, ...]:
    """What to know of the model before it is printed; for staff."""
    if job.facts is None:
        return ()
    printers = [one for one in catalog.printers if job.method in map(catalog.shown, one.methods)]
    return warnings(job.facts, printers, job.wished_printer)
