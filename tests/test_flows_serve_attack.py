"""A page of another site, in a real browser on the service's machine, against Prefect's port."""

import http.server
import json
import threading
from collections.abc import Iterator

import browsing
import pytest
import test_flows_serve
from playwright.sync_api import Browser
from test_flows_serve import api, password, read

browser, environment, service = browsing.browser, test_flows_serve.environment, test_flows_serve.service

ATTACK = """
async ([api, step]) => {
    const send = (path, body, type) => fetch(api + path, {
        method: 'POST', body: JSON.stringify(body), headers: {'content-type': type}, credentials: 'include',
    }).then((answer) => answer.status).catch((error) => String(error));
    const answers = [];
    for (const type of ['application/json', 'text/plain']) {
        answers.push(await send('/flows/', {name: 'evil'}, type));
        answers.push(await send('/deployments/', {
            name: 'evil', flow_id: '00000000-0000-0000-0000-000000000000', pull_steps: [step],
        }, type));
    }
    return answers;
}
"""
STEP = {"prefect.deployments.steps.run_shell_script": {"script": "id"}}


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!DOCTYPE html><title>x</title>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """Serve a page of another origin on loopback."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("service")
def test_a_page_of_another_site_creates_nothing_and_the_page_of_prefect_works_with_the_password(
    environment: dict[str, str], browser: Browser, elsewhere: str
) -> None:
    page = browser.new_page()
    page.goto(elsewhere)
    answers = page.evaluate(ATTACK, [api(environment), STEP])
    assert [answer for answer in answers if answer in {200, 201}] == []
    user = password(environment)
    flows = read(f"{api(environment)}/flows/filter", {}, user)
    deployments = read(f"{api(environment)}/deployments/filter", {}, user)
    assert "evil" not in json.dumps([flows, deployments])
    # Its own page asks for the password, and works with it.
    page.set_default_timeout(120_000)
    page.goto(api(environment).removesuffix("/api"))
    page.locator("input[type=password]").fill(user)
    page.keyboard.press("Enter")
    page.goto(api(environment).removesuffix("/api") + "/deployments")
    page.get_by_text("thu-nhan").first.wait_for()
    page.close()
