"""A few jobs from form to pick-up, by people who try again what did not answer.

A step may be interrupted anywhere and taken again: people look whether it was done before they
repeat it, as they do after an error page. What they remember is in ``outside.memory``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from printflow import Model, Plate, PlateDone, Printflow, Status, TransitionRefused, Trigger
from printflow.domain.event_kind import Correction
from printflow.testing import Outside
from tests import sample_models

Act = Callable[[Outside, Printflow], None]
FORM: dict[str, Any] = {
    "student": "Jane Doe",
    "email": "jane@example.edu",
    "method": "Filament",
    "color": "True Red",
    "printer": "Prusa MK4S",
    "discipline": "Engineering",
    "class_number": "ARCH 4000",
    "acknowledge_minimum": True,
}
SLICED = b"G28\nG1 X10\n"


@dataclass(frozen=True)
class Step:
    name: str
    act: Act


def prepare(outside: Outside) -> None:
    """A lab with its tables, closed again, and a model on the student's machine."""
    outside.folder.mkdir(parents=True, exist_ok=True)
    (outside.folder / "bracket.stl").write_bytes(sample_models.stl())
    outside.kill(outside.open())


def _submit(outside: Outside, lab: Printflow) -> None:
    if "job" not in outside.memory:
        job = lab.intake.submit(outside.folder / "bracket.stl", idempotency_key="the-form", **FORM)
        outside.memory.update(job=job.id, version=1)
        outside.acknowledged.append((job.id, Trigger.SUBMIT))


def _submit_two(outside: Outside, lab: Printflow) -> None:
    """One form with two models."""
    if "jobs" not in outside.memory:
        shared = {key: value for key, value in FORM.items() if key != "color"}
        models = [
            Model(file=outside.folder / "bracket.stl", color=color)
            for color in ("True Red", "Blue")
        ]
        jobs = lab.intake.submit_several(models, idempotency_key="the-form", **shared)
        outside.memory.update(jobs=[job.id for job in jobs], versions=[1, 1])
        outside.acknowledged.extend((job.id, Trigger.SUBMIT) for job in jobs)


def _click_on(which: int, trigger: Trigger, **arguments: Any) -> Step:
    """The same as below, on one of the two jobs, with time to take it back."""

    def act(outside: Outside, lab: Printflow) -> None:
        job_id, version = outside.memory["jobs"][which], outside.memory["versions"][which]
        if lab.jobs.get(job_id).version == version:
            outside.clock.advance(minutes=2)
            lab.dispatch()  # places the model, where the lease of a process that died still runs
            given = {**arguments, "by": "Ana", "hold_mail": True, "expected_version": version}
            lab.jobs.perform(trigger, job_id, **given)
            outside.acknowledged.append((job_id, trigger))
        versions = list(outside.memory["versions"])
        versions[which] = version + 1
        outside.memory["versions"] = versions

    return Step(f"{trigger.value} {which + 1}", act)


def _click(trigger: Trigger, **arguments: Any) -> Step:
    def act(outside: Outside, lab: Printflow) -> None:
        memory = outside.memory
        job_id, version = memory["job"], memory["version"]
        if lab.jobs.get(job_id).version == version:
            given = {k: v(outside) if callable(v) else v for k, v in arguments.items()}
            try:
                lab.jobs.perform(trigger, job_id, by="Ana", expected_version=version, **given)
            except TransitionRefused as refused:
                # The model is not placed yet: the lease of a process that died still runs.
                if refused.refusals[0].code != "file_gone":
                    raise
                outside.clock.advance(minutes=2)
                lab.dispatch()
                lab.jobs.perform(trigger, job_id, by="Ana", expected_version=version, **given)
            outside.acknowledged.append((job_id, trigger))
        memory["version"] = version + 1

    return Step(trigger.value, act)


def _correct(**fields: str) -> Step:
    """Staff correct what the files are named after."""

    def act(outside: Outside, lab: Printflow) -> None:
        memory = outside.memory
        job_id, version = memory["job"], memory["version"]
        if lab.jobs.get(job_id).version == version:
            lab.corrections.edit(job_id, by="Ana", expected_version=version, **fields)
            outside.acknowledged.append((job_id, Correction.EDIT))
        memory["version"] = version + 1

    return Step("correct", act)


def _take_back(outside: Outside, lab: Printflow) -> None:
    memory = outside.memory
    job_id, version = memory["job"], memory["version"]
    if lab.jobs.get(job_id).version == version:
        try:
            lab.corrections.undo(job_id, by="Ana")
        except TransitionRefused:
            return  # after a crash it's too late
        outside.acknowledged.append((job_id, Correction.UNDO))
    memory["version"] = version + 1


