"""No text that may be typed can stop a memo: whatever cannot be set is dropped or becomes a bullet."""

import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from factories_papers import sample_paper
from pdf_reading import elements

from tracker.answers.checks import clean_text
from tracker.papers.docx import docx_bytes
from tracker.papers.files import printable
from tracker.papers.html import html_bytes
from tracker.papers.paper import Block
from tracker.papers.pdf import pdf_bytes
from tracker.papers.xlsx import xlsx_bytes
from tracker.report.tidy import tidy

TEMPLATES = Path(__file__).parent.parent / "templates" / "memo"
PRIVATE = [*range(0xE000, 0xF900), 0xF0000, 0xFFFFD, 0x100000, 0x10FFFD]
SIGNS = [chr(n) for n in range(0x20, 0x110000) if not 0xD800 <= n < 0xE000]
ASSIGNED = [sign for sign in SIGNS if unicodedata.category(sign) not in ("Cn", "Co")]


@pytest.mark.parametrize("sign", "\uf0b7\uf0a7\uf0d8\uf0fc\uf0e0\ue000\uf8ff\U000f0000\U0010fffd")
def test_a_private_sign_before_a_line_becomes_a_bullet_at_the_door_and_goes_elsewhere(sign: str) -> None:
    faults: dict[str, object] = {}
    typed = f"{sign} Đã mở 05 lớp\n{sign}\nĐã tập{sign} huấn"
    assert clean_text(typed, faults, "result") == "- Đã mở 05 lớp\n- Đã tập huấn"  # type: ignore[arg-type]
    assert faults == {}
    assert printable(f"a{sign}b") == "ab"


def test_every_sign_of_unicode_is_printed_or_dropped_in_every_format() -> None:
    words = " ".join([*map(chr, PRIVATE[::200]), *ASSIGNED[::70]])
    body = (Block(kind="paragraph", text=unicodedata.normalize("NFC", words), said_by="Sở"),)
    paper = replace(sample_paper(), body=(*body, Block(kind="paragraph", text=tidy(words)), *body))
    found = "".join(each.text for each in elements(pdf_bytes(paper, TEMPLATES / "memo.typ")))
    assert "đ" in found
    assert not re.search("[\ue000-\uf8ff]", found)
    assert docx_bytes(paper, TEMPLATES / "memo.docx").startswith(b"PK")
    assert html_bytes(paper, TEMPLATES / "memo.html.j2")
    assert xlsx_bytes(paper).startswith(b"PK")
