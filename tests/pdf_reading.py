"""Reads a PDF as a screen reader does: the structure tree in its order, each element with the text it marks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf

SHOWS = {"Tj", "TJ", "'", '"'}
BLOCKS = {"/P", "/H1", "/H2", "/H3", "/TD", "/TH", "/Caption"}


@dataclass(frozen=True)
class Element:
    """A piece of the structure that holds text, `/P` or `/TD` and so on; of a `/Figure`, what stands for it."""

    role: str
    text: str


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(data))


def elements(data: bytes) -> list[Element]:
    """Return the elements that hold text, in reading order."""
    with opened(data) as pdf:
        marked = {page.objgen: _texts_of(page) for page in pdf.pages}
        return [Element(role, text) for role, text in _walk(pdf.Root.StructTreeRoot.K, marked, None)]


def fonts(pdf: pikepdf.Pdf) -> dict[str, Any]:
    """Return every font of every page by its name."""
    found = {}
    for page in pdf.pages:
        for font in page.resources.get("/Font", {}).values():
            found[str(font.BaseFont).lstrip("/")] = font
    return found


def _walk(node: Any, marked: dict[Any, dict[int, str]], page: Any) -> Iterator[tuple[str, str]]:
    """Give role and text of the blocks under `node`; a text outside any block has no role."""
    if isinstance(node, int):
        yield "", marked[page.objgen].get(node, "")
    elif isinstance(node, pikepdf.Array):
        for kid in node:
            yield from _walk(kid, marked, page)
    elif "/MCID" in node:
        yield "", marked[node.get("/Pg", page).objgen].get(int(node.MCID), "")
    elif node.get("/S") == "/Figure":
        yield "/Figure", str(node.Alt)
    elif "/K" in node:
        inner = list(_walk(node.K, marked, node.get("/Pg", page)))
        if str(node.S) in BLOCKS and not any(role for role, _ in inner):
            yield str(node.S), "".join(text for _, text in inner)
        else:
            yield from inner


def _texts_of(page: pikepdf.Page) -> dict[int, str]:
    """Return the text under each mark of a page; a span that says what it stands for is believed."""
    maps = {name: _unicode_of(font) for name, font in page.resources.get("/Font", {}).items()}
    texts: dict[int, str] = {}
    stack: list[tuple[int | None, bool]] = []
    glyphs: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            known = operands[1] if name == "BDC" and isinstance(operands[1], pikepdf.Dictionary) else {}
            mark, silent = stack[-1] if stack else (None, False)
            mark = int(known["/MCID"]) if "/MCID" in known else mark
            if "/ActualText" in known and mark is not None:
                texts[mark] = texts.get(mark, "") + str(known["/ActualText"])
                silent = True
            stack.append((mark, silent))
        elif name == "EMC":
            stack.pop()
        elif name == "Tf":
            glyphs = maps[str(operands[0])]
        elif name in SHOWS and stack and stack[-1][0] is not None and not stack[-1][1]:
            mark = stack[-1][0]
            texts[mark] = texts.get(mark, "") + "".join(_shown(operands[-1], glyphs))
    return texts


def _shown(shown: Any, glyphs: dict[int, str]) -> Iterator[str]:
    for part in shown if isinstance(shown, pikepdf.Array) else [shown]:
        if isinstance(part, pikepdf.String):
            codes = bytes(part)
            for at in range(0, len(codes), 2):
                yield glyphs[int.from_bytes(codes[at : at + 2])]


def _unicode_of(font: Any) -> dict[int, str]:
    text = font.ToUnicode.read_bytes().decode("latin-1")
    found = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for code, letters in re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]*)>", block):
            found[int(code, 16)] = bytes.fromhex(letters).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for first, last, letters in re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", block):
            start = int(bytes.fromhex(letters).decode("utf-16-be").encode("utf-32-be").hex(), 16)
            for offset in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + offset] = chr(start + offset)
    return found
