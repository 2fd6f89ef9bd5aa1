"""The catalog editor: what the lab prints with, its prices and its words, with their history."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import (
    ADMINISTRATOR,
    MEASURES,
    Catalog,
    CatalogChanged,
    CatalogInvalid,
    Charge,
    InvalidInput,
    LimitAction,
    LimitPreview,
    LimitWindow,
    Moved,
    PricePreview,
    PrinterInUse,
    Refusal,
    Right,
    RightGroup,
    catalog_toml,
    local_time,
    minimum_offered,
    parse_catalog,
)

from .acting import acting
from .catalog_form import SECTIONS
from .errors import ParameterRefused, form_again
from .request import lab_of

_WITH_PRICES = ("prices", "groups")
_EXAMPLE = ("method", "material", "printer", "grams", "hours", "copies", "course", "group")
_TICKED = ("rush", "own_material")

pages = Blueprint("catalog", __name__, url_prefix="/admin/catalog")
_GROUPS = [
    (group.value, [right for right in Right if right.record.group is group]) for group in RightGroup
]


@pages.get("")
def index() -> str:
    """The current catalog, the editor's pages, and the versions."""
    return _overview(())


def _overview(problems: Sequence[Refusal]) -> str:
    lab = lab_of(current_app)
    others = [tag for tag in lab.languages.offered if tag != lab.languages.default]
    return render_template(
        "catalog.html",
        versions=lab.catalog.versions(),
        problems=problems,
        own_languages=lab.catalog.languages(others),
    )


@pages.get("/edit/<section>")
def edit(section: str) -> str:
    """A page of the editor."""
    if section not in SECTIONS:
        abort(404)
    lab = lab_of(current_app)
    version = lab.catalog.version()
    return _form(section, lab.catalog.export(), version, {})


def _form(
    section: str,
    plain: Any,
    version: int,
    errors: dict[str, Refusal],
    moved: Sequence[Moved] | None = None,
    preview: PricePreview | None = None,
    over: LimitPreview | None = None,
    removing: Sequence[PrinterInUse] = (),
) -> str:
    lab = lab_of(current_app)
    prices = lab.catalog.price_history() if section == "printers" else ()
    return render_template(
        f"catalog_{section}.html",
        part=section,
        plain=plain,
        version=version,
        errors=errors,
        prices=prices,
        preview=preview,
        example=_example(),
        charges=tuple(Charge),
        measures=MEASURES,
        windows=tuple(LimitWindow),
        actions=tuple(LimitAction),
        idle=lab.limits.idle(plain) if section == "limits" else {},
        over=over,
        removing=removing,
        groups=_GROUPS,
        administrator=ADMINISTRATOR,
        moved=moved,
        pausable=_pausable(lab.catalog.current),
        minimum_offer=minimum_offered(lab.catalog.export()) if section == "lab" else "",
        method_names=[method.name for method in lab.catalog.current.methods],
    )


def _pausable(catalog: Catalog) -> list[tuple[str, str]]:
    """What can be paused: the value of its option, and its name."""
    return [
        *((f"method:{one.name}", one.name) for one in catalog.methods),
        *((f"printer:{one.name}", one.name) for one in catalog.printers),
    ]


