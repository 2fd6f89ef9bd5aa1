"""The page behind the link to a payer's approver. Looking changes nothing; only a button answers."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import InvalidInput, LinkOvertaken, PayerQuestion, Refusal, Unavailable

from .errors import form_again
from .request import lab_of

pages = Blueprint("payer_link", __name__)


def _page(question: PayerQuestion, errors: dict[str, Refusal] | None = None) -> str:
    return render_template(
        "payer_answer.html", question=question, errors=errors or {}, form=request.form
    )


@pages.route("/payer/<token>", methods=["GET", "POST"])
def answer(token: str) -> AnyResponse:
    """Show what is to be paid, or what became of it; take the answer."""
    lab = lab_of(current_app)
    if request.method == "GET":
        question = lab.payer_answers.page(token)
        answered = question.open or question.approved or question.refused
        return make_response(_page(question), 200 if answered else 409)
    try:
        if request.form.get("action") == "approve":
            lab.payer_answers.approve(token)
        elif request.form.get("action") == "refuse":
            lab.payer_answers.refuse(token, text=request.form.get("text", ""))
        else:
            raise InvalidInput.of("", "action_unknown", _("Choose “Approve” or “Don't pay”."))
    except (InvalidInput, LinkOvertaken, Unavailable) as error:
        shown = lab.payer_answers.page(token)
        return form_again(error, lambda errors: _page(shown, errors))
    return redirect(url_for("payer_link.answer", token=token), 303)
