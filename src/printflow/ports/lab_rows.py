"""The tables of the lab itself, its people, its figures, and of what it no longer keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from ..domain.catalog_history import CatalogVersion
    from ..domain.heartbeat import Heartbeat
    from ..domain.job_track import JobTrack, ReportQuery
    from ..domain.limits import Count
    from ..domain.people import (
        Change,
        ChangeKind,
        ChangeQuery,
        Door,
        StaffName,
        StaffSession,
        Station,
    )
    from ..domain.plate_track import PartTrack, RunTrack
    from ..domain.retention import Part, Removal


class LabRows(Protocol):
    """Facts of the lab: identity, catalog, rate limits."""

    def fact(self, key: str) -> str | None: ...

    def set_fact(self, key: str, value: str | None, now: datetime) -> None: ...

    def catalog(self) -> tuple[int, Mapping[str, Any]] | None: ...

    def catalog_version(self) -> int: ...

    def catalog_versions(self, *, limit: int, upto: int | None = None) -> Sequence[CatalogVersion]:
        """The newest versions, newest first; with ``upto``, from that one back."""

    def add_catalog(self, document: Mapping[str, Any], *, by: str, now: datetime) -> int: ...

    def counts(self, keys: Collection[str]) -> Mapping[str, Count]:
        """What was counted under these keys, also what no longer counts."""

    def count_up(self, untils: Mapping[str, datetime], now: datetime) -> Mapping[str, Count]:
        """Count once under each key, in one statement; gives the new counts.

        A key whose window is over begins a new one, which ends at the time that is given.
        """

    def count_down(self, keys: Collection[str]) -> None:
        """Take one back under each key."""

    def beat(self, name: str, started_at: datetime, now: datetime) -> None:
        """Write down a sign of life of a loop in the background."""

    def beats(self) -> Sequence[Heartbeat]: ...

    def end_beat(self, name: str) -> None: ...

    def forget_beats(self, before: datetime) -> None: ...

    def forget_counts(self, now: datetime) -> None:
        """Delete those that no longer count."""


class PeopleRows(Protocol):
    """Staff names, stations, who is signed in, and who changed the lab itself."""

    def names(self) -> Sequence[StaffName]:
        """All names, the deactivated ones too, sorted."""

    def add(self, name: str, now: datetime) -> None:
        """Add a name, or bring a deactivated one back."""

    def deactivate(self, name: str, now: datetime) -> bool: ...

    def speak(self, name: str, language: str) -> None:
        """Who acts under the name has chosen that language."""

    def take_turns(self) -> None:
        """Hold back who else changes stations until this transaction ends."""

    def stations(self, now: datetime) -> Sequence[Station]:
        """All stations, the revoked ones too, oldest first."""

    def doors(self) -> Sequence[Door]:
        """The stations that are not revoked, oldest first."""

    def set_station(self, name: str, password_hash: str, *, role: str, now: datetime) -> None:
        """Add a station, or set its password; a revoked one is back in use."""

    def set_role(self, name: str, role: str) -> None: ...

    def revoke_station(self, name: str, now: datetime) -> None: ...

    def begin_session(
        self,
        key_hash: str,
        *,
        station: str,
        name: str,
        address: str,
        now: datetime,
        expires_at: datetime,
        source: str = "",
        role: str | None = None,
    ) -> None:
        """``station`` is "" where a provider, the ``source``, says who signs in, and in which
        role.
        """

    def session(self, key_hash: str, now: datetime) -> StaffSession | None:
        """The session of that key; None when it is over, its station revoked or its name
        deactivated."""

    def sessions(self, now: datetime) -> Sequence[StaffSession]:
        """Everyone who is signed in, newest first."""

    def act_as(self, key_hash: str, name: str) -> None: ...

    def confirm_session(self, key_hash: str, now: datetime) -> None:
        """Who acts there has just typed the password again."""

    def end_session(self, key_hash: str) -> None: ...

    def end_sessions(
        self,
        *,
        session_id: int | None = None,
        name: str = "",
        station: str = "",
        but: str = "",
    ) -> int:
        """End all sessions, or those that fit what is given; says how many.

        ``but`` is the key hash of one that stays.
        """

    def forget_sessions(self, before: datetime) -> None:
        """Delete those that were over by then."""

    def add_change(
        self,
        kind: ChangeKind,
        *,
        at: datetime,
        by: str,
        station: str,
        subject: str,
        details: Mapping[str, Any],
        address: str = "",
        right: str = "",
        times: int = 1,
    ) -> None:
        """Write one entry down. Ids grow in the order in which entries become visible."""

    def changes(
        self, query: ChangeQuery, *, limit: int, before: int | None = None, after: int | None = None
    ) -> Sequence[Change]:
        """Newest first, with ``before`` those with a smaller id; with ``after`` those with a
        greater one, oldest first."""

    def old_changes(self, before: datetime) -> int:
        """How many entries are from before then."""

    def forget_changes(self, before: datetime, *, limit: int | None = None) -> int:
        """Delete the oldest ones from before then; says how many."""


class ReportRows(Protocol):
    """What figures are made of."""

    def tracks(
        self, query: ReportQuery, since: datetime | None, until: datetime | None
    ) -> Iterator[JobTrack]:
        """The ways of the jobs that anything happened to in that time, in no order."""

    def runs(
        self, query: ReportQuery, since: datetime | None, until: datetime | None
    ) -> Iterator[RunTrack]:
        """When machines ran in that time for such jobs: by machine, in the order of the starts."""

    def parts(
        self, query: ReportQuery, since: datetime | None, until: datetime | None
    ) -> Iterator[PartTrack]:
        """What became of copies of such jobs on plates that ran in that time."""


class RetentionRows(Protocol):
    """What is kept too long, and taking it out. Each part's method removes that part's data."""

    def to_archive(
        self, since: datetime, *, limit: int | None, after: datetime | None = None
    ) -> Sequence[tuple[str, datetime]]:
        """Jobs that ended at ``since`` or before, but not before ``after``, with the moment; the
        oldest first."""

    def to_remove(
        self,
        part: Part,
        before: datetime,
        period: timedelta,
        *,
        limit: int | None,
        after: datetime | None = None,
    ) -> Sequence[Removal]:
        """Jobs archived before then, but not before ``after``, that still have the part; due a
        ``period`` after that; the oldest first."""

    def removed(self, job_id: str) -> Collection[Part]: ...

    def files_left(self, job_id: str) -> bool:
        """Whether any file of the job is still in the store, as far as is known."""

    def note(self, job_id: str, part: Part, now: datetime) -> None:
        """Write down that the part is gone."""

    def files(self, job_id: str, now: datetime) -> None:
        """Mark the files for removal; placement removes them."""

    def message_ids(self, job_id: str) -> Sequence[str]:
        """By which the mails of a job are known."""

    def mails(self, job_id: str) -> None: ...

    def mails_of_no_job(
        self,
        before: datetime,
        *,
        to: str = "",
        of_jobs: Collection[str] = (),
        limit: int | None,
        after: datetime | None = None,
    ) -> Sequence[tuple[int, datetime, str]]:
        """Emails about no single job (links to all of them), written between ``after`` and ``before``:
        id, moment and Message-ID; with ``to`` and ``of_jobs`` only those of an address, in any
        case, and those about one of the jobs, wherever they were sent."""

    def remove_mails(self, mail_ids: Collection[int]) -> None: ...

    def personal(self, job_id: str, token_hash: str, known_reasons: Collection[str]) -> None:
        """``token_hash`` takes the place of the one that opens the student's page; reasons in
        someone's own words, which may name the student, become one of their kind.
        """

    def events(self, job_id: str, known_reasons: Collection[str]) -> None: ...

    def payments(self, job_id: str) -> None: ...

    def job(self, job_id: str) -> None: ...
