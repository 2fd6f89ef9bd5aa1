"""The lab's limits, asked beside a transition: for the job's page, the dialog, the editor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ..catalogs.cache import CatalogCache
from ..domain.catalog import Catalog, plain_form
from ..domain.job import Job
from ..domain.limit_check import Asked, LimitFinding, asked_of, check
from ..domain.limit_codes import LimitAction
from ..domain.limit_rows import idle
from ..domain.limit_standing import Standing
from ..domain.quoted_price import group_of
from ..domain.rights import Right
from ..domain.status import Status, Trigger
from ..domain.worklist import JobQuery
from ..errors import CatalogInvalid
from ..language.spoken_catalog import spoken_catalog
from ..ports import Clock, Database
from ..runtime.permits import needs
from ..said import Said
from .addresses import mailbox_of
from .lapsing import lapsed_quote
from .standing import standing_of

_BACK = timedelta(days=30)
_LOOKED_AT = 2000
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class LimitPreview:
    """What other limits would have done to the jobs of the last 30 days: how many were ``looked_at``,
    how many would have been refused and left to staff, and the newest of both.
    """

    looked_at: int
    refused: int
    asked: int
    shown: tuple[tuple[Job, LimitFinding], ...]


class LabLimits:
    """How much of what people may have."""

    def __init__(self, database: Database, clock: Clock, catalogs: CatalogCache) -> None:
        self._database = database
        self._clock = clock
        self._catalogs = catalogs

    @needs(Right.SEE)
    def idle(self, sections: Mapping[str, Any] | None = None) -> dict[int, Said]:
        """By their places, from 0, what is to be said of limits that never have an effect, or that
        refuse everyone: with these sections of the plain form, or as they are. Nothing while the
        sections are no catalog.
        """
        from ..catalogs.file import checked_catalog

        catalog = self._catalogs.newest()
        if sections is not None:
            try:
                catalog = checked_catalog({**plain_form(catalog), **sections})
            except CatalogInvalid:
                return {}
        return idle(catalog.limits, catalog.terms)

    @needs(Right.SEE)
    def of_job(self, job: Job) -> tuple[LimitFinding, ...]:
        """The limits that a job is over as things stand, the strictest first; none once its price
        is agreed to.
        """
        if not job.status.record.reviewable and not job.status.record.quoted:
            return ()
        now = self._clock()
        with self._database.read() as tx:
            catalog = self._catalogs.newest(tx)
            standing = standing_of(tx, job.student_email, catalog, now, job.id)
        return check(catalog, asked_of(catalog, job), standing, now)

    def told(self, job: Job) -> tuple[LimitFinding, ...]:
        """What its student is told of the limits that a submission was over and that didn't keep it
        out: nothing where it wasn't sure that the address is theirs.
        """
        with self._database.read() as tx:
            event = next(
                (one for one in tx.history.events(job.id) if one.trigger is Trigger.SUBMIT), None
            )
            if event is None or not event.details.get("limits_told"):
                return ()
            codes = {str(one["code"]) for one in event.details.get("limits", ())}
            catalog = spoken_catalog(self._catalogs.within(tx))
            together = tx.jobs.of_request(job.request_id)
            standing = standing_of(tx, job.student_email, catalog, event.at)
            own = {one.id for one in together}
            others = tuple(one for one in standing.jobs if one.id not in own)
            asked = Asked(
                email=job.student_email,
                group=group_of(catalog, job),
                course=job.class_number,
                models=len(together),
                copies=sum(one.quantity for one in together),
            )
            found = check(
                catalog,
                asked,
                Standing(jobs=others, owed_cents=standing.owed_cents, rules=standing.rules),
                event.at,
            )
        return tuple(one for one in found if one.code.value in codes)

    @needs(Right.SEE)
    def preview(self, sections: Mapping[str, Any]) -> LimitPreview:
        """What would have become of the jobs of the last 30 days with these sections of the plain
        form: each as it came in, with what its person had before it, and the figures of its quote.

        Money owed, prints on the shelf, and blocks are as they are now, so they aren't looked at.
        Changes nothing. Raises CatalogInvalid.
        """
        from ..catalogs.file import checked_catalog

        catalog, now = (
            checked_catalog({**plain_form(self._catalogs.newest()), **sections}),
            self._clock(),
        )
        with self._database.read() as tx:
            newest = tx.jobs.find(JobQuery(limit=_LOOKED_AT))
            recent = [job for job in newest if job.created_at > now - _BACK and not job.unconfirmed]
            jobs_of = {
                one: tx.jobs.of_mailbox(one)
                for one in {mailbox_of(job.student_email) for job in recent}
            }
            ended = {
                one.id: quote.expires_at
                for jobs in jobs_of.values()
                for one in jobs
                if (quote := lapsed_quote(tx, one, now)) is not None
            }
        over = [
            (job, found)
            for job in recent
            if (found := _then(catalog, job, jobs_of[mailbox_of(job.student_email)], ended))
            is not None
        ]
        refused = sum(found.action is LimitAction.REFUSE for _job, found in over)
        return LimitPreview(len(recent), refused, len(over) - refused, tuple(over[:_SHOWN]))


def _then(
    catalog: Catalog, job: Job, jobs: Sequence[Job], ended: Mapping[str, datetime]
) -> LimitFinding | None:
    """The strictest of what would have kept the job from going on when it came in; ``ended`` says
    since when quotes have lapsed.
    """
    before = tuple(
        # One that was closed only later was open then.
        replace(one, status=Status.UPLOADED) if _was_open(one, job.created_at) else one
        for one in jobs
        if one.created_at < job.created_at
        and one.counted
        and not (one.id in ended and ended[one.id] <= job.created_at)
    )
    found = check(catalog, asked_of(catalog, job), Standing(jobs=before), job.created_at)
    held = [one for one in found if one.action.holds]
    return held[0] if held else None


def _was_open(job: Job, moment: datetime) -> bool:
    return not job.status.closed or job.status_since > moment
