"""Who pays instead of students: the list of codes, its file, and each payer's statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from printflow import (
    EXPORT_FORMATS,
    PAYER_FIELDS,
    ImportedPayers,
    InvalidInput,
    PayerKind,
    PayerWindow,
    Refusal,
    Statement,
    payer_form,
)

from .acting import acting
from .errors import ParameterRefused, form_again
from .request import lab_of

pages = Blueprint("payers", __name__, url_prefix="/admin/payers")


@pages.get("")
def index() -> str:
    """The list, page by page, with what is left of each budget."""
    return _page({}, {})


def _page(
    form: Mapping[str, Any],
    errors: Mapping[str, Refusal],
    *,
    imported: ImportedPayers | None = None,
) -> str:
    lab, typed = lab_of(current_app), request.args
    search = typed.get("search", "")[:100]
    return render_template(
        "payers.html",
        page=lab.payers.page(search, after=typed.get("after", "")[:60]),
        search=search,
        after=typed.get("after", ""),
        form=form,
        errors=errors,
        imported=imported,
        kinds=PayerKind,
        windows=PayerWindow,
    )


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in PAYER_FIELDS}


@pages.post("")
def add() -> AnyResponse | str:
    """One more payer."""
    try:
        payer = lab_of(current_app).payers.add(**_typed(), **acting())
    except InvalidInput as error:
        return form_again(error, lambda errors: _page(_typed(), errors))
    flash(_("%(code)s added.", code=payer.code), "success")
    return redirect(url_for("payers.index"), 303)


@pages.route("/edit", methods=["GET", "POST"])
def edit() -> AnyResponse | str:
    """Change a payer; a code may hold anything, so it is no part of addresses."""
    lab, code = lab_of(current_app), request.args.get("code", "")
    standing = lab.payers.get(code)

    def shown(form: Mapping[str, str], errors: Mapping[str, Refusal]) -> str:
        return render_template(
            "payer_edit.html",
            standing=standing,
            form=form,
            errors=errors,
            kinds=PayerKind,
            windows=PayerWindow,
        )

    if request.method == "GET":
        return shown(payer_form(standing.payer, lab.catalog.current.currency), {})
    try:
        payer = lab.payers.edit(code, **_typed(), **acting())
    except InvalidInput as error:
        return form_again(error, lambda errors: shown(_typed(), errors))
    flash(_("Saved %(code)s.", code=payer.code), "success")
    return redirect(url_for("payers.index"), 303)


@pages.post("/retire")
def retire() -> AnyResponse:
    """No new job is paid by it."""
    payer = lab_of(current_app).payers.retire(request.form.get("code", ""), **acting())
    flash(_("%(code)s retired. What it has reserved stays.", code=payer.code), "success")
    return redirect(url_for("payers.index"), 303)


@pages.get("/statement")
def statement() -> str:
    """What a payer has reserved and paid, in all or in one term."""
    lab, code = lab_of(current_app), request.args.get("code", "")
    return _statement(lab.payer_statements.of(code, request.args.get("term")), {})


def _statement(found: Statement, errors: Mapping[str, Refusal]) -> str:
    return render_template(
        "payer_statement.html", statement=found, errors=errors, form=request.form
    )


@pages.get("/statement.<ending>")
def statement_file(ending: str) -> Response:
    """The statement for spreadsheets."""
    lab, code = lab_of(current_app), request.args.get("code", "")
    if ending not in EXPORT_FORMATS:
        raise ParameterRefused(_("There's no such file."))
    chunks = lab.payer_statements.as_file(code, ending, request.args.get("term"))
    response = Response(chunks, content_type=EXPORT_FORMATS[ending])
    response.headers["Content-Disposition"] = f'attachment; filename="printflow-statement.{ending}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.post("/statement/mail")
def mail_statement() -> AnyResponse | str:
    """Mail the statement."""
    lab, code, term = lab_of(current_app), request.form.get("code", ""), request.form.get("term")
    try:
        address = lab.payer_statements.mail(code, to=request.form.get("to", ""), term=term)
    except InvalidInput as error:
        found = lab.payer_statements.of(code, term)
        return form_again(error, lambda errors: _statement(found, errors))
    flash(_("We're sending the statement to %(address)s.", address=address), "success")
    return redirect(url_for("payers.statement", code=code, term=term), 303)


@pages.get("/payers.csv")
def file() -> Response:
    """The list as the file that can be imported again."""
    response = Response(lab_of(current_app).payers.as_csv(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="printflow-payers.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.post("/import")
def take_in() -> AnyResponse | str:
    """Add and change payers from a file, or say what it would do."""
    sent, trial = request.files.get("file"), request.form.get("trial") == "yes"
    try:
        if sent is None or not sent.filename:
            raise InvalidInput.of("file", "file_missing", _("Choose a CSV file."))
        found = lab_of(current_app).payers.read_csv(sent.read(), dry_run=trial, **acting())
    except InvalidInput as error:
        return form_again(error, lambda errors: _page({}, errors))
    if trial or found.problems:
        return _page({}, {}, imported=found)
    added, changed = len(found.added), len(found.changed)
    words = ngettext("%(num)s payer added", "%(num)s payers added", added)
    flash(f"{words}, {ngettext('%(num)s changed.', '%(num)s changed.', changed)}", "success")
    return redirect(url_for("payers.index"), 303)
