"""``mail preview``: what the lab's emails look like."""

from __future__ import annotations

import html
import tempfile
import webbrowser
from pathlib import Path

import click

from printflow import RenderedMail
from printflow.runtime.named_paths import writing

from .documents import print_json
from .session import json_option, session
from .streams import tell


@click.group("mail")
def mail() -> None:
    """Preview the lab's emails."""


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
