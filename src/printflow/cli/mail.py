"""``mail``: what the lab's emails look like, and whether they can be sent."""

from __future__ import annotations

import html
import tempfile
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from printflow import RenderedMail
from printflow.runtime.named_paths import writing

from .documents import print_json
from .faults import REFUSED, SURROUNDINGS
from .session import json_option, session
from .streams import tell, warn

if TYPE_CHECKING:
    from printflow.service.mail_trial import MailTrial


@click.group("mail")
def mail() -> None:
    """Preview the lab's emails, and test sending."""


@mail.command("preview")
@click.argument("folder", type=click.Path(path_type=Path), metavar="[FOLDER]", required=False)
@click.option("--open", "open_", is_flag=True, help="Show them in the browser.")
@json_option
def preview(folder: Path | None, open_: bool) -> None:
    """Write every email with sample data to FOLDER (default: a temporary one), as HTML and text."""
    with session().lab() as lab:
        samples = {template.value: sample for template, sample in lab.mail_samples.all().items()}
    place = folder or Path(tempfile.mkdtemp(prefix="printflow-mails-"))
    index = place / "index.html"
    with writing(place):
        place.mkdir(parents=True, exist_ok=True)
        for name, sample in samples.items():
            (place / f"{name}.html").write_text(sample.html_alone, "utf-8")
            (place / f"{name}.txt").write_text(f"{sample.subject}\n\n{sample.text}", "utf-8")
        index.write_text(_index(samples), "utf-8")
    if session().json:
        print_json(
            {
                "folder": place.absolute(),
                "mails": [
                    {"template": name, "subject": sample.subject, "to": sample.to}
                    for name, sample in samples.items()
                ],
            }
        )
    else:
        for name, sample in samples.items():
            tell(f"{name}: {sample.subject}")
        tell(f"To see all of them, open {index}")
    if open_:
        webbrowser.open(index.absolute().as_uri())


def _index(samples: dict[str, RenderedMail]) -> str:
    parts = [
        f"<h2>{html.escape(sample.subject)}</h2><p>{name}</p>"
        f'<iframe src="{name}.html" title="{name}" width="700" height="640"></iframe>'
        f"<pre>{html.escape(sample.text)}</pre>"
        for name, sample in samples.items()
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Emails</title>'
        '<body style="font-family:sans-serif;max-width:60rem;margin:2rem auto">'
        f"<h1>Emails</h1>{''.join(parts)}</body></html>"
    )


# -- sending ----------------------------------------------------------------------------------------


@mail.command("test")
@click.argument("address")
@json_option
def test(address: str) -> None:
    """Send a test email to ADDRESS, and show what the email server offers and refuses.

    Exit code 0: the server accepted the email. 1: something was refused. 3: something can't be
    reached right now.
    """
    with session().lab() as lab:
        trial = lab.mail_trials.run(address)
    if session().json:
        print_json(_document(trial))
    else:
        _tell(trial)
    if trial.failure is not None:
        raise click.exceptions.Exit(SURROUNDINGS if trial.unreachable else REFUSED)


def _document(trial: MailTrial) -> dict[str, Any]:
    seen, failure = trial.seen, trial.failure
    certificate = seen.certificate
    return {
        "to": trial.to,
        "server": trial.server,
        "security": trial.security,
        "auth": trial.auth,
        "username": trial.username,
        "greeting": seen.greeting,
        "starttls": seen.starttls,
        "tls": seen.tls,
        "certificate": None
        if certificate is None
        else {"names": certificate.names, "issuer": certificate.issuer, "ends": certificate.ends},
        "logins": seen.logins,
        "size_limit": seen.size,
        "signed_in": seen.signed_in,
        "sent": failure is None,
        "problem": None
        if failure is None
        else {"kind": failure.kind.value, "message": failure.detail},
    }


def _tell(trial: MailTrial) -> None:
    seen = trial.seen
    tell(f"Server: {trial.server}, security: {trial.security}")
    if seen.greeting:
        tell(f"Greeting: {seen.greeting}")
    if seen.starttls is not None:
        tell(f"STARTTLS: {'offered' if seen.starttls else 'not offered'}")
    if seen.tls:
        tell(f"Encryption: {seen.tls}")
    if seen.certificate is not None:
        names = ", ".join(seen.certificate.names) or "(no name)"
        tell(f"Certificate: {names}")
        tell(f"  issued by {seen.certificate.issuer or '(no name)'}")
        tell(f"  valid until {seen.certificate.ends:%Y-%m-%d %H:%M} UTC")
    if seen.greeting:
        tell(f"Sign-in methods: {', '.join(seen.logins) or 'none'}")
    if seen.size is not None:
        tell(f"Largest email: {seen.size / 1_000_000:.1f} MB")
    if seen.signed_in:
        tell(f"Signed in as {trial.username} ({seen.signed_in})")
    if trial.failure is None:
        tell(f"Sent to {trial.to}. Check that it arrived.")
    else:
        warn(f"Not sent: {trial.failure.detail}")
