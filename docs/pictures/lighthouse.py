"""Lighthouse over every page of the example season: `make lighthouse`, or with names of pages as arguments.

It needs npm and Debian's Chromium; npm fetches Lighthouse into `var/lighthouse`. Every page must have 100 for
accessibility and for best practices; what is less is printed with the audits that failed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
from make import ROOT, season
from screenshots import DESK, PAGES, TODAY, officer_pages, play_season, sign_in

from examples import demo

TOOLS = ROOT / "var" / "lighthouse"
VERSION = "lighthouse@13"
CATEGORIES = ("accessibility", "best-practices")
NOT_ASKED = {"khong-co-trang", "duong-dan-het-han"}
"""Pages that answer 404, which Lighthouse refuses to look at."""


def main(wanted: list[str]) -> int:
    """Measure every page, or those that are `wanted`; return 1 where one has less than 100."""
    if shutil.which("npm") is None or shutil.which("chromium") is None:
        print("Bỏ qua: thiếu npm hoặc chromium", file=sys.stderr)
        return 0
    TOOLS.mkdir(parents=True, exist_ok=True)
    install = ["npm", "install", "--prefix", str(TOOLS), "--no-audit", "--no-fund", "--silent", VERSION]
    subprocess.run(install, check=True)
    poor = 0
    with tempfile.TemporaryDirectory(prefix="tracker-pictures-", ignore_cleanup_errors=True) as folder:
        demo.VAR = Path(folder)
        os.environ |= {"TRACKER_VAR": folder, "TRACKER_ILLUSTRATION": "1"}
        play_season()
        with season(TODAY) as address:
            cookie = httpx.post(address + sign_in()).headers["set-cookie"].split(";")[0]
            pages = officer_pages() | {name: DESK + path for name, path in PAGES.items()}
            for name, path in pages.items():
                if name not in NOT_ASKED and (not wanted or name in wanted):
                    poor += not measured(name, address + path, cookie, Path(folder) / "found.json")
    return 1 if poor else 0


def measured(name: str, address: str, cookie: str, found: Path) -> bool:
    """Print what Lighthouse says of `address`; return whether that is all one can have."""
    headers = json.dumps({"Cookie": cookie})
    command = [str(TOOLS / "node_modules" / ".bin" / "lighthouse"), address, "--quiet", "--output=json"]
    command += [
        f"--output-path={found}",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--extra-headers={headers}",
    ]
    command += ["--chrome-flags=--headless=new --no-sandbox --disable-gpu"]
    chromium = {"CHROME_PATH": shutil.which("chromium") or ""}
    subprocess.run(command, check=True, env=os.environ | chromium, stdout=subprocess.DEVNULL)
    told = json.loads(found.read_text(encoding="utf-8"))
    scores = [round(100 * (told["categories"][one]["score"] or 0)) for one in CATEGORIES]
    less = [one["id"] for one in told["audits"].values() if one.get("score") == 0]
    whole = scores == [100, 100]
    print(f"{name}: {scores[0]}, {scores[1]}" + ("" if whole else f" ({', '.join(less)})"), flush=True)
    return whole


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
