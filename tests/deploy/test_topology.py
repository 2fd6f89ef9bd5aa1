"""The compose file's topology as processes: two web servers, worker, PostgreSQL, nginx."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml

from tests import sample_models
from tests.plugins.postgres import new_database
from tests.ports import free_port

COMPOSE = Path(__file__).parents[2] / "deploy" / "compose"
pytestmark = [pytest.mark.postgresql, pytest.mark.nginx]


@dataclass
class Site:
    url: str
    web: dict[str, subprocess.Popen[bytes]]
    store: Path
    folder: Path
    password: str


def _environment(service: dict[str, dict[str, str]], replaced: dict[str, str]) -> dict[str, str]:
    outside = {k: v for k, v in os.environ.items() if not k.startswith("PRINTFLOW_")}
    return {**outside, **service["environment"], **replaced}


def _wait(url: str, folder: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    logs = "\n".join(path.read_text("utf-8", "replace") for path in folder.glob("*.log"))
    raise AssertionError(f"{url} does not answer:\n{logs}")


def _nginx_settings(folder: Path, port: int, ports: dict[str, int]) -> Path:
    """The compose file's own configuration, with this machine's addresses."""
    site = (COMPOSE / "nginx.conf").read_text("utf-8")
    for name, number in ports.items():
        site = site.replace(f"server {name}:8080;", f"server 127.0.0.1:{number};")
    site = site.replace("listen 80;", f"listen 127.0.0.1:{port};")
    site = site.replace("/var/log/nginx", str(folder))
    assert ":8080" not in site
    scratch = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
        f"events {{}}\nhttp {{ access_log off; {scratch}\n{site}\n}}\n"
    )
    return path


@pytest.fixture
def site(tmp_path: Path, postgresql_cluster: Path, nginx_path: Path) -> Iterator[Site]:
    services = yaml.safe_load((COMPOSE / "compose.yaml").read_text("utf-8"))["services"]
    ports = {"web1": free_port(), "web2": free_port()}
    front, store = free_port(), tmp_path / "store"
    store.mkdir()
    shared = {
        "PRINTFLOW_STORE": str(store),
        "PRINTFLOW_DATABASE_URL": new_database(postgresql_cluster),
        "PRINTFLOW_BASE_URL": f"http://127.0.0.1:{front}",
        "PRINTFLOW_SERVER__HOST": "127.0.0.1",
        "PRINTFLOW_CHECK_EMAIL_DOMAIN": "false",
    }
    program = [sys.executable, "-m", "printflow"]
    said = ""
    for name in ("migrate", "init"):
        command = [*program, *services[name]["command"]]
        done = subprocess.run(
            command,
            env=_environment(services[name], shared),
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        said = done.stdout
    password = re.search(r"[0-9a-z]{4}(-[0-9a-z]{4}){3}", said)
    assert password, said
    with ExitStack() as stack:

        def start(name: str, command: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
            log = stack.enter_context((tmp_path / f"{name}.log").open("wb"))
            process = subprocess.Popen(
                command, env=env, stdout=log, stderr=subprocess.STDOUT, cwd=tmp_path
            )
            stack.callback(_end, process)
            return process

        web = {}
        for name, number in ports.items():
            env = _environment(services[name], {**shared, "PRINTFLOW_SERVER__PORT": str(number)})
            web[name] = start(name, [*program, *services[name]["command"]], env)
        worker = services["worker"]
        start("worker", [*program, *worker["command"]], _environment(worker, shared))
        for number in ports.values():
            _wait(f"http://127.0.0.1:{number}/health/live", tmp_path)
        conf = _nginx_settings(tmp_path, front, ports)
        start(
            "nginx-out", [str(nginx_path), "-p", str(tmp_path), "-c", str(conf)], dict(os.environ)
        )
        _wait(f"http://127.0.0.1:{front}/health/live", tmp_path)
        yield Site(f"http://127.0.0.1:{front}", web, store, tmp_path, password[0])


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _browser() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    )


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


def _submit(site: Site) -> str:
    """Send a model through nginx; gives the page that follows."""
    browser = _browser()
    page = browser.open(f"{site.url}/submit").read().decode()
    fields = {
        "csrf_token": _token(page),
        "student_name": "Jane Doe",
        "student_email": "jane@example.edu",
        "discipline": "Engineering",
        "class_number": "ARCH 4000",
        "print_method": "Filament",
        "color": "True Red",
        "printer": "Prusa MK4S",
        "minimum_charge": "yes",
    }
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    model = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.stl"\r\n\r\n'
    body = b"".join([*parts, model, sample_models.stl(), b"\r\n--b--\r\n"])
    request = urllib.request.Request(
        f"{site.url}/submit", body, {"Content-Type": "multipart/form-data; boundary=b"}
    )
    answer: str = browser.open(request).read().decode()
    return answer


@pytest.mark.long
def test_the_topology_of_the_compose_file(site: Site) -> None:
    for _ in range(4):  # both web servers take their turn
        assert "a.stl" in _submit(site)
    until = time.monotonic() + 30
    mails = site.store / ".printflow" / "mail"
    while time.monotonic() < until and len(list(mails.glob("*.eml"))) < 4:
        time.sleep(0.1)
    assert len(list(mails.glob("*.eml"))) == 4
    assert len(list((site.store / "Uploaded").iterdir())) == 4

    browser = _browser()
    form = {
        "csrf_token": _token(browser.open(f"{site.url}/login").read().decode()),
        "name": "Ana",
        "password": site.password,
    }
    page = browser.open(f"{site.url}/login", urlencode(form).encode()).read().decode()
    assert "Jane Doe" in page  # the session holds on both, whichever answers

    site.web["web1"].terminate()
    site.web["web1"].wait(20)
    for _ in range(4):
        assert browser.open(f"{site.url}/dashboard").status == 200

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{site.url}/metrics")
    assert refused.value.code == 403

    lines = [
        json.loads(line)
        for path in (site.store / ".printflow" / "logs").glob("server-*.log")
        for line in path.read_text("utf-8").splitlines()
    ]
    assert any(line["logger"] == "printflow_web.access" and line["request"] for line in lines)
    assert len({line["process"] for line in lines}) == 2


@pytest.mark.parametrize("name", ["nginx.conf", "compose/nginx.conf"])
def test_nginx_takes_the_examples(name: str, tmp_path: Path, nginx_path: Path) -> None:
    text = (COMPOSE.parent / name).read_text("utf-8")
    text = text.replace("server web1:8080", "server 127.0.0.1:8081")
    text = text.replace("server web2:8080", "server 127.0.0.1:8082")
    text = text.replace("/var/log/nginx", str(tmp_path))
    if "ssl_certificate" in text:
        import trustme

        made = trustme.CA().issue_cert("prints.example.edu")
        made.cert_chain_pems[0].write_to_path(tmp_path / "c.pem")
        made.private_key_pem.write_to_path(tmp_path / "k.pem")
        text = re.sub(r"ssl_certificate \S+;", f"ssl_certificate {tmp_path}/c.pem;", text)
        text = re.sub(r"ssl_certificate_key \S+;", f"ssl_certificate_key {tmp_path}/k.pem;", text)
    conf = tmp_path / "nginx.conf"
    conf.write_text(f"pid {tmp_path}/p; error_log stderr; events {{}}\nhttp {{ {text} }}\n")
    command = [str(nginx_path), "-t", "-p", str(tmp_path), "-c", str(conf)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
