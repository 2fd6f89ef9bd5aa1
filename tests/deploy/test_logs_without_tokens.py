"""No log holds what opens a student's pages: not ours, and not that of the nginx examples."""

from __future__ import annotations

import http.client
import logging
import re
import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from flask.testing import FlaskClient

from printflow import Printflow
from printflow.service.student_pages import StudentPages
from printflow_web.access import without_secrets
from printflow_web.factory import create_app
from tests.plugins.lab import Submit
from tests.ports import free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
TOKEN = "jl7hdyo3s475ikvjb5iqlaltsy"
ADDRESSES = (
    "/jobs/{}", "/jobs/{}/", "/confirm/{}", "/confirm/{}/", "/jobs/{}/messages", "/jobs/{}/nothing",
    "//confirm/{}", "/Confirm/{}", "/x/{}", "/static/{}", "/confirm/{}.", "/find/{}", "/{}",
    "/confirm/{}?x=1", "/%63onfirm/{}", "/uploads/{}",
)  # fmt: skip


@pytest.fixture
def browser(lab: Printflow) -> FlaskClient:
    """A stranger's browser."""
    return create_app(lab).test_client()


@pytest.mark.parametrize("address", ADDRESSES)
def test_our_own_log_masks_it_wherever_it_stands(
    browser: FlaskClient, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    caplog.set_level(logging.INFO)
    for secret in (TOKEN, TOKEN.upper(), TOKEN[:-1]):
        browser.get(address.format(secret))
        browser.post(address.format(secret))
    assert caplog.records
    assert TOKEN[:20] not in caplog.text.lower()


def test_a_valid_link_is_masked_where_it_redirects_and_where_it_fails(
    lab: Printflow, submit: Submit, browser: FlaskClient, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    caplog.set_level(logging.INFO)
    token = lab.students.url(submit()).rpartition("/")[2]
    browser.get(f"/jobs/{token}")
    browser.get(f"/jobs/{token}/")
    monkeypatch.setattr(StudentPages, "page", lambda *_args: 1 / 0)
    assert browser.get(f"/jobs/{token}").status_code == 500
    assert "ZeroDivisionError" in caplog.text
    assert token not in caplog.text


def test_what_staff_look_for_stays_readable() -> None:
    for path in ("/dashboard/jobs/K7Q2MX9A", "/static/app.0123456789abcdef.js", "/health/ready"):
        assert without_secrets(path) == path


@pytest.mark.nginx
@pytest.mark.parametrize("name", ["nginx.conf", "compose/nginx.conf"])
def test_the_examples_for_nginx_mask_it_even_when_no_server_answers(
    name: str, tmp_path: Path, nginx_path: Path
) -> None:
    text, plain, secure = (DEPLOY / name).read_text("utf-8"), free_port(), free_port()
    text = re.sub(r"server (web[12]|127\.0\.0\.1):\d+;", f"server 127.0.0.1:{free_port()};", text)
    text = text.replace("/var/log/nginx", str(tmp_path)).replace("prints.example.edu", "localhost")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{plain};")
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{secure} ssl;")
    made = trustme.CA().issue_cert("localhost")
    made.cert_chain_pems[0].write_to_path(tmp_path / "c.pem")
    made.private_key_pem.write_to_path(tmp_path / "k.pem")
    text = re.sub(r"ssl_certificate \S+;", f"ssl_certificate {tmp_path}/c.pem;", text)
    text = re.sub(r"ssl_certificate_key \S+;", f"ssl_certificate_key {tmp_path}/k.pem;", text)
    conf = tmp_path / "nginx.conf"
    scratch = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    conf.write_text(
        f"daemon off; pid {tmp_path}/p; error_log {tmp_path}/error.log;\n"
        f"events {{}}\nhttp {{ {scratch}\n{text} }}\n"
    )
    process = subprocess.Popen([str(nginx_path), "-p", str(tmp_path), "-c", str(conf)])
    try:
        statuses = {ask(plain, secure if "ssl" in text else 0, one) for one in ADDRESSES}
    finally:
        process.terminate()
        process.wait(20)
    assert statuses <= {301, 403, 404, 502}
    logs = {path.name: path.read_text("utf-8") for path in tmp_path.glob("*.log")}
    assert "/confirm/..." in "".join(logs.values())
    linked = [line for one in logs.values() for line in one.splitlines() if "onfirm" in line]
    assert linked
    assert not [line for line in linked if TOKEN in line]
    assert not [
        line for one in logs.values() for line in one.splitlines() if f"jobs/{TOKEN}" in line
    ]


def ask(plain: int, secure: int, address: str) -> int:
    """The status that nginx answers with, as soon as it runs."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    status, until = 0, time.monotonic() + 20
    made: list[Callable[[], http.client.HTTPConnection]] = [
        lambda: http.client.HTTPConnection("127.0.0.1", plain, timeout=10)
    ]
    if secure:
        made.append(
            lambda: http.client.HTTPSConnection("127.0.0.1", secure, timeout=10, context=context)
        )
    for connect in made:
        while True:
            connection = connect()
            try:
                connection.request("GET", address.format(TOKEN), headers={"Host": "localhost"})
                status = connection.getresponse().status
                break
            except ConnectionError:
                assert time.monotonic() < until, "nginx does not answer"
                time.sleep(0.1)
            finally:
                connection.close()
    return status
