"""Whether a template of the memo that a person changed can still print it, and does nothing else.

What can be seen is named first, all of it: fields that are not there, what could run code or fetch. Only a
template without such faults prints a trial memo, in a process of its own with little time and memory, for its tags
may loop or swell. What of that memo is not in the print is named too.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tracker.errors import BadInput, Fault, Faults, FileTrouble, TrackerError, nearest
from tracker.papers.docx import docx_bytes
from tracker.papers.html import html_bytes
from tracker.papers.pdf import pdf_bytes
from tracker.report.charts import CHARTS
from tracker.report.memo import TABLES, memo
from tracker.report.template_tags import MEMO_NAMES, PAPER_NAMES, tag_faults
from tracker.report.template_texts import page_texts, texts_of_paper, word_texts
from tracker.report.template_word import ORIGINAL, word_faults
from tracker.report.trial_memo import HOSTILE, SILENT, SNAPSHOT, facts_in_memo, facts_on_paper, trial_papers
from tracker.settings import shipped
from tracker.templating import strange_files

SECONDS, MEMORY, LARGEST_PRINT = 10, 2 << 30, 200 << 20
"""Of computing, five times what the templates that ship take; bytes."""
TYPST_RUNS = re.compile(
    r"\b(?:import|include)\b(?=\s)|\b(?:read|plugin|eval|bibliography|dictionary)\b|\bstd\b(?!\.)"
)
"""What takes in packages, files or code."""
MARK_LINE = re.compile(r"\[(?:bảng|biểu đồ)[^\[\]]*\]", re.IGNORECASE)
PRINTERS = {".docx": ("docx", docx_bytes), ".j2": ("html", html_bytes), ".typ": ("pdf", pdf_bytes)}


def check_template(file: Path) -> str:
    """Return a sentence on what the template `file` of the memo printed on trial; the print is thrown away.

    Raises TrackerError that names every fault, or says that it is no template of the memo or cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="tracker-template-") as folder:
        command = [sys.executable, "-X", "utf8", "-P", "-m", __name__, str(file), folder]
        try:
            done = subprocess.run(command, capture_output=True, timeout=6 * SECONDS, check=False)  # noqa: S603 (ours)
            told = done.stdout.decode().strip()
        except subprocess.TimeoutExpired:
            told = ""
    if not told:
        what = "in thử tốn quá nhiều thời gian hoặc bộ nhớ, hoặc dừng giữa chừng"
        raise Faults([Fault(str(file), what, f"bỏ các vòng lặp và phép tính thừa, hoặc {ORIGINAL}")])
    if done.returncode:
        raise TrackerError(told)
    return told


def misnamed_templates(own: Path) -> list[Fault]:
    """Return a fault for each file in the admin's folder `own` that is called as no shipped template is."""
    root = shipped("templates")
    names = [str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()]
    what = "không mẫu nào của chương trình có tên này, tệp không được dùng"
    return [Fault(str(file), what, nearest(str(file.relative_to(own)), names)) for file in strange_files(own)]


def print_on_trial(file: Path, folder: Path) -> str:
    """Do what `check_template` promises in this process, printing into `folder`."""
    if not file.name.endswith((".docx", ".html.j2", ".txt", ".typ")) or file.name == "cong-van.txt":
        kinds = "mẫu có dạng .docx, .html.j2, .typ, hoặc là lời văn memo.txt; mẫu Word không được có macro (.docm)"
        raise BadInput(f"{file}: không phải mẫu của báo cáo; {kinds}")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise FileTrouble(
            f"{file}: không đọc được mẫu ({error.strerror}); xem lại tên tệp và quyền đọc"
        ) from error
    if faults := list(word_faults(data, file) if file.suffix == ".docx" else _text_faults(data, file)):
        raise Faults(faults)
    template = folder / file.name  # by itself: it can take in no file that lies beside the original
    template.write_bytes(data)
    try:
        made, printed = _print_memo(template, folder)
    except FileTrouble as error:
        raise FileTrouble(str(error).replace(str(template), str(file))) from error
    if lost := [Fault(str(file), *fault) for fault in _lost(file, printed)]:
        raise Faults(lost)
    return made


