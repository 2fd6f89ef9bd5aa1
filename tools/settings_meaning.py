"""What each setting means, for the settings page; one that is missing here fails its test."""

from __future__ import annotations

from collections.abc import Mapping

MEANING: Mapping[str, str] = {
    "store": "The folder of all files: one file system, local or on a share.",
    "database_url": "The database; empty: SQLite in the store. On a share it has to be named: "
    "`sqlite:////var/lib/printflow/printflow.db` or `postgresql://…`.",
    "secret_key": "What sessions and links are signed with; empty: made once, kept in the store.",
    "base_url": "What students open; links in mails begin with it. Needed as soon as mail is sent.",
    "trusted_hosts": "More names that the server answers to; `.example.edu` means all below it.",
    "allowed_email_domains": "Whose addresses may submit; empty: anybody's.",
    "quote_days": "How long a price can be confirmed.",
    "resend_minutes": "How often a student may ask for a new link.",
    "reminder_hours": "How long before a price lapses a student who has not answered is reminded; 0: "
    "never.",
    "pickup_reminder_days": "On which days after completion a student who has not fetched the print is "
    "reminded; `[]`: never.",
    "dispose_after_days": "After how many days a print that nobody fetched may be disposed of; 0: never. "
    "A reminder has to come before.",
    "dispose_automatic": "Whether that happens by itself; else staff do it.",
    "submissions_per_hour": "How many submissions one network address may send; 0: any number.",
    "more_formats": "What students may send besides `.stl`, `.obj` and `.3mf`; STEP needs the extra "
    "`printflow[step]` on the server.",
    "attention_days": "After how long in one status a job needs attention.",
    "undo_seconds": "How long staff can take an action back; its mail waits that long.",
    "settle_seconds": "How long a file must stand unchanged before it can be chosen.",
    "max_upload_mb": "The largest model that is taken.",
    "disk_reserve_mb": "Room that stays free: below it no model is taken.",
    "mail.smtp_host": "The mail server; empty: mails become files.",
    "mail.smtp_port": "Its port; follows `smtp_security` if only that is set.",
    "mail.smtp_security": "`starttls` (587), `tls` (465) or `none` (25, a relay in the house). "
    "Without it, port 465 means `tls` and every other port `starttls`; mail that cannot be encrypted "
    "as set here is not sent.",
    "mail.smtp_allow_plaintext_login": 'With `smtp_security = "none"`, whether the user name and '
    "password may be sent for everyone on the way to read.",
    "mail.smtp_username": "The account there; empty: no sign-in.",
    "mail.smtp_password": "Its password.",
    "mail.smtp_ca_file": "Certificates of your own authority, if the server's come from it.",
    "mail.sender": "Who mails come from.",
    "mail.reply_to": "Where answers go; empty: to the `staff_address`, without one to the sender.",
    "mail.staff_address": "Who hears when a student confirms or declines.",
    "mail.directory": "Where mails are written while there is no server.",
    "mail.templates": "Your own wording: files here come before the shipped templates.",
    "mail.timeout_seconds": "How long one step of the talk with the server may take.",
    "mail.deadline_seconds": "How long one mail may take in all.",
    "share.windows": "The store as Windows PCs see it.",
    "share.linux": "The store as Linux PCs see it.",
    "share.macos": "The store as Macs see it.",
    "server.host": "The address to listen on; `0.0.0.0` for all, behind a proxy only.",
    "server.port": "The port to listen on; 0 takes a free one.",
    "server.threads": "How many requests are worked on at once.",
    "server.connection_limit": "How many connections are held open.",
    "server.connections_per_client": "Connections that one address (in IPv6 its /64) may hold at once; "
    "behind a trusted proxy, unfinished requests of each client that it names.",
    "server.header_seconds": "The head of a request must be complete after so long.",
    "server.body_grace_seconds": "Bodies, and answers that are read slowly, are looked at once in so long.",
    "server.body_bytes_per_second": "The least that must have moved meanwhile, on average; slower "
    "connections are closed.",
    "server.spool": "Where large bodies are kept while they arrive; on a local disk. Without it: beside an "
    "embedded database, else in the system's folder for temporary files.",
    "server.spool_mb": "What all bodies under way may have together; one client may use half. Beyond it "
    "a large body gets 503 at once.",
    "server.trusted_proxy": "Whose word on the student's address and scheme (`X-Forwarded-For`, "
    "`X-Forwarded-Proto`) is believed; empty: nobody's.",
    "server.metrics_token": "Who sends it as a bearer token sees `/metrics`; empty: only this machine.",
    "retention.automatic": "Whether jobs are archived, and data removed, by themselves when their time has come.",
    "retention.files_days": "How long model files are kept after a job was archived; 0: for ever.",
    "retention.mails_days": "The same for mails.",
    "retention.personal_days": "The same for names, addresses, file names and notes; not before the files.",
    "retention.events_days": "The same for who did each step; the steps stay.",
    "retention.payments_days": "The same for who took each payment; the amounts stay.",
    "retention.jobs_days": "The same for other details of the job; anonymous statistics stay.",
    "slicer.command": "The slicer that reckons each model, as `prusa-slicer`; empty: none does.",
    "slicer.profiles": "Its profiles, as `PRINTER/MATERIAL.ini`; empty: in the store's "
    "`.printflow/slicer`. `printflow slicer flatten` makes them.",
    "slicer.seconds": "How long one model may take.",
    "slicer.memory_mb": "How much memory it may take (on Linux).",
    "log.format": "Lines for people, or one JSON object per line.",
    "log.max_mb": "When a log file is put aside and a new one begun.",
    "log.keep": "How many of those are kept.",
}
