"""What every use case works with: the ports, the catalog in force, and the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..catalogs.cache import CatalogCache
from ..dispatch.inspection_queue import Looker
from ..dispatch.loop import Dispatcher
from ..dispatch.outbox import Postman
from ..dispatch.placement import Placer
from ..domain.catalog import Catalog
from ..domain.job import Job
from ..domain.ledger import Balance
from ..domain.naming import normal_job_id
from ..domain.pick_up import PickUpPolicy
from ..errors import NotFound
from ..ports import (
    Clock,
    Database,
    FileStore,
    Ids,
    KeptMails,
    MailWriter,
    ModelReader,
    Placement,
    Transaction,
    Transliterate,
)
from ..runtime.deadline import TookTooLong, within
from ..runtime.tokens import Tokens
from ..settings import Settings
from ..store.watch import StoreWatch
from .composer import Composer
from .pictures import Pictures
from .waiting_policy import pick_up_policy

PATIENCE_SECONDS = 2.0
"""How long a person waits for the share before the dispatcher takes over."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The adapters of one lab, joined by the composition root."""

    settings: Settings
    database: Database
    store: FileStore
    clock: Clock
    ids: Ids
    tokens: Tokens
    sender_domain: str
    transliterate: Transliterate
    writer: MailWriter
    catalogs: CatalogCache
    postman: Postman
    composer: Composer
    placer: Placer
    dispatcher: Dispatcher
    watch: StoreWatch
    pictures: Pictures
    looker: Looker
    inspector: ModelReader
    kept_mails: KeptMails


class Desk:
    """Base of the groups of use cases."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    @property
    def settings(self) -> Settings:
        """The settings this lab was opened with."""
        return self._ports.settings

    @property
    def catalog(self) -> Catalog:
        """The catalog in force: methods, printers, colors, prices, texts."""
        return self._ports.catalogs.newest()

    @property
    def remembered_catalog(self) -> Catalog | None:
        """The catalog that was read last, for pages that must not ask the database."""
        return self._ports.catalogs.held()

    @property
    def pick_up_policy(self) -> PickUpPolicy:
        """When students are reminded to fetch a print, and when it may be disposed of."""
        return pick_up_policy(self._ports.settings)

    def _job(self, tx: Transaction, typed_id: str) -> Job:
        job_id = normal_job_id(typed_id)
        job = tx.jobs.get(job_id) if job_id else None
        if job is None:
            raise no_job()
        return job

    def _balance(self, tx: Transaction, job: Job) -> Balance:
        """How the job's money stands."""
        return Balance(job.cost_cents or 0, *tx.ledger.settled(job.id))

    def _place(self, leased: Sequence[Placement]) -> None:
        """Place the files now if the share answers, else leave it to the dispatcher."""
        if leased:
            self._now_or_soon(lambda: self._ports.placer.place(leased))
        else:
            self._ports.dispatcher.wake()

    def _now_or_soon(self, work: Callable[[], None]) -> None:
        """Do work on the share as far as it comes in time; the dispatcher does the rest."""
        try:
            within(PATIENCE_SECONDS, work)
        except TookTooLong:
            pass
        finally:
            self._ports.dispatcher.wake()


def no_job() -> NotFound:
    """Says the same for unknown, foreign and malformed ids."""
    return NotFound("There is no such job.", next_step="Check the job number.")


def no_link() -> NotFound:
    """Says the same for unknown, foreign and malformed links."""
    return NotFound(
        "This link does not lead to a job.",
        next_step="Open the link from the newest mail once more, in full.",
    )
