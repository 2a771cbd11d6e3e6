"""Slips of the hand in the plan file that are known well enough to be named, and hints that do no harm."""

import re
from collections.abc import Iterable, Mapping
from itertools import islice

from tracker.errors import nearest
from tracker.plan.tree import Mapped, Place, Scalar

NEAR = 0.8
"""How alike a name must be to be offered, so that one letter of five may differ. so-khcn is another department
than so-khdt, and a wrong guess would be followed."""
NEARLY = "có phải"
WORDS = {"agency": "cơ quan", "group": "nhóm", "content": "nội dung", "row": "hoạt động"}
SECTIONS = {"agency": "agencies", "group": "groups", "content": "content", "row": "activities"}


def unknown_name_remedy(text: str, kinds: tuple[str, ...], known: Mapping[str, frozenset[str]]) -> str:
    """Return the way out where `text` is none of the `known` names of `kinds`."""
    if text in known.get("group", ()):
        return "mã này là của một nhóm, ở đây chỉ ghi được một cơ quan"
    several = [part.strip() for part in text.split(",")]
    if (
        len(several) > 1
        and "group" in kinds
        and all(any(part in ids for ids in known.values()) for part in several)
    ):
        return f"nhiều cơ quan thì viết trong ngoặc vuông: [{', '.join(several)}]"
    hint = nearest(text, frozenset().union(*(known[kind] for kind in kinds)), NEAR)
    return hint if hint.startswith(NEARLY) else f"khai báo mã này ở mục {SECTIONS[kinds[0]]}, hoặc {hint}"


def unknown_key(key: str, place: Place, node: Mapped, known: Iterable[str]) -> tuple[str, str]:
    """Return what is wrong with a key at `place` in `node` that is none of `known`, and the way out."""
    value = node.items[key].place
    # Where an empty value begins right behind its key, there is no colon: a comma in {…} makes such keys.
    if (value.line, value.column) == (place.line, place.column + len(key)):
        return f'dấu phẩy trong {{…}} tách riêng "{key}"', 'đặt cả câu có dấu phẩy trong "…"'
    hint = nearest(key, [name for name in known if name not in node.keys], NEAR)
    if not hint.startswith(NEARLY):
        hint = f"xóa khóa này; ở đây dùng được: {', '.join(known)}"
    return f'không có khóa "{key}"', hint


SPOILT = re.compile(
    "á»[\u0080-\u00ff\u2010-\u2122\u0152-\u017e]|áº[\u0080-\u00ff\u2010-\u2122]|Ä‘|Ä\u0090|Æ°|Æ¡|Ã[\u00a0-\u00bf]"
)
"""What Vietnamese letters in UTF-8 become when they are read as another encoding: "á»¦y ban"."""
FEW = 3


def spoilt_letters(text: str) -> tuple[int, int, str] | None:
    """Return line, column and words where the letters of `text` were read in a wrong encoding; mostly None."""
    found = list(islice(SPOILT.finditer(text), FEW))
    if len(found) < FEW:
        return None
    start = found[0].start()
    begin = text.rfind("\n", 0, start) + 1
    return text.count("\n", 0, start) + 1, start - begin + 1, text[start:].split("\n", 1)[0][:20].strip()


def cut_off(node: Scalar, line: str) -> str:
    """Return what stands on `line` behind the text of `node` and was left out as a remark; mostly nothing.

    After "# " stands a remark of whoever wrote the file; "#1" is likelier a part of the text.
    """
    start = node.place.column - 1
    rest = line[start + len(node.text) :]
    return rest.strip() if line.startswith(node.text, start) and re.match(r" +#[^\s#]", rest) else ""
