"""A snapshot into the memo's sections. Pure but for the template it reads.

The words stand in `templates/memo/memo.txt`, one paragraph a line, so that every format says the same. What an
agency wrote never passes through the template's markup: the filter `own` leaves a numbered mark, made of control
characters that no answer can hold, and the text is put in after the lines were read.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from tracker.papers.paper import Block, Paper, Table
from tracker.progress import MEMO_ORDER, STATUS_WORDS, STATUSES, TEXTS
from tracker.report import charts, tables
from tracker.report.facts import Row, Snapshot
from tracker.report.tidy import says_nothing, tidy
from tracker.templating import rendered, sandbox
from tracker.words import long_day, vietnamese_date, vietnamese_number

MARK = re.compile("\x02([0-9]+)\x03")
FACT = re.compile("\x0e([^\x0e\x0f]*)\x0f")
TABLES: Mapping[str, Callable[[Snapshot], Table]] = {
    "[bảng chỉ tiêu]": tables.targets,
    "[bảng so sánh]": tables.compared,
}


def memo(
    snapshot: Snapshot, words: Path, number: int | None = None, dated: date | None = None, *, draft: bool = True
) -> Paper:
    """Return the memo of `snapshot` in the words of the template `words`.

    `number` is the clerk's number, None until there is one, and `dated` the day of issue beside it; until then the
    paper has the month of its facts. A `draft` is marked so. Raises FileTrouble where the template cannot be used.
    """
    snapshot = _without_nothings(snapshot)
    quotes: list[tuple[str, str]] = []
    text = _render(words, snapshot, quotes)
    body = [_block(line.strip(), quotes, snapshot) for line in text.splitlines() if line.strip()]
    listed = (*((tables.proofs(snapshot),) if snapshot.proofs else ()), *tables.by_locality(snapshot))
    return Paper(
        letterhead=snapshot.letterhead,
        issued_by=snapshot.coordinator,
        kind="BÁO CÁO",
        subject=tables.subject(snapshot),
        number=number,
        dated=dated or snapshot.as_of,
        body=tuple(body),
        annexes=(tables.all_activities(snapshot), tables.who_reported(snapshot), *listed),
        illustration=snapshot.illustration,
        draft=draft,
    )


def _without_nothings(snapshot: Snapshot) -> Snapshot:
    """Return `snapshot` without texts that say nothing; the record keeps them."""
    return replace(
        snapshot,
        rows=tuple(map(_without_nothing, snapshot.rows)),
        localities=tuple(map(_without_nothing, snapshot.localities)),
    )


def _without_nothing(row: Row) -> Row:
    empty: dict[str, Any] = {name: "" for name in TEXTS if row.said and says_nothing(getattr(row.said, name))}
    return replace(row, said=replace(row.said, **empty)) if row.said and empty else row


def _render(words: Path, snapshot: Snapshot, quotes: list[tuple[str, str]]) -> str:
    def own(text: str, who: str) -> str:
        quotes.append((tidy(text), who))
        return f"\x02{len(quotes) - 1}\x03"

    # Plain text; every format escapes for itself.
    environment = sandbox(words.parent, autoescape=False, finalize=_marked)
    environment.filters |= {"own": own, **FILTERS}
    facts = {field.name: getattr(snapshot, field.name) for field in fields(snapshot)}
    facts["statuses"] = [(status, _Wording(STATUSES[status].counted)) for status in MEMO_ORDER]
    return rendered(environment, words.name, facts)


def _by_lead(rows: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.lead, []).append(row)
    return list(groups.items())


FILTERS: Mapping[str, Callable[..., Any]] = {
    "day": vietnamese_date,
    "long_day": long_day,
    "after_report": tables.after_report,
    "number": vietnamese_number,
    "status": STATUS_WORDS.__getitem__,
    "by_lead": _by_lead,
    "lower_first": lambda text: text[:1].lower() + text[1:],
    "unstopped": lambda text: text.rstrip(". "),
}
"""What `memo.txt` may put a value through, beside Jinja's own and `own`, which marks an agency's words."""


class _Wording(str):
    """Words of the program's own in the memo: no count, and nobody else's words."""

    __slots__ = ()


def _marked(value: object) -> str:
    """Return what an expression put out between marks; what a macro put together holds its own, or line breaks."""
    text = str(value)
    if isinstance(value, _Wording):
        return text
    composed = any(sign in text for sign in "\n\x02\x0e")
    return text if composed or not any(map(str.isalnum, text)) else f"\x0e{text}\x0f"


def _block(line: str, quotes: list[tuple[str, str]], snapshot: Snapshot) -> Block:
    if line in TABLES:
        return Block(kind="table", table=TABLES[line](snapshot))
    mark, bracket, caption = line.partition("]")
    if mark + bracket in charts.CHARTS:
        return charts.captioned(_block(caption.strip(), quotes, snapshot), charts.CHARTS[mark + bracket](snapshot))
    if line.startswith("#"):
        level = 2 if line.startswith("## ") else 1
        text, facts = _unmarked(line[level + 1 :])
        return Block(kind="heading", level=level, text=text, facts=facts)
    item = line.startswith("- ")
    line = line.removeprefix("- ").removeprefix("> ")
    label, separator, rest = line.rpartition(" :: ")
    found = MARK.fullmatch(rest.strip())
    text, facts = _unmarked(rest) if found is None else ("", ())
    quote, said_by = (text, None) if found is None else quotes[int(found[1])]
    return Block(
        kind="item" if item else "paragraph",
        label=f"{_unmarked(label)[0]}:" if separator else "",
        text=quote,
        facts=facts,
        said_by=said_by,
    )


def _unmarked(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return `text` without its marks, and where what was marked stands in it."""
    plain, facts = "", []
    for number, piece in enumerate(FACT.split(text)):
        if number % 2:
            facts.append((len(plain), len(plain) + len(piece)))
        plain += piece
    return plain, tuple(facts)
