"""What every job depends on: disk, database, clock, overdue work, settings."""

from __future__ import annotations

import secrets
import stat
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import partial
from pathlib import Path

from ..dispatch.inbox import InboxReader
from ..dispatch.outbox import Postman
from ..domain.status import FOLDERS, THUMBNAILS
from ..inspection.step_support import STEP_INSTALL, STEP_MISSING, can_read_step
from ..ports import Clock, Damage, DamagedPart, Database, FileStore
from ..said import say, say_n
from ..settings import Settings
from ..store.folder import Folder
from ..store.making import INCOMING, QUARANTINE, SECRET_KEY, STATE, TRASH
from ..store.plain_file import is_real_folder
from .finding import Finding

_OVERDUE = timedelta(minutes=15)
_CLOCK_SLIP = timedelta(minutes=5)


def check_disk(store: FileStore, settings: Settings) -> Iterator[Finding]:
    """One file system, all folders there, and room on it."""
    devices: dict[int, list[str]] = {}
    for folder in (*FOLDERS, THUMBNAILS, INCOMING, QUARANTINE, TRASH):
        path = store.root / folder
        try:
            status = path.lstat()
            if not is_real_folder(status):
                yield Finding(
                    "folder_is_link",
                    folder,
                    say("This folder of the store is a link or a file. Printflow doesn't use it."),
                    say(
                        "Find out who put it there. `printflow doctor --fix` moves it to .quarantine."
                    ),
                    mend=partial(_put_aside, store.root, folder),
                )
                continue
            devices.setdefault(status.st_dev, []).append(folder)
        except FileNotFoundError:
            yield Finding(
                "folder_missing",
                folder,
                say("A folder of the store is missing."),
                mend=partial(_make, path),
            )
    if len(devices) > 1:
        others = sorted(devices.values(), key=len)[:-1]
        yield Finding(
            "several_devices",
            ", ".join(name for names in others for name in names),
            say(
                "These folders aren't on the same disk as the others, so files can't be moved there."
            ),
            say("Put the whole store on one file system."),
        )
    free = store.free_bytes() >> 20
    if free < settings.disk_reserve_mb:
        yield Finding(
            "disk_full",
            str(store.root),
            say(
                "Only {free} MB are free. Below {disk_reserve_mb} MB, Printflow refuses files.",
                free=free,
                disk_reserve_mb=settings.disk_reserve_mb,
            ),
            say("Free up space, or archive and purge old jobs."),
        )


def _make(path: Path) -> bool:
    path.mkdir()
    return True


def _put_aside(root: Path, folder: str) -> bool:
    """Put the link itself into quarantine, and make a real folder in its place."""
    if folder == QUARANTINE:
        return False
    with Folder(root) as store, Folder(root, QUARANTINE) as quarantine:
        store.rename(folder, quarantine, f"{secrets.token_hex(4)}_{folder}")
    return _make(root / folder)


def check_database(database: Database) -> Iterator[Finding]:
    """Every page and row, and a SQLite without known faults."""
    by_place: dict[tuple[DamagedPart, str], list[Damage]] = {}
    for damage in database.damage():
        by_place.setdefault((damage.part, damage.place), []).append(damage)
    for found in by_place.values():
        yield _of_damage(database, found)
    program, safe = database.version()
    if not safe:
        yield Finding(
            "sqlite_old",
            program,
            say("This SQLite has the WAL-reset bug, which can damage the database."),
            say("Use a Python with SQLite 3.51.3 or newer, or install the package pysqlite3."),
        )


def _of_damage(database: Database, found: Sequence[Damage]) -> Finding:
    """What is wrong in one place. An index is made again from the rows; only what rows themselves
    lost needs a backup.
    """
    damage = found[0]
    place = damage.place or "database"
    words = damage.words + (f" (and {len(found) - 1} more)" if len(found) > 1 else "")
    if damage.part in (DamagedPart.SEARCH, DamagedPart.INDEX):
        search = damage.part is DamagedPart.SEARCH
        return Finding(
            "search_damaged" if search else "index_damaged",
            place,
            say("The search index is damaged: {words}", words=words)
            if search
            else say("An index is damaged: {words}", words=words),
            mend=lambda: database.mend(found),
        )
    if damage.part is DamagedPart.FILE:
        return Finding(
            "database_damaged",
            place,
            say("The database's structure is damaged: {words}", words=words),
            say(
                "Stop the server. `printflow db copy --to` copies all rows that can still be read to a "
                "new database. If that fails, restore the newest backup."
            ),
        )
    return Finding(
        "database_damaged",
        place,
        say("The table {place} is damaged: {words}", place=place, words=words),
        say(
            "Stop the server and restore the newest backup. The current lab is moved aside and kept."
        ),
    )


