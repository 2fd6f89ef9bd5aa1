"""Conditions for triggers that start and end copies: machines, numbers of copies, results.

The first line of a guard's docstring is its sentence in the lifecycle's documentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..errors import Refusal
from ..said import say, say_n
from .attempt import Attempt
from .catalog import Catalog
from .guards import choice, valid_printer
from .job import Job
from .plate import Failure, Machine, free_first, machine_named
from .pricing import MAX_GRAMS, parse_grams
from .text import clean_line, shortened
from .trigger import Trigger

MOST_COPIES = 10_000


def count(text: str) -> int | None:
    """A whole number of copies as it was typed, 0 for nothing; None where it is none."""
    typed = text.strip()
    if not typed:
        return 0
    if not (typed.isascii() and typed.isdigit()) or len(typed) > 5 or int(typed) > MOST_COPIES:
        return None
    return int(typed)


def machine_of(attempt: Attempt) -> Machine | None:
    """The machine to print on: the named one, else the first of the printer that is free.

    ``printer`` names a model, or a machine as ``machine`` does.
    """
    args, facts = attempt.args, attempt.facts
    if named := args.machine.strip() or _unit(attempt):
        return machine_named(facts.machines, named)
    printer = args.printer or attempt.subject.printer
    usable = free_first((one for one in facts.machines if one.model == printer), facts.busy_until)
    return usable[0] if usable else None


def _unit(attempt: Attempt) -> str:
    """What ``printer`` names, where that is a machine and no model."""
    name, facts = attempt.args.printer, attempt.facts
    if facts.catalog.printer(name) is not None or machine_named(facts.machines, name) is None:
        return ""
    return name


def copies_to_start(attempt: Attempt) -> int | None:
    """How many copies are started: as typed, else all that are left; None where that is wrong."""
    typed = count(attempt.args.copies)
    if typed is None or (attempt.args.copies.strip() and typed == 0):
        return None
    return typed or attempt.subject.copies.left


def machine_ready(attempt: Attempt) -> Iterator[Refusal]:
    """The machine is known, prints the job's method, and is in service."""
    args, facts, job = attempt.args, attempt.facts, attempt.subject
    field = "machine" if args.machine.strip() else "printer"
    named = args.machine.strip() or _unit(attempt)
    if not named and (unknown := tuple(valid_printer(attempt))):
        yield from unknown
        return
    machine = machine_of(attempt)
    if machine is None and named:
        yield Refusal(
            "machine_unknown",
            say("There's no machine “{name}”.", name=shortened(clean_line(named), 60)),
            field,
            say("Choose from: {names}.", names=", ".join(one.name for one in facts.machines)),
        )
        return
    if machine is None:
        model = args.printer or job.printer
        yield Refusal(
            "machine_out",
            say("Every {model} is out of service.", model=model),
            field,
            say("Choose another printer, or put a machine back in service."),
        )
        return
    yield from machine_fits(machine, job, facts.catalog, field)
    if args.machine.strip() and args.printer not in ("", machine.model, machine.name):
        yield Refusal(
            "machine_model",
            say("{machine} is not a {model}.", machine=machine.name, model=args.printer),
            "machine",
            say("Choose the printer or the machine, not both."),
        )


def machine_fits(machine: Machine, job: Job, catalog: Catalog, field: str) -> Iterator[Refusal]:
    """The machine is in service, and prints the job's method."""
    if machine.retired_at is not None:
        yield Refusal(
            "machine_retired",
            say("{machine} is retired.", machine=machine.name),
            field,
            say("Choose another machine."),
        )
    elif machine.out_since is not None:
        yield Refusal(
            "machine_out",
            say(
                "{machine} is out of service: {reason}",
                machine=machine.name,
                reason=machine.out_reason,
            )
            if machine.out_reason
            else say("{machine} is out of service.", machine=machine.name),
            field,
            say("Choose another machine, or put it back in service."),
        )
    printer = catalog.printer(machine.model)
    if printer is None or job.method not in printer.methods:
        yield Refusal(
            "machine_method",
            say(
                "{machine} doesn't print {print_method}.",
                machine=machine.name,
                print_method=job.method,
            ),
            field,
            say("Choose a machine that prints {print_method}.", print_method=job.method),
        )


