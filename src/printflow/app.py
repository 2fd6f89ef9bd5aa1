"""The composition root: joins the ports to their adapters. Nothing else does.

:class:`Printflow` is the whole public interface of the library; its methods live with their use
cases in ``service``.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from .catalogs.cache import CatalogCache
from .db import migrate
from .db.database import SqlDatabase
from .db.engine import LOOK_AT_IT, sqlite_path
from .db.soundness import can_be_made_again, damaged, look
from .dispatch.inspection_queue import Looker
from .dispatch.loop import Dispatcher
from .dispatch.outbox import Postman
from .dispatch.placement import Placer
from .domain.catalog import catalog_from, plain_form
from .domain.status import FOLDERS
from .errors import SettingsError, StoreUnavailable
from .estimating.estimator import Estimator
from .inspection.inspector import Inspector
from .ports import Clock, Database, FileStore, Ids, Mailer, RenderedMail
from .runtime.calendar import Calendar
from .runtime.tokens import Tokens
from .service.administration import AdministrationDesk
from .service.bulk import BulkDesk
from .service.cash_up import CashUpDesk
from .service.catalog_desk import CatalogDesk
from .service.changes import ChangeDesk
from .service.checkup import CheckupDesk
from .service.composer import Composer
from .service.corrections import CorrectionDesk
from .service.desk import Ports
from .service.imports import ImportDesk
from .service.inspecting import InspectionDesk
from .service.mail_samples import MailSampleDesk
from .service.mail_timing import MailTiming
from .service.mailroom import MailDesk
from .service.notes import NoteDesk
from .service.openings import OpeningDesk
from .service.payments import PaymentDesk
from .service.people import PeopleDesk
from .service.pick_up import DisposalRound, PickUpDesk, PickUpReminders
from .service.pictures import Pictures
from .service.queues import QueueDesk
from .service.reading import ReadingDesk
from .service.receipts import ReceiptDesk
from .service.reminding import Reminders
from .service.reporting import ReportDesk
from .service.retention import RetentionDesk, RetentionRound
from .service.sign_in import SignInDesk
from .service.stations import StationDesk
from .service.student_page import StudentPageDesk
from .service.submitting import SubmissionDesk
from .service.suggesting import SuggestionDesk
from .service.system import SystemDesk
from .service.versions import VersionDesk
from .service.worklists import WorklistDesk
from .settings import Settings
from .store.folder import Folder
from .store.folder_store import FolderStore
from .store.making import SECRET_KEY, STATE, is_new, make_store, probe, read_identity
from .store.watch import StoreWatch

if TYPE_CHECKING:
    from email.message import EmailMessage

    from .db.wakeup import Listener
    from .store.instance_lock import InstanceLock

_log = logging.getLogger(__name__)

_IDENTITY = "store_identity"
_LARGEST_KEY = 4096
Role = Literal["server", "worker"]
Wrap = Callable[[str, Any], Any]
"""Puts something between the library and a port: given ``(name, port)``, it gives the port to use."""


class Printflow(
    ImportDesk,
    InspectionDesk,
    SuggestionDesk,
    SubmissionDesk,
    StudentPageDesk,
    BulkDesk,
    NoteDesk,
    RetentionDesk,
    PickUpDesk,
    CorrectionDesk,
    VersionDesk,
    PaymentDesk,
    ReceiptDesk,
    CashUpDesk,
    ReadingDesk,
    WorklistDesk,
    ReportDesk,
    QueueDesk,
    MailDesk,
    OpeningDesk,
    MailSampleDesk,
    PeopleDesk,
    StationDesk,
    SignInDesk,
    ChangeDesk,
    CatalogDesk,
    SystemDesk,
    CheckupDesk,
    AdministrationDesk,
):
    """A lab: its jobs, files, mails and people. Safe to share between threads.

    Open it with :meth:`open`, best in a ``with`` statement::

        with Printflow.open(Settings(store="storage")) as lab:
            for job in lab.jobs(status="READYTOPRINT"):
                print(job.id, job.standard_name, lab.path(job))
    """

    def __init__(self, ports: Ports, lock: InstanceLock | None = None) -> None:
        super().__init__(ports)
        self._lock = lock
        self._listener: Listener | None = None

    def _heard(self) -> None:
        """Something has changed, maybe in another process."""
        listener = self._listener
        self._tallies.stir(heard_of=listener is not None and listener.connected)
        self._ports.dispatcher.wake()

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        create: bool = True,
        role: Role | None = None,
        clock: Clock | None = None,
        ids: Ids | None = None,
        mailer: Mailer | None = None,
        wrap: Wrap | None = None,
    ) -> Printflow:
        """Open the lab that ``settings`` name (by default those of the environment).

        An empty folder becomes a new lab; with ``create`` a missing one, too. With a ``role`` this
        process is the server or worker: an embedded database is brought up to date (a copy is
        written beside it), the store is tried out, and a second one of the role is refused.
        ``clock`` gives aware UTC times and ``ids`` random bits, both for tests and demos;
        ``mailer`` takes the place of the configured one. ``wrap`` is called once for each port
        (database, store, mailer, clock, ids), once the lab is open, and gives what takes its
        place; see ``printflow.testing``.

        Raises SettingsError, DatabaseUnavailable, MigrationNeeded, StoreUnavailable,
        AlreadyRunning.
        """
        settings = settings or Settings.load()
        clock = clock or _utc_now
        _check_folder(settings.store, create=create)
        _prepare_database(settings, serving=role is not None)
        database = SqlDatabase(settings.database)
        lock = None
        try:
            path = sqlite_path(settings.database)
            if role is not None:
                from .store.instance_lock import InstanceLock

                lock = InstanceLock(path.parent, role) if path is not None else None
            with database.alone("open", wait=True):
                identity = _identity(settings, database, clock())
                if role is not None:
                    probe(settings.store)
                ports = _join(settings, database, identity, clock, ids, mailer, wrap)
            lab = cls(ports, lock)
            if role is not None:
                lab._listener = database.listen(lab._heard)
            return lab
        except BaseException:
            database.close()
            if lock is not None:
                lock.release()
            raise

    def close(self) -> None:
        """Stop the background work and let go of the database."""
        if self._listener is not None:
            self._listener.stop()
        self._ports.dispatcher.stop()
        self._ports.inspector.close()
        self._ports.database.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Printflow:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


# -- joining ----------------------------------------------------------------------------------


def _join(
    settings: Settings,
    sql: SqlDatabase,
    identity: str,
    clock: Clock,
    ids: Ids | None,
    mailer: Mailer | None,
    wrap: Wrap | None,
) -> Ports:
    wrap = wrap or _as_it_is
    calendar = Calendar(clock, time.monotonic) if clock is _utc_now else None
    database: Database = wrap("database", sql)
    store: FileStore = wrap("store", FolderStore(settings.store, identity))
    clock = wrap("clock", clock)
    tokens = Tokens(_secret_key(settings))
    catalogs = CatalogCache(database)
    placer = Placer(database, store, clock)
    writer = _LazyWriter(settings)
    watch = StoreWatch(lambda: store.check_identity())
    pictures = Pictures(store, watch)
    composer = Composer(settings, database, catalogs, tokens, writer, clock, pictures)
    postman = Postman(
        database,
        wrap("mailer", mailer or _LazyMailer(settings)),
        clock,
        composer,
        MailTiming(settings),
        deadline=timedelta(seconds=settings.mail.deadline_seconds),
    )
    inspector = Inspector()
    estimator = Estimator(settings.slicer, settings.slicer_profiles)
    looker = Looker(database, store, catalogs, clock, inspector, estimator)
    ports = Ports(
        settings=settings,
        database=database,
        store=store,
        clock=clock,
        ids=wrap("ids", ids or _random_bits),
        tokens=tokens,
        sender_domain=settings.mail.sender_domain,
        transliterate=_transliterate,
        writer=writer,
        catalogs=catalogs,
        composer=composer,
        postman=postman,
        placer=placer,
        dispatcher=Dispatcher(database, store, placer, postman, looker.step, clock, calendar),
        looker=looker,
        inspector=inspector,
        kept_mails=wrap("kept_mails", _LazyMailFolder(settings)),
        watch=watch,
        pictures=pictures,
    )
    ports.dispatcher.also(Reminders(ports))
    ports.dispatcher.also(PickUpReminders(ports))
    ports.dispatcher.also(DisposalRound(ports))
    ports.dispatcher.also(RetentionRound(ports))
    return ports


def _as_it_is(_name: str, port: Any) -> Any:
    return port


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _random_bits(bits: int) -> int:
    import secrets

    return secrets.randbits(bits)


def _transliterate(text: str) -> str:
    from anyascii import anyascii

    return anyascii(text)


class _LazyWriter:
    """The mail templates, loaded when the first mail is made."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def render(self, template: str, context: Mapping[str, object]) -> RenderedMail:
        from .mail.render import render

        return render(template, context, overrides=self._settings.mail.templates)

    def message(
        self, rendered: RenderedMail, *, to: str, message_id: str, date: datetime
    ) -> EmailMessage:
        from .mail.render import compose

        mail = self._settings.mail
        return compose(
            rendered,
            sender=mail.sender,
            to=to,
            reply_to=rendered.reply_to or mail.reply_to or mail.staff_address,
            message_id=message_id,
            date=date,
        )


