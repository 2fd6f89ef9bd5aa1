"""Students who are signed in: who they are, and their own jobs. They have no staff right."""

from __future__ import annotations

from ..domain.history import RequestJob
from ..domain.identity import Student
from ..ports import Clock, Database
from ..runtime.sealing import Sealing
from ..runtime.tokens import Tokens
from .links import Links
from .provider_sessions import ProviderSessions
from .stations import session_hash
from .student_pages import with_turns

_MOST_JOBS = 200


class StudentSessions:
    """Sessions that a student began at the provider."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        tokens: Tokens,
        links: Links,
        provider_sessions: ProviderSessions,
    ) -> None:
        self._database = database
        self._clock = clock
        self._links = links
        self._provider_sessions = provider_sessions
        self._sealing = Sealing(tokens.sealing_key())

    def get(self, key: str) -> Student | None:
        """The student of that key; None when the session is over, or never was."""
        if not key:
            return None
        with self._database.read() as tx:
            return tx.identity.student(session_hash(key), self._clock())

    def jobs(self, student: Student) -> tuple[RequestJob, ...]:
        """The student's jobs with their pages, newest first: those sent signed in, and those that
        came in with the same address without a sign-in. Never those of another person.
        """
        with self._database.read() as tx:
            ids = tx.identity.jobs_of_person(student.person_id, student.email)[:_MOST_JOBS]
            return with_turns(tx, self._links, tx.jobs.of_ids(ids))

    def sign_out(self, key: str) -> str:
        """End a session; gives the provider's page that ends its own one, "" where there is none."""
        hashed = session_hash(key)
        with self._database.write() as tx:
            sealed = tx.identity.end_student(hashed)
        token = self._sealing.open(sealed, hashed)
        return self._provider_sessions.logout_url(token) if token else ""
