"""Where students' requests come in, and what they see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .made_once import made_once
from .parts import transliterate
from .staff_rooms import StaffRooms

if TYPE_CHECKING:
    from ..service.address_confirmations import AddressConfirmations
    from ..service.address_doubts import AddressDoubts
    from ..service.form_check import FormCheck
    from ..service.intake import Intake
    from ..service.own_changes import OwnChanges
    from ..service.quotes import Quotes
    from ..service.staged_uploads import StagedUploads
    from ..service.student_messages import StudentMessages
    from ..service.student_pages import StudentPages
    from ..service.submission_writer import SubmissionWriter


class StudentRooms(StaffRooms):
    """The rooms of students."""

    @made_once
    def _submission_writer(self) -> SubmissionWriter:
        from ..service.submission_writer import SubmissionWriter

        parts = self._parts
        return SubmissionWriter(
            self._job_writer,
            self._effects,
            self._mail_queue,
            self._asking,
            per_hour=parts.settings.submissions_per_hour,
        )

    @made_once
    def _doubts(self) -> AddressDoubts:
        from ..service.address_doubts import AddressDoubts

        parts = self._parts
        return AddressDoubts(parts.settings, parts.mail_domains)

    @made_once
    def _forms(self) -> FormCheck:
        from ..service.form_check import FormCheck

        parts = self._parts
        return FormCheck(
            parts.database,
            parts.clock,
            parts.catalogs,
            parts.settings,
            self._doubts,
            lambda: self.queue.free_in(),
        )

    @made_once
    def intake(self) -> Intake:
        """Where models come in: ``submit``, ``submit_several``, ``receive``."""
        from ..service.intake import Intake
        from ..service.unpacking import Unpacking

        parts = self._parts
        return Intake(
            parts.database,
            self._uploads,
            self._forms,
            self._submission_writer,
            self._filing,
            self._doubts,
            self._asking,
            parts.clock,
            Unpacking(self._uploads, parts.settings),
            self._scalings,
            parts.languages,
            sign_in_required=parts.settings.identity.students == "required",
        )

    @made_once
    def staged(self) -> StagedUploads:
        """Files that come in pieces, before the form that names them."""
        from ..service.staged_uploads import StagedUploads

        parts = self._parts
        return StagedUploads(parts.database, parts.store, parts.clock, parts.ids, parts.settings)

    @made_once
    def quotes(self) -> Quotes:
        """What stands behind the link in a quote's mail."""
        from ..service.quotes import Quotes

        parts = self._parts
        return Quotes(
            parts.database,
            parts.clock,
            parts.links,
            self._transitions,
            parts.catalogs,
            resend_minutes=parts.settings.resend_minutes,
        )

    @made_once
    def addresses(self) -> AddressConfirmations:
        """Addresses that students confirm before staff see their jobs; ``let_in`` does without."""
        from ..service.address_confirmations import AddressConfirmations

        parts = self._parts
        return AddressConfirmations(
            parts.database,
            parts.clock,
            self._asking,
            self._mail_queue,
            parts.links,
            self._removal,
            self._wake,
            days=parts.settings.unconfirmed_days,
        )

    @made_once
    def students(self) -> StudentPages:
        """A student's own page of a job."""
        from ..service.student_pages import StudentPages

        parts = self._parts
        return StudentPages(
            parts.database,
            parts.clock,
            parts.links,
            self._transitions,
            parts.settings,
            parts.pay_links,
        )

    @made_once
    def own_changes(self) -> OwnChanges:
        """What students change of what they sent, before anyone has looked at it."""
        from ..service.own_changes import OwnChanges

        parts = self._parts
        return OwnChanges(
            parts.database, parts.clock, parts.catalogs, parts.settings, self._filing, transliterate
        )

    @made_once
    def messages(self) -> StudentMessages:
        """What students write to the lab, and their links by mail."""
        from ..service.student_messages import StudentMessages

        parts = self._parts
        return StudentMessages(
            parts.database,
            parts.clock,
            self._mail_queue,
            self._wake,
            staff_address=parts.settings.mail.staff_address,
        )