def enough_left(attempt: Attempt) -> Iterator[Refusal]:
    """No more copies are started than are still to be printed."""
    yield from startable(attempt.subject, attempt.args.copies)


def startable(job: Job, typed: str) -> Iterator[Refusal]:
    """The number of copies, as typed ("" for all), is no more than are left to start."""
    number, left = count(typed), job.copies.left
    if number is None or (typed.strip() and number == 0):
        yield Refusal(
            "copies_invalid",
            say("Enter how many copies to start, as a whole number."),
            "copies",
            say("Use 1 or more, or leave it empty for all that are left."),
        )
    elif not left:
        yield Refusal(
            "no_copies_left",
            say("All copies of job {job_id} are printed or printing.", job_id=job.id),
            "copies",
            say("Check the job."),
        )
    elif number > left:
        yield Refusal(
            "too_many_copies",
            say_n(
                "Only {count} copy of job {job_id} is left to print.",
                "Only {count} copies of job {job_id} are left to print.",
                left,
                job_id=job.id,
            ),
            "copies",
            say("Start that many or fewer."),
        )


# -- the end --------------------------------------------------------------------------------------


def results(attempt: Attempt) -> tuple[int, int, int] | None:
    """Copies that are good, failed and not printed after this attempt; None where a number is no
    number. Where none is given, all open copies are what the trigger says.
    """
    args = attempt.args
    counts = [count(text) for text in (args.good, args.failed, args.not_printed)]
    if None in counts:
        return None
    good, failed, skipped = (number or 0 for number in counts)
    if args.good.strip() or args.failed.strip() or args.not_printed.strip():
        return good, failed, skipped
    every = sum(part.open for part in attempt.facts.parts)
    return (0, every, 0) if attempt.trigger is Trigger.FAIL else (every, 0, 0)


def begun_after(attempt: Attempt) -> bool:
    """Whether any copy of the job is good, or still printing, after these results."""
    found, copies = results(attempt), attempt.subject.copies
    good, failed, skipped = found or (0, 0, 0)
    return copies.good + good + copies.printing - good - failed - skipped > 0


def copies_running(attempt: Attempt) -> Iterator[Refusal]:
    """The results are those of copies that are printing."""
    open_copies = sum(part.open for part in attempt.facts.parts)
    found = results(attempt)
    if found is None:
        yield Refusal(
            "copies_invalid",
            say("Enter the numbers of copies as whole numbers."),
            "copies",
            say("Use 0 or more."),
        )
    elif not open_copies:
        yield Refusal(
            "plate_ended",
            say("No copy of job {job_id} is printing there.", job_id=attempt.subject.id),
            "",
            say("Check the job: someone may have recorded the result already."),
        )
    elif len(attempt.facts.parts) > 1 and found not in _alike(open_copies):
        yield Refusal(
            "plate_missing",
            say_n(
                "Job {job_id} is on {count} plate.",
                "Job {job_id} is on {count} plates.",
                len(attempt.facts.parts),
                job_id=attempt.subject.id,
            ),
            "",
            say("Record the result of each plate in the queue."),
        )
    elif sum(found) > open_copies:
        yield Refusal(
            "too_many_copies",
            say_n(
                "Only {count} copy of job {job_id} is printing there.",
                "Only {count} copies of job {job_id} are printing there.",
                open_copies,
                job_id=attempt.subject.id,
            ),
            "copies",
            say("Good, failed and not printed copies can't be more than that."),
        )
    elif sum(found) == 0:
        yield Refusal(
            "copies_missing",
            say("Enter what became of at least one copy."),
            "copies",
        )


