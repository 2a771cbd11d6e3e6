"""One cell of a returned workbook into what a person would have typed on the page, or why that cannot be."""

import re
from decimal import Decimal
from math import isfinite

from tracker.errors import nearest
from tracker.progress import STATUS_WORDS
from tracker.words import composed, composed_lines, vietnamese_number
from tracker.workbook.package import Cell, Kind

NOT_TYPED = {
    Kind.FORMULA: ("ô này chứa công thức", "gõ thẳng nội dung vào ô, không bắt đầu bằng dấu ="),
    Kind.ERROR: ("ô này mang giá trị lỗi của Excel", "xóa ô rồi gõ lại nội dung"),
    Kind.BOOLEAN: ("ô này mang giá trị đúng/sai (TRUE/FALSE)", "xóa ô rồi gõ lại nội dung bằng chữ hoặc số"),
    Kind.DATE: ("Excel đã đổi nội dung ô này thành ngày tháng", "định dạng ô là Text rồi gõ lại"),
}
YES = frozenset({"x", "có", "v", "✓", "✔", "1"})
SHOWN = 60
"""Letters of a strange text that are repeated, and looked at for what was meant."""
AMBIGUOUS_DECIMALS = -3
"""12.345 with a dot is twelve thousand to some and twelve and a bit to others."""


class NotTyped(Exception):
    """The cell cannot be what a person meant: what is wrong, and the way out."""


def text_of(cell: Cell | None) -> str:
    """Return the text of `cell`, a number written with a comma before its decimals; NotTyped for anything else."""
    if cell is None:
        return ""
    if cell.kind is Kind.TEXT:
        return composed_lines(cell.text)
    if cell.kind is Kind.ERROR:
        what, remedy = NOT_TYPED[Kind.ERROR]
        raise NotTyped(f"{what}: {shown(cell.text)}", remedy)
    if cell.kind is not Kind.NUMBER:
        raise NotTyped(*NOT_TYPED[cell.kind])
    return f"{_with_comma(_number(cell) * 100)} %" if cell.percent else _with_comma(_number(cell))


def percent_of(cell: Cell | None) -> str:
    """Return the percentage in `cell` for check_answer; 0.5 is 50 only where Excel shows it as 50%."""
    if cell is None or cell.kind is not Kind.NUMBER or cell.percent:
        return text_of(cell)
    value = _number(cell)
    if 0 < value < 1:
        raise NotTyped(
            f"ô này là số {_with_comma(value)}: Excel lưu {_with_comma(value * 100)}% thành {_with_comma(value)}",
            f"ghi số nguyên từ 0 đến 100, không kèm dấu %, ví dụ {round(value * 100)}",
        )
    return _with_comma(value)


def figure_of(cell: Cell | None) -> str:
    """Return the number in `cell` for check_figure, written as Vietnamese do."""
    if cell is None or cell.kind is not Kind.NUMBER or cell.percent:
        return text_of(cell)
    value = _number(cell)
    exponent = value.normalize().as_tuple().exponent
    if exponent == AMBIGUOUS_DECIMALS and 1 <= abs(value) < 1000:
        raise NotTyped(
            f"không rõ ô này là {_with_comma(value)} hay {vietnamese_number(int(value * 1000))}",
            "định dạng ô là Text rồi gõ lại, dấu chấm ngăn hàng nghìn, dấu phẩy trước phần lẻ",
        )
    return vietnamese_number(value)


def status_of(cell: Cell | None) -> tuple[str, str]:
    """Return the status in `cell` as the page names it and as it stands there."""
    text = text_of(cell)
    if not text:
        return "", ""
    by_words = {_folded(words): status for status, words in STATUS_WORDS.items()}
    status = by_words.get(_folded(text))
    if status is None:
        raise NotTyped(f'không có trạng thái "{shown(text)}"', nearest(text[:SHOWN], STATUS_WORDS.values()))
    return status.value, text


def keep_of(cell: Cell | None) -> bool:
    """Say whether `cell` says that what is filled in is the answer."""
    text = text_of(cell)
    if text and _folded(text) not in YES:
        raise NotTyped(
            f'không hiểu "{shown(text)}"', "ghi x nếu nội dung điền sẵn vẫn đúng, nếu không thì để trống"
        )
    return bool(text)


def shown(text: str) -> str:
    """Return the beginning of `text` with nothing in it that a letter or a page could not show."""
    cut = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in cut)


def _number(cell: Cell) -> Decimal:
    try:
        value = float(cell.text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise NotTyped("ô này không phải số đọc được", "xóa ô rồi gõ lại nội dung")
    return Decimal(format(value, ".15g"))  # what Excel shows; 0.1 + 0.2 is stored with seventeen digits


def _with_comma(value: Decimal) -> str:
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", ",")


def _folded(text: str) -> str:
    plain = re.sub(r"\s+", " ", composed(text[:SHOWN])).strip(" .").casefold()
    return re.sub(r" ?/ ?", "/", plain)
