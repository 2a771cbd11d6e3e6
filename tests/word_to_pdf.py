"""Word files rendered by LibreOffice, in the fonts that come with the project and in none of the machine's."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tracker.papers.pdf import FONTS

CONFIG = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>{fonts}</dir><cachedir>{cache}</cachedir>
<alias binding="same"><family>Times New Roman</family><prefer><family>Liberation Serif</family></prefer></alias>
</fontconfig>"""


def rendered(words: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """Return the PDF of each Word file in `words`, by its name; skips the test where there is no LibreOffice."""
    if shutil.which("soffice") is None:
        pytest.skip("needs LibreOffice: apt-get install libreoffice-writer")
    (folder / "fonts.conf").write_text(CONFIG.format(fonts=FONTS, cache=folder / "cache"))
    files = {name: folder / f"{name}.docx" for name in words}
    for name, file in files.items():
        file.write_bytes(words[name])
    office = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    subprocess.run(
        [*office, "--convert-to", "pdf", "--outdir", str(folder), *map(str, files.values())],
        env=os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf")},
        check=True,
        capture_output=True,
        timeout=300,
    )
    return {name: file.with_suffix(".pdf").read_bytes() for name, file in files.items()}
