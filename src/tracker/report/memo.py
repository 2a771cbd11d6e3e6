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
from typing import Any, Literal

from tracker.language import wording
from tracker.papers.paper import Block, Paper, Table
from tracker.plan.model import Abbreviation
from tracker.progress import MEMO_ORDER, STATUS_WORDS, STATUSES, TEXTS
from tracker.report import charts, tables
from tracker.report.annexes import annexes
from tracker.report.facts import Row, Snapshot
from tracker.report.tidy import says_nothing, tidy
from tracker.templating import rendered, sandbox
from tracker.words import day_words, long_day, number_words, padded, vietnamese_share

MARK = re.compile("\x02([0-9]+)\x03")
FACT = re.compile("\x0e([^\x0e\x0f]*)\x0f")
SUBJECT = "[trích yếu] "
BRIEF = 8
"""Words."""
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
    snapshot = _prepared(snapshot)
    quotes: list[tuple[str, str]] = []
    lines = [line.strip() for line in _render(words, snapshot, quotes).splitlines() if line.strip()]
    subjects = [line.removeprefix(SUBJECT) for line in lines if line.startswith(SUBJECT)]
    body = [block for line in lines if not line.startswith(SUBJECT) for block in _blocks(line, quotes, snapshot)]
    return Paper(
        letterhead=snapshot.letterhead,
        issued_by=snapshot.coordinator,
        kind=wording("BÁO CÁO"),
        subject=_unmarked(subjects[0])[0].strip()
        if subjects
        else wording("Kết quả thực hiện {plan}", plan=snapshot.plan.citation),
        number=number,
        dated=dated or snapshot.as_of,
        body=tuple(body),
        annexes=annexes(snapshot),
        illustration=snapshot.illustration,
        draft=draft,
        language=snapshot.plan.language,
    )


def _prepared(snapshot: Snapshot) -> Snapshot:
    """Return `snapshot` without texts that say nothing and headings that have no row; the record keeps them."""
    told_of = {row.area for row in snapshot.rows}
    return replace(
        snapshot,
        areas=tuple(area for area in snapshot.areas if area.id in told_of),
        rows=tuple(map(_without_nothing, snapshot.rows)),
        localities=tuple(map(_without_nothing, snapshot.localities)),
        tasks=tuple(map(_without_nothing, snapshot.tasks)),
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
    facts["statuses"] = [(status, _Wording(wording(STATUSES[status].counted))) for status in MEMO_ORDER]
    facts["abbreviations"] = _used_abbreviations(snapshot)
    return rendered(environment, words.name, facts)


def _by_lead(rows: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.lead, []).append(row)
    return list(groups.items())


def _used_abbreviations(snapshot: Snapshot) -> list[Abbreviation]:
    """Return the plan's abbreviations that titles, names or answers of `snapshot` have in them."""
    said = replace(snapshot, plan=replace(snapshot.plan, abbreviations=())).as_json()
    return [each for each in snapshot.plan.abbreviations if re.search(rf"\b{re.escape(each.short)}\b", said)]


class _Wording(str):
    """Words of the program's own in the memo: no count, and nobody else's words."""

    __slots__ = ()


def _roman(number: int) -> _Wording:
    return _Wording(tables.ROMAN[number - 1])


def _lower_first(text: str) -> str:
    """Return `text` as it goes on in a sentence; an abbreviation keeps its capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _upper_first(text: str) -> str:
    raised = text[:1].upper() + text[1:]
    return _Wording(raised) if isinstance(text, _Wording) else raised


def _is_brief(text: str) -> bool:
    """Say whether an agency's words tell so little that the activity must be named beside them."""
    return len(text.split()) < BRIEF


FILTERS: Mapping[str, Callable[..., Any]] = {
    "day": day_words,
    "long_day": long_day,
    "after_report": lambda title: title.removeprefix("Báo cáo "),
    "number": number_words,
    "status": STATUS_WORDS.__getitem__,
    "by_lead": _by_lead,
    "padded": padded,
    "share": vietnamese_share,
    "roman": _roman,
    "brief": _is_brief,
    "wording": _Wording,
    "lower_first": _lower_first,
    "upper_first": _upper_first,
    "unstopped": lambda text: text.rstrip(". "),
}
"""What `memo.txt` may put a value through, beside Jinja's own and `own`, which marks an agency's words."""


def _marked(value: object) -> str:
    """Return what an expression put out between marks; what a macro put together holds its own, or line breaks."""
    text = str(value)
    if isinstance(value, _Wording):
        return text
    composed = any(sign in text for sign in "\n\x02\x0e")
    return text if composed or not any(map(str.isalnum, text)) else f"\x0e{text}\x0f"


def _blocks(line: str, quotes: list[tuple[str, str]], snapshot: Snapshot) -> list[Block]:
    """Return what a `line` of the memo's text stands for; each line of an agency's words is a block of its own."""
    if line in TABLES:
        return [Block(kind="table", table=TABLES[line](snapshot))]
    mark, bracket, caption = line.partition("]")
    if mark + bracket in charts.CHARTS:
        [block] = _blocks(caption.strip(), quotes, snapshot)
        return [charts.captioned(block, charts.CHARTS[mark + bracket](snapshot))]
    if line.startswith("#"):
        level = 2 if line.startswith("## ") else 1
        text, facts = _unmarked(line[level + 1 :])
        return [Block(kind="heading", level=level, text=text, facts=facts)]
    kind: Literal["item", "paragraph"] = "item" if line.startswith("- ") else "paragraph"
    label, separator, rest = line.removeprefix("- ").removeprefix("> ").rpartition(" :: ")
    named = f"{_unmarked(label)[0]}:" if separator else ""
    found = MARK.fullmatch(rest.strip())
    if found is not None:
        return _quoted(kind, named, *quotes[int(found[1])])
    text, facts = _unmarked(rest)
    return [Block(kind=kind, label=named, text=text, facts=facts)]


def _quoted(kind: Literal["item", "paragraph"], label: str, quote: str, said_by: str) -> list[Block]:
    """Return the words of `said_by`: one line behind its label, several each as a paragraph under it."""
    first, *rest = quote.split("\n")
    if not rest:
        return [Block(kind=kind, label=label, text=first.removeprefix("- "), said_by=said_by)]
    lead = [Block(kind=kind, text=label, facts=((0, len(label)),))] if label else []
    return lead + [Block(kind="paragraph", text=line, said_by=said_by) for line in (first, *rest)]


def _unmarked(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return `text` without its marks, and where what was marked stands in it."""
    plain, facts = "", []
    for number, piece in enumerate(FACT.split(text)):
        if number % 2:
            facts.append((len(plain), len(plain) + len(piece)))
        plain += piece
    return plain, tuple(facts)
