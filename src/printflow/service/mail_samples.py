"""Makes every email with sample data, so that a lab can check its texts first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..catalogs.cache import CatalogCache
from ..domain.budgets import Claim, ClaimState, StatementLine, split
from ..domain.callbacks import ON_REQUEST
from ..domain.catalog import Catalog
from ..domain.effects import MailTemplate
from ..domain.job import FileRole, FileState, Job, JobFile, Quote
from ..domain.ledger import Payment, Share
from ..domain.mail_record import MAILS
from ..domain.online_payments import PayFrom, asks_online
from ..domain.payers import Payer
from ..domain.pricing import Price
from ..domain.quoted_price import price_of
from ..domain.receipt import Receipt
from ..domain.rights import Right
from ..domain.status import Status
from ..domain.told_together import PRICES, together_step
from ..domain.whose_turn import turn_of
from ..language.opening_text import pick_up_at
from ..ports import Clock, MailWriter, RenderedMail
from ..runtime.permits import needs
from ..said import say
from ..settings import Settings
from .composer import total_of
from .payer_statements import Statement
from .waiting_policy import pick_up_policy

if TYPE_CHECKING:
    from ..reports.summary import Told

_ID, _OTHER_ID = "K7Q2MX9A", "P3WN8C5T"
_PICTURE_ID = "sample@printflow"
_LINK_END = "abcdefghijklmnopqrstuvwxyz"


class MailSamples:
    """Mails that are shown and never sent."""

    def __init__(
        self,
        clock: Clock,
        catalogs: CatalogCache,
        settings: Settings,
        writer: MailWriter,
    ) -> None:
        self._clock = clock
        self._catalogs = catalogs
        self._settings = settings
        self._writer = writer

    @needs(Right.TEXTS)
    def all(self) -> dict[MailTemplate, RenderedMail]:
        """Each mail as it reads with sample data, in the lab's own templates, prices and texts.

        Raises PrintflowError that names the template that cannot be rendered.
        """
        return {template: self._sample(template) for template in MailTemplate}

    def _sample(self, template: MailTemplate) -> RenderedMail:
        catalog, now, record = self._catalogs.newest(), self._clock(), MAILS[template]
        job = _job(catalog, now, record.sample_status)
        price = price_of(catalog, job, "", job.grams, job.hours)
        job = replace(job, cost_cents=price.cents if price else 0)
        quote = _quote(job, now, catalog.open_days.after(now, self._settings.quote_days), price)
        payment = _payment(job, catalog, now)
        base = self._settings.effective_base_url
        status_url = f"{base}/jobs/{_LINK_END}"
        own = template is not MailTemplate.FIND_JOBS
        reasons = tuple(reason.text for reason in catalog.rejection_reasons[:2])
        lines = self._lines(template, job, quote, record.sample_note, reasons)
        several = bool(lines)
        pictured = own and not several
        context: dict[str, Any] = {
            "lab_name": catalog.lab_name,
            "pick_up": pick_up_at(catalog, now),
            "contact": catalog.contact,
            "currency": catalog.currency,
            "time_zone": catalog.time_zone,
            "job": job if own else None,
            "job_label": job.id if own and not several else "",
            "student_first_name": "Jane",
            "quote": quote,
            "change": None,
            "links": {
                "home": f"{base}/",
                "status": status_url if own and not several else "",
                "request": f"{status_url}/request" if several else "",
                "confirm": f"{base}/confirm/{_LINK_END}",
                "confirm_address": f"{base}/confirm-address/{_LINK_END}",
                "dashboard": f"{base}/dashboard/jobs/{job.id}",
                "payer": f"{base}/payer/{_LINK_END}",
                "summary": f"{base}/reports/summary?since={now.date()}&until={now.date()}",
                "pay": self._pay_url(status_url, template, job),
            },
            "paid": split(job.cost_cents or 0, ()),
            "claim": _claim(job),
            "statement": _statement(job),
            "summary": _summary(now),
            "reasons": _sample_reasons(template, reasons),
            "note": record.sample_note,
            "model_warnings": (),
            "outcome": "confirmed",
            "confirm_until": now + timedelta(days=self._settings.unconfirmed_days),
            "together": int(template is MailTemplate.REMINDER),
            "lines": lines,
            "total": total_of(lines),
            "undecided": 0,
            "picture": _PICTURE_ID if pictured else "",
            "payment": payment,
            "payment_lines": Receipt(payment, (job,)).lines,
            "payment_total_cents": payment.amount_cents,
            "payments_due_cents": job.cost_cents,
            "waited_since": now - timedelta(days=7),
            "disposal_at": pick_up_policy(self._settings, catalog.open_days).disposal_at(
                replace(job, status_since=now - timedelta(days=7))
            ),
            "jobs": [
                {
                    "job": job,
                    "status_url": status_url,
                    "status_label": job.status.record.student_label,
                    "turn": turn_of(job),
                },
            ],
        }
        rendered = self._writer.render(template.value, context)
        to = self._settings.mail.staff_address if record.to_staff else job.student_email
        picture = Path(__file__).with_name("mail_sample.png").read_bytes() if pictured else b""
        return replace(rendered, to=to, picture=picture, picture_id=_PICTURE_ID if pictured else "")

    def _pay_url(self, status_url: str, template: MailTemplate, job: Job) -> str:
        """Where the mail says that one can pay online, if the lab has that."""
        payment = self._settings.payment
        asks = asks_online(job, job.cost_cents or 0, PayFrom(payment.pay_from))
        return f"{status_url}/pay?due={job.cost_cents}" if payment.url_template and asks else ""

    def _lines(
        self, template: MailTemplate, job: Job, quote: Quote, note: str, reasons: tuple[str, ...]
    ) -> list[dict[str, Any]]:
        """What a mail about several jobs tells of each: one as the job is, and another."""
        step = together_step(template)
        if step is None:
            return []
        base = self._settings.effective_base_url
        other = replace(job, id=_OTHER_ID, original_name="cover.stl")
        told = {
            "job": job,
            "quote": quote if step is PRICES else None,
            "change": None,
            "confirm_url": f"{base}/confirm/{_LINK_END}",
            "status_url": f"{base}/jobs/{_LINK_END}",
            "reasons": (),
            "note": note,
            "due_cents": job.cost_cents,
            "paid": split(job.cost_cents or 0, ()),
            "pay_url": self._pay_url(f"{base}/jobs/{_LINK_END}", template, job),
        }
        if step is not PRICES:
            return [told, {**told, "job": other}]
        return [told, {**told, "job": other, "quote": None, "note": "", "reasons": reasons}]


def _sample_reasons(template: MailTemplate, reasons: tuple[str, ...]) -> tuple[str, ...]:
    if template is MailTemplate.CANCELED:
        return (ON_REQUEST, "I found a mistake in the model.")
    return reasons if template is MailTemplate.REJECTED else ()


def _statement(job: Job) -> Statement:
    line = StatementLine(
        job_id=job.id,
        by=job.student_name,
        file=job.original_name,
        at=job.status_since,
        state=ClaimState.USED,
        cents=job.cost_cents or 0,
        currency=job.currency,
        term="",
    )
    return Statement(
        payer=_claim(job).payer, term=None, terms=("",), lines=(line,), currency=job.currency
    )


def _summary(now: datetime) -> Told:
    from ..reports.presets import week_of
    from ..reports.summary import Told, ToldLine

    week = week_of(now.date() - timedelta(days=now.weekday() + 7))
    jobs = (
        ToldLine(say("Submitted"), "42", "38", say("up {size}", size="11%")),
        ToldLine(say("Picked up"), "35", "35", say("no change")),
    )
    money = (ToldLine(say("Revenue"), "$4.25", "$8.50", say("down {size}", size="50%")),)
    return Told(week.since, week.until, week.before, ((say("Jobs"), jobs), (say("Money"), money)))


def _claim(job: Job) -> Claim:
    payer = Payer(code="ARCH 4000", title="Architecture studio", approver="chair@school.edu")
    return Claim(payer=payer, job_id=job.id, cents=job.cost_cents or 0, state=ClaimState.RESERVED)


def _job(catalog: Catalog, now: datetime, status: Status) -> Job:
    method = catalog.methods[0]
    printer = catalog.printers_for(method.name)[0]
    color = method.colors[0].name
    name = f"JaneDoe_{method.name}_{color}_{_ID}".replace(" ", "")
    file = JobFile(
        id=1,
        job_id=_ID,
        role=FileRole.ORIGINAL,
        authoritative=True,
        name=f"{name}.stl",
        folder=status.folder,
        last_seen=status.folder,
        state=FileState.SETTLED,
        size=1_234_567,
        sha256="0" * 64,
    )
    return Job(
        id=_ID,
        request_id=1,
        status=status,
        version=1,
        created_at=now - timedelta(days=2),
        updated_at=now,
        status_since=now,
        student_name="Jane Doe",
        student_email="jane.doe@example.edu",
        discipline=catalog.disciplines[0],
        class_number="ARCH 4000",
        method=method.name,
        color=color,
        printer=printer.name,
        original_name="bracket.stl",
        standard_name=name,
        currency=catalog.currency,
        quantity=2,
        copies_good=1 if status is Status.PRINTING else 0,
        copies_printing=1 if status is Status.PRINTING else 0,
        material=method.materials[0],
        grams=Decimal("42.5"),
        hours=Decimal("3.25"),
        files=(file,),
    )


def _payment(job: Job, catalog: Catalog, now: datetime) -> Payment:
    cents = job.cost_cents or 0
    return Payment(
        id=123,
        at=now,
        by="Ana",
        amount_cents=cents,
        currency=job.currency,
        method=catalog.payment_methods[0],
        receipt="A-1041",
        payer="Jane Doe",
        shares=(Share(job_id=job.id, amount_cents=cents),),
    )


def _quote(job: Job, now: datetime, end: datetime, price: Price | None) -> Quote:
    return Quote(
        id=1,
        job_id=job.id,
        cost_cents=job.cost_cents or 0,
        currency=job.currency,
        grams=job.grams or Decimal(1),
        hours=job.hours or Decimal(1),
        printer=job.printer,
        material=job.material,
        color=job.color,
        file_name=job.file.name,
        file_sha256=job.file.sha256,
        issued_at=now,
        expires_at=end,
        price_lines=price.lines if price else (),
    )
