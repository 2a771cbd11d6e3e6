"""What the admin guide has an admin copy onto a server works as printed: settings, proxy, service unit."""

import os
import re
import shutil
import socket
import subprocess
import threading
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from conftest import ROOT
from factories_web import Season
from smtp_post import free_port

from tracker.settings import load_settings
from tracker.store.tables import Evidence
from tracker.web.serve import server

GUIDE = (ROOT / "docs" / "huong-dan-quan-tri.md").read_text(encoding="utf-8")
NGINX, OPENSSL = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin"), shutil.which("openssl")
SITE = "theo-doi.angiang.example"
AROUND = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


@dataclass
class Proxy:
    """A real nginx with the guide's block before our pages."""

    folder: Path
    address: str
    pages: int
    """The port behind it."""

    def ask(self, method: str, path: str, **given: object) -> httpx.Response:
        with httpx.Client(verify=False, timeout=60, headers={"host": SITE}) as client:
            return client.request(method, self.address + path, **given)  # type: ignore[arg-type]

    def logged(self) -> str:
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    """Start nginx with the block as printed, but for the ports and the certificate's place."""
    if NGINX is None or OPENSSL is None:
        pytest.skip("nginx or openssl is not installed")
    folder, port, pages = tmp_path / "nginx", free_port(), free_port()
    folder.mkdir()
    [site] = blocks("nginx")
    for printed, here in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/ssl/theo-doi.crt", f"{folder}/site.crt"),
        ("/etc/ssl/theo-doi.key", f"{folder}/site.key"),
        ("http://127.0.0.1:8305", f"http://127.0.0.1:{pages}"),
    ):
        assert site.count(printed) == 1
        site = site.replace(printed, here)
    (folder / "site.conf").write_text(site)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
    make = [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={SITE}"]
    made = [*make, "-keyout", f"{folder}/site.key", "-out", f"{folder}/site.crt"]
    subprocess.run(made, check=True, capture_output=True)
    process = subprocess.Popen(
        [NGINX, "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.PIPE, text=True
    )
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)
    yield Proxy(folder, f"https://127.0.0.1:{port}", pages)
    process.terminate()
    process.communicate(timeout=30)


@pytest.fixture
def served(proxy: Proxy, quiet_season: Season) -> Iterator[Season]:
    """Serve a season's pages behind the proxy."""
    settings = replace(quiet_season.settings.at_port(proxy.pages), base_url=f"https://{SITE}")
    web = server(quiet_season.engine, settings)
    thread = threading.Thread(target=web.run)
    thread.start()
    while not web.started:
        time.sleep(0.02)
    yield quiet_season
    web.should_exit = True
    thread.join()


def give(proxy: Proxy, season: Season, size: int) -> httpx.Response:
    data = {"activity": str(season.duties()["II.1"].id), "given_by": "Chuyên viên"}
    raw = b"%PDF-1.7\n" + b"x" * (size - 9)
    return proxy.ask("POST", f"{season.link()}/tai-lieu", data=data, files={"file": ("a.pdf", raw)})


def test_through_the_guides_proxy_pages_open_and_large_evidence_passes(proxy: Proxy, served: Season) -> None:
    page = proxy.ask("GET", served.link())
    assert (page.status_code, "Sở Công Thương" in page.text) == (200, True)
    assert page.headers["strict-transport-security"].startswith("max-age=")
    assert "nginx/" not in page.headers.get("server", "")
    answer = give(proxy, served, 9_900_000)
    assert answer.status_code == 303
    [file] = served.rows(Evidence)
    assert file.size == 9_900_000
    assert len(proxy.ask("GET", f"{served.link()}/tai-lieu/{file.id}").content) == 9_900_000
    assert proxy.ask("GET", "/suc-khoe").status_code == 200


def test_what_the_proxy_refuses_is_said_in_vietnamese_and_no_token_is_logged(proxy: Proxy, served: Season) -> None:
    token = served.link().removeprefix("/b/")
    large = give(proxy, served, 13_000_000)
    assert (large.status_code, "10 MB" in large.text) == (413, True)
    with httpx.Client(verify=False, timeout=60, headers={"host": SITE}) as client:
        codes = [client.get(f"{proxy.address}/b/{token}").status_code for _ in range(200)]
    assert codes[0] == 200
    assert token not in proxy.logged()


def test_a_dead_service_behind_the_proxy_leaves_no_token_in_any_log(proxy: Proxy) -> None:
    token = "t" * 43
    for method, path in (("GET", f"/b/{token}"), ("POST", f"/b/{token}/tai-lieu"), ("GET", f"/r/{token}")):
        answer = proxy.ask(method, path)
        assert (answer.status_code, "Trang tạm dừng" in answer.text) == (503, True)
    assert (proxy.folder / "error.log").read_text()
    assert token not in proxy.logged()


def test_too_many_requests_at_once_are_refused_without_a_token_in_any_log(proxy: Proxy) -> None:
    token = "t" * 43
    with httpx.Client(verify=False, timeout=60, headers={"host": SITE}) as client:
        codes = {client.get(f"{proxy.address}/b/{token}").status_code for _ in range(600)}
    assert codes <= {429, 503}
    assert token not in proxy.logged()


def test_the_service_unit_is_understood_and_closes_what_it_writes(tmp_path: Path) -> None:
    [unit] = [block for block in blocks("ini") if "[Service]" in block]
    for line in ("User=tracker", "UMask=0077", "PrivateTmp=yes", "Restart=on-failure", "NoNewPrivileges=yes"):
        assert f"\n{line}\n" in unit
    assert re.search(r"^TimeoutStopSec=\d+$", unit, re.MULTILINE)
    assert "ExecStartPre" not in unit
    assert "ReadWritePaths=/srv/tracker/var\n" in unit
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    here = unit.replace("/srv/tracker/.venv", str(ROOT / ".venv")).replace("User=tracker", "User=daemon")
    file = tmp_path / "tracker.service"
    file.write_text(here.replace("WorkingDirectory=/srv/tracker", f"WorkingDirectory={ROOT}"), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "tracker.service" in line]) == (0, [])


def test_the_settings_that_the_guide_prints_are_usable(tmp_path: Path) -> None:
    printed = [tomllib.loads(block) for block in blocks("toml")]
    assert len(printed) >= 3
    var = tmp_path / "var"
    var.mkdir()
    for table in printed:
        secret = any("MAT_KHAU" in str(value) for value in table.values())
        for file in var.iterdir():
            file.unlink()
        path = var / ("secrets.toml" if secret else "tracker.toml")
        path.write_text("".join(f'{key} = "{value}"\n' for key, value in table.items()), encoding="utf-8")
        path.chmod(0o600)
        assert load_settings({"TRACKER_VAR": str(var)}).places.keys() - {"VAR"} == {key.upper() for key in table}


def test_making_the_service_applies_the_plan_the_first_time_alone() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = text[text.index("\nserve:") : text.index("\nserve-demo:")]
    assert re.findall(r"tracker apply.*", recipe) == ["tracker apply --first"]
