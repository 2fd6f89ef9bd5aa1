"""The tables. What a column holds is said here; how tables change over time, in ``migrations/``.

Times are UTC, money is integer cents, weights and times are exact thousandths, and no path is
absolute: a file is a name and a folder of the store.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from .types import (
    DayOrNever,
    LongSaidText,
    PriceLines,
    RowId,
    SaidJSON,
    SaidText,
    Thousandths,
    UTCDateTime,
)

PERSONAL = {"holds": "personal"}
"""About a student, in the student's words or staff's: it is deleted when the person is erased."""
KEPT = {"holds": "kept"}
"""About the work, or staff: it stays, for figures and for the history."""
SECRET = {"holds": "secret"}
"""Opens something, or could: only hashes of it are stored, and no page shows it."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", RowId, primary_key=True, autoincrement=True, info=KEPT)


def _job(*, index: bool = True) -> Column[str]:
    return Column(
        "job_id", String(8), ForeignKey("jobs.id"), nullable=False, index=index, info=KEPT
    )


lab = Table(
    "lab",
    metadata,
    Column("key", String(40), primary_key=True, info=KEPT),
    Column("value", Text, nullable=False, info=KEPT),
    Column("at", UTCDateTime, nullable=False, info=KEPT),
    comment="Single facts: the store's identity, a paused outbox and why.",
)

catalog_versions = Table(
    "catalog_versions",
    metadata,
    _id(),
    Column("at", UTCDateTime, nullable=False, info=KEPT),
    Column("by", String(100), nullable=False, info=KEPT),
    Column("document", JSON, nullable=False, info=KEPT),
    comment="Every version of the catalog. The newest is active.",
)

stations = Table(
    "stations",
    metadata,
    _id(),
    Column("name", String(60), nullable=False, unique=True, info=KEPT),
    Column("password_hash", String(200), nullable=False, info=SECRET),
    Column("changed_at", UTCDateTime, nullable=False, info=KEPT),
    Column("role", String(60), nullable=False, info=KEPT),
    Column("revoked_at", UTCDateTime, info=KEPT),
    comment="Where staff sign in, each with a password (argon2).",
)

sessions = Table(
    "sessions",
    metadata,
    _id(),
    Column("key_hash", String(64), nullable=False, unique=True, info=SECRET),
    Column("station_id", RowId, ForeignKey("stations.id"), index=True, info=KEPT),
    Column("source", String(60), nullable=False, server_default="", info=KEPT),
    Column("role", String(60), info=KEPT),
    Column("name", String(60), nullable=False, info=KEPT),
    Column("address", String(60), nullable=False, info=KEPT),
    Column("started_at", UTCDateTime, nullable=False, info=KEPT),
    Column("expires_at", UTCDateTime, nullable=False, info=KEPT),
    Column("confirmed_at", UTCDateTime, nullable=False, info=KEPT),
    comment="Browsers that are signed in; deleting the row signs one out.",
)

people = Table(
    "people",
    metadata,
    _id(),
    Column("issuer", String(300), nullable=False, info=KEPT),
    Column("subject", String(255), nullable=False, info=PERSONAL),
    Column("name", String(100), nullable=False, info=PERSONAL),
    Column("email", String(254), nullable=False, info=PERSONAL),
    Column("staff_name", String(60), unique=True, info=KEPT),
    Column("first_at", UTCDateTime, nullable=False, info=KEPT),
    Column("last_at", UTCDateTime, nullable=False, info=KEPT),
    UniqueConstraint("issuer", "subject"),
    Index("ix_people_email", "email"),
    comment="Who has signed in at the provider: staff and students, known by issuer and subject.",
)

sign_ins = Table(
    "sign_ins",
    metadata,
    _id(),
    Column("at", UTCDateTime, nullable=False, info=KEPT),
    Column("person_id", RowId, ForeignKey("people.id"), index=True, info=KEPT),
    Column("purpose", String(10), nullable=False, info=KEPT),
    Column("issuer", String(300), nullable=False, info=KEPT),
    Column("name", String(100), nullable=False, info=PERSONAL),
    Column("role", String(60), nullable=False, info=KEPT),
    Column("accepted", Boolean, nullable=False, info=KEPT),
    Column("why", SaidText(500), nullable=False, info=KEPT),
    Column("claims", JSON, nullable=False, info=PERSONAL),
    Column("address", String(60), nullable=False, info=KEPT),
    Index("ix_sign_ins_at", "at"),
    comment="Newest sign-ins at the provider, and why a role was given or not; swept.",
)

sign_ins_begun = Table(
    "sign_ins_begun",
    metadata,
    Column("state_hash", String(64), primary_key=True, info=SECRET),
    Column("browser_hash", String(64), nullable=False, info=SECRET),
    Column("session_hash", String(64), nullable=False, info=SECRET),
    Column("purpose", String(10), nullable=False, info=KEPT),
    Column("back", String(2000), nullable=False, info=KEPT),
    Column("at", UTCDateTime, nullable=False, info=KEPT),
    comment="Sign-ins under way at the provider; deleted when the browser comes back.",
)

