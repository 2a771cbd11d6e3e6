"""The README's pictures, made from the real thing: a letter, the page it leads to, the memo.

Run as `make pictures`. It goes through a season as `examples/demo.py` does, in a temporary folder, and photographs
what comes of it: only the answers are made up, and every picture carries the mark of example data.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import yaml

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))

from examples import demo  # noqa: E402
from tracker import cli  # noqa: E402
from tracker.settings import load_settings  # noqa: E402

LETTERS_ON, SHOWN_ON, MEMO_ON = date(2024, 10, 15), date(2024, 10, 22), date(2024, 11, 5)
AGENCY = "so-cong-thuong"
LETTER = f"remind-{demo.PERIOD}-{AGENCY}-before-10.eml"
ANSWERED_BEFORE = {"II.10", "II.18"}
"""What the agency has answered when its page is photographed; the rest it still owes."""
SCREEN = 716
"""Pixels of the phone's page in one frame; the cut falls between two sections."""
NEEDED = {"chromium": "chromium", "soffice": "libreoffice-writer", "pdftoppm": "poppler-utils"}
"""Programs, and the Debian packages that bring them."""


def main() -> int:
    """Make every picture; return the exit status."""
    missing = [package for program, package in NEEDED.items() if shutil.which(program) is None]
    if missing:
        print(f"Thiếu chương trình; cài bằng: apt-get install {' '.join(missing)}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="tracker-pictures-", ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        demo.VAR = work
        os.environ |= {"TRACKER_VAR": str(work), "TRACKER_BASE_URL": "https://theo-doi.angiang.example"}
        run("apply", "--on", str(LETTERS_ON))
        run("remind", "--on", str(LETTERS_ON))
        letter(work)
        answers = yaml.safe_load((ROOT / "examples" / "answers-2024.yaml").read_text(encoding="utf-8"))
        first = next(answer for answer in answers if answer["agency"] == AGENCY)
        some = {row: words for row, words in first["answers"].items() if row in ANSWERED_BEFORE}
        with season(first["day"]) as address:
            demo.send(address, {**first, "answers": some})
        form(work)
        for day in sorted({answer["day"] for answer in answers}):
            with season(day) as address:
                for answer in answers:
                    if answer["day"] == day:
                        demo.send(address, answer)
        run("accept", demo.PERIOD, "--on", str(MEMO_ON))
        run("report", demo.PERIOD, "--on", str(MEMO_ON))
        memo(work)
    for picture in sorted(HERE.glob("*.png")):
        print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1000} kB")
    return 0


def letter(work: Path) -> None:
    """Photograph the HTML part of the letter, as a mail program shows it."""
    body = demo.read(work / "outbox" / LETTER).get_body(("html",))
    if body is None:
        raise SystemExit(f"{LETTER}: không có phần HTML")
    page = work / "letter.html"
    page.write_text(body.get_content(), encoding="utf-8")
    photograph(page.as_uri(), HERE / "letter.png", work, width=680, height=1240)


def form(work: Path) -> None:
    """Photograph the agency's page on a phone and on a desk."""
    body = demo.read(work / "outbox" / LETTER).get_body(("plain",))
    link = re.search(r"/b/[\w-]{43}", body.get_content() if body else "")
    if link is None:
        raise SystemExit(f"{LETTER}: không thấy đường dẫn")
    with season(SHOWN_ON) as address:
        photograph(address + link[0], work / "phone.png", work, width=390, height=2 * SCREEN)
        photograph(address + link[0], HERE / "form-desk.png", work, width=1100, height=900)
    side_by_side([work / "phone.png"] * 2, HERE / "form.png", work, width=390, height=SCREEN, cut=True)


def memo(work: Path) -> None:
    """Photograph the first pages of the Word document side by side, as LibreOffice prints them."""
    (document,) = (work / "reports").glob("*.docx")
    profile = f"-env:UserInstallation={(work / 'office').as_uri()}"
    call("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(work), str(document))
    width, height = 510, 721
    size = ("-scale-to-x", str(width), "-scale-to-y", str(height))
    call("pdftoppm", "-png", "-gray", *size, "-l", "2", str(work / f"{document.stem}.pdf"), str(work / "page"))
    side_by_side(sorted(work.glob("page-*.png")), HERE / "memo.png", work, width=width, height=height)


def side_by_side(
    pictures: list[Path], whole: Path, work: Path, *, width: int, height: int, cut: bool = False
) -> None:
    """Join `pictures` into one, each in a frame of `width` by `height` pixels.

    With `cut` they are one long picture: the first frame shows its top, the last its bottom.
    """
    images = "".join(f'<img src="{picture.as_uri()}">' for picture in pictures)
    style = "body{margin:0;padding:12px;display:flex;gap:12px;background:#d5dbe3}"
    style += f"img{{width:{width}px;height:{height}px}}"
    if cut:
        style += "img{object-fit:cover;object-position:top}img:last-child{object-position:bottom}"
    sheet = work / f"{whole.stem}.html"
    sheet.write_text(f"<!DOCTYPE html><style>{style}</style>{images}", encoding="utf-8")
    across = len(pictures) * (width + 12) + 12
    photograph(sheet.as_uri(), whole, work, width=across, height=height + 24)


@contextmanager
def season(day: date) -> Iterator[str]:
    """Serve the pages as on `day`; give their address."""
    os.environ["TRACKER_TODAY"] = str(day)
    try:
        with demo.served(load_settings()) as address:
            yield address
    finally:
        del os.environ["TRACKER_TODAY"]


def photograph(address: str, picture: Path, work: Path, *, width: int, height: int) -> None:
    """Show `address` in chromium, `width` by `height` pixels, and keep what is seen as `picture`."""
    call(
        "chromium",
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        f"--user-data-dir={work / 'chromium'}",
        f"--window-size={width},{height}",
        f"--screenshot={picture}",
        address,
    )


def run(*command: str) -> None:
    """Run one command of the tracker; leave where it fails."""
    if status := cli.main(command):
        raise SystemExit(status)


def call(*command: str) -> None:
    """Run a program in silence; leave with its words where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=180, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]}: {done.stderr.strip()}")


if __name__ == "__main__":
    sys.exit(main())
