"""The printed numbers of rows: whether they follow each other, and an id for each."""

import re
from collections import Counter
from collections.abc import Callable

from tracker.annex.draft import Draft, DraftRow

ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
LAST = re.compile(r"(.*\.)?(\d+|[IVXLC]+)([a-zđ]?)")


def check_sequence(draft: Draft) -> None:
    """Doubt each number that is missing or does not follow the one above; a new heading may begin again at 1."""
    before, prefix = 0, ""
    above: object = None
    for row in draft.rows:
        if row.parent is not None:
            continue
        found = LAST.fullmatch(row.number)
        if not found:
            row.doubt(f'số TT "{row.number}" lạ' if row.number else "thiếu số TT, đánh theo thứ tự")
            before += 1
            continue
        value = int(found[2]) if found[2].isdigit() else roman(found[2])
        allowed = {before + 1}
        if row.heading is not above or (found[1] or "") != prefix:
            allowed.add(1)
            if row.heading and row.heading.number.isdigit():
                allowed.add(int(row.heading.number) + 1)
        if found[3]:
            allowed.add(before)
        if value not in allowed:
            row.doubt(f"số TT {row.number} không nối tiếp dòng trên, có thể in sai, trùng hoặc thiếu dòng")
        before, prefix, above = value, found[1] or "", row.heading


def roman(text: str) -> int:
    """Return the value of a Roman number: XIV is 14."""
    values = [ROMAN[letter] for letter in text]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


def row_ids(draft: Draft) -> list[str]:
    """Return an id for each row: its number, behind its part or heading where numbers begin again; each once.

    Rows whose number another row has, or that have none, get one of their own and a doubt.
    """
    order = {id(heading): number for number, heading in enumerate(draft.headings, 1)}
    ways: tuple[Callable[[DraftRow], str], ...] = (
        lambda _: "",
        lambda row: row.heading.section if row.heading else "",
        lambda row: f"ND{order[id(row.heading)]}" if row.heading else "",
    )
    tried = [[_with(way(row), row.number) for row in draft.rows] for way in ways]
    found = min(tried, key=lambda ids: sum(count - 1 for one, count in Counter(filter(None, ids)).items()))
    taken = Counter(filter(None, found))
    used: set[str] = set()
    for number, (row, name) in enumerate(zip(draft.rows, found, strict=True)):
        if name in used:
            row.doubt(f"số TT {row.number} đã có ở dòng khác")
        fresh = name or f"{found[number - 1] if number else 'M'}-x"
        count = 2
        while fresh in used or (fresh != name and fresh in taken):
            fresh, count = f"{name or 'M'}-{count}", count + 1
        found[number] = fresh
        used.add(fresh)
    return found


def _with(section: str, number: str) -> str:
    number = number.replace("đ", "dd")
    return f"{section}.{number}" if section and number and not number.startswith(f"{section}.") else number