provider_sessions = Table(
    "provider_sessions",
    metadata,
    Column(
        "key_hash",
        String(64),
        ForeignKey("sessions.key_hash", ondelete="CASCADE"),
        primary_key=True,
        info=SECRET,
    ),
    Column("person_id", RowId, ForeignKey("people.id"), nullable=False, index=True, info=KEPT),
    Column("role_place", String(10), nullable=False, info=KEPT),
    Column("believed_until", UTCDateTime, nullable=False, info=KEPT),
    Column("next_check_at", UTCDateTime, info=KEPT),
    Column("lease_until", UTCDateTime, info=KEPT),
    Column("id_token_sealed", Text, nullable=False, info=SECRET),
    Column("access_token_sealed", Text, nullable=False, info=SECRET),
    Column("refresh_token_sealed", Text, nullable=False, info=SECRET),
    Index("ix_provider_sessions_next_check_at", "next_check_at"),
    comment="What a provider gave with a staff session, encrypted, and when to ask it again.",
)

student_sessions = Table(
    "student_sessions",
    metadata,
    Column("key_hash", String(64), primary_key=True, info=SECRET),
    Column("person_id", RowId, ForeignKey("people.id"), nullable=False, index=True, info=KEPT),
    Column("id_token_sealed", Text, nullable=False, info=SECRET),
    Column("roles", JSON, info=KEPT),
    Column("address", String(60), nullable=False, info=KEPT),
    Column("started_at", UTCDateTime, nullable=False, info=KEPT),
    Column("expires_at", UTCDateTime, nullable=False, index=True, info=KEPT),
    comment="Browsers in which a student is signed in. They have no staff right.",
)

changes = Table(
    "changes",
    metadata,
    _id(),
    Column("at", UTCDateTime, nullable=False, info=KEPT),
    Column("by", String(100), nullable=False, info=KEPT),
    Column("station", String(60), nullable=False, info=KEPT),
    Column("kind", String(40), nullable=False, info=KEPT),
    Column("subject", SaidText(200), nullable=False, info=KEPT),
    Column("details", JSON, nullable=False, info=PERSONAL),
    Column("address", String(60), nullable=False, server_default="", info=KEPT),
    Column("right", String(40), nullable=False, server_default="", info=KEPT),
    Column("times", Integer, nullable=False, server_default="1", info=KEPT),
    Index("ix_changes_at", "at"),
    Index("ix_changes_kind_id", "kind", "id"),
    Index("ix_changes_by_id", "by", "id"),
    Index("ix_changes_subject_id", "subject", "id"),
    comment="Who changed the lab itself, signed in, was refused, or exported what; never changed.",
)

workers = Table(
    "workers",
    metadata,
    Column("name", String(120), primary_key=True, info=KEPT),
    Column("started_at", UTCDateTime, nullable=False, info=KEPT),
    Column("seen_at", UTCDateTime, nullable=False, info=KEPT),
    comment="Signs of life of what works in the background; one row per loop and process.",
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(40), primary_key=True, info=KEPT),
    Column("holder", String(120), nullable=False, info=KEPT),
    Column("until", UTCDateTime, nullable=False, info=KEPT),
    comment="Work that one process does at a time, which one, and until when.",
)

staff = Table(
    "staff",
    metadata,
    _id(),
    Column("name", String(60), nullable=False, unique=True, info=KEPT),
    Column("added_at", UTCDateTime, nullable=False, info=KEPT),
    Column("deactivated_at", UTCDateTime, info=KEPT),
    Column("language", String(20), nullable=False, server_default="", info=KEPT),
    comment="Names to act under; never deleted, because history speaks of them.",
)

limits = Table(
    "limits",
    metadata,
    Column("key", String(120), primary_key=True, info=KEPT),
    Column("times", Integer, nullable=False, info=KEPT),
    Column("until", UTCDateTime, nullable=False, info=KEPT),
    comment="What is counted against a limit; swept when it no longer counts.",
)

requests = Table(
    "requests",
    metadata,
    _id(),
    Column("created_at", UTCDateTime, nullable=False, info=KEPT),
    Column("idempotency_key", String(64), unique=True, info=SECRET),
    Column("student_name", String(100), nullable=False, info=PERSONAL),
    Column("student_email", String(254), nullable=False, info=PERSONAL),
    Column("consent_version", String(20), nullable=False, info=KEPT),
    Column("consent_language", String(20), nullable=False, server_default="", info=KEPT),
    Column("consent_text", Text, nullable=False, server_default="", info=KEPT),
    Column("language", String(20), nullable=False, server_default="", info=KEPT),
    Column("person_id", RowId, ForeignKey("people.id"), index=True, info=KEPT),
    Column("confirm_until", UTCDateTime, info=KEPT),
    Column("confirmed_at", UTCDateTime, info=KEPT),
    Column("confirmed_by", String(100), nullable=False, server_default="", info=KEPT),
    Column("confirm_hash", String(64), info=SECRET),
    Column("confirm_browser_hash", String(64), nullable=False, server_default="", info=SECRET),
    Index("ix_requests_confirm_hash", "confirm_hash", unique=True),
    comment="One press on Submit; it holds one job or several.",
)

