"""The library's connections to the world, as protocols: database, file store, email, clock, IDs.

The use cases know only these. The adapters in ``db``, ``mail`` and ``store`` implement them,
``lab`` connects the two, and ``testing`` puts faults in between.
"""

from .database import Damage, DamagedPart, Database, DuplicateKey, Stamp, Transaction
from .history_rows import HistoryRows, LedgerRows, OutboxRows, QuoteRows
from .identity import Answer, IdentityProvider, ProviderState
from .identity_rows import Begun, IdentityRows
from .inbox import Mailbox, MailboxRefused, MailboxUnreachable, MailboxView, MailReader
from .incoming_rows import IncomingRows, LeaseRows
from .job_rows import FileLine, FileRows, JobRows, Placement
from .lab_rows import LabRows, PeopleRows, ReportRows, RetentionRows
from .mail import (
    CertificateSeen,
    FailureKind,
    KeptMails,
    Mailer,
    MailFailure,
    MailTester,
    MailWriter,
    RenderedMail,
    ServerSeen,
)
from .mail_domains import MailDomains
from .model_reader import ModelReader
from .online_rows import OnlineRows
from .papercut import (
    ChargeRows,
    PaperCutFailure,
    PaperCutFault,
    PaperCutServer,
    PaperCutSilent,
    PaperCutUnreachable,
)
from .plate_rows import PlateRows
from .queue_rows import QueueRows
from .store import FileStore, Place
from .surroundings import Clock, Ids, Transliterate
from .view_rows import ViewRows

__all__ = [
    "Answer",
    "Begun",
    "Clock",
    "Damage",
    "DamagedPart",
    "Database",
    "DuplicateKey",
    "FailureKind",
    "FileLine",
    "FileRows",
    "FileStore",
    "HistoryRows",
    "IdentityProvider",
    "IdentityRows",
    "Ids",
    "IncomingRows",
    "JobRows",
    "KeptMails",
    "LeaseRows",
    "LabRows",
    "LedgerRows",
    "MailDomains",
    "MailFailure",
    "MailReader",
    "MailWriter",
    "Mailbox",
    "MailboxRefused",
    "MailboxUnreachable",
    "MailboxView",
    "Mailer",
    "MailTester",
    "CertificateSeen",
    "ServerSeen",
    "ModelReader",
    "OnlineRows",
    "OutboxRows",
    "ChargeRows",
    "PaperCutFailure",
    "PaperCutFault",
    "PaperCutServer",
    "PaperCutSilent",
    "PaperCutUnreachable",
    "PeopleRows",
    "Place",
    "Placement",
    "PlateRows",
    "QueueRows",
    "ProviderState",
    "QuoteRows",
    "RenderedMail",
    "ReportRows",
    "RetentionRows",
    "Stamp",
    "Transaction",
    "Transliterate",
    "ViewRows",
]