def version_typed() -> int:
    """The version that the form was made of; raises ParameterRefused."""
    typed = request.form.get("version", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        raise ParameterRefused(_("This page is out of date. Open it again."))
    return int(typed)


@pages.post("/edit/<section>")
def save(section: str) -> AnyResponse:
    """Make a version with these values current."""
    if section not in SECTIONS:
        abort(404)
    lab, form, expected = lab_of(current_app), request.form, version_typed()
    now, plain = lab.catalog.version(), lab.catalog.export()
    changed = SECTIONS[section](form, plain)
    if form.get("preview") and section in _WITH_PRICES:
        return _previewed(section, {**plain, **changed}, changed, expected)
    try:
        if form.get("preview") and section == "limits":
            over = lab.limits.preview(changed)
            return make_response(_form(section, {**plain, **changed}, expected, {}, over=over))
        if form.get("preview"):
            moved = lab.hours.moved_by(changed)
            return make_response(_form(section, {**plain, **changed}, expected, {}, moved))
        if not form.get("remove_in_use") and (used := lab.catalog.would_remove(changed)):
            told = _form(section, {**plain, **changed}, expected, {}, removing=used)
            return make_response(told, 422)
        lab.catalog.change(changed, expected_version=expected, **acting())
    except CatalogChanged as error:
        again = changed_meanwhile(error)
        return make_response(_form(section, {**plain, **changed}, now, {"": again}), 409)
    except CatalogInvalid as error:
        return form_again(
            error, lambda errors: _form(section, {**plain, **changed}, expected, errors)
        )
    _say_what_is_in_force(now)
    return redirect(url_for("catalog.edit", section=section), 303)


def _example() -> dict[str, Any]:
    """The example as it was typed; one copy of nothing on a new page."""
    typed = {name: request.form.get(f"example.{name}", "").strip() for name in _EXAMPLE}
    ticked = {name: request.form.get(f"example.{name}") == "yes" for name in _TICKED}
    return {**typed, "copies": typed["copies"] or "1", **ticked}


def _previewed(section: str, plain: Any, changed: dict[str, Any], version: int) -> AnyResponse:
    """The same page with what its prices would mean; nothing is saved."""
    try:
        preview = lab_of(current_app).prices.preview(changed, _example())
    except CatalogInvalid as error:
        return form_again(error, lambda errors: _form(section, plain, version, errors))
    except InvalidInput as error:
        named = InvalidInput([replace(one, field=f"example.{one.field}") for one in error.refusals])
        return form_again(named, lambda errors: _form(section, plain, version, errors))
    return make_response(_form(section, plain, version, {}, preview=preview))


def changed_meanwhile(error: CatalogChanged) -> Refusal:
    """That someone was faster, by name and time."""
    zone = lab_of(current_app).catalog.current.time_zone
    words = _(
        "%(name)s changed the catalog on %(time)s.", name=error.by, time=local_time(error.at, zone)
    )
    return Refusal(error.code, words, next_step=error.next_step)


def _say_what_is_in_force(before: int) -> None:
    now = lab_of(current_app).catalog.version()
    if now == before:
        flash(_("Nothing was changed."), "info")
    else:
        flash(_("Saved. Version %(number)s is now active.", number=now), "success")


@pages.get("/versions/<int:version>")
def version(version: int) -> str:
    """What one version changed."""
    lab = lab_of(current_app)
    return render_template(
        "catalog_version.html", version=lab.catalog.at(version), newest=lab.catalog.version()
    )


@pages.get("/versions/<int:version>/<ending>")
def export(version: int, ending: str) -> Response:
    """One version as a file."""
    document = dict(lab_of(current_app).catalog.at(version).document)
    if ending == "toml":
        response = make_response(catalog_toml(document))
    elif ending == "json":
        response = make_response(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    else:
        abort(404)
    response.headers["Content-Type"] = "application/octet-stream"
    name = f"catalog-{version}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@pages.post("/versions/<int:version>/restore")
def restore(version: int) -> AnyResponse:
    """Restore an older version."""
    lab = lab_of(current_app)
    before = lab.catalog.version()
    lab.catalog.restore(version, **acting())
    _say_what_is_in_force(before)
    return redirect(url_for("catalog.index"), 303)


@pages.post("/import")
def take_in() -> AnyResponse:
    """Make the catalog of a file the current one."""
    lab, file = lab_of(current_app), request.files.get("file")
    before = lab.catalog.version()
    try:
        if file is None or not file.filename:
            refusal = Refusal("file_missing", _("Choose a file (.toml or .json)."), "file")
            raise CatalogInvalid([refusal])
        lab.catalog.load(parse_catalog(file.filename, file.read()), **acting())
    except CatalogInvalid as error:
        problems = error.refusals
        return form_again(error, lambda _errors: _overview(problems))
    _say_what_is_in_force(before)
    return redirect(url_for("catalog.index"), 303)