known_browsers = Table(
    "known_browsers",
    metadata,
    Column("browser_hash", String(64), primary_key=True, info=SECRET),
    Column("address_hash", String(64), primary_key=True, info=SECRET),
    Column("until", UTCDateTime, nullable=False, info=KEPT),
    Index("ix_known_browsers_address_hash", "address_hash"),
    Index("ix_known_browsers_until", "until"),
    comment="Which browsers need not confirm an address again: one was confirmed that they sent.",
)

FACETS = ("printer", "method", "color", "material", "discipline")
"""What lists are filtered by, as a choice among the catalog's names."""

LISTED_BY = (*FACETS, "created_at", "status_since")
LIST_ORDERS = {
    "ix_jobs_list_created": ("created_at", "id"),
    "ix_jobs_list_since": ("status_since", "id"),
    "ix_jobs_list_name": ("student_name", "id"),
    "ix_jobs_list_needed": ("needed_by", "id"),
    "ix_jobs_list_status_created": ("status", "created_at", "id"),
    "ix_jobs_list_status_since": ("status", "status_since", "id"),
    "ix_jobs_list_status_name": ("status", "student_name", "id"),
    "ix_jobs_list_status_needed": ("status", "needed_by", "id"),
}
"""The orders of lists, of all jobs and of one status."""

NEW_JOBS = "status = 'UPLOADED' AND reviewed_at IS NULL AND unconfirmed_since IS NULL"
"""What is new: uploaded, not reviewed by anyone, and not waiting for its address."""

JOBS_AHEAD = "status NOT IN ('COMPLETED', 'PAIDPICKEDUP', 'REJECTED', 'ARCHIVED')"
JOBS_WAITING = (
    "status NOT IN ('UPLOADED', 'PENDING', 'COMPLETED', 'PAIDPICKEDUP', 'REJECTED', 'ARCHIVED')"
    " AND quantity > copies_good + copies_printing"
)
"""What is still to be printed, or being printed; and of what copies are still to be started. By what
it isn't, so that no database looks for it in an index of statuses instead.
"""