def _text_faults(data: bytes, file: Path) -> Iterator[Fault]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        yield Fault(f"{file}:{number}", "không phải chữ UTF-8", "lưu lại tệp với bảng mã UTF-8")
        return
    if file.suffix != ".typ":
        names = MEMO_NAMES if file.suffix == ".txt" else PAPER_NAMES
        yield from tag_faults(text, names, lambda line, _: f"{file}:{line}")
    for number, line in enumerate(text.splitlines(), 1):
        if file.suffix == ".typ" and (found := TYPST_RUNS.search(line)):
            what = f'"{found[0]}" lấy tệp, gói hoặc mã ở nơi khác'
            yield Fault(f"{file}:{number}", what, "bỏ đi; mẫu chỉ dùng dữ liệu trong sys.inputs.paper")
        elif (
            file.suffix == ".txt"
            and (found := MARK_LINE.match(line.strip()))
            and found[0] not in {*TABLES, *CHARTS}
        ):
            hint = nearest(found[0], (*TABLES, *CHARTS))
            yield Fault(f"{file}:{number}", f"không có bảng hay biểu đồ {found[0]}", hint)


def _print_memo(template: Path, folder: Path) -> tuple[str, str]:
    """Print with `template` into `folder`; return a sentence on that, and its words (of a PDF none)."""
    if template.suffix == ".txt":
        papers = [memo(snapshot, template) for snapshot in (SNAPSHOT, SILENT)]
        counted = " và ".join(str(len(paper.body)) for paper in papers)
        made = f"Đã lập thử hai báo cáo, một có đủ và một chưa có báo cáo của các cơ quan: {counted} đoạn."
        return made, "\n".join(map(texts_of_paper, papers))
    ending, printer = PRINTERS[template.suffix]
    files = {folder / f"in-thu-{name}.{ending}": paper for name, paper in trial_papers().items()}
    for file, paper in files.items():
        file.write_bytes(printer(paper, template))
    sizes = ", ".join(f"{file.name} ({-(-file.stat().st_size // 1000)} kB)" for file in files)
    made = f"Đã in thử {len(files)} văn bản có lời dài và ký tự lạ: {sizes}."
    first = next(iter(files)).read_bytes()
    return made, word_texts(first) if ending == "docx" else page_texts(first) if ending == "html" else ""


def _lost(file: Path, printed: str) -> Iterator[tuple[str, str]]:
    """Yield what of the trial memo is not in the words that were `printed`, and the way out."""
    if file.suffix == ".typ":
        return
    there = "".join(printed.split())
    lost: dict[str, str] = {}
    for name, words in facts_in_memo() if file.suffix == ".txt" else facts_on_paper():
        if "".join(words.split()) not in there and not (name == "paper.kind" and file.name.startswith("cong-van")):
            lost.setdefault(name, words)
    for name, words in lost.items():
        remedy = f"thêm trường {name} vào mẫu, hoặc xem lại điều kiện của chỗ in"
        yield f"khi in thử không thấy {name} (“{words[:60]}”)", remedy
    expected = "" if file.suffix == ".txt" else "".join(texts_of_paper(trial_papers()["day-du"]).split())
    if any(
        there.count(each) < max(1, expected.count(each)) for each in ("".join(text.split()) for text in HOSTILE)
    ):
        yield "lời của cơ quan không ra nguyên văn", "in lời bằng {{ block.text }}, không qua bộ lọc"


if __name__ == "__main__":
    if sys.platform != "win32":  # it has no such limits; there only the time that the asking process waits is one
        import resource

        for limit, most in (
            (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, LARGEST_PRINT),
        ):  # fmt: skip
            resource.setrlimit(limit, (most, most))
    try:
        print(print_on_trial(Path(sys.argv[1]), Path(sys.argv[2])))  # noqa: T201 (to the process that asked)
    except TrackerError as error:
        print(error)  # noqa: T201
        sys.exit(1)
