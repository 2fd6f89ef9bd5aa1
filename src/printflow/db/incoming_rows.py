"""Queries on emails that come in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ..domain.clock_slip import SLIP
from ..domain.incoming import (
    ArrivedMail,
    Attachment,
    Fate,
    IncomingMail,
    IncomingPicture,
    Kept,
    Why,
)
from ..ports import DuplicateKey
from .schema import incoming_mails, incoming_originals, incoming_pictures, leases
from .upsert import insert_of
from .wakeup import stir

_TABLE = incoming_mails.c
_LEFT_OUT = ("identity", "whole")
_COLUMNS = [column for column in incoming_mails.c if column.name not in _LEFT_OUT]
_BLANK: Mapping[str, Any] = {
    "sender": "",
    "sender_name": "",
    "subject": "",
    "text": "",
    "whole": "",
    "attachments": [],
}


class SqlIncomingRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known(self, identity: str) -> bool:
        query = select(_TABLE.id).where(_TABLE.identity == identity)
        return self._connection.execute(query).first() is not None

    def add(
        self,
        mail: ArrivedMail,
        *,
        fate: Fate,
        why: Why,
        now: datetime,
        job_id: str | None = None,
        note_id: int | None = None,
        outbox_id: int | None = None,
        keep: bool = True,
    ) -> int:
        stir(self._connection)
        values = {
            "identity": mail.identity,
            "at": now,
            "sent_at": mail.sent_at,
            "fate": fate.value,
            "why": why.value,
            "too_large": mail.too_large,
            "job_id": job_id,
            "note_id": note_id,
            "outbox_id": outbox_id,
            "sender": mail.sender,
            "sender_name": mail.sender_name,
            "subject": mail.subject,
            "text": mail.text if keep else "",
            "whole": mail.whole if keep else "",
            "size": mail.size,
            "attachments": [
                {"name": one.name, "size": one.size, "kept": one.kept.value}
                for one in (mail.attachments if keep else ())
            ],
        }
        try:
            row = insert(incoming_mails).values(**values).returning(_TABLE.id)
            mail_id = int(self._connection.execute(row).scalar_one())
        except IntegrityError as error:
            raise DuplicateKey(mail.identity) from error
        if keep and mail.original:
            self._connection.execute(
                insert(incoming_originals).values(
                    mail_id=mail_id, complete=mail.original_whole, data=mail.original
                )
            )
        for picture in mail.pictures if keep else ():
            self._connection.execute(
                insert(incoming_pictures).values(
                    mail_id=mail_id,
                    name=picture.name,
                    width=picture.width,
                    height=picture.height,
                    data=picture.data,
                )
            )
        return mail_id

    def settle(
        self,
        mail_id: int,
        *,
        fate: Fate,
        job_id: str | None,
        note_id: int | None,
        by: str,
        now: datetime | None,
    ) -> None:
        stir(self._connection)
        self._connection.execute(
            update(incoming_mails)
            .where(_TABLE.id == mail_id)
            .values(fate=fate.value, job_id=job_id, note_id=note_id, settled_by=by, settled_at=now)
        )

    def get(self, mail_id: int) -> IncomingMail | None:
        return next(iter(self._mails(_TABLE.id == mail_id)), None)

    def whole(self, mail_id: int) -> str:
        query = select(_TABLE.whole).where(_TABLE.id == mail_id)
        return str(self._connection.scalar(query) or "")

    def original(self, mail_id: int) -> bytes | None:
        table = incoming_originals.c
        return self._connection.scalar(select(table.data).where(table.mail_id == mail_id))

    def picture(self, mail_id: int, picture_id: int) -> bytes | None:
        table = incoming_pictures.c
        query = select(table.data).where(table.id == picture_id, table.mail_id == mail_id)
        return self._connection.scalar(query)

    def of_job(self, job_id: str) -> Sequence[IncomingMail]:
        return self._mails(_TABLE.job_id == job_id)

    def beside_notes(self, job_id: str, note_ids: Collection[int]) -> Sequence[IncomingMail]:
        waits = _TABLE.fate == Fate.TRAY.value
        return self._mails(
            and_(_TABLE.job_id == job_id, or_(_TABLE.note_id.in_(sorted(note_ids)), waits))
        )

    def find(
        self, fates: Collection[Fate], *, limit: int, before: int | None = None
    ) -> Sequence[IncomingMail]:
        wanted: Any = _TABLE.fate.in_([fate.value for fate in fates])
        if before is not None:
            wanted = and_(wanted, _TABLE.id < before)
        return self._mails(wanted, newest=limit)

    def counts(self) -> Mapping[Fate, int]:
        query = select(_TABLE.fate, func.count()).group_by(_TABLE.fate)
        return {Fate(row[0]): int(row[1]) for row in self._connection.execute(query)}

    def waiting(self) -> int:
        query = select(func.count()).where(_TABLE.fate == Fate.TRAY.value)
        return int(self._connection.scalar(query) or 0)

    def of_sender(self, sender: str) -> Sequence[IncomingMail]:
        return self._mails(
            and_(func.lower(_TABLE.sender) == sender.lower(), _TABLE.fate != Fate.MESSAGE.value)
        )

    def forget(self, mail_ids: Collection[int]) -> None:
        if mail_ids:
            self._forget(_TABLE.id.in_(mail_ids))

    def forget_of_job(self, job_id: str) -> None:
        self._forget(_TABLE.job_id == job_id)

    def forget_settled(self, fates: Collection[Fate], before: datetime) -> int:
        old = and_(
            _TABLE.fate.in_([fate.value for fate in fates]),
            _TABLE.at < before,
            _TABLE.sender != "",
        )
        ids = list(self._connection.scalars(select(_TABLE.id).where(old)))
        self.forget(ids)
        return len(ids)

    def _forget(self, which: Any) -> None:
        ids = select(_TABLE.id).where(which)
        for table in (incoming_originals, incoming_pictures):
            self._connection.execute(delete(table).where(table.c.mail_id.in_(ids)))
        self._connection.execute(update(incoming_mails).where(which).values(**_BLANK))

    def _mails(self, which: Any, *, newest: int | None = None) -> list[IncomingMail]:
        query = select(*_COLUMNS).where(which)
        query = query.order_by(_TABLE.id) if newest is None else (
            query.order_by(_TABLE.id.desc()).limit(newest)
        )  # fmt: skip
        rows = self._connection.execute(query).all()
        ids = [row.id for row in rows]
        if not ids:
            return []
        kept = incoming_originals.c
        whole = {
            row.mail_id: row.complete
            for row in self._connection.execute(
                select(kept.mail_id, kept.complete).where(kept.mail_id.in_(ids))
            )
        }
        shown = incoming_pictures.c
        pictures: dict[int, list[IncomingPicture]] = {}
        for row in self._connection.execute(
            select(shown.id, shown.mail_id, shown.name, shown.width, shown.height)
            .where(shown.mail_id.in_(ids))
            .order_by(shown.id)
        ):
            pictures.setdefault(row.mail_id, []).append(
                IncomingPicture(id=row.id, name=row.name, width=row.width, height=row.height)
            )
        return [_mail(row, pictures.get(row.id, []), whole) for row in rows]


def _mail(
    row: Row[Any], pictures: Sequence[IncomingPicture], whole: Mapping[int, bool]
) -> IncomingMail:
    values = dict(row._mapping)
    attachments = tuple(
        Attachment(name=one["name"], size=one["size"], kept=Kept(one["kept"]))
        for one in values.pop("attachments")
    )
    return IncomingMail(
        **{**values, "fate": Fate(values["fate"]), "why": Why(values["why"])},
        attachments=attachments,
        pictures=tuple(pictures),
        has_original=row.id in whole,
        original_whole=whole.get(row.id, True),
    )


class SqlLeaseRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        row = insert_of(self._connection)(leases).values(name=name, holder=holder, until=until)
        # One that ends later than anyone's could was written by a clock that was ahead.
        free = or_(leases.c.holder == holder, leases.c.until <= now, leases.c.until > until + SLIP)
        taken = row.on_conflict_do_update(
            index_elements=["name"], set_={"holder": holder, "until": until}, where=free
        ).returning(leases.c.holder)
        return self._connection.execute(taken).first() is not None

    def holder(self, name: str, now: datetime) -> str:
        query = select(leases.c.holder).where(leases.c.name == name, leases.c.until > now)
        return str(self._connection.scalar(query) or "")

    def let_go(self, name: str, holder: str) -> None:
        self._connection.execute(
            delete(leases).where(leases.c.name == name, leases.c.holder == holder)
        )