class _LazyMailer:
    """The SMTP server of the settings, or the folder for ``.eml`` files."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._mailer: Mailer | None = None

    def send(self, message: EmailMessage) -> None:
        if self._mailer is None:
            self._mailer = self._make()
        self._mailer.send(message)

    def _make(self) -> Mailer:
        mail = self._settings.mail
        if not mail.smtp_host:
            from .mail.file import FileMailer

            return FileMailer(*_mail_folder(self._settings))
        from .mail.smtp import SmtpMailer

        password = mail.smtp_password
        return SmtpMailer(
            host=mail.smtp_host,
            port=mail.smtp_port,
            security=mail.smtp_security,
            username=mail.smtp_username,
            password=password.get_secret_value() if password else "",
            plaintext_login=mail.smtp_allow_plaintext_login,
            ca_file=mail.smtp_ca_file,
            timeout_seconds=mail.timeout_seconds,
            deadline_seconds=mail.deadline_seconds,
        )


class _LazyMailFolder:
    """The mails that were written as files, whether or not there is a mail server by now."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def forget(self, message_ids: Collection[str]) -> None:
        from .mail.file import FileMailer

        FileMailer(*_mail_folder(self._settings)).forget(message_ids)


def _mail_folder(settings: Settings) -> tuple[Path, *tuple[str, ...]]:
    """The folder that is the administrator's choice, or the names of the store's own in it."""
    if settings.mail.directory is not None:
        return (settings.mail.directory,)
    return (settings.store, STATE, "mail")


