"""Printflow manages a makerspace's 3D-print jobs, from the student's form to pickup.

Everything public is here; see :class:`Printflow` for what a lab can do. Names are loaded on first
use, so that ``import printflow`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .catalogs.file import catalog_toml, parse_catalog
    from .dispatch.loop import DispatchReport
    from .doctor import Examination, Finding
    from .domain.agreement import Agreement
    from .domain.allowances import Allowance
    from .domain.attempt import FileFact
    from .domain.attention import Flag
    from .domain.catalog import Catalog, Color, Method, Printer, Reason
    from .domain.catalog_history import CatalogVersion, Difference, PriceStep
    from .domain.currency import decimals
    from .domain.debts import Debt, Debtor, DebtorPage
    from .domain.diagram import markdown as lifecycle_markdown
    from .domain.diagram import mermaid as lifecycle_mermaid
    from .domain.diagram import plain_rows as lifecycle_rows
    from .domain.early_advice import early_advice
    from .domain.edits import EDITABLE, as_typed, editable
    from .domain.event_kind import Correction, past_tense
    from .domain.field_labels import in_a_summary, label_of, labeled
    from .domain.form_field import Field, FieldKind
    from .domain.form_guards import MODELS_LIMIT, field_of_model
    from .domain.form_times import FORM_STATES
    from .domain.groups import Group
    from .domain.guards import to_see
    from .domain.heartbeat import Heartbeat
    from .domain.history import (
        MAIL_STATES,
        Event,
        FileOpening,
        JobDetails,
        Mail,
        Note,
        OpenQuote,
        PrintAttempt,
        QuotePage,
        RequestJob,
        StudentPage,
        event_places,
    )
    from .domain.identity import Purpose, SignInRecord, Student, Students
    from .domain.in_request import InRequest, in_requests
    from .domain.inbox_trouble import InboxState, InboxTrouble
    from .domain.incoming import Attachment, Fate, IncomingMail, IncomingPicture, Why, of_note
    from .domain.job import Actor, FileRole, FileState, Job, JobFile, LinkState, Quote
    from .domain.job_track import FILTERS as REPORT_FILTERS
    from .domain.job_track import ReportQuery, Unit
    from .domain.ledger import PAYABLE, Balance, DayClose, MethodSum, Payment, Share, Void
    from .domain.lifecycle import CHOSEN_STATUSES, ENTRY_STATUS, STAFF_TRIGGERS, TABLE, usual
    from .domain.limit_check import LimitFinding
    from .domain.limit_codes import MEASURES, LimitAction, LimitCode, LimitWindow
    from .domain.limit_counts import LimitCount, LimitOutcome
    from .domain.limit_rows import LimitRow
    from .domain.mail_record import MailRecord, mail_record
    from .domain.minimum_text import minimum_offered
    from .domain.model_facts import InspectionState, ModelFacts, size_text
    from .domain.naming import PICTURED_ENDINGS, ending_of
    from .domain.network_address import address_for_logs
    from .domain.online_payments import Finding as PaymentFinding
    from .domain.online_payments import OnlinePayment
    from .domain.opening import ClosedDays, OpeningHours, Span
    from .domain.own_texts import LanguageTexts, OwnText, TextIn, TextKind, TextState, Translation
    from .domain.papercut import Charge as PaperCutCharge
    from .domain.payer_form import FIELDS as PAYER_FIELDS
    from .domain.payer_form import typed_form as payer_form
    from .domain.payers import Payer, PayerKind
    from .domain.payers import Window as PayerWindow
    from .domain.payment_report import FIELDS as REPORT_COLUMNS
    from .domain.payment_report import Outcome as ReportOutcome
    from .domain.people import Change, ChangeKind, ChangeQuery, StaffName, StaffSession, Station
    from .domain.permit import STRANGER, Permit
    from .domain.person_rules import PersonRule, RuleKind
    from .domain.pick_up import PickUpPolicy, WaitingJob, WaitingPage
    from .domain.plate import (
        Copies,
        Failure,
        Machine,
        PartOutcome,
        Plate,
        PlatePart,
        PlateState,
        Run,
    )
    from .domain.price_range import PriceRange, price_range
    from .domain.price_rows import CHARGES, Charge, Priced, PriceRow
    from .domain.pricing import (
        LineKind,
        Price,
        PriceLine,
        in_units,
        parse_cents,
        parse_grams,
        parse_hours,
        shown_hours,
        typed_hours,
    )
    from .domain.print_room import (
        Fit,
        MachineChoice,
        MachineColumn,
        ModelRoom,
        PartOfJob,
        PlannedPlate,
        RunningPlate,
        WaitingCopies,
    )
    from .domain.printability import limits_for
    from .domain.printed_outline import OutlineVerdict, PrintedOutline
    from .domain.printer_choice import ANY_PRINTER
    from .domain.printer_in_use import PrinterInUse
    from .domain.question import QUESTIONS, Question
    from .domain.queueing import Batch, PrinterQueue, QueuedJob, ReadyRange
    from .domain.quoted_price import priced, rush
    from .domain.receipt import Receipt, ReceiptLine
    from .domain.retention import Part, PurgeReport, Removal, RemovalDay
    from .domain.rights import ADMINISTRATOR, RIGHTS, Right, RightGroup, Role, roles_with
    from .domain.saved_view import SavedView
    from .domain.scaling import SCALABLE_ENDINGS, SCALINGS, Scaling
    from .domain.shown_rates import Rate, shown_rates
    from .domain.sliced_plate import SlicedPlateState
    from .domain.status import ActorKind, Stage, Status, Trigger
    from .domain.terms import Term, term_of
    from .domain.text import clean_line, shortened
    from .domain.told_together import waits_until
    from .domain.trigger import Form, Many
    from .domain.unconfirmed import AddressPage, AddressWait
    from .domain.worklist import JobQuery, Sort, Tally, WorkPage, parse_date, place_of
    from .errors import (
        AlreadyRunning,
        BackupDamaged,
        BackupNotTaken,
        BackupUnverified,
        CallbackRefused,
        CatalogChanged,
        CatalogInvalid,
        ConfirmationNeeded,
        Conflict,
        DatabaseBusy,
        DatabaseDamaged,
        DatabaseUnavailable,
        FileMissing,
        FileRefused,
        FileTooLarge,
        FileTypeRefused,
        FileUnusable,
        Forbidden,
        IdentityRefused,
        InvalidInput,
        LinkExpired,
        LinkOvertaken,
        MailNotRetried,
        MigrationNeeded,
        NotFound,
        PathUnusable,
        PrintflowError,
        ProviderUnavailable,
        Refusal,
        SettingsError,
        SignInBusy,
        SignInRefused,
        StaleJob,
        StoreFull,
        StoreUnavailable,
        TooManyRequests,
        TransitionNotAllowed,
        TransitionRefused,
        Unavailable,
        UploadGone,
        UploadMismatch,
    )
    from .inspection.standalone import inspect_file
    from .lab.printflow import Printflow
    from .language.choosing import language_name
    from .language.formats import (
        bytes_text,
        counted_text,
        currency_sign,
        duration_text,
        grams_text,
        hours_text,
        money,
        number_text,
        percent_text,
        price_line_text,
        rate_text,
        short_money,
    )
    from .language.opening_text import closed_text, week_text
    from .language.speaking import language as spoken_language
    from .language.speaking import locale_of, speak, speaking, text_direction
    from .language.spoken_catalog import spoken_catalog
    from .language.times import (
        age_text,
        day_text,
        local_clock,
        local_date,
        local_time,
        local_time_zone,
        long_day,
    )
    from .language.translation import translated
    from .ports import RenderedMail
    from .reports.export import FORMATS as EXPORT_FORMATS
    from .reports.figures import REPORTS
    from .reports.presets import PRESETS as REPORT_PRESETS
    from .reports.presets import Period
    from .reports.summary import Summary, change_text
    from .reports.table import Figures, cell_text, cell_value
    from .reports.table import Table as ReportTable
    from .runtime.exhausted import is_exhausted, server_busy
    from .runtime.log_records import log_request
    from .runtime.origin import acts_from
    from .runtime.permits import Acting, allowed, may
    from .said import Day, Money, Said, say, say_n, sentences
    from .service.address_doubts import ADDRESS_DOUBTFUL
    from .service.bulk import BulkAnswer, bulk_triggers, triggers_of_some
    from .service.checkup import Checkup
    from .service.form_check import Model
    from .service.identity import OPERATOR_SOURCE, PROXY_SOURCE, ComeBack, NamedByProxy
    from .service.lab_hours import FormView, LabNow, Moved
    from .service.lab_limits import LimitPreview
    from .service.online_payments import PayOffer, Received
    from .service.papercut import ChargeOffer
    from .service.payer_answers import PayerQuestion
    from .service.payer_statements import Statement
    from .service.payers import ImportedPayers, PayerStanding
    from .service.payment_reports import PaymentReport
    from .service.payments import OpenBalance
    from .service.plates import PlateDone
    from .service.prices import PricePreview, Requoted
    from .service.provider_sessions import Standing
    from .service.queues import StartOffer
    from .service.sessions import SignedIn
    from .service.staged_uploads import CHUNK_BYTES
    from .service.stations import USUAL_ROLE
    from .service.suggesting import Suggestion, filled_in, opening_figures, typed_suggestion
    from .service.system import SystemView, Vitals
    from .settings import Settings
    from .store.log_files import LogTail
    from .uploads.early_check import early_check
    from .uploads.receiving import Upload
    from .uploads.staging import Staged

_HOMES = {
    "lab.printflow": ("Printflow",),
    "dispatch.loop": ("DispatchReport",),
    "domain.attempt": ("FileFact",),
    "domain.guards": ("to_see",),
    "domain.printer_choice": ("ANY_PRINTER",),
    "domain.edits": ("EDITABLE", "as_typed", "editable"),
    "domain.early_advice": ("early_advice",),
    "domain.printability": ("limits_for",),
    "domain.event_kind": ("Correction", "past_tense"),
    "domain.catalog": ("Catalog", "Color", "Method", "Printer", "Reason"),
    "domain.history": (
        "MAIL_STATES",
        "Event",
        "FileOpening",
        "JobDetails",
        "Mail",
        "Note",
        "OpenQuote",
        "PrintAttempt",
        "QuotePage",
        "RequestJob",
        "StudentPage",
        "event_places",
    ),
    "domain.inbox_trouble": ("InboxState", "InboxTrouble"),
    "domain.incoming": (
        "Attachment",
        "Fate",
        "IncomingMail",
        "IncomingPicture",
        "Why",
        "of_note",
    ),
    "domain.in_request": ("InRequest", "in_requests"),
    "domain.job": ("Actor", "FileRole", "FileState", "Job", "JobFile", "LinkState", "Quote"),
    "domain.job_track": ("ReportQuery", "Unit"),
    "domain.receipt": ("Receipt", "ReceiptLine"),
    "domain.retention": ("Part", "PurgeReport", "Removal", "RemovalDay"),
    "domain.form_guards": ("MODELS_LIMIT", "field_of_model"),
    "domain.debts": ("Debt", "Debtor", "DebtorPage"),
    "domain.ledger": ("PAYABLE", "Balance", "DayClose", "MethodSum", "Payment", "Share", "Void"),
    "domain.field_labels": ("in_a_summary", "label_of", "labeled"),
    "domain.form_field": ("Field", "FieldKind"),
    "domain.lifecycle": ("CHOSEN_STATUSES", "ENTRY_STATUS", "STAFF_TRIGGERS", "TABLE", "usual"),
    "domain.mail_record": ("MailRecord", "mail_record"),
    "domain.model_facts": ("InspectionState", "ModelFacts", "size_text"),
    "domain.network_address": ("address_for_logs",),
    "domain.naming": ("PICTURED_ENDINGS", "ending_of"),
    "domain.people": (
        "Change",
        "ChangeKind",
        "ChangeQuery",
        "StaffName",
        "StaffSession",
        "Station",
    ),
    "domain.permit": ("STRANGER", "Permit"),
    "domain.scaling": ("SCALABLE_ENDINGS", "SCALINGS", "Scaling"),
    "domain.saved_view": ("SavedView",),
    "domain.rights": ("ADMINISTRATOR", "RIGHTS", "Right", "RightGroup", "Role", "roles_with"),
    "domain.opening": ("ClosedDays", "OpeningHours", "Span"),
    "domain.terms": ("Term", "term_of"),
    "domain.form_times": ("FORM_STATES",),
    "language.opening_text": ("closed_text", "week_text"),
    "language.times": (
        "age_text",
        "day_text",
        "local_clock",
        "local_date",
        "local_time",
        "local_time_zone",
        "long_day",
    ),
    "service.lab_hours": ("FormView", "LabNow", "Moved"),
    "domain.pick_up": ("PickUpPolicy", "WaitingJob", "WaitingPage"),
    "domain.sliced_plate": ("SlicedPlateState",),
    "domain.printed_outline": ("OutlineVerdict", "PrintedOutline"),
    "domain.price_range": ("PriceRange", "price_range"),
    "domain.price_rows": ("CHARGES", "Charge", "Priced", "PriceRow"),
    "domain.quoted_price": (
        "priced",
        "rush",
    ),
    "domain.shown_rates": ("Rate", "shown_rates"),
    "domain.currency": ("decimals",),
    "service.prices": (
        "PricePreview",
        "Requoted",
    ),
    "domain.groups": ("Group",),
    "domain.limit_codes": ("MEASURES", "LimitAction", "LimitCode", "LimitWindow"),
    "domain.limit_check": ("LimitFinding",),
    "domain.limit_counts": ("LimitCount", "LimitOutcome"),
    "domain.limit_rows": ("LimitRow",),
    "domain.person_rules": ("PersonRule", "RuleKind"),
    "service.lab_limits": ("LimitPreview",),
    "domain.allowances": ("Allowance",),
    "domain.pricing": (
        "LineKind",
        "Price",
        "PriceLine",
        "in_units",
        "parse_cents",
        "parse_grams",
        "parse_hours",
        "shown_hours",
        "typed_hours",
    ),
    "domain.plate": (
        "Copies",
        "Failure",
        "Machine",
        "PartOutcome",
        "Plate",
        "PlatePart",
        "PlateState",
        "Run",
    ),
    "domain.print_room": (
        "Fit",
        "MachineChoice",
        "MachineColumn",
        "ModelRoom",
        "PartOfJob",
        "PlannedPlate",
        "RunningPlate",
        "WaitingCopies",
    ),
    "domain.identity": ("Purpose", "SignInRecord", "Student", "Students"),
    "service.identity": ("OPERATOR_SOURCE", "PROXY_SOURCE", "ComeBack", "NamedByProxy"),
    "service.provider_sessions": ("Standing",),
    "service.plates": ("PlateDone",),
    "service.queues": ("StartOffer",),
    "domain.queueing": ("Batch", "PrinterQueue", "QueuedJob", "ReadyRange"),
    "domain.status": ("ActorKind", "Stage", "Status", "Trigger"),
    "domain.question": ("QUESTIONS", "Question"),
    "domain.told_together": ("waits_until",),
    "domain.trigger": ("Form", "Many"),
    "domain.text": ("clean_line", "shortened"),
    "domain.unconfirmed": ("AddressPage", "AddressWait"),
    "domain.attention": ("Flag",),
    "domain.minimum_text": ("minimum_offered",),
    "domain.printer_in_use": ("PrinterInUse",),
    "domain.worklist": (
        "JobQuery",
        "Sort",
        "Tally",
        "WorkPage",
        "parse_date",
        "place_of",
    ),
    "errors": (
        "AlreadyRunning",
        "BackupDamaged",
        "BackupNotTaken",
        "BackupUnverified",
        "CallbackRefused",
        "CatalogChanged",
        "CatalogInvalid",
        "ConfirmationNeeded",
        "Conflict",
        "DatabaseBusy",
        "DatabaseDamaged",
        "DatabaseUnavailable",
        "FileMissing",
        "FileRefused",
        "FileTooLarge",
        "FileTypeRefused",
        "FileUnusable",
        "Forbidden",
        "IdentityRefused",
        "InvalidInput",
        "LinkExpired",
        "LinkOvertaken",
        "MailNotRetried",
        "MigrationNeeded",
        "NotFound",
        "PathUnusable",
        "PrintflowError",
        "ProviderUnavailable",
        "Refusal",
        "SettingsError",
        "SignInBusy",
        "SignInRefused",
        "StaleJob",
        "StoreFull",
        "StoreUnavailable",
        "TooManyRequests",
        "TransitionNotAllowed",
        "TransitionRefused",
        "Unavailable",
        "UploadGone",
        "UploadMismatch",
    ),
    "language.formats": (
        "bytes_text",
        "counted_text",
        "currency_sign",
        "duration_text",
        "grams_text",
        "hours_text",
        "money",
        "number_text",
        "percent_text",
        "price_line_text",
        "rate_text",
        "short_money",
    ),
    "inspection.standalone": ("inspect_file",),
    "uploads.early_check": ("early_check",),
    "uploads.receiving": ("Upload",),
    "uploads.staging": ("Staged",),
    "runtime.log_records": ("log_request",),
    "runtime.origin": ("acts_from",),
    "runtime.permits": ("Acting", "allowed", "may"),
    "language.speaking": ("locale_of", "speak", "speaking", "text_direction"),
    "language.translation": ("translated",),
    "said": ("Day", "Money", "Said", "say", "say_n", "sentences"),
    "ports": ("RenderedMail",),
    "reports.figures": ("REPORTS",),
    "reports.presets": ("Period",),
    "reports.summary": ("Summary", "change_text"),
    "reports.table": ("Figures", "cell_text", "cell_value"),
    "service.bulk": ("BulkAnswer", "bulk_triggers", "triggers_of_some"),
    "catalogs.file": ("catalog_toml", "parse_catalog"),
    "doctor": ("Examination", "Finding"),
    "language.choosing": ("language_name",),
    "domain.agreement": ("Agreement",),
    "domain.own_texts": (
        "LanguageTexts",
        "OwnText",
        "TextIn",
        "TextKind",
        "TextState",
        "Translation",
    ),
    "domain.catalog_history": ("CatalogVersion", "Difference", "PriceStep"),
    "domain.heartbeat": ("Heartbeat",),
    "runtime.exhausted": ("is_exhausted", "server_busy"),
    "store.log_files": ("LogTail",),
    "service.checkup": ("Checkup",),
    "domain.online_payments": ("OnlinePayment",),
    "service.papercut": ("ChargeOffer",),
    "domain.payers": ("Payer", "PayerKind"),
    "service.online_payments": ("PayOffer", "Received"),
    "service.payer_answers": ("PayerQuestion",),
    "service.payer_statements": ("Statement",),
    "service.payers": ("ImportedPayers", "PayerStanding"),
    "service.payments": ("OpenBalance",),
    "service.payment_reports": ("PaymentReport",),
    "service.sessions": ("SignedIn",),
    "service.staged_uploads": ("CHUNK_BYTES",),
    "service.stations": ("USUAL_ROLE",),
    "service.system": ("Vitals", "SystemView"),
    "service.address_doubts": ("ADDRESS_DOUBTFUL",),
    "service.form_check": ("Model",),
    "service.suggesting": ("Suggestion", "filled_in", "opening_figures", "typed_suggestion"),
    "settings": ("Settings",),
}
_RENAMED = {
    "PAYER_FIELDS": ("domain.payer_form", "FIELDS"),
    "PayerWindow": ("domain.payers", "Window"),
    "REPORT_COLUMNS": ("domain.payment_report", "FIELDS"),
    "ReportOutcome": ("domain.payment_report", "Outcome"),
    "PaperCutCharge": ("domain.papercut", "Charge"),
    "PaymentFinding": ("domain.online_payments", "Finding"),
    "payer_form": ("domain.payer_form", "typed_form"),
    "REPORT_PRESETS": ("reports.presets", "PRESETS"),
    "EXPORT_FORMATS": ("reports.export", "FORMATS"),
    "REPORT_FILTERS": ("domain.job_track", "FILTERS"),
    "ReportTable": ("reports.table", "Table"),
    "spoken_catalog": ("language.spoken_catalog", "spoken_catalog"),
    "spoken_language": ("language.speaking", "language"),
    "lifecycle_markdown": ("domain.diagram", "markdown"),
    "lifecycle_mermaid": ("domain.diagram", "mermaid"),
    "lifecycle_rows": ("domain.diagram", "plain_rows"),
}
_WHERE = {name: (home, name) for home, names in _HOMES.items() for name in names} | _RENAMED


def __getattr__(name: str) -> object:
    try:
        home, there = _WHERE[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    found = getattr(import_module(f".{home}", __name__), there)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHERE})


__all__ = [
    "ANY_PRINTER",
    "Agreement",
    "LanguageTexts",
    "OwnText",
    "TextIn",
    "TextKind",
    "TextState",
    "Translation",
    "language_name",
    "Allowance",
    "CallbackRefused",
    "ChargeOffer",
    "OnlinePayment",
    "PaperCutCharge",
    "PayOffer",
    "PaymentFinding",
    "PaymentReport",
    "REPORT_COLUMNS",
    "Received",
    "ReportOutcome",
    "Group",
    "Requoted",
    "PricePreview",
    "minimum_offered",
    "SavedView",
    "rush",
    "decimals",
    "as_typed",
    "editable",
    "to_see",
    "ADDRESS_DOUBTFUL",
    "ADMINISTRATOR",
    "Acting",
    "Actor",
    "ActorKind",
    "AddressPage",
    "AddressWait",
    "AlreadyRunning",
    "Attachment",
    "BackupDamaged",
    "BackupNotTaken",
    "BackupUnverified",
    "Balance",
    "Batch",
    "CHUNK_BYTES",
    "BulkAnswer",
    "CHARGES",
    "CHOSEN_STATUSES",
    "Catalog",
    "CatalogChanged",
    "CatalogInvalid",
    "CatalogVersion",
    "Change",
    "ChangeKind",
    "ChangeQuery",
    "Charge",
    "Checkup",
    "Color",
    "ComeBack",
    "ConfirmationNeeded",
    "Conflict",
    "Copies",
    "Correction",
    "DatabaseBusy",
    "DatabaseDamaged",
    "DatabaseUnavailable",
    "Day",
    "DayClose",
    "Difference",
    "DispatchReport",
    "EDITABLE",
    "ENTRY_STATUS",
    "EXPORT_FORMATS",
    "Debt",
    "Debtor",
    "DebtorPage",
    "Event",
    "Examination",
    "Failure",
    "Fate",
    "Field",
    "FieldKind",
    "Figures",
    "FileFact",
    "FileMissing",
    "FileOpening",
    "FileRefused",
    "FileRole",
    "FileState",
    "FileTooLarge",
    "FileTypeRefused",
    "FileUnusable",
    "Finding",
    "Fit",
    "Flag",
    "Forbidden",
    "Form",
    "Heartbeat",
    "IdentityRefused",
    "InRequest",
    "InboxState",
    "InboxTrouble",
    "IncomingMail",
    "IncomingPicture",
    "InspectionState",
    "InvalidInput",
    "Job",
    "JobDetails",
    "JobFile",
    "JobQuery",
    "LineKind",
    "LinkExpired",
    "LinkOvertaken",
    "LinkState",
    "LogTail",
    "MODELS_LIMIT",
    "Machine",
    "MachineChoice",
    "MachineColumn",
    "Mail",
    "MailNotRetried",
    "MailRecord",
    "Many",
    "Method",
    "MethodSum",
    "MigrationNeeded",
    "LimitAction",
    "LimitCode",
    "LimitCount",
    "LimitFinding",
    "LimitOutcome",
    "LimitPreview",
    "LimitRow",
    "LimitWindow",
    "MAIL_STATES",
    "MEASURES",
    "Model",
    "ModelFacts",
    "ModelRoom",
    "Money",
    "NamedByProxy",
    "NotFound",
    "Note",
    "OPERATOR_SOURCE",
    "OpenBalance",
    "OpenQuote",
    "PAYABLE",
    "PROXY_SOURCE",
    "Part",
    "PartOfJob",
    "PartOutcome",
    "PathUnusable",
    "Payment",
    "Period",
    "Permit",
    "PersonRule",
    "PickUpPolicy",
    "PlannedPlate",
    "OutlineVerdict",
    "PICTURED_ENDINGS",
    "PrintedOutline",
    "Plate",
    "PlateDone",
    "PlatePart",
    "PlateState",
    "Price",
    "PriceLine",
    "PriceRange",
    "PriceRow",
    "PriceStep",
    "Priced",
    "PrintAttempt",
    "Printer",
    "PrinterInUse",
    "PrinterQueue",
    "Printflow",
    "PrintflowError",
    "ProviderUnavailable",
    "PurgeReport",
    "Purpose",
    "QUESTIONS",
    "Question",
    "QueuedJob",
    "Quote",
    "QuotePage",
    "REPORTS",
    "REPORT_FILTERS",
    "REPORT_PRESETS",
    "Rate",
    "RIGHTS",
    "ReadyRange",
    "Reason",
    "Receipt",
    "ReceiptLine",
    "Refusal",
    "Removal",
    "RemovalDay",
    "RenderedMail",
    "ReportQuery",
    "ReportTable",
    "RequestJob",
    "Right",
    "RightGroup",
    "Role",
    "RuleKind",
    "Run",
    "RunningPlate",
    "STAFF_TRIGGERS",
    "STRANGER",
    "SCALABLE_ENDINGS",
    "SCALINGS",
    "Said",
    "Scaling",
    "Settings",
    "SettingsError",
    "Share",
    "SignInBusy",
    "SignInRecord",
    "SignInRefused",
    "SignedIn",
    "SlicedPlateState",
    "Sort",
    "StaffName",
    "StaffSession",
    "Stage",
    "StaleJob",
    "Staged",
    "Standing",
    "StartOffer",
    "Station",
    "Status",
    "StoreFull",
    "StoreUnavailable",
    "Student",
    "StudentPage",
    "Students",
    "Summary",
    "Suggestion",
    "SystemView",
    "TABLE",
    "Tally",
    "TooManyRequests",
    "TransitionNotAllowed",
    "TransitionRefused",
    "Trigger",
    "USUAL_ROLE",
    "Unavailable",
    "Unit",
    "Upload",
    "UploadGone",
    "UploadMismatch",
    "Vitals",
    "Void",
    "WaitingCopies",
    "WaitingJob",
    "WaitingPage",
    "Why",
    "WorkPage",
    "age_text",
    "allowed",
    "bulk_triggers",
    "catalog_toml",
    "cell_text",
    "cell_value",
    "change_text",
    "clean_line",
    "counted_text",
    "day_text",
    "duration_text",
    "ending_of",
    "event_places",
    "field_of_model",
    "filled_in",
    "opening_figures",
    "early_advice",
    "early_check",
    "limits_for",
    "grams_text",
    "hours_text",
    "in_a_summary",
    "in_requests",
    "in_units",
    "inspect_file",
    "is_exhausted",
    "label_of",
    "labeled",
    "lifecycle_markdown",
    "lifecycle_mermaid",
    "lifecycle_rows",
    "local_clock",
    "locale_of",
    "local_date",
    "local_time",
    "local_time_zone",
    "log_request",
    "acts_from",
    "address_for_logs",
    "mail_record",
    "may",
    "money",
    "of_note",
    "parse_catalog",
    "parse_cents",
    "parse_date",
    "parse_grams",
    "parse_hours",
    "past_tense",
    "place_of",
    "price_line_text",
    "price_range",
    "priced",
    "rate_text",
    "roles_with",
    "say",
    "say_n",
    "sentences",
    "speaking",
    "spoken_catalog",
    "spoken_language",
    "speak",
    "server_busy",
    "short_money",
    "shortened",
    "shown_hours",
    "shown_rates",
    "size_text",
    "bytes_text",
    "currency_sign",
    "number_text",
    "percent_text",
    "translated",
    "text_direction",
    "triggers_of_some",
    "typed_hours",
    "typed_suggestion",
    "usual",
    "waits_until",
    "ClosedDays",
    "OpeningHours",
    "Span",
    "Term",
    "term_of",
    "FORM_STATES",
    "closed_text",
    "long_day",
    "week_text",
    "FormView",
    "LabNow",
    "Moved",
    "PAYER_FIELDS",
    "PayerWindow",
    "payer_form",
    "Payer",
    "PayerKind",
    "PayerQuestion",
    "Statement",
    "ImportedPayers",
    "PayerStanding",
]
