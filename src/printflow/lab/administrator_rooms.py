"""Where administrators look after the lab itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .made_once import made_once
from .staff_rooms import StaffRooms

if TYPE_CHECKING:
    from ..doctor import Doctor
    from ..service.catalogs import Catalogs
    from ..service.checkup import Checkups
    from ..service.identity import Identity
    from ..service.imports import Imports
    from ..service.incoming import Incoming
    from ..service.lab_hours import LabHours
    from ..service.mail_samples import MailSamples
    from ..service.mail_trial import MailTrials
    from ..service.mails import Mails
    from ..service.people import People
    from ..service.personal_data import PersonalData
    from ..service.provider_sessions import ProviderSessions
    from ..service.retention import Retention
    from ..service.saved_views import SavedViews
    from ..service.sessions import Sessions
    from ..service.stations import Stations
    from ..service.student_sessions import StudentSessions
    from ..service.system import System


class AdministratorRooms(StaffRooms):
    """The rooms of administrators."""

    @made_once
    def catalog(self) -> Catalogs:
        """Methods, printers, colors, prices and texts: ``current``, ``load``, ``versions``."""
        from ..service.catalogs import Catalogs

        parts = self._parts
        return Catalogs(parts.database, parts.clock, parts.catalogs)

    @made_once
    def hours(self) -> LabHours:
        """When the lab is open: ``close``, ``closed``, ``read_calendar``."""
        from ..service.lab_hours import LabHours

        parts = self._parts
        return LabHours(parts.database, parts.clock, parts.settings, self.catalog)

    @made_once
    def views(self) -> SavedViews:
        """Lists of jobs that staff named: ``shown_to``, ``add``, ``change``, ``delete``."""
        from ..service.saved_views import SavedViews

        parts = self._parts
        return SavedViews(parts.database, parts.clock)

    @made_once
    def people(self) -> People:
        """Under which names staff act."""
        from ..service.people import People

        parts = self._parts
        return People(parts.database, parts.clock)

    @made_once
    def stations(self) -> Stations:
        """Where staff sign in, and the passwords."""
        from ..service.stations import Stations

        parts = self._parts
        return Stations(parts.database, parts.clock, parts.ids, parts.catalogs)

    @made_once
    def sessions(self) -> Sessions:
        """Signing in and out."""
        from ..service.sessions import Sessions

        parts = self._parts
        return Sessions(
            parts.database,
            parts.clock,
            parts.ids,
            parts.tokens,
            parts.catalogs,
            threads=parts.settings.server.threads,
            confirm_minutes=parts.settings.server.confirm_sensitive_minutes,
            stations=parts.settings.identity.stations,
        )

    @made_once
    def identity(self) -> Identity:
        """Signing in at the institution's provider, or by a proxy in front."""
        from ..service.identity import Identity

        parts = self._parts
        return Identity(
            parts.database,
            parts.clock,
            parts.ids,
            parts.tokens,
            parts.settings.identity,
            parts.provider,
            self.sessions,
            parts.catalogs,
            base_url=parts.settings.effective_base_url,
        )

    @made_once
    def provider_sessions(self) -> ProviderSessions:
        """Staff sessions that a provider began."""
        from ..service.provider_sessions import ProviderSessions

        parts = self._parts
        return ProviderSessions(
            parts.database,
            parts.clock,
            parts.tokens,
            parts.provider,
            self.identity,
            self.sessions,
            role_claim=parts.settings.identity.role_claim,
            people_days=parts.settings.retention.personal_days,
        )

    @made_once
    def student_sessions(self) -> StudentSessions:
        """Students who are signed in, and their own jobs."""
        from ..service.student_sessions import StudentSessions

        parts = self._parts
        return StudentSessions(
            parts.database, parts.clock, parts.tokens, parts.links, self.provider_sessions
        )

    @made_once
    def mail(self) -> Mails:
        """The outbox as people see it."""
        from ..service.mails import Mails

        parts = self._parts
        return Mails(
            parts.database,
            parts.clock,
            parts.settings,
            parts.composer,
            parts.postman,
            wake=self._wake,
        )

    @made_once
    def inbox(self) -> Incoming:
        """Emails that came in: the tray, originals, and whether the mailbox is read."""
        from ..service.incoming import Incoming

        parts = self._parts
        return Incoming(parts.database, parts.clock, parts.settings, parts.inbox, wake=self._wake)

    @made_once
    def mail_samples(self) -> MailSamples:
        """Every mail with sample data."""
        from ..service.mail_samples import MailSamples

        parts = self._parts
        return MailSamples(parts.clock, parts.catalogs, parts.settings, parts.writer)

    @made_once
    def mail_trials(self) -> MailTrials:
        """Test emails, and what the mail server said to them."""
        from ..service.mail_trial import MailTrials
        from .mailing import LazyMailer

        parts = self._parts
        return MailTrials(parts.settings, parts.writer, LazyMailer(parts.settings), parts.clock)

    @made_once
    def imports(self) -> Imports:
        """Taking over the jobs of an older system."""
        from ..service.imports import Imports

        parts = self._parts
        return Imports(
            parts.database,
            parts.store,
            parts.clock,
            parts.catalogs,
            self._uploads,
            self._job_writer,
            self._filing,
        )

    @made_once
    def retention(self) -> Retention:
        """Archiving and removing what was kept long enough."""
        from ..service.retention import Retention

        parts = self._parts
        return Retention(
            parts.database,
            parts.clock,
            parts.catalogs,
            parts.settings.retention,
            self._transitions,
            self._removal,
        )

    @made_once
    def personal_data(self) -> PersonalData:
        """What is stored of one person: exporting it, and erasing it."""
        from ..service.personal_data import PersonalData

        parts = self._parts
        return PersonalData(parts.database, parts.clock, self.jobs, self._removal, self._asking)

    @made_once
    def checkups(self) -> Checkups:
        """The doctor's rounds in the background."""
        from ..service.checkup import Checkups

        parts = self._parts
        return Checkups(parts.database, parts.clock, lambda: self.doctor)

    @made_once
    def system(self) -> System:
        """How things stand, for monitoring and for administrators."""
        from ..service.system import System

        parts = self._parts
        return System(
            parts.database,
            parts.store,
            parts.clock,
            parts.settings,
            parts.postman,
            parts.inbox,
            parts.watch,
        )

    @made_once
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
