"""What a student chooses on the form from the catalog's lists, one record for each question.

The form, its check, the job's pages, the edit form, the command line and the lists of jobs read
these records. The answer is kept under the record's name: as an attribute of
:class:`~printflow.domain.job.Job` and a column of its table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..said import Said, say
from .catalog import Catalog, Method
from .marking import mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Everything that is said of one question. Texts are English; pages translate them.

    ``choices`` gives the answers that the lab offers for a method (None where it is not known yet);
    where there are none, the question is not asked. ``about_print`` says that the answer matters to
    the person who prints: it is asked beside the method, and is on the ticket; else it is asked beside the
    student's name. ``always`` says that every method asks it.
    ``unknown`` is said of an answer that the lab does not offer, ``searched`` makes jobs findable by the answer, ``flag`` and
    ``example`` are the command line's.
    """

    name: str
    about_print: bool
    label: str
    missing: str
    unknown: Said
    choices: Callable[[Catalog, Method | None], tuple[str, ...]]
    always: bool
    searched: bool
    flag: str
    example: str

    def asked_by(self, catalog: Catalog) -> tuple[str, ...]:
        """The names of the methods that ask it."""
        return tuple(one.name for one in catalog.methods if self.choices(catalog, one))

    def options(self, catalog: Catalog) -> Mapping[str, tuple[str, ...]]:
        """All answers, each with the names of the methods that offer it."""
        found: dict[str, tuple[str, ...]] = {}
        for method in catalog.methods:
            for answer in self.choices(catalog, method):
                found[answer] = (*found.get(answer, ()), method.name)
        return found


QUESTIONS: tuple[Question, ...] = (
    Question(
        name="discipline",
        about_print=False,
        label=mark("Discipline"),
        missing=mark("Choose your discipline."),
        unknown=say("There's no discipline “{name}”."),
        choices=lambda catalog, _method: catalog.disciplines,
        always=True,
        searched=False,
        flag="--discipline",
        example="Engineering",
    ),
)
"""All questions, in the order of the form."""
