"""A Word or Excel file into what its annex says."""

from pathlib import Path

from tracker.annex.draft import Draft
from tracker.annex.rows import read_rows
from tracker.errors import BadInput, Fault, Faults, FileTrouble
from tracker.workbook.zip_parts import LARGEST_FILE


def read_annex(file: Path) -> Draft:
    """Return what the annex in a .docx or .xlsx file says.

    Raises Faults where the file is none or has no table of the usual form, FileTrouble where it does not open.
    """
    try:
        with file.open("rb") as opened:
            raw = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise FileTrouble(f"{file}: không mở được ({error.strerror}); kiểm tra tên và nơi để tệp") from error
    hidden: list[str] = []
    match file.suffix.lower():
        case ".docx":
            from tracker.annex.word import word_tables

            tables = word_tables(raw)
        case ".xlsx":
            from tracker.annex.excel import excel_tables

            tables, hidden = excel_tables(raw)
        case _:
            raise BadInput(f"{file}: chỉ đọc tệp .docx hoặc .xlsx; mở tệp rồi lưu thành một trong hai kiểu đó")
    draft = read_rows(tables)
    draft.unread += [Fault(f"trang tính {title}", "bị ẩn nên không đọc", "bỏ ẩn nếu cần đọc") for title in hidden]
    if not draft.rows:
        remedy = "phụ lục phải là bảng có dòng tiêu đề: TT, nội dung, cơ quan chủ trì, thời gian"
        raise Faults([*draft.unread, Fault(str(file), "không đọc được hoạt động nào", remedy)])
    return draft
