"""The tables of people who sign in at a provider, and of their sessions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ..domain.identity import Person, ProviderSession, Purpose, SignInRecord, Student


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in under way: in which browser, why, and where to go afterwards."""

    browser_hash: str
    session_hash: str
    purpose: Purpose
    back: str
    at: datetime


class IdentityRows(Protocol):
    """People by issuer and subject; sign-ins under way, done and refused; providers' sessions."""

    # -- under way --------------------------------------------------------------------------------

    def begin(self, state_hash: str, begun: Begun) -> None: ...

    def take_begun(self, state_hash: str) -> Begun | None:
        """The sign-in of that state, which is deleted: a second one with it finds nothing."""

    # -- people -----------------------------------------------------------------------------------

    def person(self, issuer: str, subject: str) -> Person | None: ...

    def person_by_id(self, person_id: int) -> Person | None: ...

    def put_person(
        self, issuer: str, subject: str, *, name: str, email: str, now: datetime
    ) -> Person:
        """Add a person, or take down the present name and address of a known one."""

    def name_staff(self, person_id: int, staff_name: str) -> None: ...

    def staff_name_taken(self, staff_name: str, *, but: int) -> bool:
        """Whether another person acts under that name; capitals do not count."""

    def sender(self, job_id: str) -> Person | None:
        """Who was signed in when the job was submitted; None where nobody was."""

    def people_of(self, email: str) -> Sequence[Person]: ...

    def forget_person(self, person_id: int) -> None:
        """Delete a person's sessions and sign-ins; the row, too, unless it is staff's: that one
        loses its address.
        """

    # -- records ----------------------------------------------------------------------------------

    def record(
        self,
        *,
        at: datetime,
        person_id: int | None,
        purpose: Purpose,
        issuer: str,
        name: str,
        role: str,
        accepted: bool,
        why: str,
        claims: Mapping[str, Any],
        address: str,
    ) -> None: ...

    def records_of(self, person_id: int) -> Sequence[SignInRecord]:
        """What is kept of one person's sign-ins, the newest first."""

    def records(self, *, limit: int) -> Sequence[SignInRecord]:
        """Newest first."""

    # -- staff ------------------------------------------------------------------------------------

    def add_session(self, session: ProviderSession, *, next_check_at: datetime | None) -> None: ...

    def session(self, key_hash: str) -> ProviderSession | None: ...

    def sessions(self, key_hashes: Collection[str]) -> Mapping[str, ProviderSession]: ...

    def any_due(self, now: datetime) -> bool: ...

    def lease_due(self, now: datetime, until: datetime, *, limit: int) -> Sequence[ProviderSession]:
        """Those to be looked at now, which nobody else gets before ``until``."""

    def believe(
        self,
        key_hash: str,
        *,
        until: datetime,
        next_check_at: datetime | None,
        tokens: Mapping[str, str] | None = None,
        role_place: str = "",
    ) -> None:
        """The role holds until then; ``tokens`` are new sealed ones, by column."""

    def set_role(self, key_hash: str, role: str) -> bool:
        """The session has that role from now on; whether it had another one."""

    # -- students ---------------------------------------------------------------------------------

    def add_student(
        self,
        key_hash: str,
        *,
        person_id: int,
        id_token_sealed: str,
        roles: Sequence[str],
        address: str,
        now: datetime,
        expires_at: datetime,
    ) -> None: ...

    def student(self, key_hash: str, now: datetime) -> Student | None: ...

    def end_student(self, key_hash: str) -> str:
        """Delete a session; gives its sealed ID token."""

    def sent_by(self, job_ids: Collection[str], person_id: int) -> None:
        """The requests of these jobs are that person's."""

    def jobs_of_person(self, person_id: int, email: str) -> Sequence[str]:
        """The ids of the jobs that a person sent signed in, and of those that came in with that
        address without a sign-in; newest first.
        """

    # -- sweeping ---------------------------------------------------------------------------------

    def sweep(
        self, now: datetime, *, begun: datetime, records: datetime, people_before: datetime | None
    ) -> None:
        """Forget what is older: sign-ins under way, records, and people without a job or session."""
