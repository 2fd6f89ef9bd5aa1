"""A lab in which everything goes wrong in any order, as hypothesis likes it.

Two people work on one store with a program each; either program dies at any call of a port. The
disk, the share, the mail server and the clock misbehave, and hands move, rename, delete, copy and
overwrite files. After every step the rows must agree; in the end, when all is well again, so must
the folders and the mails.
"""

from __future__ import annotations

import errno
import shutil
import stat
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from printflow import (
    ActorKind,
    JobDetails,
    Plate,
    PlateDone,
    Printflow,
    PrintflowError,
    Status,
    Trigger,
    allowed,
)
from printflow.domain.event_kind import Correction
from printflow.domain.status import FOLDERS
from printflow.testing import (
    Crash,
    FaultPlan,
    Mood,
    Outside,
    When,
    os_error,
    settle,
    violations,
)
from tests.crash.points import scratch_parent
from tests.crash.scenario import FORM, prepare

_TEXTS = st.sampled_from(["", " ", "x", "too thin", "Résumé 模型", "a" * 3000])
_NUMBERS = st.sampled_from(["42.5", "1", "0", "-1", "", "abc", "1e9", "0.004"])
_HOURS = st.sampled_from(["2h 30m", "3.25", "0", "", "-2", "9999", "soon"])
_MONEY = st.sampled_from(["3.00", "5.00", "4.25", "0", "-1", "", "1.005", "free"])
ARGUMENTS: dict[str, st.SearchStrategy[Any]] = {
    "weight": _NUMBERS,
    "hours": _HOURS,
    "material": st.sampled_from(["PLA", "PETG", "Standard Resin", "", "wood"]),
    "printer": st.sampled_from(["", "Prusa XL", "Prusa MK4S", "Formlabs Form 3", "none such"]),
    "file": st.sampled_from(["", "nothing.gcode", "../x.stl"]),
    "cost": _MONEY,
    "note": _TEXTS,
    "reasons": st.sampled_from([(), ("Too thin",), ("Too thin", "Other")]),
    "text": _TEXTS,
    "reason": _TEXTS,
    "to": st.sampled_from(
        ["UPLOADED", "PENDING", "READYTOPRINT", "PRINTING", "COMPLETED", "", "X"]
    ),
    "notify": st.booleans(),
    "amount": _MONEY,
    "method": st.sampled_from(["cash", "card", "", "beads"]),
    "waive": st.sampled_from(["", "a gift"]),
    "shelf": st.sampled_from(["", "B3", "x" * 41]),
    "machine": st.sampled_from(["", "", "Prusa XL", "none such"]),
    "copies": st.sampled_from(["", "1", "2", "0", "-1", "x"]),
    "good": st.sampled_from(["", "1", "9"]),
    "failed": st.sampled_from(["", "1"]),
    "category": st.sampled_from(["", "adhesion", "none such"]),
}
_LIKELY: dict[Trigger, dict[str, Any]] = {
    Trigger.APPROVE: {"weight": "42.5", "hours": "3", "material": "PLA"},
    Trigger.REQUOTE: {"weight": "50", "hours": "4", "material": "PETG"},
    Trigger.REJECT: {"reasons": ("Too thin",)},
    Trigger.CONFIRM: {"note": "said so at the desk"},
    Trigger.DECLINE: {"note": "called"},
    Trigger.RESEND: {},
    Trigger.START_PRINTING: {},
    Trigger.FAIL: {"reason": "came off the bed"},
    Trigger.COPIES_DONE: {},
    Trigger.COMPLETE: {},
    Trigger.HAND_OUT: {},
    Trigger.PICK_UP: {"waive": "a gift"},
    Trigger.DISPOSE: {"reason": "in the way"},
    Trigger.HOLD: {"reason": "no nozzle", "notify": True},
    Trigger.RELEASE: {"notify": True},
    Trigger.CANCEL: {"reason": "a mistake"},
    Trigger.KEEP: {"text": "it is on the plate"},
    Trigger.OVERRIDE: {"to": "READYTOPRINT", "reason": "asked to", "notify": True},
    Trigger.ARCHIVE: {},
}
_CORRECTIONS: tuple[dict[str, Any], ...] = (
    {"color": "Blue"},
    {"color": "True Red"},
    {"color": "Green"},
    {"student_name": "JANE DOE"},
    {"student_name": "Jane Doe"},
)
_MACHINES = ("Prusa XL", "Prusa MK4S", "Formlabs Form 3")
_NEXT = {
    Status.UPLOADED: Trigger.APPROVE,
    Status.PENDING: Trigger.CONFIRM,
    Status.READYTOPRINT: Trigger.START_PRINTING,
    Status.PRINTING: Trigger.COMPLETE,
    Status.COMPLETED: Trigger.PICK_UP,
}
_DISK: dict[str, tuple[int, tuple[str, ...]]] = {
    "busy": (errno.EBUSY, ("store.move", "store.adopt_incoming", "store.quarantine")),
    "full": (errno.ENOSPC, ("store.write", "store.seal_incoming")),
    "broken": (errno.EIO, ("store.move", "store.places", "store.check_identity")),
}


