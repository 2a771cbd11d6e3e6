"""Every page at desk and phone width, photographed in headless Chromium: `make screenshots`.

The example season is played as `examples/demo.py` does; what is seen is real, only the answers are made up. The
pictures go to `var/screenshots`; those of GUIDE, which the guide for coordinators shows, beside this script.
"""

import os
import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path

import yaml
from make import AGENCY, HERE, LETTERS_ON, ROOT, run, season
from playwright.sync_api import BrowserContext, Page, sync_playwright

from examples import demo
from tracker.settings import load_settings
from tracker.store.engine import opened_store, writing
from tracker.store.links import link_for, token_of
from tracker.store.periods import find_period
from tracker.store.sessions import make_sign_in

OUT = ROOT / "var" / "screenshots"
WIDTHS = {"may-tinh": 1280, "dien-thoai": 375}
TODAY = date(2024, 11, 12)
OWES = "ubmttq"
"""An agency that has not answered when its page is photographed."""
PERSON = "tonghop@angiang.example"
DESK = "/ban-lam-viec"
PAGES = {
    "dang-nhap": "/vao",
    "tong-quan": "",
    "dau-viec": "/viec?ky=2024",
    "thu": "/thu",
    "mot-thu": "/thu/1",
    "co-quan": f"/co-quan/{AGENCY}",
    "ky": "/ky",
    "mot-ky": "/ky/2024",
    "nhac-ngay": f"/ky/2024/nhac?xem={AGENCY}",
    "bao-cao": "/ky/2024/bao-cao",
    "duyet": "/ky/2024/duyet",
    "duyet-co-quan": "/ky/2024/duyet/hoi-lhpn",
    "ke-hoach": "/ke-hoach",
    "ma-tran": "/ma-tran",
    "hoat-dong": "/hoat-dong/II.10",
    "thu-trong-nam": "/lich?nam=2024",
    "nhat-ky": "/nhat-ky",
}
"""The desk's pages, by the name of their picture."""
GUIDE = {"tong-quan": 640, "duyet": 640, "nhac-ngay": 640, "bao-cao": 640}
"""Pictures of the guide: the page, and how many pixels of it from the top."""


def main() -> int:
    """Make every picture; return the exit status."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Thiếu chương trình; cài bằng: apt-get install chromium", file=sys.stderr)
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tracker-pictures-", ignore_cleanup_errors=True) as folder:
        demo.VAR = Path(folder)
        os.environ |= {"TRACKER_VAR": folder, "TRACKER_ILLUSTRATION": "1"}
        play_season()
        with season(TODAY) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            for name, width in WIDTHS.items():
                context = browser.new_context(viewport={"width": width, "height": 900}, locale="vi-VN")
                photograph_all(context, address, name)
                context.close()
            browser.close()
    print(f"{OUT.relative_to(ROOT)}: {len(list(OUT.glob('*.png')))} ảnh")
    return 0


def play_season() -> None:
    """Apply the plan, remind, let some agencies answer, compile a draft of the memo."""
    run("apply", "--on", str(LETTERS_ON))
    run("remind", "--on", str(LETTERS_ON))
    answers = yaml.safe_load((ROOT / "examples" / "answers-2024.yaml").read_text(encoding="utf-8"))
    for answer in answers[:-2]:
        with season(answer["day"]) as address:
            demo.send(address, answer)
    run("accept", demo.PERIOD, "--agency", AGENCY, "--on", str(TODAY))
    run("report", demo.PERIOD, "--on", str(TODAY))
    run("remind", "--on", str(TODAY))


def photograph_all(context: BrowserContext, address: str, width: str) -> None:
    """Photograph the officer's and the coordinator's pages at one width."""
    page = context.new_page()
    for name, path in officer_pages().items():
        page.goto(address + path)
        keep(page, name, width)
    page.goto(f"{address}{DESK}/vao")
    keep(page, "dang-nhap", width)
    page.goto(f"{address}{sign_in()}")
    keep(page, "vao-ban", width)
    page.get_by_role("button", name="Vào bàn làm việc").click()
    for name, path in PAGES.items():
        if name != "dang-nhap":
            page.goto(address + DESK + path)
            keep(page, name, width)


def officer_pages() -> dict[str, str]:
    """Return the addresses of an officer's and a reviewer's pages, by the name of their picture."""
    settings = load_settings()
    key, now = settings.secret_key(), settings.now()
    with opened_store(settings.database_url) as engine, writing(engine) as session:
        period = find_period(session, demo.PERIOD)
        link = f"/b/{token_of(link_for(session, period, OWES, key, now), key)}"
        done = f"/b/{token_of(link_for(session, period, AGENCY, key, now), key)}"
    return {
        "trang-dau": "/",
        "tra-loi": link,
        "bien-nhan": f"{done}/bien-nhan",
        "tai-lieu": f"{link}/tai-lieu",
        "da-duyet-du": done,
        "duong-dan-het-han": "/b/khong-co",
        "khong-co-trang": "/khong-co",
    }


def sign_in() -> str:
    """Return the address of a link that signs the coordinator in."""
    settings = load_settings()
    with opened_store(settings.database_url) as engine, writing(engine) as session:
        _, token = make_sign_in(session, PERSON, settings.secret_key(), settings.now())
    return f"{DESK}/vao/{token}"


def keep(page: Page, name: str, width: str) -> None:
    """Keep a picture of the whole page; tell where it is wider than the screen."""
    page.screenshot(path=OUT / f"{name}.{width}.png", full_page=True)
    if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        print(f"{name}.{width}: rộng hơn màn hình", file=sys.stderr)
    if name in GUIDE and width == "may-tinh":
        page.set_viewport_size({"width": 900, "height": GUIDE[name]})
        page.screenshot(path=HERE / f"ban-{name}.png")
        page.set_viewport_size({"width": WIDTHS[width], "height": 900})


if __name__ == "__main__":
    sys.exit(main())