def _alike(copies: int) -> tuple[tuple[int, int, int], ...]:
    """The results that leave no doubt which copies are meant, on however many plates they are."""
    return (copies, 0, 0), (0, 0, copies)


def all_copies_good(attempt: Attempt) -> Iterator[Refusal]:
    """With these results every copy of the job is good."""
    found, copies = results(attempt), attempt.subject.copies
    if found is None:
        return
    good, failed, skipped = found
    missing = copies.wanted - copies.good - good
    if missing > 0 or failed or skipped:
        yield Refusal(
            "copies_left",
            say_n(
                "{count} copy still has to be printed.",
                "{count} copies still have to be printed.",
                max(missing, 1),
            ),
            "copies",
            say("Use “{action}” for those that are done.", action=Trigger.COPIES_DONE.label),
        )


def some_copies_left(attempt: Attempt) -> Iterator[Refusal]:
    """With these results some copies of the job are still to be printed, and none has failed."""
    found, copies = results(attempt), attempt.subject.copies
    if found is None:
        return
    good, failed, _ = found
    if failed:
        yield Refusal(
            "copies_failed",
            say("Some copies have failed."),
            "copies",
            say("Use “{action}”.", action=Trigger.FAIL.label),
        )
    elif copies.good + good >= copies.wanted:
        yield Refusal(
            "copies_all_good",
            say("All copies are done with this."),
            "copies",
            say("Use “{action}”.", action=Trigger.COMPLETE.label),
        )


def some_failed(attempt: Attempt) -> Iterator[Refusal]:
    """At least one copy has failed."""
    found = results(attempt)
    if found is not None and any(found) and not found[1]:
        yield Refusal(
            "no_copy_failed",
            say("No copy has failed."),
            "copies",
            say("Use “{action}”.", action=Trigger.COMPLETE.label),
        )


def failure_known(attempt: Attempt) -> Iterator[Refusal]:
    """The category and the wasted weight, if given, are valid."""
    args = attempt.args
    if args.category:
        words = (say("Choose what went wrong."), say("There's no category “{name}”."))
        yield from choice(args.category, tuple(Failure), "category", words)
    if args.wasted.strip() and _wasted(args.wasted) is None:
        yield Refusal(
            "wasted_invalid",
            say("Enter the wasted weight in grams, like 12.5."),
            "wasted",
            say("Use 0 or more and at most {most} g.", most=MAX_GRAMS),
        )


def _wasted(text: str) -> Decimal | None:
    typed = text.strip()
    return Decimal(0) if typed in ("0", "0.0") else parse_grams(typed)


def wasted_grams(attempt: Attempt) -> Decimal | None:
    """The wasted weight as it was typed; None where nobody said."""
    return _wasted(attempt.args.wasted) if attempt.args.wasted.strip() else None


def copies_at_hand(attempt: Attempt) -> Iterator[Refusal]:
    """No more copies are handed out than are finished and still here."""
    copies, wanted = attempt.subject.copies, copies_to_hand_out(attempt)
    if wanted is None:
        yield Refusal(
            "copies_invalid",
            say("Enter how many copies the student takes, as a whole number."),
            "copies",
            say("Use 1 or more."),
        )
    elif not copies.at_hand:
        yield Refusal(
            "no_copies_at_hand",
            say("There's no finished copy to hand out."),
            "copies",
            say("Record the result of the print first."),
        )
    elif wanted > copies.at_hand:
        yield Refusal(
            "too_many_copies",
            say_n(
                "Only {count} finished copy is here.",
                "Only {count} finished copies are here.",
                copies.at_hand,
            ),
            "copies",
            say("Hand out that many or fewer."),
        )


def copies_to_hand_out(attempt: Attempt) -> int | None:
    """How many copies the student takes: as typed, else all at hand; None where that is wrong."""
    typed = count(attempt.args.copies)
    if typed is None or (attempt.args.copies.strip() and typed == 0):
        return None
    return typed or attempt.subject.copies.at_hand
