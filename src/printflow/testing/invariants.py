"""What must be true of a lab whatever happened to it, read from its tables and its folders."""

from __future__ import annotations

import hashlib
import stat
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from ..db.engine import open_engine
from ..db.schema import (
    confirmations,
    events,
    job_files,
    jobs,
    online_payments,
    outbox,
    papercut_charges,
    part_outcomes,
    payer_claims,
    payment_shares,
    payment_voids,
    payments,
    plate_parts,
    plate_runs,
    plates,
)
from ..domain.budgets import BY_BUDGET
from ..domain.effects import MailTemplate
from ..domain.event_kind import CORRECTIONS, Correction
from ..domain.job import FileRole, FileState
from ..domain.lifecycle import row as table_row
from ..domain.mail_record import mail_record
from ..domain.naming import names_after
from ..domain.open_days import NO_HOURS
from ..domain.status import FOLDERS, ORIGINALS, ActorKind, Status, Trigger
from ..domain.told_together import JOINED, LINES, together_step
from ..service.received import MAILED_WITH, WITHHELD
from ..service.waiting_policy import pick_up_policy
from ..store.making import INCOMING
from .outside import Outside

_TABLES = (jobs, job_files, events, confirmations, payments, payment_shares, payment_voids,
           online_payments, outbox, papercut_charges, payer_claims, plates, plate_runs, plate_parts, part_outcomes)  # fmt: skip
_DONE = (Status.COMPLETED, Status.PAIDPICKEDUP)
_COUNTED = (Status.READYTOPRINT, Status.PRINTING, *_DONE)
_ENDED = ("sent", "dead", "canceled", "overtaken")


def violations(outside: Outside, *, idle: bool) -> list[str]:
    """What is not as it must be, in words; [] when all is well.

    With ``idle`` also what holds only once all work is done: every share, mail server and disk is
    well again, the dispatcher has found nothing more to do, and a day has passed for the sweep.
    """
    return list(_Check(outside, idle=idle))


def undone(outside: Outside) -> list[str]:
    """Work that a healthy lab completes automatically: files on their way, mails to send."""
    rows = _read(outside.settings.database)
    return [
        *(
            f"{file.name} is {file.state}"
            for file in rows["job_files"]
            if file.state in (FileState.PENDING, FileState.BUSY) or file.lease_until is not None
        ),
        *(
            f"mail {mail.message_id} is {mail.state}"
            for mail in rows["outbox"]
            if mail.state not in _ENDED
        ),
    ]