# -- preparing --------------------------------------------------------------------------------


def _check_folder(root: Path, *, create: bool) -> None:
    if not root.exists():
        if not create:
            raise SettingsError(
                f"there is no folder {root}",
                key="store",
                next_step=f"`printflow init --store {root}` makes a new store there.",
            )
        try:
            root.mkdir(parents=True)
        except OSError as error:
            raise SettingsError(
                f"the folder {root} cannot be made: {error.strerror or error}", key="store"
            ) from error
    if not root.is_dir():
        raise SettingsError(f"{root} is not a folder", key="store")
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        raise SettingsError(
            f"the folder {root} cannot be written",
            key="store",
            next_step="Give the account of the server the right to change it.",
        )


def _prepare_database(settings: Settings, *, serving: bool) -> None:
    """The database has this program's schema on return; see :meth:`Printflow.open`."""
    url = settings.database
    path = sqlite_path(url)
    if path is None:
        migrate.check(url)
        return
    if path.exists() and path.stat().st_size:
        if serving:
            _refuse_damage(url)
            migrate.upgrade(url)
        else:
            migrate.check(url)
        return
    root = settings.store
    if read_identity(root) is not None:
        if any(any((root / folder).glob("*")) for folder in FOLDERS):
            raise SettingsError(
                f"the store {root} holds files, but its database {path} is missing",
                key="database_url",
                next_step="Restore the database from a backup, or name the right one.",
            )
    elif not is_new(root):
        raise SettingsError(
            f"{root} is neither empty nor a store of Printflow",
            key="store",
            next_step="Name an empty folder, or the store you mean.",
        )
    make_store(root)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"the folder {path.parent} cannot be made: {error.strerror or error}",
            key="database_url",
        ) from error
    migrate.upgrade(url)


def _refuse_damage(url: str) -> None:
    """Who works on damaged pages makes it worse; an index that is damaged loses nothing."""
    found = look(url, thorough=False)
    if found and can_be_made_again(found):
        _log.error("%s; `printflow doctor --fix` makes it again", damaged(url, found).message)
    elif found:
        raise damaged(url, found, next_step=f"Nothing was started. {LOOK_AT_IT}")


def _identity(settings: Settings, database: SqlDatabase, now: datetime) -> str:
    """The identity that database and store share; the first opening joins the two."""
    with database.read() as tx:
        known = tx.lab.fact(_IDENTITY)
        has_catalog = tx.lab.catalog_version() > 0
    if known is None:
        found = read_identity(settings.store)
        if found is None and not is_new(settings.store):
            raise SettingsError(
                f"{settings.store} is neither empty nor a store of Printflow", key="store"
            )
        known = make_store(settings.store)
        with database.write() as tx:
            tx.lab.set_fact(_IDENTITY, known, now)
    else:
        try:
            FolderStore(settings.store, known).check_identity()
        except StoreUnavailable as error:
            if read_identity(settings.store) is not None:
                raise SettingsError(str(error), key="store", next_step=error.next_step) from None
    if not has_catalog:
        from .catalogs.file import default_catalog

        with database.write() as tx:
            if tx.lab.catalog_version() == 0:
                document = plain_form(catalog_from(default_catalog()))
                tx.lab.add_catalog(document, by="Printflow", now=now)
    return known


def _secret_key(settings: Settings) -> bytes:
    """The lab's secret: from the settings, else from the store's own file, made once."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    try:
        with Folder(settings.store, STATE) as folder:
            return _key_in(folder)
    except OSError as error:
        raise StoreUnavailable(
            f"The store {settings.store} is not there: {error.strerror or error}.",
            next_step="Is the share mounted?",
        ) from error


def _key_in(folder: Folder) -> bytes:
    """The key in the store's own folder; raises SettingsError where it cannot be read."""
    try:
        with contextlib.suppress(FileNotFoundError):
            return folder.read(SECRET_KEY, _LARGEST_KEY, names=None)
        with contextlib.suppress(FileExistsError), folder.create(SECRET_KEY, 0o600) as file:
            import secrets

            file.write(secrets.token_hex(32).encode())
            os.fsync(file.fileno())
        return folder.read(SECRET_KEY, _LARGEST_KEY, names=None)
    except OSError as error:
        raise SettingsError(
            f"{folder.path / SECRET_KEY} cannot be read: {error.strerror or error}",
            key="secret_key",
        ) from error
