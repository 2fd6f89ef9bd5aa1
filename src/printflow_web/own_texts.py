"""The lab's own texts in one language: each beside the default's, with what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from flask import (
    Blueprint,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from printflow import CatalogChanged, CatalogInvalid, LanguageTexts, OwnText, Refusal, TextKind

from .acting import acting
from .catalog_editor import changed_meanwhile, version_typed
from .errors import form_again
from .request import lab_of

pages = Blueprint("own_texts", __name__, url_prefix="/admin/catalog/texts")


def field_of(own: OwnText) -> str:
    """The name of a text's field: its key can be any text, and an id can't."""
    return f"own-{sha256(f'{own.kind} {own.key}'.encode()).hexdigest()[:12]}"


@pages.get("/<tag>")
def edit(tag: str) -> str:
    """The lab's texts in a language."""
    lab = lab_of(current_app)
    return _form(lab.catalog.texts_in(tag), lab.catalog.version(), {})


def _form(texts: LanguageTexts, version: int, errors: dict[str, Refusal]) -> str:
    typed = {name: request.form[name] for name in request.form} if request.form else None
    return render_template(
        "own_texts.html",
        texts=texts,
        kinds=[
            (kind, found)
            for kind in TextKind
            if (found := [one for one in texts.texts if one.own.kind is kind])
        ],
        field_of=field_of,
        typed=typed,
        left=lab_of(current_app).catalog.left_over(texts.tag),
        version=version,
        errors=errors,
    )


@pages.post("/<tag>")
def save(tag: str) -> AnyResponse:
    """Make these the lab's texts in the language."""
    lab, form = lab_of(current_app), request.form
    expected, now, texts = version_typed(), lab.catalog.version(), lab.catalog.texts_in(tag)
    places = {field_of(one.own): (one.own.kind, one.own.key) for one in texts.texts}
    try:
        lab.catalog.translate(
            tag,
            {place: form[name] for name, place in places.items() if name in form},
            still_right=[place for name, place in places.items() if f"{name}.right" in form],
            drop_left_over=form.get("drop") == "yes",
            expected_version=expected,
            **acting(),
        )
    except CatalogChanged as error:
        return make_response(_form(texts, now, {"": changed_meanwhile(error)}), 409)
    except CatalogInvalid as error:
        by_place = dict(_places(texts))

        def again(errors: dict[str, Refusal]) -> str:
            found = {by_place.get(place, place): one for place, one in errors.items()}
            return _form(texts, expected, found)

        return form_again(error, again)
    left = lab.catalog.texts_in(tag)
    if lab.catalog.version() == now:
        flash(_("Nothing was changed."), "info")
    elif left.missing:
        flash(
            ngettext(
                "Saved. %(num)s text is missing.", "Saved. %(num)s texts are missing.", left.missing
            ),
            "success",
        )
    else:
        flash(_("Saved. Nothing is missing."), "success")
    return redirect(url_for("own_texts.edit", tag=tag), 303)


def _places(texts: LanguageTexts) -> Iterator[tuple[str, str]]:
    """The places that refusals name, with their fields."""
    for one in texts.texts:
        place = f"translations.{texts.tag}.{one.own.kind}.{one.own.key}"
        yield from ((place, field_of(one.own)), (f"{place}.text", field_of(one.own)))
