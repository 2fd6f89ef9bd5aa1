"""Where prices, payments and figures are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .made_once import made_once
from .shared import Shared

if TYPE_CHECKING:
    from ..service.cash_up import CashUp
    from ..service.changes import Changes
    from ..service.job_list import JobLists
    from ..service.lab_limits import LabLimits
    from ..service.online_payments import OnlinePayments
    from ..service.papercut import PaperCut
    from ..service.payer_answers import PayerAnswers
    from ..service.payer_statements import PayerStatements
    from ..service.payers import Payers
    from ..service.payment_reports import PaymentReports
    from ..service.payments import Payments
    from ..service.person_decisions import PersonDecisions
    from ..service.prices import Prices
    from ..service.receipt_mails import ReceiptMails
    from ..service.receipts import Receipts
    from ..service.reports import Reports
    from ..service.summary_mails import SummaryMails


class MoneyRooms(Shared):
    """The rooms of money."""

    @made_once
    def prices(self) -> Prices:
        """What something would cost: ``of``."""
        from ..service.prices import Prices

        parts = self._parts
        return Prices(parts.database, parts.clock, parts.catalogs)

    @made_once
    def limits(self) -> LabLimits:
        """How much of what people may have: ``of_job``, ``preview``."""
        from ..service.lab_limits import LabLimits

        parts = self._parts
        return LabLimits(parts.database, parts.clock, parts.catalogs)

    @made_once
    def decisions(self) -> PersonDecisions:
        """Blocked people, and exceptions from the limits."""
        from ..service.person_decisions import PersonDecisions

        parts = self._parts
        return PersonDecisions(parts.database, parts.clock, parts.catalogs)

    @made_once
    def payers(self) -> Payers:
        """Courses, clubs, departments and grants that pay: ``add``, ``named``, ``read_csv``."""
        from ..service.payers import Payers

        parts = self._parts
        return Payers(parts.database, parts.clock, parts.catalogs)

    @made_once
    def payer_statements(self) -> PayerStatements:
        """What payers have reserved and paid: ``of``, ``as_file``, ``mail``."""
        from ..service.payer_statements import PayerStatements

        parts = self._parts
        return PayerStatements(
            parts.database, parts.clock, parts.catalogs, self._mail_queue, self._wake
        )

    @made_once
    def payer_answers(self) -> PayerAnswers:
        """What a payer's approver says, by the link in the email."""
        from ..service.payer_answers import PayerAnswers

        parts = self._parts
        return PayerAnswers(
            parts.database,
            parts.clock,
            self._mail_queue,
            self._wake,
            staff_address=parts.settings.mail.staff_address,
        )

    @made_once
    def _receipt_mails(self) -> ReceiptMails:
        from ..service.receipt_mails import ReceiptMails

        parts = self._parts
        return ReceiptMails(parts.settings, self._mail_queue)

    @made_once
    def payments(self) -> Payments:
        """The ledger: ``take``, ``void``, ``find``."""
        from ..service.payments import Payments

        parts = self._parts
        return Payments(parts.database, parts.clock, parts.catalogs, self._receipt_mails)

    @made_once
    def online(self) -> OnlinePayments:
        """Payments by link: ``offer``, ``receive``, ``find``, ``settle``."""
        from ..service.online_payments import OnlinePayments

        parts = self._parts
        return OnlinePayments(
            parts.database, parts.clock, parts.settings, parts.pay_links, self._receipt_mails
        )

    @made_once
    def papercut(self) -> PaperCut:
        """Charging students' PaperCut accounts: ``offer``, ``charge``, ``find``, ``settle``."""
        from ..service.papercut import PaperCut

        parts = self._parts
        return PaperCut(
            parts.database,
            parts.clock,
            parts.settings.papercut,
            parts.papercut,
            parts.pay_links,
            self._receipt_mails,
            parts.ids,
            self._wake,
        )

    @made_once
    def payment_reports(self) -> PaymentReports:
        """Marking jobs as paid from a payment service's report: ``read``."""
        from ..service.payment_reports import PaymentReports

        parts = self._parts
        return PaymentReports(
            parts.database, parts.clock, parts.catalogs, parts.pay_links, self._receipt_mails
        )

    @made_once
    def receipts(self) -> Receipts:
        """Receipts, on paper and by mail."""
        from ..service.receipts import Receipts

        parts = self._parts
        return Receipts(parts.database, parts.clock, self._mail_queue, self._wake)

    @made_once
    def cash_up(self) -> CashUp:
        """What a day's money comes to."""
        from ..service.cash_up import CashUp

        parts = self._parts
        return CashUp(parts.database, parts.clock, parts.catalogs)

    @made_once
    def changes(self) -> Changes:
        """Who changed the lab itself, signed in, was refused, or exported what."""
        from ..service.changes import Changes

        parts = self._parts
        return Changes(parts.database, parts.clock)

    @made_once
    def job_lists(self) -> JobLists:
        """Lists of jobs as files that spreadsheets open."""
        from ..service.job_list import JobLists

        parts = self._parts
        return JobLists(parts.database, parts.clock, parts.settings, self.changes, parts.catalogs)

    @made_once
    def reports(self) -> Reports:
        """The lab's figures."""
        from ..service.reports import Reports

        parts = self._parts
        return Reports(parts.database, parts.clock, parts.catalogs, self.job_lists, self.changes)

    @made_once
    def summary_mails(self) -> SummaryMails:
        """Summaries by mail."""
        from ..service.summary_mails import SummaryMails

        parts = self._parts
        return SummaryMails(
            parts.database,
            parts.clock,
            parts.catalogs,
            self._mail_queue,
            self.changes,
            parts.settings.weekly_summary_to,
            self._wake,
        )
