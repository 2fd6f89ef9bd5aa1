"""An examination: all checks, and what was mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..errors import PrintflowError
from ..service.desk import Ports
from .files import FileCheck
from .finding import Finding
from .surroundings import check_database, check_disk, check_settings, check_work


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found; ``mended`` of it is well again, ``unchecked`` says what could not be seen."""

    findings: tuple[Finding, ...]
    mended: tuple[Finding, ...]
    unchecked: tuple[str, ...]

    @property
    def left(self) -> tuple[Finding, ...]:
        """The findings that still stand."""
        return tuple(finding for finding in self.findings if finding not in self.mended)


def examine(
    ports: Ports,
    *,
    fix: bool,
    hashes: bool,
    progress: Callable[[int], None] | None = None,
) -> Examination:
    """Run every check; with ``fix``, mend what loses nothing and put aside what nobody knows.

    Nothing is ever deleted but uploads that came to nothing a day ago. ``hashes`` reads every
    file; ``progress`` is told how many rows were compared.
    """
    files = FileCheck(
        ports.database, ports.store, ports.placer, ports.clock, hashes=hashes, progress=progress
    )
    checks: tuple[tuple[str, Callable[[], Iterable[Finding]]], ...] = (
        ("database", lambda: check_database(ports.database)),
        ("disk", lambda: check_disk(ports.store, ports.settings)),
        ("files", files),
        ("work", lambda: check_work(ports.database, ports.postman, ports.store, ports.clock)),
        ("settings", lambda: check_settings(ports.settings, ports.database)),
    )
    findings: list[Finding] = []
    unchecked: list[str] = []
    for name, check in checks:
        try:
            findings.extend(check())
        except (PrintflowError, OSError) as error:
            unchecked.append(f"{name}: {error}")
    mended: list[Finding] = []
    for finding in findings if fix else ():
        try:
            if finding.mend is not None and finding.mend():
                mended.append(finding)
        except (PrintflowError, OSError) as error:
            unchecked.append(f"{finding.place}: {error}")
    return Examination(tuple(findings), tuple(mended), tuple(unchecked))
