"""A lab and its rooms: the whole public interface of the library."""

from __future__ import annotations

from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from ..db.database import SqlDatabase
from ..db.engine import sqlite_path
from ..dispatch.loop import DispatchReport
from ..domain.permit import OPERATOR, Permit
from ..domain.rights import rights_of
from ..errors import InvalidInput
from ..ports import Clock, Ids, Mailer
from ..runtime.permits import Acting
from ..said import say
from ..service.address_asking import AddressAsking
from ..service.address_confirmations import AddressConfirmations
from ..service.address_doubts import AddressDoubts
from ..service.bulk import Bulk
from ..service.cash_up import CashUp
from ..service.catalogs import Catalogs
from ..service.changes import Changes
from ..service.checkup import Checkups
from ..service.corrections import Corrections
from ..service.effect_writer import EffectWriter
from ..service.file_facts import FileFacts
from ..service.files import Files
from ..service.filing import Filing
from ..service.firing import Firing
from ..service.form_check import FormCheck
from ..service.identity import Identity
from ..service.imports import Imports
from ..service.incoming import Incoming
from ..service.intake import Intake
from ..service.job_list import JobLists
from ..service.job_writer import JobWriter
from ..service.jobs import Jobs
from ..service.lab_hours import LabHours
from ..service.lab_limits import LabLimits
from ..service.machines import Machines
from ..service.mail_queue import MailQueue
from ..service.mail_samples import MailSamples
from ..service.mail_trial import MailTrials
from ..service.mails import Mails
from ..service.models import Models
from ..service.notes import Notes
from ..service.online_payments import OnlinePayments
from ..service.openings import Openings
from ..service.own_changes import OwnChanges
from ..service.papercut import PaperCut
from ..service.payer_answers import PayerAnswers
from ..service.payer_statements import PayerStatements
from ..service.payers import Payers
from ..service.payment_reports import PaymentReports
from ..service.payments import Payments
from ..service.people import People
from ..service.person_decisions import PersonDecisions
from ..service.personal_data import PersonalData
from ..service.persons import Persons
from ..service.plates import Plates
from ..service.prices import Prices
from ..service.provider_sessions import ProviderSessions
from ..service.queues import Queues
from ..service.quotes import Quotes
from ..service.receipt_mails import ReceiptMails
from ..service.receipts import Receipts
from ..service.reminders import PickUpReminders, QuoteReminders
from ..service.removal import Removal
from ..service.reports import Reports
from ..service.retention import Retention
from ..service.rounds import DisposalRound, LapseRound, RetentionRound
from ..service.saved_views import SavedViews
from ..service.scaling import Scalings
from ..service.sessions import Sessions
from ..service.settings_seen import SettingsSeen
from ..service.shelf import Shelf
from ..service.staged_uploads import StagedUploads
from ..service.stations import Stations
from ..service.student_messages import StudentMessages
from ..service.student_pages import StudentPages
from ..service.student_sessions import StudentSessions
from ..service.submission_writer import SubmissionWriter
from ..service.suggesting import Suggestions
from ..service.summary_mails import SummaryMails
from ..service.system import System
from ..service.transitions import MailPreview, Transitions
from ..service.unpacking import Unpacking
from ..service.uploading import Uploads
from ..service.versions import Versions
from ..service.worker import Worker
from ..service.worklist import Worklist
from ..settings import Settings
from ..store.making import probe
from .mailing import LazyMailer
from .parts import Parts, Wrap, make_parts, transliterate, utc_now
from .preparing import check_folder, identity_of, prepare_database

if TYPE_CHECKING:
    from ..db.wakeup import Listener
    from ..doctor import Doctor
    from ..store.instance_lock import InstanceLock

Role = Literal["server", "worker", "pages"]
"""What a process is for: ``pages`` answers them for a server that runs already, and is its lock's."""