def _details(job_id: str, lab: Printflow) -> JobDetails:
    return lab.jobs.details(job_id)


class Fire(RuleBasedStateMachine):
    """See above."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="printflow-fire-", dir=scratch_parent()))
        self.outside = Outside(self.folder, dispose_after_days=30)
        self.jobs: list[str] = []
        self.plans: list[FaultPlan] = []
        self.labs: list[Printflow] = []
        self.moved: set[str] = set()
        self.keys = 0

    @initialize()
    def open(self) -> None:
        prepare(self.outside)
        for _ in range(2):
            self.plans.append(FaultPlan())
            self.labs.append(self.outside.open(self.plans[-1]))
        self._submit(0)
        self.labs[0].dispatch()

    def _reopen(self, who: int) -> None:
        """That program is started again. While the share is away it does not start."""
        self.outside.kill(self.labs[who])
        mounted = self.outside.mounted
        if not mounted:
            self.outside.mount()
        self.plans[who] = FaultPlan()
        self.labs[who] = self.outside.open(self.plans[who])

    def _do(self, who: int, act: Callable[[Printflow], Any]) -> Any:
        """One call of someone's; a refusal is an answer, a crash is a new start."""
        try:
            return act(self.labs[who])
        except PrintflowError:
            return None
        except Crash:
            self._reopen(who)
            return None

    # -- what people do ---------------------------------------------------------------------------

    def _submit(self, who: int) -> None:
        self.keys += 1
        key = f"form-{self.keys}"
        model = self.folder / "bracket.stl"
        form = {**FORM, "quantity": self.keys % 3 + 1}
        job = self._do(who, lambda lab: lab.intake.submit(model, idempotency_key=key, **form))
        if job is not None:
            self.outside.acknowledged.append((job.id, Trigger.SUBMIT.value))
            self.jobs.append(job.id)

    @rule(who=st.integers(0, 1))
    def submit(self, who: int) -> None:
        if len(self.jobs) < 4:
            self._submit(who)

    def _fire(self, who: int, job: int, trigger: Trigger, given: dict[str, Any]) -> None:
        if not self.jobs:
            return
        job_id = self.jobs[job % len(self.jobs)]
        done = self._do(who, lambda lab: lab.jobs.perform(trigger, job_id, by=f"P{who}", **given))
        if done is not None:
            self.outside.acknowledged.append((job_id, trigger.value))

    @rule(who=st.integers(0, 1), job=st.integers(0, 3), choice=st.integers(0, 9))
    def act(self, who: int, job: int, choice: int) -> None:
        """Something that the job's buttons offer."""
        if not self.jobs:
            return
        found = self._do(who, lambda lab: lab.jobs.get(self.jobs[job % len(self.jobs)]))
        if found is not None:
            offered = allowed(found, ActorKind.STAFF)
            trigger = offered[choice % len(offered)]
            self._fire(who, job, trigger, _LIKELY[trigger])

    @rule(who=st.integers(0, 1), job=st.integers(0, 3))
    def carry_on(self, who: int, job: int) -> None:
        """What is likeliest next, so that jobs get far."""
        if self.jobs:
            found = self._do(who, lambda lab: lab.jobs.get(self.jobs[job % len(self.jobs)]))
            if found is not None and (trigger := _NEXT.get(found.status)) is not None:
                self._fire(who, job, trigger, _LIKELY[trigger])

    @rule(
        who=st.integers(0, 1),
        job=st.integers(0, 3),
        trigger=st.sampled_from(list(_LIKELY)),
        given=st.fixed_dictionaries({}, optional=ARGUMENTS),
        version=st.sampled_from([None, None, 1, 2, 3]),
    )
    def any_act(
        self,
        who: int,
        job: int,
        trigger: Trigger,
        given: dict[str, Any],
        version: int | None,
    ) -> None:
        self._fire(who, job, trigger, {**given, "expected_version": version})

    @rule(who=st.integers(0, 1), job=st.integers(0, 3), held=st.booleans())
    def act_and_undo(self, who: int, job: int, held: bool) -> None:
        """A click in the dashboard, and the next one on "Undo"."""
        if not self.jobs:
            return
        job_id = self.jobs[job % len(self.jobs)]
        found = self._do(who, lambda lab: lab.jobs.get(job_id))
        if found is not None and (trigger := _NEXT.get(found.status)) is not None:
            self._fire(who, job, trigger, {**_LIKELY[trigger], "hold_mail": held})
            back = self._do(1 - who, lambda lab: lab.corrections.undo(job_id, by=f"P{1 - who}"))
            if back is not None:
                self.outside.acknowledged.append((job_id, Correction.UNDO.value))

    @rule(
        who=st.integers(0, 1),
        job=st.integers(0, 3),
        given=st.sampled_from(_CORRECTIONS),
        back=st.booleans(),
    )
    def correct(self, who: int, job: int, given: dict[str, Any], back: bool) -> None:
        """What files are named after is corrected, and that perhaps taken back by the other."""
        if not self.jobs:
            return
        job_id = self.jobs[job % len(self.jobs)]
        found = self._do(who, lambda lab: lab.jobs.get(job_id))
        done = self._do(who, lambda lab: lab.corrections.edit(job_id, by=f"P{who}", **given))
        if found is None or done is None or done.version == found.version:
            return
        self.outside.acknowledged.append((job_id, Correction.EDIT.value))
        if back:
            undone = self._do(1 - who, lambda lab: lab.corrections.undo(job_id, by=f"P{1 - who}"))
            if undone is not None:
                self.outside.acknowledged.append((job_id, Correction.UNDO.value))

    @rule(
        who=st.integers(0, 1),
        job=st.integers(0, 3),
        trigger=st.sampled_from([Trigger.CONFIRM, Trigger.DECLINE, Trigger.RESEND]),
        consent=st.booleans(),
    )
    def by_link(self, who: int, job: int, trigger: Trigger, consent: bool) -> None:
        token = self.outside.mailbox.link(self.jobs[job % len(self.jobs)]) if self.jobs else None
        if token is None:
            return

        def press(lab: Printflow) -> None:
            if trigger is Trigger.CONFIRM:
                lab.quotes.confirm(token, consent=consent)
            elif trigger is Trigger.DECLINE:
                lab.quotes.decline(token, text="too dear")
            else:
                lab.quotes.resend(token)

        self._do(who, press)

    @rule(who=st.integers(0, 1), job=st.integers(0, 3), ask=st.booleans())
    def student_cancels(self, who: int, job: int, ask: bool) -> None:
        """On the job's own page, as the settings allow."""
        if not self.jobs:
            return

        def press(lab: Printflow) -> None:
            token = lab.students.url(lab.jobs.get(self.jobs[job % len(self.jobs)])).rpartition("/")[
                2
            ]
            (lab.students.ask_to_cancel if ask else lab.students.cancel)(token, text="too late")

        self._do(who, press)

    @rule(who=st.integers(0, 1), job=st.integers(0, 3), cents=st.sampled_from([1, 100, 425]))
    def refund(self, who: int, job: int, cents: int) -> None:
        """Money that was paid, or was not, is given back."""
        if not self.jobs:
            return
        job_id, amount = self.jobs[job % len(self.jobs)], f"{cents / 100:.2f}"
        self._do(
            who,
            lambda lab: lab.payments.refund(job_id, amount=amount, reason="mistake", by=f"P{who}"),
        )

    def _to_plate(self, who: int, act: Callable[[Printflow], PlateDone]) -> None:
        done = self._do(who, act)
        for job_id, event_id in done.events if done is not None else ():
            details = self._do(who, partial(_details, job_id))
            if details is not None:
                kind = next(event.trigger for event in details.events if event.id == event_id)
                self.outside.acknowledged.append((job_id, kind.value))

    @rule(
        who=st.integers(0, 1),
        machine=st.sampled_from(_MACHINES),
        copies=st.lists(st.sampled_from([None, 1, 2]), min_size=1, max_size=4),
        planned=st.booleans(),
    )
    def plate(self, who: int, machine: str, copies: list[int | None], planned: bool) -> None:
        """Several jobs are started together, or planned."""
        parts = list(zip(self.jobs, copies, strict=False))
        self._to_plate(
            who,
            lambda lab: (lab.plates.plan if planned else lab.plates.start)(
                machine, parts, by=f"P{who}"
            ),
        )

    def _some_plate(self, who: int, number: int) -> Plate | None:
        plates = self._do(who, lambda lab: lab.plates.find()) or []
        return plates[number % len(plates)] if plates else None

    @rule(
        who=st.integers(0, 1),
        number=st.integers(0, 3),
        failed=st.sampled_from([None, 1, 2]),
        running=st.booleans(),
    )
    def plate_ends(self, who: int, number: int, failed: int | None, running: bool) -> None:
        plate = self._some_plate(who, number)
        if plate is not None:
            bad = [(plate.parts[0].job_id, failed)] if failed else []
            self._to_plate(
                who,
                lambda lab: lab.plates.end(
                    plate.id, by=f"P{who}", failed=bad, reason="x", running=running
                ),
            )

    @rule(
        who=st.integers(0, 1),
        number=st.integers(0, 3),
        machine=st.sampled_from(_MACHINES),
        whole=st.booleans(),
    )
    def plate_moves(self, who: int, number: int, machine: str, whole: bool) -> None:
        """It is moved, or what was planned begins."""
        plate = self._some_plate(who, number)
        if plate is None:
            return
        if plate.started_at is None and whole:
            self._to_plate(who, lambda lab: lab.plates.start_planned(plate.id, by=f"P{who}"))
        else:
            self._to_plate(
                who, lambda lab: lab.plates.move(plate.id, machine, by=f"P{who}", whole=whole)
            )

    @rule(who=st.integers(0, 1), machine=st.sampled_from(_MACHINES), out=st.booleans())
    def machine_out(self, who: int, machine: str, out: bool) -> None:
        self._do(
            who,
            lambda lab: (
                lab.machines.take_out(machine, reason="broken", by="Ana")
                if out
                else lab.machines.put_back(machine, by="Ana")
            ),
        )

    @rule(who=st.integers(0, 1), job=st.integers(0, 3), at=st.integers(0, 60))
    def meet(self, who: int, job: int, at: int) -> None:
        """Both act on one job: the other's click comes between two calls of the first."""
        if not self.jobs:
            return
        plan = self.plans[who]
        start = plan.count

        def interfere() -> None:
            writing = [call for call in plan.calls[start:] if call.startswith("write.")]
            if not writing or writing[-1] == "write.commit":  # else it would wait for the first
                self.carry_on(1 - who, job)

        plan.meanwhile(start + at, interfere)
        self.carry_on(who, job)
        plan.heal()

    # -- what machines do -------------------------------------------------------------------------

    @rule(who=st.integers(0, 1))
    def dispatch(self, who: int) -> None:
        self._do(who, lambda lab: lab.dispatch())

    @rule(who=st.integers(0, 1), calls=st.integers(0, 80), when=st.sampled_from(list(When)))
    def crash_soon(self, who: int, calls: int, when: When) -> None:
        self.plans[who].crash(self.plans[who].count + calls, when)

    @rule(who=st.integers(0, 1))
    def restart(self, who: int) -> None:
        self._reopen(who)

    @rule(who=st.integers(0, 1), trouble=st.sampled_from(list(_DISK)), when=st.sampled_from(When))
    def disk(self, who: int, trouble: str, when: When) -> None:
        number, calls = _DISK[trouble]
        self.plans[who].fail(*calls, error=os_error(number), when=when)

    @rule(who=st.integers(0, 1))
    def heal(self, who: int) -> None:
        self.plans[who].heal()

    @rule(another=st.booleans())
    def share_goes(self, another: bool) -> None:
        if another:
            self.outside.mount_another()
        else:
            self.outside.unmount()

    @precondition(lambda self: not self.outside.mounted)
    @rule()
    def share_comes_back(self) -> None:
        self.outside.mount()

    @rule(mood=st.sampled_from(list(Mood)))
    def mail_server(self, mood: Mood) -> None:
        self.outside.mailbox.mood = mood

    @rule(by=st.sampled_from([{"minutes": 2}, {"days": 1}, {"days": -1}, {"days": 8}]))
    def time(self, by: dict[str, float]) -> None:
        self.outside.clock.advance(**by)

    # -- what hands do ----------------------------------------------------------------------------

    def _some_file(self, number: int) -> Path | None:
        if not self.outside.mounted:
            return None
        files = sorted(path for name in FOLDERS for path in (self.outside.store / name).iterdir())
        return files[number % len(files)] if files else None

    @rule(number=st.integers(0, 9), folder=st.sampled_from(FOLDERS))
    def hand_moves(self, number: int, folder: str) -> None:
        path = self._some_file(number)
        if path is not None and not (self.outside.store / folder / path.name).exists():
            path.rename(self.outside.store / folder / path.name)
            self.moved.add(path.name)
            self._confused(path.name)

    @rule(number=st.integers(0, 9), folder=st.sampled_from(FOLDERS), same=st.booleans())
    def hand_copies(self, number: int, folder: str, same: bool) -> None:
        """A copy under the same name; one that differs is for people to sort out."""
        path = self._some_file(number)
        if path is None or (self.outside.store / folder / path.name).exists():
            return
        copy = self.outside.store / folder / path.name
        shutil.copy2(path, copy)
        if not same:
            copy.chmod(copy.stat().st_mode | stat.S_IWUSR)
            copy.write_bytes(b"not the same")
            self.outside.doubled_files.add(path.name)
            self._confused(path.name)

    def _confused(self, name: str) -> None:
        """A file that was moved, and a false one under its name: no row tells which is which."""
        if name in self.moved and name in self.outside.doubled_files:
            self.outside.changed_files.add(name)

    @rule(number=st.integers(0, 9), what=st.sampled_from(["rename", "delete", "overwrite"]))
    def hand_spoils(self, number: int, what: str) -> None:
        path = self._some_file(number)
        if path is None or path.name in self.outside.unknown_files:
            return
        self.outside.changed_files.add(path.name)
        if what == "rename":
            new = path.with_name(f"mine{number}{path.suffix}")
            self.outside.unknown_files.add(new.name)
            if not new.exists():
                path.rename(new)
        elif what == "delete":
            path.unlink()
        else:
            path.chmod(path.stat().st_mode | stat.S_IWUSR)
            path.write_bytes(b"solid x\nendsolid x\n")

    # -- what must be true ------------------------------------------------------------------------

    @invariant()
    def rows_agree(self) -> None:
        if self.labs:
            self._check(idle=False)

    def _check(self, *, idle: bool) -> None:
        if problems := violations(self.outside, idle=idle):
            raise AssertionError("\n".join(problems))

    def teardown(self) -> None:
        try:
            if self.labs:
                self._end()
        finally:
            self.outside.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self) -> None:
        self.outside.mount()
        self.outside.mailbox.mood = Mood.WELL
        self.outside.clock.advance(days=10)  # it may have been set back by as many
        for who in range(2):
            self._reopen(who)
        lab = self.labs[0]
        settle(self.outside, lab)
        lab.doctor.examine(fix=True)  # what hands moved or copied after it was placed
        settle(self.outside, lab)
        self._check(idle=True)
