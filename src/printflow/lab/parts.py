"""The adapters of one lab, and the small parts that several rooms share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..catalogs.cache import CatalogCache
from ..runtime.calendar import Calendar
from ..runtime.tokens import Tokens
from ..service.languages import Languages
from ..store.folder_store import FolderStore
from .made_once import made_once
from .preparing import secret_key_of

if TYPE_CHECKING:
    from ..db.database import SqlDatabase
    from ..dispatch.inbox import InboxReader
    from ..dispatch.inspection_queue import InspectionQueue
    from ..dispatch.outbox import Postman
    from ..dispatch.placement import Placer
    from ..inspection.inspector import Inspector
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
    from ..service.composer import Composer
    from ..service.links import Links
    from ..service.pay_links import PayLinks
    from ..service.pictures import Pictures
    from ..settings import Settings
    from ..store.watch import StoreWatch

Wrap = Callable[[str, Any], Any]
"""Puts something between the library and a port: given ``(name, port)``, it gives the port to use."""


class Parts:
    """What the composition root takes the rooms' parameters from; no room sees it whole."""

    def __init__(
        self,
        settings: Settings,
        sql: SqlDatabase,
        identity: str,
        clock: Clock,
        ids: Ids | None,
        mailer: Mailer | None,
        wrap: Wrap | None,
    ) -> None:
        """See :meth:`Printflow.open` for the parameters."""
        self._making = threading.RLock()
        self._wrap = wrap or _as_it_is
        self._mailer = mailer
        self.calendar = Calendar(clock, time.monotonic) if clock is utc_now else None
        self.settings = settings
        self.database: Database = self._wrap("database", sql)
        self.store: FileStore = self._wrap("store", FolderStore(settings.store, identity))
        self.clock: Clock = self._wrap("clock", clock)
        self.ids: Ids = self._wrap("ids", ids or _random_bits)
        self.tokens = Tokens(secret_key_of(settings))
        self.languages = Languages(settings)
        self.catalogs = CatalogCache(self.database)

    @made_once
    def links(self) -> Links:
        from ..service.links import Links

        return Links(
            self.tokens,
            self.settings.effective_base_url,
            self.settings.inbox.reply_address,
        )

    @made_once
    def pay_links(self) -> PayLinks:
        from ..service.pay_links import PayLinks

        return PayLinks(self.settings, self.links, self.tokens)

    @made_once
    def writer(self) -> MailWriter:
        from .mailing import LazyWriter

        return LazyWriter(self.settings)

    @made_once
    def kept_mails(self) -> KeptMails:
        from .mailing import LazyMailFolder

        kept: KeptMails = self._wrap("kept_mails", LazyMailFolder(self.settings))
        return kept

    @made_once
    def pictures(self) -> Pictures:
        from ..service.pictures import Pictures

        return Pictures(self.store, self.watch)

    @made_once
    def composer(self) -> Composer:
        from ..service.composer import Composer

        return Composer(
            self.settings,
            self.database,
            self.catalogs,
            self.links,
            self.writer,
            self.clock,
            self.pictures,
            self.pay_links,
            self.languages,
        )

    @made_once
    def postman(self) -> Postman:
        from ..dispatch.outbox import Postman
        from ..service.mail_queue import MailQueue
        from ..service.mail_timing import MailTiming
        from .mailing import LazyMailer

        return Postman(
            self.database,
            self._wrap("mailer", self._mailer or LazyMailer(self.settings)),
            self.clock,
            self.composer,
            MailTiming(self.settings, MailQueue(self.ids, self.settings.mail.sender_domain)),
            deadline=timedelta(seconds=self.settings.mail.deadline_seconds),
        )

    @made_once
    def inbox(self) -> InboxReader:
        from ..dispatch.inbox import InboxReader
        from ..service.mail_intake import MailIntake
        from ..service.mail_queue import MailQueue
        from .mailing import LazyMailbox, LazyMailReader

        settings = self.settings
        return InboxReader(
            self.database,
            self._wrap("mailbox", LazyMailbox(settings)) if settings.inbox.host else None,
            LazyMailReader(settings),
            self.clock,
            MailIntake(settings, self.tokens, MailQueue(self.ids, settings.mail.sender_domain)),
            max_bytes=settings.inbox.max_mb << 20,
        )

    @made_once
    def placer(self) -> Placer:
        from ..dispatch.placement import Placer

        return Placer(self.database, self.store, self.clock)

    @made_once
    def inspector(self) -> Inspector:
        from ..inspection.inspector import Inspector

        return Inspector()

    @made_once
    def inspections(self) -> InspectionQueue:
        from ..dispatch.inspection_queue import InspectionQueue
        from ..estimating.estimator import Estimator
        from ..inspection.version import FACTS_VERSION

        estimator = Estimator(self.settings.slicer, self.settings.slicer_profiles)
        return InspectionQueue(
            self.database,
            self.store,
            self.catalogs,
            self.clock,
            self.inspector,
            estimator,
            FACTS_VERSION,
        )

    @made_once
    def watch(self) -> StoreWatch:
        from ..store.watch import StoreWatch

        return StoreWatch(lambda: self.store.check_identity())

    @made_once
    def provider(self) -> IdentityProvider:
        from .signing_in import LazyProvider

        provider: IdentityProvider = self._wrap("provider", LazyProvider(self.settings.identity))
        return provider

    @made_once
    def mail_domains(self) -> MailDomains:
        from ..mail.domain_lookup import DomainLookup

        domains: MailDomains = self._wrap("mail_domains", DomainLookup())
        return domains

    @made_once
    def papercut(self) -> PaperCutServer:
        from .paying import LazyPaperCut

        papercut: PaperCutServer = self._wrap("papercut", LazyPaperCut(self.settings.papercut))
        return papercut


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