class Printflow:
    """A lab: its jobs, files, mails and people, each in a room. Safe to share between threads.

    Open it with :meth:`open`, best in a ``with`` statement::

        with Printflow.open(Settings(store="storage")) as lab:
            for job in lab.jobs.find(status="READYTOPRINT"):
                print(job.id, job.standard_name, lab.files.path(job))
    """

    def __init__(self, parts: Parts, lock: InstanceLock | None = None) -> None:
        self.settings: Settings = parts.settings
        """The settings this lab was opened with."""
        self.languages = parts.languages
        """The languages that the lab offers."""
        self._parts = parts
        self._lock = lock
        self._listener: Listener | None = None
        self._shared(parts)
        self._of_students(parts)
        self._of_staff(parts)
        self._of_money(parts)
        self._of_administrators(parts)
        self._of_the_background(parts)

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
        written beside it), the store is tried out, and a second server or worker is refused; there
        may be any number that answer ``pages`` beside a server.
        ``clock`` gives aware UTC times and ``ids`` random bits, both for tests and demos;
        ``mailer`` takes the place of the configured one. ``wrap`` is called once for each port
        (database, store, mailer, clock, ids), once the lab is open, and gives what takes its
        place; see ``printflow.testing``.

        Raises SettingsError, DatabaseUnavailable, MigrationNeeded, StoreUnavailable,
        AlreadyRunning.
        """
        settings = settings or Settings.load()
        clock = clock or utc_now
        check_folder(settings.store, create=create)
        prepare_database(settings, serving=role is not None)
        database = SqlDatabase(settings.database)
        lock = None
        try:
            path = sqlite_path(settings.database)
            if role is not None:
                from ..store.instance_lock import InstanceLock

                if path is not None and role != "pages":
                    lock = InstanceLock(path.parent, role)
            with database.alone("open", wait=True):
                identity = identity_of(settings, database, clock())
                if role is not None:
                    probe(settings.store)
                parts = make_parts(settings, database, identity, clock, ids, mailer, wrap)
            lab = cls(parts, lock)
            if role is not None:
                if role != "pages":
                    SettingsSeen(parts.database, parts.clock, settings, parts.tokens).note(role)
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
        self._parts.dispatcher.stop()
        self._parts.inspector.close()
        self._parts.database.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def dispatch(self) -> DispatchReport:
        """Do all work that is due (place files, send mail, sweep), then return."""
        with Acting(OPERATOR):
            return self._parts.dispatcher.run_until_idle()

    def acting(self, permit: Permit) -> Acting:
        """Who acts, and what they may, as long as a ``with`` statement lasts: whatever a room is
        asked for beyond that raises Forbidden. Without it, it is the operator, who may everything.
        """
        return Acting(permit)

    def acting_as(self, role: str, *, by: str, station: str = "") -> Acting:
        """As :meth:`acting`, for someone in a role of the catalog: what a script may do at most.

        Raises InvalidInput when there's no such role (field role).
        """
        roles = self.catalog.current.roles
        if not any(one.name == role for one in roles):
            raise InvalidInput.of(
                "role",
                "role_unknown",
                say("There's no role “{name}”.", name=role[:40]),
                say("Choose from: {names}.", names=", ".join(one.name for one in roles)),
            )
        return Acting(Permit(name=by, station=station, role=role, rights=rights_of(roles, role)))

    def __enter__(self) -> Printflow:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _heard(self) -> None:
        """Something has changed, maybe in another process."""
        listener = self._listener
        self.worklist.stir(heard_of=listener is not None and listener.connected)
        self._parts.dispatcher.wake()

    # -- rooms ----------------------------------------------------------------------------------

    def _shared(self, parts: Parts) -> None:
        """What several rooms work with, and nobody else sees."""
        self._mail_queue = MailQueue(parts.ids, parts.settings.mail.sender_domain)
        self._filing = Filing(parts.placer, parts.dispatcher.wake)
        self._uploads = Uploads(parts.store, parts.ids, parts.settings)
        self._scalings = Scalings(self._uploads)
        self._job_writer = JobWriter(parts.ids, parts.tokens, transliterate)
        self._asking = AddressAsking(parts.settings, parts.tokens, self._mail_queue)
        self._removal = Removal(
            parts.database,
            parts.store,
            parts.clock,
            parts.ids,
            parts.catalogs,
            parts.kept_mails,
            self._filing,
        )
        self._effects = EffectWriter(parts.settings, parts.tokens, self._mail_queue)
        self._file_facts = FileFacts(parts.store, parts.settings.settle_seconds)
        firing = Firing(parts.catalogs, parts.settings, self._effects)
        self._firing = firing
        database, clock, facts = parts.database, parts.clock, self._file_facts
        self._transitions = Transitions(database, clock, facts, firing, self._filing)
        self._preview = MailPreview(database, clock, facts, firing, parts.composer)

    def _of_students(self, parts: Parts) -> None:
        settings, database, clock = parts.settings, parts.database, parts.clock
        writer = SubmissionWriter(
            self._job_writer,
            self._effects,
            self._mail_queue,
            self._asking,
            per_hour=settings.submissions_per_hour,
        )
        doubts = AddressDoubts(settings, parts.mail_domains)
        forms = FormCheck(
            database, clock, parts.catalogs, settings, doubts, lambda: self.queue.free_in()
        )
        self.intake = Intake(
            database,
            self._uploads,
            forms,
            writer,
            self._filing,
            doubts,
            self._asking,
            clock,
            Unpacking(self._uploads, settings),
            self._scalings,
            parts.languages,
            sign_in_required=settings.identity.students == "required",
        )
        """Where models come in: ``submit``, ``submit_several``, ``receive``."""
        self.staged = StagedUploads(database, parts.store, clock, parts.ids, settings)
        """Files that come in pieces, before the form that names them."""
        self.quotes = Quotes(
            database,
            clock,
            parts.links,
            self._transitions,
            parts.catalogs,
            resend_minutes=settings.resend_minutes,
        )
        """What stands behind the link in a quote's mail."""
        self.addresses = AddressConfirmations(
            database,
            clock,
            self._asking,
            self._mail_queue,
            parts.links,
            self._removal,
            parts.dispatcher.wake,
            days=settings.unconfirmed_days,
        )
        """Addresses that students confirm before staff see their jobs; ``let_in`` does without."""
        self.students = StudentPages(
            database, clock, parts.links, self._transitions, settings, parts.pay_links
        )
        """A student's own page of a job."""
        self.own_changes = OwnChanges(
            database, clock, parts.catalogs, settings, self._filing, transliterate
        )
        """What students change of what they sent, before anyone has looked at it."""
        self.messages = StudentMessages(
            database,
            clock,
            self._mail_queue,
            parts.dispatcher.wake,
            staff_address=settings.mail.staff_address,
        )
        """What students write to the lab, and their links by mail."""

    def _of_staff(self, parts: Parts) -> None:
        settings, database, clock = parts.settings, parts.database, parts.clock
        catalogs, wake = parts.catalogs, parts.dispatcher.wake
        self.jobs = Jobs(database, clock, catalogs, self._transitions, self._preview, settings)
        """Jobs: ``get``, ``find``, ``details``, and each trigger: ``approve``, ``reject`` …"""
        self.corrections = Corrections(
            database, clock, catalogs, settings, self._filing, transliterate
        )
        """Taking the last action back, and editing a job's details."""
        self.bulk = Bulk(database, self.jobs, self.corrections)
        """One action on many jobs."""
        self.notes = Notes(database, clock, settings, self._mail_queue, wake)
        """Notes of staff, and their messages to students."""
        self.files = Files(database, parts.store, self._file_facts)
        """Where a job's files are, and what is in them."""
        self.versions = Versions(
            database, clock, settings, self._uploads, self._filing, self.files, self._scalings
        )
        """Replacing the file that is printed."""
        self.models = Models(database, catalogs, parts.inspections, parts.pictures, wake)
        """Facts and pictures of models."""
        self.suggestions = Suggestions(database, parts.store, catalogs, settings)
        """Figures that an approval could say."""
        self.openings = Openings(database, clock, parts.tokens)
        """What the staff PCs' openers report."""
        self.worklist = Worklist(database, clock, settings, catalogs)
        """What the dashboard shows."""
        self.queue = Queues(database, clock, catalogs, tell=settings.ready_estimates)
        """What is ready and printing, by printer."""
        self.plates = Plates(database, clock, catalogs, self._firing, self._filing)
        """What is printed together: ``start``, ``end``, ``move``, ``plan``."""
        self.machines = Machines(database, clock, catalogs)
        """The units of the printers: which there are, and which are out of service."""
        self.shelf = Shelf(database, clock, settings, self._transitions, catalogs)
        """Finished prints that wait to be picked up."""

        self.persons = Persons(database)
        """Who sends the jobs: everything of one person, and finding people."""

    def _of_money(self, parts: Parts) -> None:
        database, clock = parts.database, parts.clock
        self.prices = Prices(database, clock, parts.catalogs)
        """What something would cost: ``of``."""
        self.limits = LabLimits(database, clock, parts.catalogs)
        """How much of what people may have: ``of_job``, ``preview``."""
        self.decisions = PersonDecisions(database, clock, parts.catalogs)
        """Blocked people, and exceptions from the limits."""
        self.payers = Payers(database, clock, parts.catalogs)
        """Courses, clubs, departments and grants that pay: ``add``, ``named``, ``read_csv``."""
        self.payer_statements = PayerStatements(
            database, clock, parts.catalogs, self._mail_queue, parts.dispatcher.wake
        )
        """What payers have reserved and paid: ``of``, ``as_file``, ``mail``."""
        self.payer_answers = PayerAnswers(
            database,
            clock,
            self._mail_queue,
            parts.dispatcher.wake,
            staff_address=parts.settings.mail.staff_address,
        )
        """What a payer's approver says, by the link in the email."""
        receipts = ReceiptMails(parts.settings, self._mail_queue)
        self.payments = Payments(database, clock, parts.catalogs, receipts)
        """The ledger: ``take``, ``void``, ``find``."""
        self.online = OnlinePayments(database, clock, parts.settings, parts.pay_links, receipts)
        """Payments by link: ``offer``, ``receive``, ``find``, ``settle``."""
        self.papercut = PaperCut(
            database,
            clock,
            parts.settings.papercut,
            parts.papercut,
            parts.pay_links,
            receipts,
            parts.ids,
            parts.dispatcher.wake,
        )
        """Charging students' PaperCut accounts: ``offer``, ``charge``, ``find``, ``settle``."""
        self.payment_reports = PaymentReports(
            database, clock, parts.catalogs, parts.pay_links, receipts
        )
        """Marking jobs as paid from a payment service's report: ``read``."""
        self.receipts = Receipts(database, clock, self._mail_queue, parts.dispatcher.wake)
        """Receipts, on paper and by mail."""
        self.cash_up = CashUp(database, clock, parts.catalogs)
        """What a day's money comes to."""
        self.changes = Changes(database, clock)
        """Who changed the lab itself, signed in, was refused, or exported what."""
        self.job_lists = JobLists(database, clock, parts.settings, self.changes, parts.catalogs)
        """Lists of jobs as files that spreadsheets open."""
        self.reports = Reports(database, clock, parts.catalogs, self.job_lists, self.changes)
        """The lab's figures."""
        self.summary_mails = SummaryMails(
            database,
            clock,
            parts.catalogs,
            self._mail_queue,
            self.changes,
            parts.settings.weekly_summary_to,
            parts.dispatcher.wake,
        )
        """Summaries by mail."""

    def _of_administrators(self, parts: Parts) -> None:
        settings, database, clock, store = (
            parts.settings,
            parts.database,
            parts.clock,
            parts.store,
        )
        catalogs = parts.catalogs
        self.catalog = Catalogs(database, clock, parts.catalogs)
        """Methods, printers, colors, prices and texts: ``current``, ``load``, ``versions``."""
        self.hours = LabHours(database, clock, settings, self.catalog)
        """When the lab is open: ``close``, ``closed``, ``read_calendar``."""
        self.views = SavedViews(database, clock)
        """Lists of jobs that staff named: ``shown_to``, ``add``, ``change``, ``delete``."""
        self.people = People(database, clock)
        """Under which names staff act."""
        self.stations = Stations(database, clock, parts.ids, catalogs)
        """Where staff sign in, and the passwords."""
        self.sessions = Sessions(
            database,
            clock,
            parts.ids,
            parts.tokens,
            catalogs,
            threads=settings.server.threads,
            confirm_minutes=settings.server.confirm_sensitive_minutes,
            stations=settings.identity.stations,
        )
        """Signing in and out."""
        self.identity = Identity(
            database,
            clock,
            parts.ids,
            parts.tokens,
            settings.identity,
            parts.provider,
            self.sessions,
            parts.catalogs,
            base_url=settings.effective_base_url,
        )
        """Signing in at the institution's provider, or by a proxy in front."""
        self.provider_sessions = ProviderSessions(
            database,
            clock,
            parts.tokens,
            parts.provider,
            self.identity,
            self.sessions,
            role_claim=settings.identity.role_claim,
            people_days=settings.retention.personal_days,
        )
        """Staff sessions that a provider began."""
        self.student_sessions = StudentSessions(
            database, clock, parts.tokens, parts.links, self.provider_sessions
        )
        """Students who are signed in, and their own jobs."""
        self.mail = Mails(
            database, clock, settings, parts.composer, parts.postman, wake=parts.dispatcher.wake
        )
        """The outbox as people see it."""
        self.inbox = Incoming(database, clock, settings, parts.inbox, wake=parts.dispatcher.wake)
        """Emails that came in: the tray, originals, and whether the mailbox is read."""
        self.mail_samples = MailSamples(clock, parts.catalogs, settings, parts.writer)
        """Every mail with sample data."""
        self.mail_trials = MailTrials(settings, parts.writer, LazyMailer(settings), clock)
        """Test emails, and what the mail server said to them."""
        self.imports = Imports(
            database,
            store,
            clock,
            parts.catalogs,
            self._uploads,
            self._job_writer,
            self._filing,
        )
        """Taking over the jobs of an older system."""
        self.retention = Retention(
            database, clock, parts.catalogs, settings.retention, self._transitions, self._removal
        )
        """Archiving and removing what was kept long enough."""
        self.personal_data = PersonalData(database, clock, self.jobs, self._removal, self._asking)
        """What is stored of one person: exporting it, and erasing it."""
        self.checkups = Checkups(database, clock, lambda: self.doctor)
        """The doctor's rounds in the background."""
        self.system = System(
            database, store, clock, settings, parts.postman, parts.inbox, parts.watch
        )
        """How things stand, for monitoring and for administrators."""

    @cached_property
    def doctor(self) -> Doctor:
        """Whether everything fits together, and fixing what loses nothing; loaded when asked for."""
        from ..doctor import Doctor

        parts = self._parts
        return Doctor(
            parts.database,
            parts.store,
            parts.clock,
            parts.settings,
            parts.placer,
            parts.postman,
            parts.inbox,
        )

    def _of_the_background(self, parts: Parts) -> None:
        settings, database, clock = parts.settings, parts.database, parts.clock
        self.worker = Worker(database, parts.dispatcher)
        """The work in the background of this process."""
        for chore in (
            QuoteReminders(
                database, clock, self._mail_queue, parts.catalogs, settings.reminder_hours
            ),
            PickUpReminders(database, clock, self._mail_queue, lambda: self.shelf.policy),
            self.summary_mails,
            LapseRound(database, clock),
            DisposalRound(self.shelf, on=settings.dispose_automatic),
            RetentionRound(self.retention, on=settings.retention.automatic),
            self.inbox.forget_old,
            self.addresses.sweep,
        ):
            parts.dispatcher.also(chore)
        parts.dispatcher.also(self.provider_sessions.sweep)
        if self.identity.on:
            parts.dispatcher.beside("sign-ins", self.provider_sessions.recheck_due)
        if self.papercut.on:
            parts.dispatcher.beside("papercut", self.papercut.work)
