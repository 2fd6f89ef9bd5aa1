"""Making an email from a template and its facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateError,
    pass_context,
    select_autoescape,
)
from jinja2.runtime import Context
from markupsafe import Markup

from ..domain.model_facts import size_text
from ..errors import PrintflowError
from ..language.formats import grams_text, hours_text, money, price_line_text
from ..language.speaking import language, text_direction
from ..language.times import date_text, local_date, local_time, local_time_zone
from ..language.translation import translated, translations
from ..ports import RenderedMail
from ..said import Said, say

_LATIN = Markup("'Segoe UI',Helvetica,Arial,sans-serif")
_FONTS = {"zh": Markup("'PingFang SC','Microsoft YaHei',sans-serif")}


class TemplateBroken(PrintflowError):
    """A template, probably one of the lab's own, cannot be rendered."""

    code = "template_broken"


def render(
    template: str,
    context: Mapping[str, object],
    *,
    overrides: Path | None = None,
    own_texts: Path | None = None,
) -> RenderedMail:
    """The email ``template`` with ``context``, in the spoken language. Files in ``overrides`` replace
    the shipped ones; ``own_texts`` is the lab's ``locale_dir``.

    A template is a folder with ``subject.txt``, ``body.txt`` and ``body.html``. Raises
    TemplateBroken, which names the file.
    """
    environment = _environment(overrides, own_texts)
    context = {"language": language(), "text_direction": text_direction(language()), **context}
    parts = [
        _part(environment, f"{template}/{name}", context)
        for name in ("subject.txt", "body.txt", "body.html")
    ]
    subject, text, html = parts
    return RenderedMail(
        " ".join(subject.split()), text.strip() + "\n", html, language=str(context["language"])
    )


def _start() -> str:
    """Where a line begins, for HTML: Outlook knows left and right, and no start."""
    return "left" if text_direction(language()) == "ltr" else "right"


def _end() -> str:
    return "right" if _start() == "left" else "left"


def _fonts() -> Markup:
    return _FONTS.get(language().partition("-")[0], _LATIN)


def _part(environment: Environment, name: str, context: Mapping[str, object]) -> str:
    try:
        return environment.get_template(name).render(context)
    except TemplateError as error:
        place = getattr(error, "filename", None) or name
        raise TemplateBroken(
            say(
                "The email template {file} has an error: {why}",
                file=place,
                why=error.message or type(error).__name__,
            ),
            next_step=say("Fix it, or delete it to use the one that comes with Printflow."),
        ) from error


@lru_cache(maxsize=8)
def _environment(overrides: Path | None, own_texts: Path | None) -> Environment:
    """One environment speaks all languages: each text is asked for when it's shown."""

    def catalog() -> NullTranslations:
        return translations(folder=own_texts)

    def shown(value: object) -> object:
        """Texts of the library come translated, as those of the template do."""
        return translated(value, catalog()) if isinstance(value, Said) else value

    shipped = PackageLoader("printflow.mail", "templates")
    loaders = [FileSystemLoader(overrides), shipped] if overrides else [shipped]
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: catalog().gettext(text),
        lambda one, several, number: catalog().ngettext(one, several, number),
        newstyle=True,
        pgettext=lambda context, text: catalog().pgettext(context, text),
        npgettext=lambda context, *texts: catalog().npgettext(context, *texts),
    )
    environment.globals.update(text_start=_start, text_end=_end, fonts=_fonts)
    environment.filters.update(
        money=_money,
        hours=_hours,
        grams=_grams,
        price_line=lambda line, currency: shown(price_line_text(line, currency)),
        local_time=_local_time,
        local_time_zone=_local_time_zone,
        local_date=_local_date,
        size_mm=lambda size: shown(size_text(size)),
        day=date_text,
        spoken=shown,
    )
    return environment


@pass_context
def _money(context: Context, cents: int, currency: str = "") -> str:
    return money(cents, currency or str(context["currency"]))


def _hours(hours: Decimal) -> str:
    return hours_text(hours)


def _grams(grams: Decimal) -> str:
    return grams_text(grams)


@pass_context
def _local_time(context: Context, moment: datetime) -> str:
    return local_time(moment, str(context["time_zone"]))


@pass_context
def _local_time_zone(context: Context, moment: datetime) -> str:
    return local_time_zone(moment, str(context["time_zone"]))


@pass_context
def _local_date(context: Context, moment: datetime) -> str:
    return local_date(moment, str(context["time_zone"]))


def compose(
    rendered: RenderedMail,
    *,
    sender: str,
    to: str,
    reply_to: str = "",
    message_id: str,
    date: datetime,
) -> EmailMessage:
    """The message to send: text and HTML, with the Message-ID that it keeps at every attempt."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = rendered.subject
    message["From"] = _address(sender)
    message["To"] = _address(to)
    if reply_to:
        message["Reply-To"] = _address(reply_to)
    message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = rendered.language
    if rendered.picture:
        _add_picture(message, rendered)
    return message


def _add_picture(message: EmailMessage, rendered: RenderedMail) -> None:
    """Put the picture beside the HTML that shows it (multipart/related, RFC 2387)."""
    html = message.get_body(("html",))
    if isinstance(html, EmailMessage):
        html.add_related(
            rendered.picture,
            maintype="image",
            subtype="png",
            cid=f"<{rendered.picture_id}>",
            filename="model.png",
            disposition="inline",
        )


def _address(text: str) -> Address:
    """An address header's value; raises ValueError for what could break out of the header."""
    if any(character in text for character in "\r\n\0"):
        raise ValueError("an address has no line breaks")
    name, address = parseaddr(text)
    return Address(display_name=name, addr_spec=address)
