"""The Flask application of a lab."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from flask import Flask, Response

from printflow import STRANGER, Printflow, SettingsError, Unavailable, speaking

from . import (
    admin,
    auth,
    bulk,
    catalog_editor,
    confirm,
    confirm_address,
    counter,
    dashboard,
    gcode,
    health,
    identity_admin,
    inbox,
    job_menu,
    jobs,
    lab_hours,
    lab_pages,
    languages,
    machines,
    metrics,
    notes,
    online,
    opener_reports,
    own_job,
    own_texts,
    palette,
    papercut,
    papers,
    payer_link,
    payers,
    payment_report,
    payments,
    persons,
    plates,
    queue,
    reports,
    retention,
    saved_views,
    sign_in,
    stations,
    student,
    system,
    this_pc,
    uploads,
    versions,
    well_known,
)
from .access import init_access
from .acting import ACTING
from .addresses import Addresses
from .errors import init_errors
from .filters import STATIC, init_filters
from .form_choices import ChoiceTexts
from .form_data import FormData
from .last_page import LastPage
from .links_with_more import init_links_with_more
from .live_parts import LiveParts, Part
from .machine_texts import MachineTexts
from .packed import send_packed
from .page_language import init_page_language
from .page_templates import PageTemplates
from .proxy_headers import init_proxy_headers
from .queue_row_texts import QueueRowTexts
from .request import LabRequest, lab_of
from .route_rights import init_route_rights
from .row_texts import RowTexts, row_rendered
from .security import init_security
from .spoken import init_spoken

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class LabApp(Flask):
    """A Flask application whose requests stream models into the store."""

    request_class = LabRequest
    jinja_environment = PageTemplates  # type: ignore[assignment]  # a subclass serves as well

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, in which a stranger acts until its session says who it is."""
        lab = lab_of(self)
        # A page's body that is written as it is read comes after the moment.
        with (
            speaking(lab.languages.default),
            lab.moment(),
            lab.acting(STRANGER) as environ[ACTING],
        ):
            answer: Iterable[bytes] = super().wsgi_app(environ, start_response)
            return answer

    def send_static_file(self, filename: str) -> Response:
        """Answer with a built file, packed where the browser takes that."""
        folder, age = str(self.static_folder), self.get_send_file_max_age(filename)
        return send_packed(folder, filename, age) or super().send_static_file(filename)


def create_app(lab: Printflow) -> Flask:
    """The application that serves ``lab``. It holds no rule: its views parse, call and render.

    Raises SettingsError when the store lies below the folder that is served to everyone.
    """
    if lab.settings.store.resolve().is_relative_to(STATIC.resolve()):
        raise SettingsError(
            f"store: {lab.settings.store} is in the folder of the web pages, where anyone could read it",
            key="store",
        )
    app = LabApp("printflow_web")
    app.extensions["printflow"] = lab
    app.extensions["printflow_live"] = LiveParts[tuple[Part, ...]]()
    app.extensions["printflow_reports"] = LiveParts[str]()
    app.extensions["printflow_rows"] = RowTexts(row_rendered)
    app.extensions["printflow_queue_rows"] = QueueRowTexts()
    app.extensions["printflow_form"] = FormData()
    app.extensions["printflow_choices"] = ChoiceTexts()
    app.extensions["printflow_machines"] = MachineTexts()
    app.config.update(
        POLL_SECONDS=15,
        TALLY_SECONDS=1.0,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["url_for"] = Addresses(app)
    init_spoken(app)
    init_page_language(app)
    init_links_with_more(app)
    init_access(app)
    init_proxy_headers(app)
    init_security(app)
    init_filters(app)
    init_errors(app)
    metrics.init_metrics(app)
    for module in (
        student,
        uploads,
        own_job,
        confirm,
        confirm_address,
        auth,
        sign_in,
        dashboard,
        saved_views,
        palette,
        jobs,
        job_menu,
        gcode,
        notes,
        inbox,
        bulk,
        queue,
        plates,
        machines,
        counter,
        papers,
        payer_link,
        payers,
        payments,
        online,
        papercut,
        payment_report,
        persons,
        versions,
        this_pc,
        opener_reports,
        admin,
        reports,
        retention,
        catalog_editor,
        own_texts,
        lab_hours,
        stations,
        identity_admin,
        system,
        health,
        metrics,
        lab_pages,
        languages,
        well_known,
    ):
        app.register_blueprint(module.pages)
    app.register_blueprint(machines.of_administrators)
    init_route_rights(app)
    app.wsgi_app = LastPage(app)  # type: ignore[method-assign]
    with suppress(Unavailable):
        _ = lab.catalog.current  # remembered: pages of errors name the lab without asking
    return app
