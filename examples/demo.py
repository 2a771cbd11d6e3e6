"""The main job, end to end, on the real plan with example answers: what `make demo` runs.

Every part is real: the flows run under Prefect, letters are .eml files, the answers go through the links in those
letters to the served page, the memo is a Word document. Only the answers are made up, and marked so. It works in
`var/demo` (or DEMO_VAR), on days of October and November 2024, and may be run again and again.
"""

import email
import email.policy
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
VAR = Path(os.environ.get("DEMO_VAR", ROOT / "var" / "demo")).absolute()
LETTERS_ON, MEMO_ON, PERIOD = date(2024, 10, 15), date(2024, 11, 5), "2024"

VAR.mkdir(parents=True, exist_ok=True)
# Before Prefect is imported, for it reads its settings then. Nothing is sent anywhere.
os.environ |= {
    "TRACKER_VAR": str(VAR),
    "TRACKER_PLAN": str(ROOT / "activities.yaml"),
    "TRACKER_TEMPLATES": str(ROOT / "templates"),
    "TRACKER_ILLUSTRATION": "1",
    "PREFECT_HOME": str(VAR / "prefect"),
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "DO_NOT_TRACK": "1",
}
for name in ("PREFECT_API_URL", "TRACKER_DATABASE_URL", "TRACKER_MAIL_URL", "TRACKER_INBOX_URL", "TRACKER_TODAY"):
    os.environ.pop(name, None)

import httpx  # noqa: E402
import yaml  # noqa: E402

from flows.collect import collect  # noqa: E402
from flows.remind import RemindRequest, remind  # noqa: E402
from flows.report import ReportRequest, report  # noqa: E402
from tracker import cli  # noqa: E402
from tracker.cli.common import shown  # noqa: E402
from tracker.settings import Settings, load_settings  # noqa: E402
from tracker.store.engine import opened_store  # noqa: E402
from tracker.web.serve import server  # noqa: E402


def main() -> int:
    """Run the cycle and print what came of it; return the exit status."""
    said("DỮ LIỆU MINH HỌA: kế hoạch là thật, các báo cáo dưới đây được đặt ra để chạy thử.")
    step("Đọc và áp dụng kế hoạch")
    if status := cli.main(["check"]) or cli.main(["apply", "--on", str(LETTERS_ON)]):
        return status

    step(f"Nhắc các cơ quan chủ trì, ngày {LETTERS_ON:%d/%m/%Y}")
    left = remind(RemindRequest(on=LETTERS_ON))
    letters = sorted((VAR / "outbox").glob("remind-*.eml"))
    said(f"Lần chạy này gửi {left} thư mới. Các thư nhắc đã gửi ({len(letters)}):")
    for letter in letters:
        mail = read(letter)
        said(f"  {mail['To']}: {mail['Subject']}")

    step("Các cơ quan trả lời qua đường dẫn trong thư (dữ liệu minh họa)")
    answers = yaml.safe_load((ROOT / "examples" / "answers-2024.yaml").read_text(encoding="utf-8"))
    for day in sorted({answer["day"] for answer in answers}):
        answer_on(day, [answer for answer in answers if answer["day"] == day])

    step(f"Tình hình đến ngày {MEMO_ON:%d/%m/%Y}")
    cli.main(["accept", PERIOD, "--on", str(MEMO_ON)])
    cli.main(["status", PERIOD, "--on", str(MEMO_ON)])

    step("Tổng hợp báo cáo")
    os.environ["TRACKER_TODAY"] = str(MEMO_ON)
    for file in report(ReportRequest(period=PERIOD)):
        said(f"  {shown(file)}")
    said(
        "\nXem trang trả lời của bản chạy thử: make serve-demo, rồi mở đường dẫn trong một thư ở var/demo/outbox."
    )
    return 0


def answer_on(day: date, answers: list[dict[str, Any]]) -> None:
    """Send the answers of `day` through the page and run the collect flow, as on that day."""
    os.environ["TRACKER_TODAY"] = str(day)
    settings = load_settings()
    with served(settings) as address:
        for answer in answers:
            send(address, answer)
    said(f"  {day:%d/%m/%Y}: thư xác nhận đã gửi: {collect()}")


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """Serve the pages on a free loopback port; give their address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with opened_store(settings.database_url) as engine:
        web = server(engine, settings.at_port(port))
        thread = threading.Thread(target=web.run)
        thread.start()
        while not web.started:
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            web.should_exit = True
            thread.join()


def send(address: str, answer: dict[str, Any]) -> None:
    """Open the link in the agency's letter, fill in `answer` and send it."""
    letter = VAR / "outbox" / f"remind-{PERIOD}-{answer['agency']}-before-10.eml"
    body = read(letter).get_body(("plain",))
    link = re.search(r"/b/[\w-]{43}", body.get_content() if body else "")
    if link is None:
        raise SystemExit(f"{letter}: không thấy đường dẫn")
    page = httpx.get(address + link[0])
    page.raise_for_status()
    said_of = answer["answers"].items()
    texts = {f"{activity}.{name}": text for activity, words in said_of for name, text in words.items()}
    texts |= {f"figure.{target}": value for target, value in answer.get("figures", {}).items()}
    # On a second run the accepted answers are locked, and the page has no fields for them.
    fields = {name: text for name, text in texts.items() if f'name="{name}"' in page.text}
    if not any(name.endswith(".status") for name in fields):
        said(f"  {answer['day']:%d/%m/%Y}: {answer['agency']} đã trả lời từ lần chạy trước")
        return
    sent = httpx.post(address + link[0], data={**fields, "said_by": answer["said_by"], "action": "send"})
    if sent.status_code != 303:
        raise SystemExit(f"{answer['agency']}: trang trả lời {sent.status_code}")
    said(f"  {answer['day']:%d/%m/%Y}: {answer['agency']} gửi {len(answer['answers'])} hoạt động")


def read(letter: Path) -> email.message.EmailMessage:
    """Return the message in an .eml file."""
    return email.message_from_bytes(letter.read_bytes(), policy=email.policy.default)


def step(title: str) -> None:
    """Print a heading."""
    print(f"\n== {title}", flush=True)


def said(line: str) -> None:
    """Print a line."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