JOBS_OWING = (
    "status NOT IN ('UPLOADED', 'PENDING', 'READYTOPRINT', 'PRINTING', 'REJECTED', 'ARCHIVED')"
)
"""What may owe: its print is finished, or was handed out lately."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(8), primary_key=True, info=KEPT),
    Column("request_id", RowId, ForeignKey("requests.id"), nullable=False, index=True, info=KEPT),
    Column("status", String(16), nullable=False, info=KEPT),
    Column("version", Integer, nullable=False, info=KEPT),
    Column("created_at", UTCDateTime, nullable=False, info=KEPT),
    Column("updated_at", UTCDateTime, nullable=False, info=KEPT),
    Column("status_since", UTCDateTime, nullable=False, info=KEPT),
    Column("student_name", String(100), nullable=False, info=PERSONAL),
    Column("student_email", String(254), nullable=False, info=PERSONAL),
    Column("discipline", String(60), nullable=False, info=KEPT),
    Column("class_number", String(50), nullable=False, info=KEPT),
    Column("method", String(60), nullable=False, info=KEPT),
    Column("color", String(60), nullable=False, info=KEPT),
    Column("printer", String(60), nullable=False, info=KEPT),
    Column("original_name", String(400), nullable=False, info=PERSONAL),
    Column("standard_name", String(120), nullable=False, info=PERSONAL),
    Column("currency", String(3), nullable=False, info=KEPT),
    Column("quantity", Integer, nullable=False, default=1, info=KEPT),
    Column("copies_good", Integer, nullable=False, server_default="0", info=KEPT),
    Column("copies_failed", Integer, nullable=False, server_default="0", info=KEPT),
    Column("copies_printing", Integer, nullable=False, server_default="0", info=KEPT),
    Column("copies_out", Integer, nullable=False, server_default="0", info=KEPT),
    Column("student_note", Text, nullable=False, default="", info=PERSONAL),
    Column("request_place", Integer, nullable=False, default=1, info=KEPT),
    Column("needed_by", DayOrNever, nullable=False, server_default="9999-12-31", info=KEPT),
    Column("any_printer", Boolean, nullable=False, server_default=false(), info=KEPT),
    Column("own_material", Boolean, nullable=False, server_default=false(), info=KEPT),
    Column("group", String(60), nullable=False, server_default="", info=KEPT),
    Column("group_claimed", Boolean, nullable=False, server_default=false(), info=KEPT),
    Column("material", String(60), nullable=False, info=KEPT),
    Column("grams", Thousandths, info=KEPT),
    Column("hours", Thousandths, info=KEPT),
    Column("cost_cents", BigInteger, info=KEPT),
    Column("reasons", SaidJSON, nullable=False, info=PERSONAL),
    Column("last_actor", String(100), nullable=False, info=PERSONAL),
    Column("reviewed_at", UTCDateTime, info=KEPT),
    Column("reviewed_by", String(100), nullable=False, server_default="", info=KEPT),
    Column("student_changed_at", UTCDateTime, info=KEPT),
    Column("queue_place", Integer, info=KEPT),
    Column("shelf", String(40), nullable=False, server_default="", info=PERSONAL),
    Column("reminded_at", UTCDateTime, info=KEPT),
    Column("asked_at", UTCDateTime, info=KEPT),
    Column("held_at", UTCDateTime, info=KEPT),
    Column("held_by", String(100), nullable=False, server_default="", info=KEPT),
    Column("hold_reason", Text, nullable=False, server_default="", info=PERSONAL),
    Column("hold_shown", Boolean, nullable=False, server_default=false(), info=KEPT),
    Column("released_at", UTCDateTime, info=KEPT),
    Column("cancel_asked_at", UTCDateTime, info=KEPT),
    Column("cancel_reason", Text, nullable=False, server_default="", info=PERSONAL),
    Column("unconfirmed_since", UTCDateTime, info=KEPT),
    Column("over_limit", String(200), nullable=False, server_default="", info=KEPT),
    Column("token_hash", String(64), nullable=False, unique=True, info=SECRET),
    Column("search_text", Text, nullable=False, info=PERSONAL),
    Column("mailbox", String(254), nullable=False, server_default="", info=PERSONAL),
    # Every order of a list has an index with what lists filter by, so that the worst filter reads
    # one index once, and no table; what few jobs have is found by an index of its own. The tabs'
    # counts read the smallest one.
    *(
        Index(name, *order, *(column for column in LISTED_BY if column not in order))
        for name, order in LIST_ORDERS.items()
    ),
    *(Index(f"ix_jobs_{facet}_id", facet, "id") for facet in FACETS),
    Index("ix_jobs_status", "status"),
    Index("ix_jobs_student_email", "student_email"),
    Index("ix_jobs_mailbox", "mailbox"),
    # Partial, see NEW_JOBS. Said in the migration alone: naming a database's own option here
    # loads that database's dialect at every start.
    Index("ix_jobs_new", "status"),
    Index("ix_jobs_asked", "asked_at"),  # partial, too: asked_at is not null
    Index("ix_jobs_held", "held_at", "id"),  # partial, too
    Index("ix_jobs_cancel_asked", "cancel_asked_at"),  # partial, too
    Index("ix_jobs_unconfirmed", "unconfirmed_since"),  # partial, too: it is not null
    # The print room's rows in the order of their queue, and its counts and sums; partial, too: see
    # JOBS_WAITING and JOBS_AHEAD.
    Index("ix_jobs_waiting", "printer", "queue_place", "status_since", "id"),
    Index(
        "ix_jobs_ahead",
        *("printer", "material", "color", "method", "held_at", "hours", "quantity"),
        *("copies_good", "copies_printing", "status", "id"),
    ),
    # Who owes, longest first; partial, too: see JOBS_OWING.
    Index("ix_jobs_owing", "status_since", "id", "status", "cost_cents"),
    comment="A job as it stands now; how it came there is in events.",
)

job_files = Table(
    "job_files",
    metadata,
    _id(),
    _job(),
    Column("role", String(16), nullable=False, info=KEPT),
    Column("authoritative", Boolean, nullable=False, info=KEPT),
    Column("name", String(160), nullable=False, unique=True, info=PERSONAL),
    Column("folder", String(40), nullable=False, info=KEPT),
    Column("last_seen", String(40), nullable=False, info=KEPT),
    Column("last_named", String(160), nullable=False, server_default="", info=PERSONAL),
    Column("was_named", JSON, nullable=False, server_default="[]", info=PERSONAL),
    Column("state", String(16), nullable=False, info=KEPT),
    Column("size", BigInteger, nullable=False, info=KEPT),
    Column("sha256", String(64), nullable=False, info=KEPT),
    Column("incoming", String(40), nullable=False, default="", info=KEPT),
    Column("tries", Integer, nullable=False, default=0, info=KEPT),
    Column("next_try_at", UTCDateTime, info=KEPT),
    Column("lease_until", UTCDateTime, info=KEPT),
    Column("problem", SaidText(300), nullable=False, default="", info=KEPT),
    Column("inspection", String(10), nullable=False, server_default="none", info=KEPT),
    Column("inspection_tries", Integer, nullable=False, server_default="0", info=KEPT),
    Column("inspection_lease", UTCDateTime, info=KEPT),
    Column("inspected_at", UTCDateTime, info=KEPT),
    Column("facts", JSON, info=KEPT),
    Column("facts_version", Integer, nullable=False, server_default="0", info=KEPT),
    Column("picture", Boolean, nullable=False, server_default=false(), info=KEPT),
    Column("inspection_note", SaidText(300), nullable=False, server_default="", info=KEPT),
    Column("reckoned", SaidJSON, info=KEPT),
    Column("up", String(1), nullable=False, server_default="z", info=KEPT),
    Index("ix_job_files_inspection", "inspection", "id"),
    Index("ix_job_files_inspected_at", "inspected_at"),
    Index("ix_job_files_next_try_at", "next_try_at"),
    Index("ix_job_files_state", "state"),
    comment="Where each file belongs (folder) and what is known of it; placement makes it true.",
)

removals = Table(
    "removals",
    metadata,
    Column("job_id", String(8), ForeignKey("jobs.id"), primary_key=True, info=KEPT),
    Column("part", String(16), primary_key=True, info=KEPT),
    Column("at", UTCDateTime, nullable=False, info=KEPT),
    comment="Which parts of a job's data retention has taken out.",
)

events = Table(
    "events",
    metadata,
    _id(),
    _job(),
    Column("at", UTCDateTime, nullable=False, info=KEPT),
    Column("trigger", String(20), nullable=False, info=KEPT),
    Column("source", String(16), info=KEPT),
    Column("dest", String(16), nullable=False, info=KEPT),
    Column("actor_kind", String(10), nullable=False, info=KEPT),
    Column("actor", String(100), nullable=False, info=PERSONAL),
    Column("station", String(60), nullable=False, info=KEPT),
    Column("details", SaidJSON, nullable=False, info=PERSONAL),
    Index("ix_events_at", "at"),
    comment="Everything that ever happened to a job, in order; never changed.",
)

confirmations = Table(
    "confirmations",
    metadata,
    _id(),
    _job(),
    Column("token_hash", String(64), unique=True, info=SECRET),
    Column("cost_cents", BigInteger, nullable=False, info=KEPT),
    Column("currency", String(3), nullable=False, info=KEPT),
    Column("grams", Thousandths, nullable=False, info=KEPT),
    Column("hours", Thousandths, nullable=False, info=KEPT),
    Column("printer", String(60), nullable=False, info=KEPT),
    Column("material", String(60), nullable=False, info=KEPT),
    Column("color", String(60), nullable=False, info=KEPT),
    Column("file_name", String(160), nullable=False, info=PERSONAL),
    Column("file_sha256", String(64), nullable=False, info=KEPT),
    Column("issued_at", UTCDateTime, nullable=False, info=KEPT),
    Column("expires_at", UTCDateTime, nullable=False, info=KEPT),
    Column("used_at", UTCDateTime, info=KEPT),
    Column("used_by", String(100), nullable=False, default="", info=PERSONAL),
    Column("voided_at", UTCDateTime, info=KEPT),
    Column("reminded_at", UTCDateTime, info=KEPT),
    Column("price_lines", PriceLines, nullable=False, server_default="[]", info=KEPT),
    # Partial, too (used_at and voided_at are null): old quotes are many, open ones few.
    Index("ix_confirmations_open", "expires_at", "job_id"),
    comment="One link each: the quote it offers, and what became of it.",
)

machines = Table(
    "machines",
    metadata,
    _id(),
    Column("name", String(60), nullable=False, unique=True, info=KEPT),
    Column("model", String(60), nullable=False, info=KEPT),
    Column("implied", Boolean, nullable=False, server_default=false(), info=KEPT),
    Column("place", String(60), nullable=False, server_default="", info=KEPT),
    Column("nozzle", String(40), nullable=False, server_default="", info=KEPT),
    Column("material", String(60), nullable=False, server_default="", info=KEPT),
    Column("color", String(60), nullable=False, server_default="", info=KEPT),
    Column("notes", Text, nullable=False, server_default="", info=KEPT),
    Column("out_since", UTCDateTime, info=KEPT),
    Column("out_reason", Text, nullable=False, server_default="", info=KEPT),
    Column("out_by", String(100), nullable=False, server_default="", info=KEPT),
    Column("added_at", UTCDateTime, nullable=False, info=KEPT),
    Column("retired_at", UTCDateTime, info=KEPT),
    comment="Units of the catalog's printers; an implied one has the name of its model.",
)

plates = Table(
    "plates",
    metadata,
    _id(),
    Column("machine_id", RowId, ForeignKey("machines.id"), nullable=False, index=True, info=KEPT),
    Column("state", String(8), nullable=False, info=KEPT),
    Column("file_name", String(200), nullable=False, server_default="", info=PERSONAL),
    Column("file_plate", Integer, info=KEPT),
    Column("grams", Thousandths, info=KEPT),
    Column("hours", Thousandths, info=KEPT),
    Column("created_at", UTCDateTime, nullable=False, info=KEPT),
    Column("created_by", String(100), nullable=False, info=KEPT),
    Column("started_at", UTCDateTime, info=KEPT),
    Column("started_by", String(100), nullable=False, server_default="", info=KEPT),
    Column("ended_at", UTCDateTime, info=KEPT),
    Column("ended_by", String(100), nullable=False, server_default="", info=KEPT),
    Index("ix_plates_state", "state"),
    comment="Starts of a machine: planned, running, or ended.",
)

plate_runs = Table(
    "plate_runs",
    metadata,
    _id(),
    Column("plate_id", RowId, ForeignKey("plates.id"), nullable=False, index=True, info=KEPT),
    Column("machine_id", RowId, ForeignKey("machines.id"), nullable=False, index=True, info=KEPT),
    Column("started_at", UTCDateTime, nullable=False, info=KEPT),
    Column("ended_at", UTCDateTime, info=KEPT),
    Index("ix_plate_runs_ended_at", "ended_at"),
    comment="When a plate ran on which machine; a plate that is moved has several.",
)

plate_parts = Table(
    "plate_parts",
    metadata,
    _id(),
    Column("plate_id", RowId, ForeignKey("plates.id"), nullable=False, info=KEPT),
    _job(),
    Column("copies", Integer, nullable=False, info=KEPT),
    Column("added_at", UTCDateTime, nullable=False, info=KEPT),
    UniqueConstraint("plate_id", "job_id"),
    comment="Which jobs are on a plate, and how many copies of each.",
)

part_outcomes = Table(
    "part_outcomes",
    metadata,
    _id(),
    Column("part_id", RowId, ForeignKey("plate_parts.id"), nullable=False, index=True, info=KEPT),
    Column("at", UTCDateTime, nullable=False, info=KEPT),
    Column("by", String(100), nullable=False, info=KEPT),
    Column("good", Integer, nullable=False, server_default="0", info=KEPT),
    Column("failed", Integer, nullable=False, server_default="0", info=KEPT),
    Column("not_printed", Integer, nullable=False, server_default="0", info=KEPT),
    Column("category", String(20), nullable=False, server_default="", info=KEPT),
    Column("reason", Text, nullable=False, server_default="", info=PERSONAL),
    Column("grams_wasted", Thousandths, info=KEPT),
    comment="What became of copies on a plate.",
)

saved_views = Table(
    "saved_views",
    metadata,
    _id(),
    Column("name", String(40), nullable=False, info=PERSONAL),
    Column("owner", String(60), nullable=False, info=KEPT),
    Column("shared", Boolean, nullable=False, info=KEPT),
    Column("listed", String(40), nullable=False, info=KEPT),
    Column("search", String(100), nullable=False, info=PERSONAL),
    Column("filters", JSON, nullable=False, info=KEPT),
    Column("made_at", UTCDateTime, nullable=False, info=KEPT),
    Index("ix_saved_views_owner", "owner"),
    comment="Lists of jobs that staff named, as tabs of their own.",
)

file_openings = Table(
    "file_openings",
    metadata,
    _id(),
    Column(
        "job_id", String(8), ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False, info=KEPT
    ),
    Column("file_name", String(200), nullable=False, info=PERSONAL),
    Column("at", UTCDateTime, nullable=False, info=KEPT),
    Column("by", String(100), nullable=False, info=KEPT),
    Column("station", String(60), nullable=False, info=KEPT),
    Index("ix_file_openings_job_id", "job_id"),
    comment='Files opened in slicers; station "" is a click whose report is not there (yet).',
)

payments = Table(
    "payments",
    metadata,
    _id(),
    Column("at", UTCDateTime, nullable=False, info=KEPT),
    Column("by", String(100), nullable=False, info=KEPT),
    Column("station", String(60), nullable=False, server_default="", info=KEPT),
    Column("amount_cents", BigInteger, nullable=False, info=KEPT),
    Column("currency", String(3), nullable=False, info=KEPT),
    Column("method", String(60), nullable=False, info=KEPT),
    Column("receipt", String(40), nullable=False, server_default="", info=KEPT),
    Column("payer", String(100), nullable=False, server_default="", info=PERSONAL),
    Column("account", String(60), nullable=False, server_default="", info=PERSONAL),
    Column("note", String(200), nullable=False, server_default="", info=PERSONAL),
    Column("waived", LongSaidText, nullable=False, info=PERSONAL),
    Column("kind", String(10), nullable=False, server_default="payment", info=KEPT),
    Column("hand_over", String(16), nullable=False, server_default="", info=KEPT),
    Column("idempotency_key", String(64), unique=True, info=SECRET),
    Column("fingerprint", String(64), nullable=False, server_default="", info=SECRET),
    Index("ix_payments_at", "at"),
    Index("ix_payments_receipt", "receipt"),
    Index("ix_payments_hand_over", "hand_over"),
    comment="Money taken, or why none was.",
)

payment_shares = Table(
    "payment_shares",
    metadata,
    _id(),
    Column("payment_id", RowId, ForeignKey("payments.id"), nullable=False, info=KEPT),
    _job(index=False),
    Column("event_id", RowId, ForeignKey("events.id"), info=KEPT),
    Column("amount_cents", BigInteger, nullable=False, info=KEPT),
    Column("waived_cents", BigInteger, nullable=False, info=KEPT),
    UniqueConstraint("payment_id", "job_id"),
    # What was paid of a job is read from the index alone.
    Index("ix_payment_shares_job_id", "job_id", "payment_id", "amount_cents", "waived_cents"),
    comment="What of a payment is for which job; never changed.",
)

payers = Table(
    "payers",
    metadata,
    _id(),
    Column("code", String(40), nullable=False, info=KEPT),
    Column("code_key", String(40), nullable=False, unique=True, info=KEPT),
    Column("title", String(120), nullable=False, server_default="", info=KEPT),
    Column("kind", String(16), nullable=False, info=KEPT),
    Column("starts", Date, info=KEPT),
    Column("ends", Date, info=KEPT),
    Column("budget_cents", BigInteger, info=KEPT),
    Column("each_cents", BigInteger, info=KEPT),
    Column("window", String(8), nullable=False, info=KEPT),
    Column("who", Text, nullable=False, server_default="", info=KEPT),
    Column("approver", String(254), nullable=False, server_default="", info=KEPT),
    Column("retired_at", UTCDateTime, info=KEPT),
    comment="Who pays instead of students: courses, clubs, departments, grants.",
)

payer_claims = Table(
    "payer_claims",
    metadata,
    _id(),
    Column("payer_id", RowId, ForeignKey("payers.id"), nullable=False, info=KEPT),
    _job(),
    Column("state", String(10), nullable=False, info=KEPT),
    Column("cents", BigInteger, nullable=False, server_default="0", info=KEPT),
    Column("term", String(60), nullable=False, server_default="", info=KEPT),
    Column("at", UTCDateTime, nullable=False, info=KEPT),
    Column("state_before", String(10), info=KEPT),
    Column("cents_before", BigInteger, info=KEPT),
    Column("asked_at", UTCDateTime, info=KEPT),
    Column("approved_at", UTCDateTime, info=KEPT),
    Column("answered_by", String(254), nullable=False, server_default="", info=KEPT),
    Column("token_hash", String(64), unique=True, info=SECRET),
    UniqueConstraint("payer_id", "job_id"),
    Index("ix_payer_claims_payer_id_term_state", "payer_id", "term", "state"),
    comment="What a payer pays of a job's price: reserved, used, released or refused.",
)

person_rules = Table(
    "person_rules",
    metadata,
    _id(),
    Column("email", String(254), nullable=False, info=PERSONAL),
    Column("mailbox", String(254), nullable=False, index=True, info=PERSONAL),
    Column("kind", String(10), nullable=False, info=KEPT),
    Column("code", String(20), nullable=False, server_default="", info=KEPT),
    Column("reason", Text, nullable=False, info=PERSONAL),
    Column("until", Date, info=KEPT),
    Column("at", UTCDateTime, nullable=False, info=KEPT),
    Column("by", String(100), nullable=False, info=KEPT),
    Column("ended_at", UTCDateTime, info=KEPT),
    Column("ended_by", String(100), nullable=False, server_default="", info=KEPT),
    comment="People whom staff blocked, and exceptions from the lab's limits.",
)

limit_counts = Table(
    "limit_counts",
    metadata,
    Column("day", Date, primary_key=True, info=KEPT),
    Column("outcome", String(10), primary_key=True, info=KEPT),
    Column("code", String(20), primary_key=True, info=KEPT),
    Column("rule", String(80), primary_key=True, info=KEPT),
    Column("times", Integer, nullable=False, info=KEPT),
    comment="How often a request was over which limit, and what came of it; nobody is named.",
)

payment_voids = Table(
    "payment_voids",
    metadata,
    _id(),
    Column("payment_id", RowId, ForeignKey("payments.id"), nullable=False, unique=True, info=KEPT),
    Column("at", UTCDateTime, nullable=False, info=KEPT),
    Column("by", String(100), nullable=False, info=KEPT),
    Column("station", String(60), nullable=False, info=KEPT),
    Column("reason", Text, nullable=False, info=PERSONAL),
    Index("ix_payment_voids_at", "at"),
    comment="Payments that do not count any more, and why; never changed.",
)

online_payments = Table(
    "online_payments",
    metadata,
    _id(),
    Column("identity", String(64), nullable=False, unique=True, info=KEPT),
    Column("at", UTCDateTime, nullable=False, info=KEPT),
    Column("source", String(10), nullable=False, info=KEPT),
    Column("reference", String(100), nullable=False, server_default="", info=KEPT),
    Column("transaction_id", String(100), nullable=False, info=KEPT),
    Column("job_id", String(8), ForeignKey("jobs.id"), index=True, info=KEPT),
    Column("amount_cents", BigInteger, nullable=False, info=KEPT),
    Column("currency", String(3), nullable=False, info=KEPT),
    Column("finding", String(12), nullable=False, server_default="", info=KEPT),
    Column("state", String(10), nullable=False, index=True, info=KEPT),
    Column("payment_id", RowId, ForeignKey("payments.id"), info=KEPT),
    Column("settled_at", UTCDateTime, info=KEPT),
    Column("settled_by", String(100), nullable=False, server_default="", info=KEPT),
    Column("note", String(200), nullable=False, server_default="", info=PERSONAL),
    comment="What the payment service said was paid, in the ledger or not; each once.",
)

papercut_charges = Table(
    "papercut_charges",
    metadata,
    _id(),
    Column("reference", String(30), nullable=False, unique=True, info=KEPT),
    _job(),
    Column("open_for", String(8), unique=True, info=KEPT),
    Column("amount_cents", BigInteger, nullable=False, info=KEPT),
    Column("currency", String(3), nullable=False, info=KEPT),
    Column("username", String(100), nullable=False, info=PERSONAL),
    Column("state", String(10), nullable=False, index=True, info=KEPT),
    Column("asked_at", UTCDateTime, nullable=False, info=KEPT),
    Column("asked_by", String(100), nullable=False, info=KEPT),
    Column("station", String(60), nullable=False, server_default="", info=KEPT),
    Column("sent_at", UTCDateTime, info=KEPT),
    Column("answered_at", UTCDateTime, info=KEPT),
    Column("answer", SaidText(500), nullable=False, server_default="", info=PERSONAL),
    Column("settled_by", String(100), nullable=False, server_default="", info=KEPT),
    Column("payment_id", RowId, ForeignKey("payments.id"), info=KEPT),
    comment="Charges to PaperCut accounts. open_for is the job while one may still charge it.",
)

notes = Table(
    "notes",
    metadata,
    _id(),
    _job(),
    Column("at", UTCDateTime, nullable=False, info=KEPT),
    Column("author", String(100), nullable=False, info=PERSONAL),
    Column("text", LongSaidText, nullable=False, info=PERSONAL),
    Column("for_student", Boolean, nullable=False, info=KEPT),
    Column("from_student", Boolean, nullable=False, default=False, info=KEPT),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("message_id", String(120), nullable=False, info=KEPT),
    Column("job_id", String(8), ForeignKey("jobs.id"), index=True, info=KEPT),
    Column("event_id", RowId, ForeignKey("events.id"), info=KEPT),
    Column("confirmation_id", RowId, ForeignKey("confirmations.id"), info=KEPT),
    Column("template", String(40), nullable=False, info=KEPT),
    Column("recipient", String(254), nullable=False, info=PERSONAL),
    Column("context", SaidJSON, nullable=False, info=PERSONAL),
    Column("created_at", UTCDateTime, nullable=False, info=KEPT),
    Column("state", String(16), nullable=False, info=KEPT),
    Column("tries", Integer, nullable=False, default=0, info=KEPT),
    Column("next_try_at", UTCDateTime, info=KEPT),
    Column("lease_until", UTCDateTime, info=KEPT),
    Column("error", SaidText(500), nullable=False, default="", info=PERSONAL),
    Column("sent_at", UTCDateTime, info=KEPT),
    Column("bounced_at", UTCDateTime, info=KEPT),
    UniqueConstraint("message_id"),
    Index("ix_outbox_state_next_try_at", "state", "next_try_at"),
    comment="Emails to send, written in the same transaction as the change they report.",
)

incoming_mails = Table(
    "incoming_mails",
    metadata,
    _id(),
    Column("identity", String(64), nullable=False, info=KEPT),
    Column("at", UTCDateTime, nullable=False, info=KEPT),
    Column("sent_at", UTCDateTime, info=KEPT),
    Column("fate", String(12), nullable=False, info=KEPT),
    Column("why", String(20), nullable=False, info=KEPT),
    Column("too_large", Boolean, nullable=False, server_default=false(), info=KEPT),
    Column("job_id", String(8), ForeignKey("jobs.id"), index=True, info=KEPT),
    Column("note_id", RowId, ForeignKey("notes.id", ondelete="SET NULL"), info=KEPT),
    Column("outbox_id", RowId, info=KEPT),
    Column("sender", String(254), nullable=False, server_default="", info=PERSONAL),
    Column("sender_name", String(100), nullable=False, server_default="", info=PERSONAL),
    Column("subject", String(200), nullable=False, server_default="", info=PERSONAL),
    Column("text", Text, nullable=False, server_default="", info=PERSONAL),
    Column("whole", Text, nullable=False, server_default="", info=PERSONAL),
    Column("size", BigInteger, nullable=False, info=KEPT),
    Column("attachments", JSON, nullable=False, info=PERSONAL),
    Column("settled_at", UTCDateTime, info=KEPT),
    Column("settled_by", String(100), nullable=False, server_default="", info=KEPT),
    UniqueConstraint("identity"),
    Index("ix_incoming_mails_fate_id", "fate", "id"),
    Index("ix_incoming_mails_note_id", "note_id"),
    comment="Emails that came in, and what became of each; identity keeps one from coming twice.",
)

incoming_originals = Table(
    "incoming_originals",
    metadata,
    Column(
        "mail_id",
        RowId,
        ForeignKey("incoming_mails.id", ondelete="CASCADE"),
        primary_key=True,
        info=KEPT,
    ),
    Column("complete", Boolean, nullable=False, info=KEPT),
    Column("data", LargeBinary, nullable=False, info=PERSONAL),
    comment="Emails as they came; large ones without their attachments.",
)

incoming_pictures = Table(
    "incoming_pictures",
    metadata,
    _id(),
    Column(
        "mail_id",
        RowId,
        ForeignKey("incoming_mails.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
        info=KEPT,
    ),
    Column("name", String(100), nullable=False, info=PERSONAL),
    Column("width", Integer, nullable=False, info=KEPT),
    Column("height", Integer, nullable=False, info=KEPT),
    Column("data", LargeBinary, nullable=False, info=PERSONAL),
    comment="Pictures of incoming emails, drawn again; staff see them.",
)
