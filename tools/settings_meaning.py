"""What each setting means, for the settings page. A test fails if one is missing here."""

from __future__ import annotations

from collections.abc import Mapping

MEANING: Mapping[str, str] = {
    "store": "The folder for all files, on one file system: a local disk or a share.",
    "database_url": "The database. Empty: SQLite in the store. If the store is on a share, set "
    "this: `sqlite:////var/lib/printflow/printflow.db` or `postgresql://…`.",
    "secret_key": "The key that signs sessions and links. Empty: created once and kept in the "
    "store.",
    "base_url": "The web address for students. Links in emails begin with it, so it's required "
    "once email is sent.",
    "trusted_hosts": "More host names that the server answers to. `.example.edu` includes all "
    "subdomains.",
    "allowed_email_domains": "The email domains that may submit. Empty: any.",
    "language": "The lab's own language, for readers who chose none and whose browser asks for none "
    "that's offered, and for emails to staff.",
    "languages": "The languages that pages offer. Empty: all that have a catalog.",
    "check_email_domain": "Whether a student is asked about an address whose domain has no email "
    "server. For that, the server asks its DNS, for one second at most. If the DNS can't be "
    "reached, nobody is asked.",
    "confirm_address": "Whether students who aren't signed in confirm their email address by a link "
    "before staff see what they submitted. A browser is asked again after 180 days.",
    "unconfirmed_days": "How many days that link works. What isn't confirmed by then is deleted.",
    "quote_days": "How many days a price can be confirmed.",
    "students_cancel": "What students can do after they confirm a price: ask staff to cancel, cancel until the print starts, or neither.",
    "ready_estimates": "Whether students see when a print is usually ready, and how many are ahead of it.",
    "resend_minutes": "How many minutes a student must wait before asking for another new link.",
    "reminder_hours": "How many hours before a price expires a student who hasn't responded is "
    "reminded. 0: never.",
    "pickup_reminder_days": "How many days after completion a student who hasn't picked up the "
    "print is reminded. `[]`: never.",
    "dispose_after_days": "After how many days a print that wasn't picked up may be discarded. 0: "
    "never. Requires a reminder before.",
    "dispose_automatic": "Whether such prints are marked as discarded automatically. If not, "
    "staff do it.",
    "submissions_per_hour": "How many submissions one network address may send per hour. 0: "
    "unlimited.",
    "locale_dir": "The folder with the lab's own texts in other languages, such as `it.po`. They win over "
    "the built-in ones, text by text. See [translating](translating.md).",
    "more_formats": "The formats that students may submit besides `.stl`, `.obj` and `.3mf`. STEP "
    "needs the extra `printflow[step]` on the server.",
    "weekly_summary_to": "Who gets the summary of the last week by email, every Monday at 6 AM (lab time). Empty: no one gets it.",
    "attention_days": "After how many days in one status a job needs attention.",
    "undo_seconds": "How many seconds staff can undo an action. Its email is held that long.",
    "settle_seconds": "How many seconds a file must be unchanged before it can be chosen.",
    "max_upload_mb": "The largest model that is accepted.",
    "disk_reserve_mb": "Disk space to keep free. Below it, no model is accepted.",
    "mail.smtp_host": "The SMTP server. Empty: emails are saved as files.",
    "mail.smtp_port": "The SMTP port. Follows `smtp_security` if only that is set.",
    "mail.smtp_security": "`starttls` (587), `tls` (465) or `none` (25, for an internal relay). "
    "If not set, port 465 means `tls` and every other port `starttls`. Email that can't be "
    "encrypted as set here isn't sent.",
    "mail.auth": "How Printflow signs in: with the `password`, or with tokens (`xoauth2`), as "
    "Microsoft 365 and Google want it.",
    "mail.allow_cleartext_login": 'With `smtp_security = "none"`: whether the username, and password '
    "or token, may be sent unencrypted. It used to be called `smtp_allow_plaintext_login`, which still "
    "works.",
    "mail.oauth_provider": "Fills in `oauth_token_endpoint` and `oauth_scope` for `microsoft365` or "
    "`google`.",
    "mail.oauth_tenant": "For `microsoft365`: your tenant's ID or domain.",
    "mail.oauth_client_id": "The ID of the app (client) that gets the tokens.",
    "mail.oauth_client_secret": "The app's secret.",
    "mail.oauth_client_secret_file": "The file that contains the app's secret, instead of "
    "`oauth_client_secret`. It's read whenever a token is needed.",
    "mail.oauth_refresh_token": "The refresh token of the mailbox's account. Empty: the app gets tokens "
    "on its own (client credentials).",
    "mail.oauth_refresh_token_file": "The file that contains the refresh token, instead of "
    "`oauth_refresh_token`. Printflow never writes to it. If the provider replaces the token, the new one "
    "is kept in the store's `.printflow/mail-token.json`, which only the server's account can read.",
    "mail.oauth_token_endpoint": "Where tokens come from. Empty: as `oauth_provider` says.",
    "mail.oauth_scope": "What the tokens are for, separated by spaces. Empty: as `oauth_provider` says.",
    "mail.smtp_username": "The SMTP account. Empty: no sign-in.",
    "mail.smtp_password": "The account's password.",
    "mail.smtp_ca_file": "The certificates of your own certificate authority, if the server uses "
    "one.",
    "mail.sender": "The sender of the emails.",
    "mail.reply_to": "Where replies go. Empty: to the `staff_address`, or to the sender if there "
    "is none.",
    "mail.staff_address": "The address to notify when a student confirms or declines.",
    "mail.print_started": "Whether students get an email when their print starts.",
    "mail.receipts": "Whether students get a receipt by email for each payment and refund.",
    "mail.copies_ready": "Whether students get an email when some of their copies are done and "
    "others are still to be printed.",
    "mail.print_failed": "Whether students get an email when a print fails and is printed again.",
    "mail.directory": "Where emails are saved if there is no SMTP server.",
    "mail.templates": "The folder with your own templates. They replace the shipped ones.",
    "mail.timeout_seconds": "How many seconds one step of the exchange with the server may take.",
    "mail.deadline_seconds": "How many seconds sending one email may take in total.",
    "mail.request_wait_minutes": "If a student submitted several models at once, how many minutes "
    "the email with the first price (or rejection) waits for the others, so that one email tells "
    "all. When all are decided, it leaves at once. 0: it doesn't wait.",
    "mail.ready_email": "The email that a print is ready, if the student submitted several models "
    "at once: for `each` as it's completed, or once for all `together`. Prints that are completed "
    "together share one email either way.",
    "mail.ready_wait_hours": 'With `ready_email = "together"`: after how many hours a finished '
    "print is announced without the others.",
    "share.windows": "The path of the store on Windows PCs.",
    "share.linux": "The path of the store on Linux PCs.",
    "share.macos": "The path of the store on Macs.",
    "server.host": "The address to listen on. `0.0.0.0` means all, and is only for use behind a "
    "proxy.",
    "server.port": "The port to listen on. 0 chooses a free one.",
    "server.workers": "How many processes answer pages. More than one needs Linux.",
    "server.threads": "How many requests each of them handles at once.",
    "server.connection_limit": "How many connections can be open at once.",
    "server.connections_per_client": "How many connections one address (in IPv6, its /64) may "
    "have open at once. Behind a trusted proxy: how many unfinished requests each client may "
    "have. With several `workers`, each allows so many.",
    "inbox.host": "The IMAP server that replies are read from. Empty: replies aren't read.",
    "inbox.port": "The IMAP port. Follows `security` if only that is set.",
    "inbox.security": "`tls` (993), `starttls` (143) or `none` (143, for a server on this machine).",
    "inbox.allow_cleartext_login": 'With `security = "none"`: whether the username and password may '
    "be sent unencrypted.",
    "inbox.auth": "How Printflow signs in: with the `password`, or with tokens (`xoauth2`) that the "
    "app in `[mail]` gets (`oauth_…`).",
    "inbox.username": "The mailbox's user name, usually its address.",
    "inbox.password": "The mailbox's password.",
    "inbox.ca_file": "The certificates of your own certificate authority, if the server uses one.",
    "inbox.folder": "The folder that is read.",
    "inbox.read_folder": "The folder that emails are moved to once they're read. It's created if it "
    "doesn't exist. Empty: they stay where they are and are marked as read.",
    "inbox.reply_address": "The mailbox's address, if it accepts addresses such as "
    "`printlab+anything@example.edu`. Each job's emails then ask for replies to an address of their "
    "own. Empty: replies are matched by the email that they answer.",
    "inbox.max_mb": "The largest email that is read. Of larger ones, only the sender and subject are "
    "noted.",
    "inbox.keep_mb": "The largest email that is kept whole. Larger ones are kept without their "
    "attachments.",
    "inbox.emails_per_hour": "How many emails about one job become messages within an hour. Others "
    "wait for staff.",
    "inbox.timeout_seconds": "How many seconds one step of the exchange with the server may take.",
    "inbox.deadline_seconds": "How many seconds reading one email may take in total.",
    "server.header_seconds": "The time limit for receiving a request's headers.",
    "server.body_grace_seconds": "How often the progress of request bodies and slowly read "
    "answers is checked.",
    "server.body_bytes_per_second": "The minimum average rate between checks. Slower connections "
    "are closed.",
    "server.spool": "The folder for large request bodies while they arrive, on a local disk. "
    "Empty: next to an SQLite database, otherwise in the system's temporary folder.",
    "server.spool_mb": "The total size of all unfinished request bodies. One client may use half "
    "of it. Beyond it, large requests get a 503 response immediately.",
    "server.trusted_proxy": "The proxy whose `X-Forwarded-For` and `X-Forwarded-Proto` are "
    "trusted for the student's address and scheme. Empty: none.",
    "server.confirm_sensitive_minutes": "Sensitive actions (void, waive, override, discard, export or "
    "erase people, change stations and roles, restore a catalog) ask for the password again if it "
    "was typed longer ago. 0: never.",
    "server.log_addresses": "How much of a client's network address is kept in the access log and "
    "the lab's record: `full`, its network (`short`: an IPv4's /24, an IPv6's /48) or `none`. "
    "fail2ban needs `full`.",
    "server.security_contact": "Where to report security problems. Set it to serve "
    "`/.well-known/security.txt`.",
    "server.security_policy": "The page that says how you handle such reports.",
    "server.security_expires": "When the contact stops being valid. Empty: always 180 days from "
    "now.",
    "server.metrics_token": "The bearer token for `/metrics`. Empty: only this machine can read "
    "it.",
    "retention.automatic": "Whether jobs are archived and data is deleted automatically when due.",
    "retention.files_days": "How many days model files are kept after a job is archived. 0: "
    "forever.",
    "retention.mails_days": "How many days emails are kept.",
    "retention.audit_days": "How many days the lab's record (**Lab**, then **Changes**) is kept: "
    "who signed in, was refused, changed or exported what.",
    "retention.personal_days": "How many days names, addresses, file names and notes are kept. At "
    "least as long as the files.",
    "retention.events_days": "How many days the names of the people who made each change are "
    "kept. The changes stay.",
    "retention.payments_days": "How many days the names of the people who took payments are kept. "
    "The amounts stay.",
    "retention.jobs_days": "How many days other details of the job are kept. Anonymous statistics "
    "stay.",
    "slicer.command": "The slicer that estimates each model, such as `prusa-slicer`. Empty: none.",
    "slicer.profiles": "The folder with its profiles, named `PRINTER/MATERIAL.ini`. Empty: in the "
    "store's `.printflow/slicer`. `printflow slicer flatten` makes them.",
    "slicer.seconds": "How many seconds one model may take.",
    "slicer.memory_mb": "How much memory the slicer may use (on Linux).",
    "identity.issuer": "The OpenID Connect provider, as it calls itself. Empty: none. For Entra ID, with "
    "your tenant's ID: `https://login.microsoftonline.com/TENANT-ID/v2.0`.",
    "payment.secret": "What the payment service's bridge and Printflow sign with, at least 32 characters. "
    "Better as `PRINTFLOW_PAYMENT__SECRET`. Empty: no callbacks.",
    "payment.url_template": "Where students pay online, with places such as `{reference}` and "
    "`{amount}`; see [Online payments](online-payments.md). Empty: they aren't asked to.",
    "payment.pay_from": "From when students are asked to pay online: once they have `confirmed` the "
    "price, or once the print is `completed` and its price no longer changes.",
    "papercut.server_url": "PaperCut's XML-RPC address; see [PaperCut](online-payments.md#papercut). "
    "Empty: no accounts are charged.",
    "papercut.auth_token": "The token of PaperCut's configuration key `auth.webservices.auth-token`. "
    "Better as `PRINTFLOW_PAPERCUT__AUTH_TOKEN`.",
    "papercut.allow_http": "Whether `server_url` may be `http://` on another machine. Anyone on the way "
    "can then read the token, and charge.",
    "papercut.account_name": "Which of a person's PaperCut accounts is charged. Empty: the default one.",
    "papercut.username_from": "What a student's PaperCut username is, as it's suggested to staff: the part "
    "of the address before the @ (`local_part`), the whole `address`, or the name by which the sign-in "
    "provider (its subject) or the proxy knows the person (`sign_in`).",
    "papercut.ca_file": "Certificates (PEM) to trust for it besides the system's.",
    "payment.callback_minutes": "How many minutes after it was signed a callback is accepted.",
    "identity.client_id": "The ID under which this server is registered there.",
    "identity.client_secret": "The client's secret.",
    "identity.client_secret_file": "The file that contains it, instead of `client_secret`. It's read "
    "whenever it's needed.",
    "identity.provider_name": "What people call the provider, as on the sign-in button. It's recorded "
    "with everything that staff do. Empty: its host name.",
    "identity.scopes": "What is asked for. Add `offline_access` where the provider needs it to give a "
    "refresh token.",
    "identity.role_claim": "The claim that decides about the role: a name, or a path such as "
    "`resource_access.printflow.roles`.",
    "identity.roles": "A role of the lab for each value of that claim. The first that fits counts.",
    "identity.default_role": "The role of people whom none of these fit. Empty: they can't sign in.",
    "identity.allowed_domains": "The email domains (for Google, the Workspace domains) that may sign "
    "in. Empty: any.",
    "identity.name_claim": "The claim with the name that's shown.",
    "identity.email_claim": "The claim with the email address.",
    "identity.stations": "Whether stations' passwords work, too. If not, `printflow identity way-in` "
    "makes a sign-in link in an emergency.",
    "identity.students": "Whether students sign in there: `off`, `optional` or `required`. Their name "
    "and address are then the provider's.",
    "identity.clock_skew_seconds": "How far the clocks of both servers may differ.",
    "identity.timeout_seconds": "The time limit for each answer of the provider.",
    "identity.ca_file": "Certificates (PEM) to trust for it besides the system's.",
    "identity.proxy_header": "The header in which a proxy in front names who is signed in, such as "
    "`X-Remote-User`. Empty: off.",
    "identity.proxy_addresses": "The addresses that the proxy connects from. From anywhere else the "
    "headers are removed.",
    "identity.proxy_name_header": "The header with the person's name.",
    "identity.proxy_email_header": "The header with the email address.",
    "identity.proxy_roles_header": "The header with groups or roles, separated by commas or semicolons. "
    "`roles` gives a role for each.",
    "log.format": "The log's format: plain text, or one JSON object per line.",
    "log.max_mb": "The size at which a log file is set aside and a new one begins.",
    "log.keep": "How many old log files are kept.",
}
