"""Whether a template of the memo that a person changed can still print it, and does nothing else.

What can be seen is looked for first, all of it: fields that are not there, parts of the memo that are not printed,
anything that could run code or fetch. Only a template without such faults prints, into a folder of its own.
"""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from docx.oxml import parse_xml
from docxtpl import DocxTemplate

from tracker.errors import BadInput, FileTrouble, TemplateFault, TemplateFaults, nearest
from tracker.papers.docx import SIGNATURE
from tracker.papers.docx_chart import PICTURE
from tracker.papers.docx_table import BAND, CELL, GRID, HEAD, W
from tracker.papers.letterhead import words_around
from tracker.papers.paper import Annex, Bar, Block, Chart, Column, Paper, Row, Series, Table
from tracker.papers.pdf import printed_words
from tracker.papers.template_tags import Place, Tags, Vocabulary, read_tags
from tracker.papers.word_package import package_faults, read_package
from tracker.plan.model import Header, Letterhead
from tracker.report import facts
from tracker.report.charts import CHARTS
from tracker.report.memo import TABLES
from tracker.report.template_fixture import PAPER
from tracker.report.template_trial import Needed, needed_in, tried
from tracker.settings import shipped
from tracker.templating import strange_files

LARGEST_TEXT = 1_000_000
ORIGINAL = "lấy lại mẫu gốc rồi sửa lại"
RENDERED = ("document", "hdr", "ftr", "footnotes")
"""The roots of the parts of a Word file in which tags are printed."""
TYPST_RUNS = re.compile(
    r"\b(?:import|include)\b(?=\s)|\b(?:read|plugin|eval|bibliography|dictionary)\b|\bstd\b(?!\.)"
    r"|\b(?:json|csv|yaml|toml|xml|cbor|image)\b(?!\s*\(\s*bytes\()"
)
"""What takes in files, packages or code; json and image may take data."""
TYPST_FIELD = re.compile(r"\b(words|letterhead|paper)\.([a-z_]+)")
MARKS = frozenset((*TABLES, *CHARTS))
MARK_LINE = re.compile(r"\[(?:bảng|biểu đồ)[^\[\]]*\]", re.IGNORECASE)


def check_template(file: Path, folder: Path) -> str:
    """Return a sentence on what the template `file` printed into the empty `folder`.

    Raises TemplateFaults with every fault, BadInput where it is no template of the memo, FileTrouble where it
    cannot be read.
    """
    check = _check_of(file)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise FileTrouble(
            f"{file}: không đọc được mẫu ({error.strerror}); xem lại tên tệp và quyền đọc"
        ) from error
    needed = needed_in(file)
    tags = check(data, file)
    missing = [_missing(file, each) for each in needed if tags.legible and not tags.used.intersection(each.keys)]
    if tags.faults or missing:
        raise TemplateFaults([*tags.faults, *missing])
    return tried(file, data, needed, folder)


def misnamed_templates(own: Path) -> list[TemplateFault]:
    """Return a fault for each file in the admin's folder `own` that is called as no shipped template is."""
    root = shipped("templates")
    names = [str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()]
    return [
        TemplateFault(
            str(file),
            "không mẫu nào của chương trình có tên này, tệp không được dùng",
            nearest(str(file.relative_to(own)), names),
        )
        for file in strange_files(own)
    ]


def _missing(file: Path, needed: Needed) -> TemplateFault:
    return TemplateFault(
        str(file), f"mẫu không in {needed.what}", f"thêm trường {needed.keys[0].lstrip('.')} vào mẫu"
    )


def _check_of(file: Path) -> Callable[[bytes, Path], Tags]:
    if file.name == "cong-van.txt":
        raise BadInput(
            f"{file}: là lời văn của công văn đôn đốc; lệnh này kiểm tra lời văn của báo cáo (memo.txt)"
        )
    for ending, check in (
        (".docx", _word_tags), (".html.j2", _page_tags), (".txt", _text_tags), (".typ", _typst_tags),
    ):  # fmt: skip
        if file.name.lower().endswith(ending):
            return check
    if file.suffix.lower() in (".docm", ".dotm", ".dotx", ".doc"):
        raise BadInput(
            f"{file}: mẫu Word phải là .docx, không có macro; lưu lại (Save As) kiểu Word Document (.docx)"
        )
    raise BadInput(f"{file}: không phải mẫu của báo cáo; mẫu có dạng .docx, .txt, .html.j2 hoặc .typ")


def _fields_of(*kinds: type) -> frozenset[str]:
    named = {field.name for kind in kinds if is_dataclass(kind) for field in fields(kind)}
    return frozenset(
        named | {name for kind in kinds for name, value in vars(kind).items() if isinstance(value, property)}
    )