class _Check:
    def __init__(self, outside: Outside, *, idle: bool) -> None:
        self._outside = outside
        self._idle = idle
        self._for_people = outside.changed_files | outside.doubled_files
        self._rows = _read(outside.settings.database)
        self._of_job: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        self._void = {void.payment_id for void in self._rows["payment_voids"]}
        self._plates = {plate.id: plate for plate in self._rows["plates"]}
        self._outcomes: dict[int, list[Any]] = defaultdict(list)
        for outcome in self._rows["part_outcomes"]:
            self._outcomes[outcome.part_id].append(outcome)
        for name in ("job_files", "events", "confirmations", "plate_parts", "payment_shares"):
            for row in self._rows[name]:
                self._of_job[row.job_id][name].append(row)

    def __iter__(self) -> Iterator[str]:
        for job in self._rows["jobs"]:
            mine = self._of_job[job.id]
            for problem in (
                *self._history(job, mine["events"]),
                *self._asides(job),
                *self._money(job, mine),
                *self._links(job, mine["confirmations"]),
                *self._rows_of_files(job, mine["job_files"]),
            ):
                yield f"{job.id}: {problem}"
        yield from self._ledger()
        yield from self._print_room()
        yield from self._acknowledged()
        yield from self._mails()
        if self._idle:
            yield from self._files()

    # -- rows -------------------------------------------------------------------------------------

    def _history(self, job: Any, history: list[Any]) -> Iterator[str]:
        if not history:
            yield "no event"
            return
        if history[0].trigger != Trigger.SUBMIT or history[0].source is not None:
            yield "history does not begin with a submission"
        for earlier, later in pairwise(history):
            if earlier.dest != later.source:
                yield f"{later.trigger} from {later.source}, but the job was {earlier.dest}"
        if history[-1].dest != job.status:
            yield f"events end in {history[-1].dest}, the job is {job.status}"
        if job.version != len(history):
            yield f"version {job.version} after {len(history)} events"

    def _asides(self, job: Any) -> Iterator[str]:
        """A hold ends with the job, and a wish to cancel with the status it was for."""
        if job.held_at is not None and Status(job.status).closed:
            yield f"it is {job.status}, and on hold"
        if job.cancel_asked_at is not None and job.status != Status.READYTOPRINT:
            yield f"its student asks to cancel it while it is {job.status}"

    def _money(self, job: Any, mine: dict[str, list[Any]]) -> Iterator[str]:
        undone = {e.details["event"] for e in mine["events"] if e.trigger == Correction.UNDO}
        told = {event.id for event in mine["events"] if _tells_of_money(event)}
        shares = {share.event_id: share for share in mine["payment_shares"]}
        if set(shares) != told or len(shares) != len(mine["payment_shares"]):
            yield f"payments of the events {sorted(shares)}, told by the events {sorted(told)}"
        for event_id in undone & set(shares):
            if shares[event_id].payment_id not in self._void:
                yield f"a pick-up was taken back, and its payment counts (event {event_id})"
        voids = sum(event.trigger == Correction.VOID for event in mine["events"])
        void = sum(share.payment_id in self._void for share in shares.values())
        if void != voids + len(undone & set(shares)):
            yield f"{void} payments are void after {voids} voids"
        counts = [one for one in shares.values() if one.payment_id not in self._void]
        if (paid := sum(one.amount_cents for one in counts)) < 0:
            yield f"{-paid} cents more were refunded than paid"
        yield from self._copies(job, mine["plate_parts"])

    def _copies(self, job: Any, parts: list[Any]) -> Iterator[str]:
        """The numbers of copies are those of the plates, and the status is as they say."""
        counted: Counter[str] = Counter()
        for part in parts:
            plate = self._plates[part.plate_id]
            told = self._outcomes[part.id]
            over = part.copies - sum(one.good + one.failed + one.not_printed for one in told)
            if over < 0 or (over and plate.state == "ended"):
                yield f"{over} copies are open on plate {plate.id}, which is {plate.state}"
            counted[plate.state] += over
            counted["good"] += sum(one.good for one in told)
        if counted["running"] != job.copies_printing:
            yield f"{job.copies_printing} copies print, and {counted['running']} on plates"
        if counted["planned"] > max(job.quantity - job.copies_good - job.copies_printing, 0):
            yield f"{counted['planned']} copies are planned, more than are left"
        begun = job.copies_good + job.copies_printing > 0
        if job.status == Status.PRINTING and not begun:
            yield "it is PRINTING, and no copy is good or printing"
        if job.status != Status.PRINTING and job.copies_printing:
            yield f"copies print while the job is {job.status}"
        if (job.status in _DONE) != (job.copies_good == job.quantity) and job.status in _COUNTED:
            yield f"{job.copies_good} of {job.quantity} copies are good while it is {job.status}"
        if not 0 <= job.copies_out <= job.copies_good <= job.quantity:
            yield f"{job.copies_out} of {job.copies_good} good copies are out"

    def _print_room(self) -> Iterator[str]:
        """A running plate has one open run and something on it; no other has an open run."""
        runs = Counter(run.plate_id for run in self._rows["plate_runs"] if run.ended_at is None)
        held = Counter(part.plate_id for part in self._rows["plate_parts"])
        for plate in self._rows["plates"]:
            if runs[plate.id] != (plate.state == "running"):
                yield f"plate {plate.id} is {plate.state} with {runs[plate.id]} open runs"
            if not held[plate.id]:
                yield f"plate {plate.id} holds nothing"

    def _ledger(self) -> Iterator[str]:
        """Each payment is what its shares come to."""
        sums: Counter[int] = Counter()
        for share in self._rows["payment_shares"]:
            sums[share.payment_id] += share.amount_cents
        for payment in self._rows["payments"]:
            if payment.amount_cents != sums[payment.id]:
                yield f"payment {payment.id} of {payment.amount_cents}, shares of {sums[payment.id]}"
        online = {one.payment_id: one for one in self._rows["online_payments"] if one.payment_id}
        booked = {one.id: one for one in self._rows["payments"] if _came_online(one)}
        if set(online) != set(booked):
            yield f"payments {sorted(online)} were told of online, and {sorted(booked)} entered"
        for payment_id in set(online) & set(booked):
            if online[payment_id].amount_cents != booked[payment_id].amount_cents:
                yield f"payment {payment_id} isn't of the amount that was told"
        told = {one.transaction_id: one for one in self._rows["online_payments"]}
        for charge in self._rows["papercut_charges"]:
            entry = told.get(charge.reference)
            if (charge.state == "charged") != (entry is not None):
                yield f"charge {charge.reference} is {charge.state}, entered: {entry is not None}"
            if entry is not None and entry.amount_cents != charge.amount_cents:
                yield f"charge {charge.reference} isn't of the amount that was entered"

    def _links(self, job: Any, quotes: list[Any]) -> Iterator[str]:
        still = [quote for quote in quotes if quote.used_at is None and quote.voided_at is None]
        if len(still) > (1 if job.status == Status.PENDING else 0):
            yield f"{len(still)} links are open while the job is {job.status}"
        if any(quote.token_hash is None for quote in quotes):
            yield "a link without its token"

    def _rows_of_files(self, job: Any, files: list[Any]) -> Iterator[str]:
        if sum(file.authoritative for file in files) != 1:
            yield "not exactly one authoritative file"
        if sum(file.role == FileRole.ORIGINAL for file in files) != 1:
            yield "not exactly one original"
        yield from self._names(job, files)
        for file in files:
            home = Status(job.status).folder if file.authoritative else ORIGINALS
            if file.folder != home:
                yield f"{file.name} belongs into {file.folder}, but the job is {job.status}"
            if not self._idle or self._is_for_people(file) or file.state == FileState.ABSENT:
                continue
            if file.last_named:
                yield f"{file.name} is still called {file.last_named}"
            if file.state != FileState.SETTLED or file.last_seen != file.folder:
                yield f"{file.name} is {file.state}, seen in {file.last_seen!r}: {file.problem}"
            if file.lease_until is not None or file.next_try_at is not None or file.incoming:
                yield f"{file.name} still waits for its placement"

    def _names(self, job: Any, files: list[Any]) -> Iterator[str]:
        """Each file has the name that belongs to the job as it is, and none that another had."""
        if job.status == Status.ARCHIVED:
            return
        known = {file.id: (file.name, *file.was_named) for file in files}
        for file_id, name in names_after(known, job.standard_name, job.id).items():
            if name != known[file_id][0]:
                yield f"{known[file_id][0]} should be called {name}"
        names = [name for one in known.values() for name in set(one)]
        if len(names) != len(set(names)):
            yield f"two files have had one name: {names}"

    def _is_for_people(self, file: Any) -> bool:
        """Whether hands did something to the file, whatever it was called then."""
        return not self._for_people.isdisjoint((file.name, *file.was_named))

    def _acknowledged(self) -> Iterator[str]:
        done = Counter((row.job_id, row.trigger) for row in self._rows["events"])
        for (job_id, trigger), times in Counter(self._outside.acknowledged).items():
            if done[job_id, trigger] < times:
                yield f"{job_id}: {trigger} was answered {times} times, {done[job_id, trigger]} are kept"

    # -- mails ------------------------------------------------------------------------------------

    def _mails(self) -> Iterator[str]:
        owed: Counter[tuple[int, str]] = Counter()
        for event in self._rows["events"]:
            for template in self._owed(event):
                owed[event.id, template] += 1
        there: Counter[tuple[int, str]] = Counter()
        for mail in self._rows["outbox"]:
            if mail.template in (MailTemplate.PAYER_ASKED, MailTemplate.RECEIPT):
                continue  # as many as there are approvers, and payments: see below
            if mail.event_id is not None:
                there[mail.event_id, mail.template] += 1
            elif mail_record(mail.template).of_step:
                yield f"mail {mail.message_id} belongs to no event"
        for event_id, template in sorted({*owed, *there}):
            want, have = owed[event_id, template], there[event_id, template]
            if want != have:
                yield f"event {event_id}: {have} mails {template!r}, not {want}"
        yield from self._approvers()
        yield from self._receipts()
        yield from self._reminders()
        yield from self._together()
        yield from self._delivered()

    def _approvers(self) -> Iterator[str]:
        """Each approver is asked once at a time, and nobody else is."""
        asked = Counter(
            (mail.context.get("claim_id"), mail.created_at)
            for mail in self._rows["outbox"]
            if mail.template == MailTemplate.PAYER_ASKED
        )
        claims = {claim.id: claim for claim in self._rows["payer_claims"]}
        for claim_id, _ in asked:
            if claim_id not in claims:
                yield f"an approver was asked about claim {claim_id}, which is not there"
        for claim in claims.values():
            if claim.asked_at is not None and asked[claim.id, claim.asked_at] != 1:
                yield f"claim {claim.id}: {asked[claim.id, claim.asked_at]} mails to its approver"

    def _receipts(self) -> Iterator[str]:
        """Where the lab wants them, each payment and refund of a student's has one email that was
        written with it, and those of one hand-over share one; else there is none but by hand.
        """
        sent = Counter(
            mail.context["payment_id"]
            for mail in self._rows["outbox"]
            if mail.template == MailTemplate.RECEIPT and mail.event_id is not None
        )
        told = {event.id: event.trigger for event in self._rows["events"]}
        events_of: dict[int, set[str]] = defaultdict(set)
        for share in self._rows["payment_shares"]:
            events_of[share.payment_id].add(told.get(share.event_id, ""))
        for payment in self._rows["payments"]:
            count, paid = sent.pop(payment.id, 0), bool(payment.amount_cents)
            here = (
                paid
                and payment.method != BY_BUDGET
                and Correction.IMPORT not in events_of[payment.id]
            )
            want = int(here and self._outside.settings.mail.receipts)
            if count != want and not (payment.hand_over and count < want):
                yield f"payment {payment.id}: {count} receipts by email, not {want}"
        yield from (f"a receipt was mailed of payment {one}, which is not there" for one in sent)

    def _reminders(self) -> Iterator[str]:
        """A reminder to pick up a print is one email: as many for each wait as there are days."""
        policy = pick_up_policy(self._outside.settings, NO_HOURS)
        written: dict[str, list[datetime]] = defaultdict(list)
        for mail in self._rows["outbox"]:
            if mail.template == MailTemplate.PICK_UP_REMINDER:
                written[mail.job_id].append(mail.created_at)
        for job in self._rows["jobs"]:
            events_of, mails = self._of_job[job.id]["events"], written[job.id]
            if any(event.trigger == Correction.IMPORT for event in events_of):
                continue
            times = sum(event.dest == Status.COMPLETED for event in events_of)
            if len(mails) > len(policy.reminder_days) * times:
                yield f"{job.id}: {len(mails)} reminders of {times} waits"
            if job.reminded_at is not None and mails.count(job.reminded_at) != 1:
                yield f"{job.id}: reminded at {job.reminded_at}, by {len(mails)} mails at other times"
            waits = job.status == Status.COMPLETED and job.held_at is None
            since = job.status_since if waits else None
            now = self._outside.clock.now
            if self._idle and since and policy.due(since, job.reminded_at, now):
                yield f"{job.id}: nobody is reminded, though it waits since {since}"

    def _together(self) -> Iterator[str]:
        """What was written for one job and is told with others is told in one place."""
        mails = self._rows["outbox"]
        several = {mail.message_id: mail for mail in mails if together_step(mail.template)}
        places = {mail.id: mail.context.get(JOINED) for mail in mails}
        for mail in mails:
            place = places[mail.id]
            if place and place not in several:
                yield f"mail {mail.message_id} is told in {place}, which is not there"
            if place and mail.state != "overtaken":
                yield f"mail {mail.message_id} is told in {place}, and {mail.state}"
        for mail in several.values():
            for line in mail.context[LINES]:
                if places[line["mail"]] != mail.message_id:
                    yield f"mail {mail.message_id} tells {line['mail']}, which was told elsewhere"

    def _delivered(self) -> Iterator[str]:
        delivered = self._outside.mailbox.ids()
        known = {mail.message_id: mail for mail in self._rows["outbox"]}
        for message_id in sorted(set(delivered) - set(known)):
            yield f"mail {message_id} was sent for what never happened"
        for message_id, mail in known.items():
            if mail.state == "sent" and not delivered[message_id]:
                yield f"mail {message_id} counts as sent, but never left"
            # Being overtaken ends a mail's tries; one whose answer was lost may have arrived.
            if mail.state == "canceled" and delivered[message_id]:
                yield f"mail {message_id} was taken back, but left"
            if self._idle and mail.state not in _ENDED:
                yield f"mail {message_id} is still {mail.state}"

    def _owed(self, event: Any) -> list[str]:
        if event.trigger in (Correction.ADDRESS_CONFIRMED, Correction.LET_IN):
            told = {WITHHELD, MAILED_WITH} & set(event.details)
            return [] if told else [MailTemplate.RECEIVED.value]
        if event.trigger in CORRECTIONS or "imported" in event.details:
            return []
        trigger = Trigger(event.trigger)
        if trigger is Trigger.OVERRIDE:
            usual = Status(event.dest).record.usual_mail
            return [usual.value] if usual and event.details.get("notified") else []
        found = [one for one in table_row(trigger).mails if one is not MailTemplate.PAYER_ASKED]
        said = event.details
        left_out = {
            MailTemplate.COMPLETED: said.get("told_later") or said.get("ready") is False,
            MailTemplate.ON_HOLD: not said.get("notified"),
            MailTemplate.RELEASED: not said.get("notified"),
            MailTemplate.CANCELED: event.actor_kind != ActorKind.STAFF,
            MailTemplate.STAFF_ALERT: (
                trigger is Trigger.CANCEL and event.actor_kind != ActorKind.STUDENT
            ),
        }
        found = [template for template in found if not left_out.get(template)]
        if {WITHHELD, MAILED_WITH} & set(said):
            found.remove(MailTemplate.RECEIVED)  # another job's email names it, or none may
        if event.source == Status.PRINTING and MailTemplate.PRINT_STARTED in found:
            found.remove(MailTemplate.PRINT_STARTED)  # the first copies told of it
        if not event.details.get("good") and MailTemplate.COPIES_READY in found:
            found.remove(MailTemplate.COPIES_READY)
        mail = self._outside.settings.mail
        staff = bool(mail.staff_address)
        return [
            t.value
            for t in found
            if (t is not MailTemplate.STAFF_ALERT or staff)
            and (not mail_record(t).optional or getattr(mail, t.value))
        ]

    # -- files ------------------------------------------------------------------------------------

    def _files(self) -> Iterator[str]:
        outside = self._outside
        places: dict[str, list[Path]] = defaultdict(list)
        for folder in FOLDERS:
            for path in (outside.store / folder).iterdir():
                places[path.name].append(path)
        known = set()
        for file in self._rows["job_files"]:
            known.add(file.name)
            if file.state == FileState.ABSENT:
                continue
            names = (file.name, *file.was_named)
            if not self._is_for_people(file):
                yield from self._one_file(file, places[file.name])
                continue
            known.update(names)
            if outside.changed_files.isdisjoint(names):
                yield from self._still_there(file, [one for name in names for one in places[name]])
        for name, paths in places.items():
            if name not in known and name not in outside.unknown_files:
                yield f"no row knows {paths[0].parent.name}/{name}"
        if left := sorted(path.name for path in (outside.store / INCOMING).iterdir()):
            yield f"left in {INCOMING}: {left}"

    def _one_file(self, file: Any, places: list[Path]) -> Iterator[str]:
        folders = [path.parent.name for path in places]
        if folders != [file.folder]:
            yield f"{file.job_id}: {file.name} is in {folders or 'no folder'}, not in {file.folder}"
        for path in places:
            if path.stat().st_size != file.size or _sha256(path) != file.sha256:
                yield f"{file.job_id}: {path.parent.name}/{file.name} has other contents"
            if file.role == FileRole.ORIGINAL and path.stat().st_mode & stat.S_IWUSR:
                yield f"{file.job_id}: the original {file.name} can be written"

    def _still_there(self, file: Any, places: list[Path]) -> Iterator[str]:
        right = [path.parent.name for path in places if _sha256(path) == file.sha256]
        if not right:
            yield f"{file.job_id}: the contents of {file.name} are gone"
        elif file.state == FileState.SETTLED and file.folder not in right:
            yield f"{file.job_id}: other contents in {file.folder} count as {file.name}"


def _came_online(payment: Any) -> bool:
    return str(payment.idempotency_key or "").startswith("online:")


def _tells_of_money(event: Any) -> bool:
    if event.trigger == Trigger.PICK_UP:
        return bool(event.details.get("amount_cents") or event.details.get("waived"))
    if event.trigger == Correction.IMPORT:
        return bool(event.dest == Status.PAIDPICKEDUP)
    return event.trigger in (
        Correction.PAYMENT,
        Correction.WAIVER,
        Correction.REFUND,
        Correction.WRITE_OFF,
    )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read(url: str) -> dict[str, list[Any]]:
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return {table.name: _all(connection, table) for table in _TABLES}
    finally:
        engine.dispose()


def _all(connection: Any, table: Table) -> list[Any]:
    return list(connection.execute(select(table).order_by(table.c.id)))