def _slice(outside: Outside, lab: Printflow) -> None:
    """Staff save a sliced file beside the original."""
    job = lab.jobs.get(outside.memory["job"])
    path = outside.store / "Uploaded" / f"{job.standard_name}_PLA.gcode"
    outside.memory["sliced"] = path.name
    outside.unknown_files.add(path.name)
    path.write_bytes(SLICED)


def _dispatch(outside: Outside, lab: Printflow) -> None:
    lab.dispatch()


def _wait(**by: float) -> Step:
    def act(outside: Outside, lab: Printflow) -> None:
        outside.clock.advance(**by)

    return Step("wait", act)


def _read_mail(outside: Outside, lab: Printflow) -> None:
    """The student waits for the newest quote to arrive."""
    for _ in range(20):
        job_id = outside.memory["job"]
        newest = lab.jobs.details(job_id).quotes[-1]
        token = outside.mailbox.link(job_id)
        if token is not None and lab.quotes.page(token).quote.id == newest.id:
            outside.memory["token"] = token
            return
        lab.dispatch()
        outside.clock.advance(minutes=2)
    raise AssertionError("the quote never arrived")


def _by_link(trigger: Trigger) -> Step:
    def act(outside: Outside, lab: Printflow) -> None:
        memory, token = outside.memory, outside.memory["token"]
        if trigger is Trigger.CONFIRM:
            lab.quotes.confirm(token, consent=True)
        elif trigger is Trigger.DECLINE:
            lab.quotes.decline(token, text="too dear")
        elif lab.jobs.get(memory["job"]).version == memory["version"]:
            lab.quotes.resend(token)
        outside.acknowledged.append((memory["job"], trigger))
        memory["version"] += 1

    return Step(f"{trigger.value} by link", act)


def _pay(amount: str) -> Step:
    """Someone takes a payment, and presses again when no answer came."""

    def act(outside: Outside, lab: Printflow) -> None:
        memory = outside.memory
        lab.payments.take(memory["job"], amount=amount, method="card", by="Ana", key=amount)
        outside.acknowledged.append((memory["job"], "payment"))
        memory["version"] += 1

    return Step("pay", act)


def _void(outside: Outside, lab: Printflow) -> None:
    job_id = outside.memory["job"]
    lab.payments.void(lab.payments.find(job_id=job_id)[0].id, reason="wrong", by="Ana")
    outside.acknowledged.append((job_id, "void"))
    outside.memory["version"] += 1


_COPIES = (1, 3, 1)
"""Of each of three students' jobs."""


def _three_ready(outside: Outside, lab: Printflow) -> None:
    """Three students' jobs wait for a printer."""
    jobs = []
    for number, quantity in enumerate(_COPIES):
        form = {**FORM, "quantity": quantity, "idempotency_key": f"form-{number}"}
        job = lab.intake.submit(outside.folder / "bracket.stl", **form)
        jobs.append(job.id)
        outside.clock.advance(minutes=2)
        lab.dispatch()
        if lab.jobs.get(job.id).status is Status.UPLOADED:
            lab.jobs.approve(job.id, by="Ana", grams=10 * quantity, hours=quantity, material="PLA")
        if lab.jobs.get(job.id).status is Status.PENDING:
            lab.jobs.confirm(job.id, by="Ana", note="at the desk")
    outside.memory["jobs"] = jobs


def _on_plate(
    name: str,
    done: Callable[[Printflow, list[str]], bool],
    act: Callable[[Printflow, list[str]], PlateDone],
) -> Step:
    """Something that is done to a plate of all three, unless it was done."""

    def acted(outside: Outside, lab: Printflow) -> None:
        jobs = outside.memory["jobs"]
        if not done(lab, jobs):
            for job_id, event_id in act(lab, jobs).events:
                events = lab.jobs.details(job_id).events
                kind = next(event.trigger for event in events if event.id == event_id)
                outside.acknowledged.append((job_id, kind))

    return Step(name, acted)


def _only(lab: Printflow) -> Plate:
    """The plate that all of it is about."""
    return lab.plates.find()[0]


def _complete_second(outside: Outside, lab: Printflow) -> None:
    second = outside.memory["jobs"][1]
    if lab.jobs.get(second).copies.left:
        lab.jobs.start_printing(second, by="Ana")
        outside.acknowledged.append((second, Trigger.START_PRINTING))
    if lab.jobs.get(second).status is Status.PRINTING:
        lab.jobs.complete(second, by="Ana")
        outside.acknowledged.append((second, Trigger.COMPLETE))


