"""Machines: adding them, taking them out of service and back, retiring them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from ..catalogs.cache import CatalogCache
from ..domain.people import ChangeKind
from ..domain.plate import Machine, PlateState, machine_named, shown_machines
from ..domain.rights import Right
from ..domain.text import clean_line, clean_text
from ..errors import Conflict, InvalidInput, NotFound
from ..ports import Clock, Database, DuplicateKey, Transaction
from ..runtime.permits import needs
from ..said import say
from .acting import staff_actor
from .changes import ChangedBy

EDITABLE = {"place": 60, "nozzle": 40, "material": 60, "color": 60, "notes": 2000}
"""What staff note of a machine, and how long it may be, in characters."""
_NAME_LIMIT = 60
_REASON_LIMIT = 500


class Machines:
    """The units of the catalog's printers.

    A printer whose units nobody has named has one machine of its own name. What changes a machine
    raises InvalidInput, NotFound, or Conflict, and is kept among the lab's changes.
    """

    def __init__(self, database: Database, clock: Clock, catalogs: CatalogCache) -> None:
        self._database = database
        self._clock = clock
        self._catalogs = catalogs

    @needs(Right.SEE)
    def all(self) -> list[Machine]:
        """The machines that are there, by model; retired ones only while they print."""
        with self._database.read() as tx:
            return self._shown(tx)

    @needs(Right.SEE)
    def retired(self) -> list[Machine]:
        """The machines that are no more."""
        with self._database.read() as tx:
            return [one for one in tx.plates.machines() if one.retired_at is not None]

    @needs(Right.SEE)
    def get(self, name: str) -> Machine:
        """The machine of that name, in any case; raises NotFound."""
        with self._database.read() as tx:
            return self._found(tx, name)

    @needs(Right.EQUIPMENT)
    def add(self, name: str, *, model: str, by: str, station: str = "", **noted: str) -> Machine:
        """Add a machine of a printer of the catalog; ``noted`` is any of place, nozzle, material,
        color and notes. A retired machine of that name comes back.
        """
        who = staff_actor(by, station)
        wanted, values = _checked_name(name), _checked(noted)
        with self._database.write() as tx:
            now, catalog = self._clock(), self._catalogs.within(tx)
            printer = catalog.printer(clean_line(model))
            if printer is None:
                raise InvalidInput.of(
                    "model",
                    "model_unknown",
                    say("The lab has no printer “{name}”.", name=clean_line(model)[:60]),
                    say(
                        "Choose from: {names}.",
                        names=", ".join(one.name for one in catalog.printers),
                    ),
                )
            other = catalog.printer(wanted)
            if other is not None and other.name != printer.name:
                raise _name_taken(other.name)
            there = machine_named(tx.plates.machines(), wanted)
            if there is not None and (there.retired_at is None) and not there.implied:
                raise _name_taken(there.name)
            if there is not None and there.model != printer.name:
                raise _name_taken(there.name)
            if there is not None:
                back = {"implied": False, "retired_at": None, "name": wanted, **values}
                tx.plates.change_machine(there.id, back)
            else:
                bare = Machine(id=0, name=wanted, model=printer.name)
                machine = replace(bare, **cast("dict[str, Any]", values))
                try:
                    tx.plates.add_machine(machine, now=now)
                except DuplicateKey as error:
                    raise _name_taken(wanted) from error
            ChangedBy(who.name, who.station).record(
                tx, ChangeKind.MACHINE_ADDED, wanted, now, model=printer.name, **values
            )
        return self.get(wanted)

    @needs(Right.MACHINES)
    def edit(self, name: str, *, by: str, station: str = "", **noted: str) -> Machine:
        """Note where a machine is, its nozzle, what is loaded, or anything else."""
        return self._change(
            name, by, station, ChangeKind.MACHINE_CHANGED, lambda _tx, _one: _checked(noted)
        )

    @needs(Right.MACHINES)
    def take_out(self, name: str, *, reason: str, by: str, station: str = "") -> Machine:
        """Take a machine out of service. A print that runs on it goes on; what was planned for it
        waits for the other machines of its model.
        """
        why = clean_text(reason)
        if not why or len(why) > _REASON_LIMIT:
            raise InvalidInput.of(
                "reason",
                "reason_missing",
                say("Enter why the machine is out of service."),
                say("Use at most {most} characters.", most=_REASON_LIMIT),
            )
        who = staff_actor(by, station)

        def values(tx: Transaction, one: Machine) -> dict[str, Any]:
            if one.out_since is not None:
                raise Conflict(
                    say(
                        "{name} took {machine} out of service already.",
                        name=one.out_by,
                        machine=one.name,
                    ),
                    next_step=say("Check the queue."),
                )
            tx.plates.unplan(one.id)
            return {"out_since": self._clock(), "out_reason": why, "out_by": who.name}

        return self._change(name, by, station, ChangeKind.MACHINE_OUT, values, reason=why)

    @needs(Right.MACHINES)
    def put_back(self, name: str, *, by: str, station: str = "") -> Machine:
        """Put a machine back in service."""

        def values(_tx: Transaction, one: Machine) -> dict[str, Any]:
            if one.out_since is None:
                raise Conflict(
                    say("{machine} is in service.", machine=one.name),
                    next_step=say("Check the queue."),
                )
            return {"out_since": None, "out_reason": "", "out_by": ""}

        return self._change(name, by, station, ChangeKind.MACHINE_BACK, values)

    @needs(Right.EQUIPMENT)
    def retire(self, name: str, *, by: str, station: str = "") -> Machine:
        """Retire a machine: nothing is started on it any more, and its history stays. Refused
        while a plate runs on it.
        """

        def values(tx: Transaction, one: Machine) -> dict[str, Any]:
            if one.implied:
                raise Conflict(
                    say("{machine} comes from the catalog.", machine=one.name),
                    next_step=say("Remove the printer from the catalog instead."),
                )
            if one.retired_at is not None:
                raise Conflict(say("{machine} is already retired.", machine=one.name))
            running = tx.plates.find(states=(PlateState.RUNNING,), machine_id=one.id)
            if running:
                raise Conflict(
                    say(
                        "{machine} is printing plate {plate}.",
                        machine=one.name,
                        plate=running[0].id,
                    ),
                    next_step=say("End the plate or move it first."),
                )
            tx.plates.unplan(one.id)
            return {"retired_at": self._clock()}

        return self._change(name, by, station, ChangeKind.MACHINE_RETIRED, values)

    # -- parts of it ------------------------------------------------------------------------------

    def _change(
        self,
        name: str,
        by: str,
        station: str,
        kind: ChangeKind,
        values: Any,
        **details: Any,
    ) -> Machine:
        who = staff_actor(by, station)
        with self._database.write() as tx:
            now, one = self._clock(), self._found(tx, name)
            if not one.id:
                one = tx.plates.add_machine(one, now=now)
            changed: Mapping[str, Any] = values(tx, one)
            tx.plates.change_machine(one.id, changed)
            told = details or {key: value for key, value in changed.items() if key in EDITABLE}
            ChangedBy(who.name, who.station).record(tx, kind, one.name, now, **told)
            return next(m for m in tx.plates.machines() if m.id == one.id)

    def _shown(self, tx: Transaction) -> list[Machine]:
        models = [printer.name for printer in self._catalogs.within(tx).printers]
        return list(shown_machines(models, tx.plates.machines(), tx.plates.busy_until()))

    def _found(self, tx: Transaction, name: str) -> Machine:
        shown = self._shown(tx)
        found = machine_named(shown, name) or machine_named(tx.plates.machines(), name)
        if found is None:
            raise NotFound(
                say("There's no machine “{name}”.", name=clean_line(name)[:_NAME_LIMIT]),
                next_step=say("Choose from: {names}.", names=", ".join(one.name for one in shown)),
            )
        return found


def _checked_name(name: str) -> str:
    wanted = clean_line(name)
    if not wanted or len(wanted) > _NAME_LIMIT:
        raise InvalidInput.of(
            "name",
            "name_invalid",
            say("Enter the machine's name, as on its sticker."),
            say("Use at most {most} characters.", most=_NAME_LIMIT),
        )
    return wanted


def _checked(noted: Mapping[str, str]) -> dict[str, str]:
    if unknown := set(noted) - set(EDITABLE):
        raise TypeError(f"not to be noted of a machine: {', '.join(sorted(unknown))}")
    found = {
        key: clean_text(text) if key == "notes" else clean_line(text) for key, text in noted.items()
    }
    for key, text in found.items():
        if len(text) > EDITABLE[key]:
            raise InvalidInput.of(
                key,
                f"{key}_too_long",
                say(
                    "Use at most {most} characters. You entered {length}.",
                    most=EDITABLE[key],
                    length=len(text),
                ),
            )
    return found


def _name_taken(name: str) -> InvalidInput:
    return InvalidInput.of(
        "name",
        "machine_known",
        say("A machine named {name} already exists.", name=name),
        say("Choose a different name."),
    )
