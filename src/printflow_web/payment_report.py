"""Marking jobs as paid from the payment service's report: what it would do first, then that."""

from __future__ import annotations

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from printflow import REPORT_COLUMNS, InvalidInput, PaymentReport, Refusal, ReportOutcome

from .acting import acting
from .errors import form_again
from .request import lab_of

pages = Blueprint("payment_report", __name__, url_prefix="/dashboard/payments/report")

_LONGEST = 100
_KEPT = "report_columns"
MOST_AT_ONCE = 1000
"""So many payments one request records; a page doesn't wait longer."""
_SHOWN = 200
"""So many lines are listed; the others are counted."""


@pages.get("")
def show() -> str:
    """The form."""
    return _page({})


def _page(
    errors: dict[str, Refusal], report: PaymentReport | None = None, late: bool = False
) -> str:
    kept = session.get(_KEPT, {})
    form = {
        name: request.form.get(name, kept.get(name, "")) for name in (*REPORT_COLUMNS, "decimal")
    }
    return render_template(
        "payment_report.html",
        errors=errors,
        form=form,
        columns=REPORT_COLUMNS,
        report=report,
        counts=report.counts if report else {},
        outcomes=ReportOutcome,
        late=late,
        most=_SHOWN,
    )


@pages.post("")
def take_in() -> AnyResponse | str:
    """Say what the file would do, or do exactly what was said before."""
    sent, typed = request.files.get("file"), request.form
    columns = {name: typed.get(name, "")[:_LONGEST] for name in REPORT_COLUMNS}
    decimal = typed.get("decimal", "") or "."
    try:
        if sent is None or not sent.filename:
            raise InvalidInput.of("file", "file_missing", _("Choose a CSV file."))
        shown = typed.get("shown", "")
        report = lab_of(current_app).payment_reports.read(
            sent.read(),
            columns=columns,
            decimal=decimal,
            shown=shown,
            dry_run=not shown,
            most=MOST_AT_ONCE,
            **acting(),
        )
    except InvalidInput as error:
        return form_again(error, lambda errors: _page(errors))
    session[_KEPT] = {**columns, "decimal": decimal}
    if report.dry_run:
        return _page({}, report, late=bool(shown))
    paid = report.counts[ReportOutcome.PAID]
    flash(ngettext("%(num)s payment recorded.", "%(num)s payments recorded.", paid), "success")
    return redirect(url_for("online.index"), 303)