_PLATE = (
    Step("three ready", _three_ready),
    _on_plate(
        "plan",
        lambda lab, _: bool(lab.plates.find()),
        lambda lab, jobs: lab.plates.plan("Prusa XL", jobs, by="Ana"),
    ),
    _on_plate(
        "start plate",
        lambda lab, _: _only(lab).started_at is not None,
        lambda lab, _: lab.plates.start_planned(_only(lab).id, by="Ana"),
    ),
    _on_plate(
        "move plate",
        lambda lab, _: _only(lab).machine.name == "Prusa MK4S",
        lambda lab, _: lab.plates.move(_only(lab).id, "Prusa MK4S", by="Ben"),
    ),
    _on_plate(
        "one copy failed",
        lambda lab, jobs: lab.jobs.get(jobs[1]).copies.failed > 0,
        lambda lab, jobs: lab.plates.end(
            _only(lab).id, failed=[(jobs[1], 1)], reason="came off", running=True, by="Ana"
        ),
    ),
    _on_plate(
        "end plate",
        lambda lab, _: _only(lab).ended_at is not None,
        lambda lab, _: lab.plates.end(_only(lab).id, by="Ana"),
    ),
    Step("the rest", _complete_second),
)

SUBMIT = Step("submit", _submit)
DISPATCH = Step("dispatch", _dispatch)
READ_MAIL = Step("read mail", _read_mail)


def _sliced(outside: Outside) -> str:
    return str(outside.memory["sliced"])


CHAINS: dict[str, tuple[Step, ...]] = {
    "print": (
        SUBMIT,
        Step("slice", _slice),
        _click(Trigger.APPROVE, weight="42.5", hours="3.25", material="PLA", file=_sliced),
        DISPATCH,
        _click(Trigger.REQUOTE, weight="50", hours="4", material="PLA", file=_sliced),
        READ_MAIL,
        _by_link(Trigger.CONFIRM),
        _click(Trigger.START_PRINTING),
        _click(Trigger.FAIL, reason="came off the bed"),
        _click(Trigger.START_PRINTING, printer="Prusa XL"),
        _click(Trigger.COMPLETE, cost="5.00"),
        DISPATCH,
        _click(Trigger.PICK_UP, amount="5.00", method="cash"),
        DISPATCH,
    ),
    "money": (
        SUBMIT,
        _click(Trigger.APPROVE, weight="42.5", hours="3.25", material="PLA"),
        _click(Trigger.CONFIRM, note="at the desk"),
        _pay("1.00"),
        Step("void", _void),
        _pay("2.00"),
        _click(Trigger.START_PRINTING),
        _click(Trigger.COMPLETE),
        _click(Trigger.PICK_UP, amount="2.25", method="cash"),
        DISPATCH,
    ),
    "together": (
        Step("submit two", _submit_two),
        _click_on(0, Trigger.APPROVE, weight="42.5", hours="3.25", material="PLA"),
        _wait(seconds=40),
        DISPATCH,
        _click_on(1, Trigger.APPROVE, weight="10", hours="1", material="PLA"),
        _click_on(0, Trigger.REQUOTE, weight="50", hours="3.25", material="PLA"),
        _wait(seconds=40),
        DISPATCH,
        *(
            _click_on(which, trigger, **more)
            for trigger, more in (
                (Trigger.CONFIRM, {"note": "at the desk"}),
                (Trigger.START_PRINTING, {}),
                (Trigger.COMPLETE, {}),
            )
            for which in (0, 1)
        ),
        _wait(seconds=40),
        DISPATCH,
    ),
    "plate": (*_PLATE, DISPATCH),
    "correct": (
        SUBMIT,
        Step("slice", _slice),
        _correct(color="Blue"),
        _click(Trigger.APPROVE, weight="42.5", hours="3.25", material="PLA", file=_sliced),
        _correct(student_name="Ada Byron", color="Green"),
        Step("take back", _take_back),
        _correct(color="True Red"),
        _click(Trigger.CONFIRM, note="at the desk"),
        DISPATCH,
    ),
    "reject": (SUBMIT, _click(Trigger.REJECT, reasons=("Too thin",)), DISPATCH),
    "override": (
        SUBMIT,
        _click(Trigger.APPROVE, weight="10", hours="1", material="PLA"),
        _click(Trigger.OVERRIDE, to="READYTOPRINT", reason="paid by the class", notify=True),
        DISPATCH,
    ),
    "nobody comes": (
        SUBMIT,
        _click(Trigger.APPROVE, weight="10", hours="1", material="PLA"),
        _click(Trigger.CONFIRM, note="by phone"),
        _click(Trigger.START_PRINTING),
        _click(Trigger.COMPLETE, shelf="B3"),
        DISPATCH,
        _wait(days=8),
        DISPATCH,
        _wait(days=14),
        DISPATCH,
        _wait(days=20),
        DISPATCH,
        _wait(days=20),
        _click(Trigger.DISPOSE, reason="in the way"),
        DISPATCH,
    ),
    "decline": (
        SUBMIT,
        _click(Trigger.APPROVE, weight="10", hours="1", material="PLA"),
        READ_MAIL,
        _wait(days=8),
        _by_link(Trigger.RESEND),
        READ_MAIL,
        _by_link(Trigger.DECLINE),
        _wait(days=1000),
        _click(Trigger.ARCHIVE),
        DISPATCH,
    ),
}
