"""An examination: all checks, and what was fixed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from .. import sandbox
from ..dispatch.inbox import InboxReader
from ..dispatch.outbox import Postman
from ..dispatch.placement import Placer
from ..domain.rights import Right
from ..errors import PrintflowError
from ..ports import Clock, Database, FileStore
from ..runtime.permits import needs
from ..settings import Settings
from .files import FileCheck
from .finding import Finding
from .surroundings import check_database, check_disk, check_settings, check_work

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found; ``mended`` is what was fixed of it, ``unchecked`` says what could not be seen.

    ``unguarded`` says what a model could do here that took over the process which reads it. It is
    told and not counted: on some systems nobody can change it.
    """

    findings: tuple[Finding, ...]
    mended: tuple[Finding, ...]
    unchecked: tuple[str, ...]
    unguarded: tuple[str, ...] = ()

    @property
    def left(self) -> tuple[Finding, ...]:
        """The findings that still stand."""
        return tuple(finding for finding in self.findings if finding not in self.mended)


class Doctor:
    """Checks whether store, database, work and settings fit together."""

    def __init__(
        self,
        database: Database,
        store: FileStore,
        clock: Clock,
        settings: Settings,
        placer: Placer,
        postman: Postman,
        inbox: InboxReader,
    ) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._settings = settings
        self._placer = placer
        self._postman = postman
        self._inbox = inbox

    @needs(Right.SETTINGS)
    def examine(
        self,
        *,
        fix: bool = False,
        hashes: bool = True,
        only: Collection[str] = (),
        progress: Callable[[int], None] | None = None,
    ) -> Examination:
        """Run every check; with ``fix``, fix safe problems and set unknown files aside.

        Nothing is ever deleted but uploads that came to nothing a day ago. ``hashes`` reads every
        file to compare its contents; ``only`` names some of the checks (database, disk, files,
        work, settings), by default all; ``progress`` is told now and then how many files were
        compared.
        """
        database, store, clock = self._database, self._store, self._clock
        files = FileCheck(database, store, self._placer, clock, hashes=hashes, progress=progress)
        checks: tuple[tuple[str, Callable[[], Iterable[Finding]]], ...] = (
            ("database", lambda: check_database(database)),
            ("disk", lambda: check_disk(store, self._settings)),
            ("files", files),
            ("work", lambda: check_work(database, self._postman, self._inbox, store, clock)),
            ("settings", lambda: check_settings(self._settings, database)),
        )
        return _run([(name, check) for name, check in checks if not only or name in only], fix=fix)


def examine_database(database: Database, *, fix: bool) -> Examination:
    """The checks of the database alone, for a lab that cannot be opened."""
    left_out = ("files, work and settings, because the database is damaged",)
    found = _run([("database", lambda: check_database(database))], fix=fix)
    return replace(found, unchecked=(*found.unchecked, *left_out)) if found.left else found


def _run(
    checks: Sequence[tuple[str, Callable[[], Iterable[Finding]]]], *, fix: bool
) -> Examination:
    findings: list[Finding] = []
    unchecked: list[str] = []
    for name, check in checks:
        try:
            findings.extend(check())
        except (PrintflowError, OSError) as error:
            unchecked.append(f"{name}: {error}")
        except Exception as error:  # noqa: BLE001 - a damaged row can hold anything; others go on
            _log.exception("the doctor's check of %s failed", name)
            unchecked.append(f"{name}: {type(error).__name__}: {error}")
    mended: list[Finding] = []
    for finding in findings if fix else ():
        try:
            if finding.mend is not None and finding.mend():
                mended.append(finding)
        except (PrintflowError, OSError) as error:
            unchecked.append(f"{finding.place}: {error}")
    return Examination(tuple(findings), tuple(mended), tuple(unchecked), sandbox.missing())
