"""The lasting service as `make serve` runs it: a whole process with its children."""

import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import ROOT

MOST_MEMORY = 450 * 1024
"""Kilobytes, all processes together: one office machine serves beside its other work."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Give the environment of a service of its own, with the real plan applied."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRACKER_", "PREFECT_"))}
    env = kept | {
        "TRACKER_VAR": str(tmp_path),
        "TRACKER_PORT": str(free_port()),
        "PREFECT_SERVER_API_PORT": str(free_port()),
    }
    subprocess.run(
        [sys.executable, "-m", "tracker.cli", "apply"], env=env, cwd=ROOT, check=True, capture_output=True
    )
    return env


@pytest.fixture
def service(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Start the service and wait until it says that it runs."""
    # As a script's background job, which its shell starts deaf to SIGINT.
    command = ["sh", "-c", "trap '' INT; exec \"$0\" -m flows.serve", sys.executable]
    process = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    timer = threading.Timer(400, process.kill)
    timer.start()
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Đang chạy" in line:
            break
    timer.cancel()
    assert "Đang chạy" in "".join(lines), "".join(lines)
    yield process
    for one in family(process.pid) if process.poll() is None else ():
        os.kill(one, signal.SIGKILL)
    process.communicate()


def api(environment: dict[str, str]) -> str:
    return f"http://127.0.0.1:{environment['PREFECT_SERVER_API_PORT']}/api"


def password(environment: dict[str, str]) -> str:
    return (Path(environment["TRACKER_VAR"]) / "prefect-password").read_text().strip()


def read(address: str, body: object = None, user: str = "") -> object:
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    if user:
        headers["authorization"] = "Basic " + base64.b64encode(user.encode()).decode()
    request = urllib.request.Request(address, data, headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


def family(root: int) -> list[int]:
    """Return the process ids of `root` and all below it."""
    found = [root]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if parent == root:
            found += family(int(stat.parent.name))
    return found


def resident(process: int) -> int:
    """Return the resident memory of a process in kilobytes."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) if found else 0


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory from /proc, which is Linux's")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_pages_and_schedules_in_little_memory_and_leaves_nothing_behind(
    how: signal.Signals, environment: dict[str, str], service: subprocess.Popen[str]
) -> None:
    pages = f"http://127.0.0.1:{environment['TRACKER_PORT']}"
    prefect, user = api(environment), password(environment)
    deployments = read(f"{prefect}/deployments/filter", {}, user)
    assert isinstance(deployments, list)
    assert len(deployments) == 3  # known as soon as it says that it runs
    # A slot that a killed run held never came free, and the flow was off for good.
    assert [d["concurrency_limit"] for d in deployments] == [None] * 3
    for address, body in (("deployments/filter", {}), ("deployments/", {"name": "x"}), ("admin/version", None)):
        with pytest.raises(urllib.error.HTTPError, match="401"):
            read(f"{prefect}/{address}", body)
    kept = Path(environment["TRACKER_VAR"])
    assert [oct((kept / name).stat().st_mode & 0o77) for name in ("prefect-password", "tmp", "prefect")] == [
        "0o0"
    ] * 3
    with urllib.request.urlopen(f"{pages}/suc-khoe", timeout=10) as answer:
        assert answer.status == 200
    # SQLAlchemy 2.1 once made Prefect's scheduler create no runs at all, in silence.
    for _ in range(120):
        scheduled = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
        runs = read(f"{prefect}/flow_runs/filter", scheduled, user)
        assert isinstance(runs, list)
        if {run["deployment_id"] for run in runs} == {d["id"] for d in deployments}:
            break
        time.sleep(0.5)
    else:
        pytest.fail("deployments without scheduled runs after a minute")
    for _ in range(60):  # a quarter of an hour may strike just now, and a flow run with it
        processes = family(service.pid)
        if len(processes) == 2:
            break
        time.sleep(1)
    assert sum(map(resident, processes)) < MOST_MEMORY
    # A client that never ends its request must not hold the service up.
    slow = socket.create_connection(("127.0.0.1", int(environment["TRACKER_PORT"])))
    slow.sendall(b"POST /b/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
    service.send_signal(how)
    said, _ = service.communicate(timeout=60)
    slow.close()
    assert service.returncode == 0, said
    assert said.strip().endswith("Đã dừng.")
    assert [process for process in processes if Path(f"/proc/{process}").exists()] == []


def test_a_port_that_is_taken_is_named_with_the_way_out(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(environment["PREFECT_SERVER_API_PORT"]))):
        done = subprocess.run(
            [sys.executable, "-m", "flows.serve"],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "đang có chương trình khác dùng" in done.stderr
    assert "PREFECT_SERVER_API_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def listens(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def health(environment: dict[str, str]) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{environment['TRACKER_PORT']}/suc-khoe") as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.read().decode()


def until(true: Callable[[], bool]) -> None:
    for _ in range(240):
        if true():
            return
        time.sleep(0.5)
    pytest.fail("not within two minutes")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="finds processes in /proc, which is Linux's")
def test_a_killed_prefect_server_comes_back_and_a_killed_service_leaves_nothing_on_its_ports(
    environment: dict[str, str], service: subprocess.Popen[str]
) -> None:
    assert health(environment) == "ok"
    (child,) = [one for one in family(service.pid) if "prefect_child" in Path(f"/proc/{one}/cmdline").read_text()]
    os.kill(child, signal.SIGKILL)
    until(lambda: health(environment) == "Máy chủ Prefect không trả lời.\n")
    until(lambda: health(environment) == "ok")
    log = (Path(environment["TRACKER_VAR"]) / "prefect-server.log").read_text()
    assert log.count("Check out the dashboard") == 2
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", line) for line in log.splitlines())
    service.kill()
    ports = environment["TRACKER_PORT"], environment["PREFECT_SERVER_API_PORT"]
    until(lambda: not any(map(listens, ports)))
