"""What the openers on staff PCs report: which file was opened, on which PC, by whom."""

from __future__ import annotations

from datetime import timedelta

from ..domain.naming import is_plain_file_name, job_ids_in
from ..domain.rights import Right
from ..domain.text import clean_line
from ..errors import InvalidInput, NotFound, SignInRefused
from ..ports import Clock, Database
from ..runtime.permits import needs
from ..runtime.tokens import Tokens
from ..said import say
from .doors import may_report, reporting_token
from .lookup import job_of, no_job

_CLICK_COUNTS = timedelta(minutes=2)
"""A report so long after a click on "Open" still belongs to it: slicers and shares are slow."""
_NAME_LIMIT = 60


class Openings:
    """Reports are a courtesy: nothing depends on them."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        tokens: Tokens,
    ) -> None:
        self._database = database
        self._clock = clock
        self._tokens = tokens

    @needs(Right.SEE)
    def token(self, pc_name: str, *, station: str) -> tuple[str, str]:
        """A staff PC's name, cleaned, and the token that its opener reports with.

        It counts until that station is revoked or has a new password. Raises InvalidInput, and
        NotFound for a station that is none.
        """
        name = clean_line(pc_name)
        if not 0 < len(name) <= _NAME_LIMIT:
            raise InvalidInput.of(
                "station",
                "name_invalid",
                say("Enter a PC name of 1 to {most} characters.", most=_NAME_LIMIT),
            )
        with self._database.read() as tx:
            door = next((one for one in tx.people.doors() if one.name == station), None)
        if door is None:
            raise NotFound(say("There's no such station."))
        return name, reporting_token(self._tokens, door, name)

    @needs(Right.SEE)
    def clicked(self, job_id: str, file_name: str, *, by: str) -> None:
        """Remember who clicked on a file's "Open", for the report that may follow.

        Raises NotFound.
        """
        with self._database.write() as tx:
            job = job_of(tx, job_id)
            if job.file_called(file_name) is None:
                raise NotFound(say("The job has no such file."))
            tx.history.click_opening(
                job.id, file_name=file_name, at=self._clock(), by=clean_line(by)
            )

    def report(self, file_name: str, *, station: str, token: str) -> None:
        """A PC's opener has started a slicer with the file; ``station`` is the PC's name.

        Raises SignInRefused for a token that is not that PC's, NotFound for a file of no job.
        """
        name = clean_line(station)
        with self._database.read() as tx:
            doors = tx.people.doors()
        if not may_report(self._tokens, doors, token, name):
            raise SignInRefused(
                say(
                    "This PC's token isn't valid: its station was revoked or has a new password, "
                    "or the PC has another name."
                ),
                next_step=say("Download printflow-opener.toml from “Set up this PC” again."),
            )
        now = self._clock()
        with self._database.write() as tx:
            plain = is_plain_file_name(file_name)
            for job_id in job_ids_in(file_name) if plain else ():
                if (job := tx.jobs.get(job_id)) is None:
                    continue
                file = job.file_called(file_name)
                tx.history.report_opening(
                    job_id,
                    file_name=file_name,
                    also=file.names if file else (),
                    at=now,
                    since=now - _CLICK_COUNTS,
                    station=name,
                )
                return
        raise no_job()