PRINTED = Vocabulary(
    names=dict.fromkeys(words_around(PAPER)) | {"paper": _fields_of(Paper), "letterhead": _fields_of(Letterhead)},
    fields=_fields_of(Paper, Letterhead, Block, Table, Column, Row, Annex, Chart, Series, Bar),
)
WORD = Vocabulary(names=PRINTED.names, fields=PRINTED.fields, functions=frozenset({"table", "chart", "rule"}))
PAGE = Vocabulary(names=PRINTED.names, fields=PRINTED.fields, functions=frozenset({"drawing", "alternative"}))
TEXT = Vocabulary(
    names={"plan": _fields_of(Header), "period": _fields_of(facts.Asked)}
    | {field.name: None for field in fields(facts.Snapshot) if field.name not in ("plan", "period")}
    | {"statuses": None},
    fields=_fields_of(
        facts.Snapshot, facts.Said, facts.Row, facts.Area, facts.Goal, facts.Portion, facts.Proof, facts.Coming,
        facts.Past, facts.Chosen, facts.Asked, Header, Letterhead,
    ),
    filters=frozenset(("own", "day", "number", "status", "by_lead", "lower_first", "unstopped")),
)  # fmt: skip


def _word_tags(data: bytes, file: Path) -> Tags:
    parts = read_package(data, str(file))
    faults = package_faults(parts, str(file))
    if faults:
        raise TemplateFaults(faults)
    trees = {name: parse_xml(part) for name, part in parts.items() if name.endswith(".xml")}
    read = [
        read_tags(_patched(tree), WORD, _paragraph_of(tree, f"{file}: {name}"))
        for name, tree in trees.items()
        if tree.tag in {f"{W}{root}" for root in RENDERED}
    ]
    properties = trees.get("docProps/core.xml", ())
    read += [read_tags(each.text or "", WORD, lambda *_: f"{file}: docProps/core.xml") for each in properties]
    used = frozenset(name for tags in read for name in tags.used)
    faults = [*_style_faults(trees, file), *(fault for tags in read for fault in tags.faults)]
    return Tags(used, tuple(faults), legible=all(tags.legible for tags in read))


def _patched(tree: Any) -> str:
    """Return a part of a Word file as the printer sees it: tags whole, whatever Word put into them."""
    word = DocxTemplate(io.BytesIO())
    patched: str = word.patch_xml(word.xml_to_string(tree))
    return patched


def _paragraph_of(tree: Any, part: str) -> Place:
    texts = ["".join(text.text or "" for text in paragraph.iter(f"{W}t")) for paragraph in tree.iter(f"{W}p")]

    def place(_: int, words: str) -> str:
        bare = re.sub(r"<[^>]*>", " ", words).strip()
        found = next((text for text in texts if bare and bare in text and "{" in text), "")
        short = " ".join(found.split())
        return f"{part}, đoạn “{short[:60]}{'…' if len(short) > 60 else ''}”" if short else part

    return place


def _style_faults(trees: Mapping[str, Any], file: Path) -> list[TemplateFault]:
    """Return which styles that printing needs are no longer there."""
    styles = trees.get("word/styles.xml", ())
    named = {name.get(f"{W}val") for style in styles for name in style.iter(f"{W}name")}
    return [
        TemplateFault(f"{file}: word/styles.xml", f"thiếu kiểu “{name}”", f"đặt lại tên kiểu này, hoặc {ORIGINAL}")
        for name in (GRID, HEAD, BAND, CELL, SIGNATURE, PICTURE)
        if name not in named
    ]


def _read_text(data: bytes, file: Path) -> str:
    if len(data) > LARGEST_TEXT:
        raise TemplateFaults([TemplateFault(str(file), "lớn quá 1 MB, không phải mẫu chữ", ORIGINAL)])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = TemplateFault(f"{file}:{line}", "không phải chữ UTF-8", "lưu lại tệp với bảng mã UTF-8")
        raise TemplateFaults([fault]) from error


def _line_of(file: Path) -> Place:
    return lambda line, _: f"{file}:{line}"


def _page_tags(data: bytes, file: Path) -> Tags:
    return read_tags(_read_text(data, file), PAGE, _line_of(file))


def _text_tags(data: bytes, file: Path) -> Tags:
    text = _read_text(data, file)
    tags = read_tags(text, TEXT, _line_of(file))
    marks = [
        (n, found[0]) for n, line in enumerate(text.splitlines(), 1) if (found := MARK_LINE.match(line.strip()))
    ]
    strange = [
        TemplateFault(f"{file}:{n}", f"không có bảng hay biểu đồ {mark}", nearest(mark, MARKS))
        for n, mark in marks
        if mark not in MARKS
    ]
    return Tags(tags.used | {mark for _, mark in marks}, (*tags.faults, *strange), tags.legible)


def _typst_tags(data: bytes, file: Path) -> Tags:
    text = _read_text(data, file)
    words = printed_words(PAPER)
    known = {"words": set(words), "letterhead": set(words["letterhead"]), "paper": set(words["paper"])}
    faults, used = [], {f".{name}" for name in re.findall(r"\.([a-z_]+)", text)}
    for n, line in enumerate(text.splitlines(), 1):
        for found in TYPST_RUNS.finditer(line):
            what = f'"{found[0]}" lấy tệp, gói hoặc mã ở nơi khác'
            faults.append(TemplateFault(f"{file}:{n}", what, "bỏ đi; mẫu chỉ dùng dữ liệu trong sys.inputs.paper"))
        for root, name in TYPST_FIELD.findall(line):
            used.add(name if root == "words" else f"{root}.{name}")
            if name not in known[root] | {"at", "keys", "values", "pairs", "len"}:
                what = f'không có trường "{root}.{name}"'
                faults.append(TemplateFault(f"{file}:{n}", what, nearest(name, known[root])))
    return Tags(frozenset(used), tuple(faults))
