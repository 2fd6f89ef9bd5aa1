"""The adapters of one lab, and the small parts that several rooms share."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ..catalogs.cache import CatalogCache
from ..db.database import SqlDatabase
from ..dispatch.inbox import InboxReader
from ..dispatch.inspection_queue import InspectionQueue
from ..dispatch.loop import Dispatcher
from ..dispatch.outbox import Postman
from ..dispatch.placement import Placer
from ..estimating.estimator import Estimator
from ..inspection.inspector import Inspector
from ..inspection.version import FACTS_VERSION
from ..mail.domain_lookup import DomainLookup
from ..ports import (
    Clock,
    Database,
    FileStore,
    IdentityProvider,
    Ids,
    KeptMails,
    MailDomains,
    Mailer,
    MailWriter,
    PaperCutServer,
)
from ..runtime.calendar import Calendar
from ..runtime.tokens import Tokens
from ..service.composer import Composer
from ..service.languages import Languages
from ..service.links import Links
from ..service.mail_intake import MailIntake
from ..service.mail_queue import MailQueue
from ..service.mail_timing import MailTiming
from ..service.pay_links import PayLinks
from ..service.pictures import Pictures
from ..settings import Settings
from ..store.folder_store import FolderStore
from ..store.watch import StoreWatch
from .mailing import LazyMailbox, LazyMailer, LazyMailFolder, LazyMailReader, LazyWriter
from .paying import LazyPaperCut
from .preparing import secret_key_of
from .signing_in import LazyProvider

Wrap = Callable[[str, Any], Any]
"""Puts something between the library and a port: given ``(name, port)``, it gives the port to use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the composition root takes the rooms' parameters from; no room sees it whole."""

    settings: Settings
    database: Database
    store: FileStore
    languages: Languages
    clock: Clock
    ids: Ids
    tokens: Tokens
    links: Links
    pay_links: PayLinks
    writer: MailWriter
    kept_mails: KeptMails
    catalogs: CatalogCache
    pictures: Pictures
    composer: Composer
    postman: Postman
    inbox: InboxReader
    placer: Placer
    inspector: Inspector
    inspections: InspectionQueue
    dispatcher: Dispatcher
    watch: StoreWatch
    provider: IdentityProvider
    mail_domains: MailDomains
    papercut: PaperCutServer


def make_parts(
    settings: Settings,
    sql: SqlDatabase,
    identity: str,
    clock: Clock,
    ids: Ids | None,
    mailer: Mailer | None,
    wrap: Wrap | None,
) -> Parts:
    """Join the ports to their adapters; see :meth:`Printflow.open` for the parameters."""
    wrap = wrap or _as_it_is
    calendar = Calendar(clock, time.monotonic) if clock is utc_now else None
    database: Database = wrap("database", sql)
    store: FileStore = wrap("store", FolderStore(settings.store, identity))
    clock = wrap("clock", clock)
    ids = wrap("ids", ids or _random_bits)
    tokens = Tokens(secret_key_of(settings))
    links = Links(tokens, settings.effective_base_url, settings.inbox.reply_address)
    pay_links = PayLinks(settings, links, tokens)
    catalogs = CatalogCache(database)
    placer = Placer(database, store, clock)
    writer = LazyWriter(settings)
    watch = StoreWatch(lambda: store.check_identity())
    pictures = Pictures(store, watch)
    languages = Languages(settings)
    composer = Composer(
        settings, database, catalogs, links, writer, clock, pictures, pay_links, languages
    )
    postman = Postman(
        database,
        wrap("mailer", mailer or LazyMailer(settings)),
        clock,
        composer,
        MailTiming(settings, MailQueue(ids, settings.mail.sender_domain)),
        deadline=timedelta(seconds=settings.mail.deadline_seconds),
    )
    inbox = InboxReader(
        database,
        wrap("mailbox", LazyMailbox(settings)) if settings.inbox.host else None,
        LazyMailReader(settings),
        clock,
        MailIntake(settings, tokens, MailQueue(ids, settings.mail.sender_domain)),
        max_bytes=settings.inbox.max_mb << 20,
    )
    inspector = Inspector()
    estimator = Estimator(settings.slicer, settings.slicer_profiles)
    inspections = InspectionQueue(
        database, store, catalogs, clock, inspector, estimator, FACTS_VERSION
    )
    return Parts(
        settings=settings,
        database=database,
        store=store,
        languages=languages,
        clock=clock,
        ids=ids,
        tokens=tokens,
        links=links,
        pay_links=pay_links,
        writer=writer,
        kept_mails=wrap("kept_mails", LazyMailFolder(settings)),
        catalogs=catalogs,
        pictures=pictures,
        composer=composer,
        postman=postman,
        inbox=inbox,
        placer=placer,
        inspector=inspector,
        inspections=inspections,
        dispatcher=Dispatcher(
            database, store, placer, postman, inspections.turn, clock, calendar, inbox
        ),
        watch=watch,
        provider=wrap("provider", LazyProvider(settings.identity)),
        mail_domains=wrap("mail_domains", DomainLookup()),
        papercut=wrap("papercut", LazyPaperCut(settings.papercut)),
    )


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def transliterate(text: str) -> str:
    """The text in ASCII letters."""
    from anyascii import anyascii

    return anyascii(text)


def _as_it_is(_name: str, port: Any) -> Any:
    return port


def _random_bits(bits: int) -> int:
    import secrets

    return secrets.randbits(bits)