def check_work(
    database: Database, postman: Postman, inbox: InboxReader, store: FileStore, clock: Clock
) -> Iterator[Finding]:
    """Nothing waits for longer than it should, and the clock runs forward."""
    now = clock()
    with database.read() as tx:
        files = tx.files.overdue(now - _OVERDUE, now)
        dead = tx.outbox.find(state="dead", limit=1000)
        newest = tx.history.newest_time()
    if files:
        yield Finding(
            "work_overdue",
            "files to move",
            say_n(
                "{count} is more than {minutes} minutes overdue.",
                "{count} are more than {minutes} minutes overdue.",
                files,
                minutes=_OVERDUE.seconds // 60,
            ),
            say(
                "Check that `printflow serve` or `printflow worker` is running. To do all due work "
                "now, run: printflow dispatch"
            ),
        )
    for mail in dead:
        yield Finding(
            "dead_letter",
            f"email {mail.id} to {mail.to}",
            say("It couldn't be delivered: {error}", error=mail.error),
            say("On the page Outbox, fix the address and send it again."),
            mail.job_id or "",
        )
    if (trouble := postman.trouble()) is not None:
        yield Finding(f"mail_{trouble.state}", "email", trouble.message, trouble.next_step)
    if (unread := inbox.trouble()) is not None:
        yield Finding("inbox_unread", "inbox", unread.message, unread.next_step)
    yield from _clock(now, newest, store)


def _clock(now: datetime, newest: datetime | None, store: FileStore) -> Iterator[Finding]:
    if newest is not None and newest - now > _CLOCK_SLIP:
        yield Finding(
            "clock_behind",
            "clock",
            say(
                "This machine's clock says {now} UTC, but the history already has an entry at "
                "{newest} UTC.",
                now=f"{now:%Y-%m-%d %H:%M}",
                newest=f"{newest:%Y-%m-%d %H:%M}",
            ),
            say("Set this machine's clock, best by NTP."),
        )
    try:
        there = store.time_there()
    except OSError:
        return  # a store that cannot be written is told elsewhere
    real = datetime.now(now.tzinfo)
    if abs(there - real) > _CLOCK_SLIP:
        yield Finding(
            "share_clock",
            str(store.root),
            say(
                "The share's clock and this machine's differ by {difference}.",
                difference=str(abs(there - real)),
            ),
            say("Set both clocks, best by NTP."),
        )


def check_settings(settings: Settings, database: Database) -> Iterator[Finding]:
    """Settings that work, but that one would regret."""
    mail = settings.mail
    public = settings.server.host not in ("127.0.0.1", "::1", "localhost")
    if settings.base_url.startswith("http://") and "://127." not in settings.base_url and public:
        yield Finding(
            "unsafe_http",
            "base_url",
            say("Passwords and links are sent unencrypted."),
            say("Put a web server with TLS in front of Printflow, and use its https:// address."),
        )
    if mail.smtp_host and mail.smtp_security == "none" and mail.smtp_username:
        yield Finding(
            "unsafe_login",
            "mail.smtp_security",
            say("The SMTP sign-in is sent unencrypted."),
            say('Use smtp_security = "starttls" or "tls".'),
        )
    inbox = settings.inbox
    if inbox.host and inbox.security == "none" and inbox.username:
        yield Finding(
            "unsafe_login",
            "inbox.security",
            say("The IMAP login is sent unencrypted."),
            say('Use security = "tls" or "starttls".'),
        )
    if inbox.host and (other := _replies_elsewhere(settings)):
        yield Finding(
            "replies_elsewhere",
            "mail.reply_to",
            say(
                "Replies go to {other}, but {read} is read.",
                other=other,
                read=inbox.address or inbox.username,
            ),
            say("Unless one forwards to the other, set inbox.reply_address, or mail.reply_to."),
        )
    if "step" in settings.more_formats and not can_read_step():
        yield Finding(
            "step_unreadable",
            "more_formats",
            say(
                "{step_missing}: they are accepted, but without size and picture.",
                step_missing=STEP_MISSING,
            ),
            say("In the release's folder, run: {step_install}", step_install=STEP_INSTALL),
        )
    key = settings.state_dir / SECRET_KEY
    if sys.platform != "win32" and _others_may_read(key):
        yield Finding(
            "key_readable",
            str(key),
            say("Other accounts can read the key that protects links and sessions."),
            mend=partial(_protect, settings.store),
        )
    if sys.platform != "win32" and _others_may_read(settings.state_dir):
        yield Finding(
            "state_readable",
            str(settings.state_dir),
            say("Other accounts can read the lab's own folder: database, keys, emails and logs."),
            say("On a mounted share, have the mount give the folder mode 0700 (dir_mode)."),
            mend=partial(_close, settings.state_dir),
        )
    with database.read() as tx:
        if not tx.people.doors():
            yield Finding(
                "no_password",
                "staff password",
                say("No staff password is set, so no one can sign in."),
                say("Run: printflow staff-password"),
            )


def _replies_elsewhere(settings: Settings) -> str:
    """The address that replies go to, if it's not that of the mailbox which is read."""
    mail, inbox = settings.mail, settings.inbox
    if inbox.reply_address or not mail.reply_to or not inbox.address:
        return ""
    goes = parseaddr(mail.reply_to)[1]
    return "" if goes.lower() == inbox.address.lower() else goes


def _others_may_read(path: Path) -> bool:
    try:
        return bool(path.lstat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except FileNotFoundError:
        return False


def _close(folder: Path) -> bool:
    if is_real_folder(folder.lstat()):
        folder.chmod(0o700)
    return not _others_may_read(folder)


def _protect(root: Path) -> bool:
    with Folder(root, STATE) as folder, folder.open(SECRET_KEY, names=None) as key:
        folder.set_mode(SECRET_KEY, key, 0o600)
    return True
