"""Checks a student's form, with every model and its file, and reports all errors at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..catalogs.cache import CatalogCache
from ..domain import lifecycle
from ..domain.agreement import language_of
from ..domain.attempt import Arguments, Attempt, Facts, Submission
from ..domain.form_guards import OF_EACH_MODEL, field_of_model
from ..domain.job import Actor
from ..domain.limit_counts import LimitOutcome
from ..domain.limit_guards import PREFIX
from ..domain.limit_guards import refused as refused_by
from ..domain.pricing import parse_quantity
from ..domain.printer_choice import ANY_PRINTER, FreeIn
from ..domain.status import ActorKind, Trigger
from ..domain.text import clean_line
from ..errors import FileRefused, InvalidInput, Refusal, TransitionRefused
from ..language.speaking import language
from ..language.spoken_catalog import spoken_catalog
from ..ports import Clock, Database, Transaction
from ..settings import Settings
from ..uploads.receiving import Upload, no_file
from .address_doubts import AddressDoubts
from .addresses import email_problem
from .standing import standing_of

ModelFile = str | os.PathLike[str] | Upload
"""A path on this machine, or the bytes that came in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model of a submission: its file (or why it was refused on its way), its color, how many
    copies, a note to staff, and how its numbers were meant ("inches"; "" = as millimeters, or as the
    format says).
    """

    file: ModelFile | FileRefused | None
    color: str
    quantity: int | str = 1
    note: str = ""
    read_as: str = ""


class FormCheck:
    """The guards of a submission, asked before anything is written."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogs: CatalogCache,
        settings: Settings,
        doubts: AddressDoubts,
        free_in: Callable[[], FreeIn],
    ) -> None:
        """``free_in`` says in how many days each printer should be free."""
        self._free_in = free_in
        self._database = database
        self._clock = clock
        self._catalogs = catalogs
        self._settings = settings
        self._doubts = doubts

    def checked(
        self,
        shared: Submission,
        models: Sequence[Model],
        by: str,
        kept_address: str | None = None,
        known: bool = False,
    ) -> list[tuple[Submission, Upload]]:
        """Each model's own form with its sealed file; all that is wrong is said at once.

        ``known`` says that the person is the address's owner. With a ``kept_address``, a student is there to be asked about any other address that looks
        mistyped.
        """
        refusals: list[Refusal] = []
        refused: list[FileRefused] = []
        checked = []
        whole = self.facts(shared, models, known)
        for number, model in enumerate(models, 1):
            form = replace(
                shared,
                color=model.color,
                quantity=str(model.quantity),
                note=model.note,
                original_name=name_of(model.file),
            )
            refusals += self._form_refusals(form, by, number, whole)
            try:
                checked.append((form, self._sealed(model.file)))
            except FileRefused as error:
                error.field = field_of_model("file", number)
                refused.append(error)
        if kept_address is not None and not any(one.field == "student_email" for one in refusals):
            doubt = self._doubts.about(shared.student_email, kept_address)
            refusals = [doubt, *refusals] if doubt is not None else refusals
        if len(refused) == 1 and not refusals:
            raise refused[0]
        if refusals and not refused and all(one.code.startswith(PREFIX) for one in refusals):
            self._count_refused(shared, by, whole)
        if refusals or refused:
            raise InvalidInput([*refusals, *(why for error in refused for why in error.refusals)])
        return checked

    def _sealed(self, file: ModelFile | FileRefused | None) -> Upload:
        if isinstance(file, FileRefused):
            raise file
        if not isinstance(file, Upload):
            raise no_file(self._settings.model_endings)
        file.seal()
        return file

    def _count_refused(self, form: Submission, by: str, facts: Facts) -> None:
        """Only limits kept the request out: reports count that, and name nobody."""
        given = Arguments(submission=form)
        attempt = Attempt(Trigger.SUBMIT, sender_of(form, by), given, facts, None, state="")
        day = facts.catalog.open_days.day_of(facts.now)
        with self._database.write() as tx:
            tx.limits.count(
                day,
                [(LimitOutcome.REFUSED, one.code.value, one.rule) for one in refused_by(attempt)],
            )

    def _form_refusals(self, form: Submission, by: str, number: int, facts: Facts) -> list[Refusal]:
        """What is wrong with the form, under the names of that model's fields."""
        named = replace(form, original_name=form.original_name or "?")  # files are judged apart
        try:
            lifecycle.fire(
                Trigger.SUBMIT,
                None,
                sender_of(form, by),
                Arguments(submission=named),
                facts,
            )
        except TransitionRefused as refused:
            return [
                replace(reason, field=field_of_model(reason.field, number))
                for reason in refused.refusals
                if number == 1 or reason.field in OF_EACH_MODEL
            ]
        return []

    def facts(self, form: Submission, models: Sequence[Model], known: bool) -> Facts:
        """What the guards of a form are asked with; ``known`` says that the person is the
        address's owner.
        """
        with self._database.read() as tx:
            return self.facts_within(tx, form, models, known)

    def facts_within(
        self, tx: Transaction, form: Submission, models: Sequence[Model], known: bool
    ) -> Facts:
        """The same, as the transaction sees them."""
        allowed = self._settings.allowed_email_domains
        catalog = spoken_catalog(self._catalogs.within(tx), _shown_in(form))
        code, now = clean_line(form.payer_code), self._clock()
        return Facts(
            now=now,
            catalog=catalog,
            email_problem=email_problem(form.student_email, allowed),
            payer=tx.payers.of_code(form.payer_code) if code else None,
            standing=standing_of(tx, form.student_email, catalog, now),
            person_known=known,
            models=max(1, len(models)),
            free_in=self._free_in() if form.printer == ANY_PRINTER else {},
            copies=sum(parse_quantity(str(one.quantity)) or 1 for one in models) or 1,
        )


def _shown_in(form: Submission) -> str:
    """The language of the lab's texts on the form."""
    seen = language_of(form.texts_seen)
    return language() if seen is None else seen


def sender_of(form: Submission, by: str) -> Actor:
    """Who submits: a member of staff, where one is named, else the student."""
    staff = clean_line(by)
    if staff:
        return Actor(ActorKind.STAFF, staff)
    return Actor(ActorKind.STUDENT, clean_line(form.student_name)[:100])


def name_of(file: ModelFile | FileRefused | None) -> str:
    """What the sender calls the file ("" = there is none)."""
    if file is None or isinstance(file, FileRefused):
        return ""
    return file.file_name if isinstance(file, Upload) else Path(file).name
