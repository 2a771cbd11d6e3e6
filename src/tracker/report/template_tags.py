"""The tags of a Jinja template, read without running them: what is not there or may not be used."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from itertools import chain

from jinja2 import TemplateSyntaxError, nodes
from jinja2.filters import FILTERS as JINJA_FILTERS

from tracker.errors import Fault, nearest
from tracker.papers.html import SOURCES
from tracker.papers.paper import Annex, Bar, Block, Chart, Column, Paper, Row, Series, Table
from tracker.plan.model import Abbreviation, Header, Letterhead
from tracker.report import facts
from tracker.report.memo import FILTERS
from tracker.templating import sandbox

KINDS = (
    Paper, Letterhead, Block, Table, Column, Row, Annex, Chart, Series, Bar, Header, facts.Snapshot, facts.Said,
    facts.Row, facts.Area, facts.Goal, facts.Earlier, facts.Portion, facts.Proof, facts.Coming, facts.Past,
    facts.Chosen, facts.Asked, Abbreviation,
)  # fmt: skip
FIELDS = frozenset(
    {field.name for kind in KINDS for field in fields(kind)}
    | {name for kind in KINDS for name, value in vars(kind).items() if isinstance(value, property)}
    | {"first", "index", "index0", "last", "length", "nextitem", "previtem", "revindex", "revindex0"}
)
"""Every field of anything that a tag may reach, and those of Jinja's loops."""
PAPER_NAMES = frozenset(
    (
        "paper",
        "letterhead",
        "nation",
        "motto",
        "number_line",
        "place_and_date",
        "addressees",
        "copies",
        "attached_to",
    )
) | {"mark", "language", "to", "copies_to", *(f"sources_{name}" for name in SOURCES)}
"""What a tag may begin with where a paper is printed (`papers.letterhead.words_around`)."""
MEMO_NAMES = frozenset(field.name for field in fields(facts.Snapshot)) | {"statuses", "abbreviations"}
"""What a tag may begin with in the memo's words."""
FUNCTIONS = frozenset(("table", "chart", "rule", "drawing", "alternative", "namespace"))
METHODS = frozenset(
    (
        "capitalize",
        "endswith",
        "join",
        "lower",
        "on_paper",
        "replace",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "upper",
    )
)
REFUSED_FILTERS = frozenset(("attr", "safe", "pprint", "format"))
KNOWN_FILTERS = {*JINJA_FILTERS, *FILTERS, "own"} - REFUSED_FILTERS
REFUSED: Mapping[type[nodes.Node], str] = {
    nodes.Import: "{% import %}", nodes.FromImport: "{% from … import %}", nodes.Include: "{% include %}",
    nodes.Extends: "{% extends %}", nodes.ScopedEvalContextModifier: "{% autoescape %}",
}  # fmt: skip
TAKE_OUT = "bỏ thẻ này; mẫu chỉ được in các trường có sẵn"


def tag_faults(source: str, names: frozenset[str], place: Callable[[int, str], str]) -> Iterator[Fault]:
    """Yield what is wrong with the tags of `source`, which may begin with `names`.

    `place` makes a fault's place of a line and a tag's words. A misspelt tag is told alone: nothing else is known.
    """
    try:
        tree = sandbox().parse(source)
    except TemplateSyntaxError as error:
        line = "".join(source.splitlines()[error.lineno - 1 : error.lineno])
        remedy = "xem lại dấu ngoặc của thẻ và các cặp if – endif, for – endfor"
        yield Fault(place(error.lineno, line), f"thẻ viết chưa đúng ({error.message})", remedy)
        return
    macros = {macro.name for macro in tree.find_all(nodes.Macro)}
    own = {each.name for each in tree.find_all(nodes.Name) if each.ctx != "load"} | {"loop"}
    keywords = {pair.key for pair in tree.find_all(nodes.Keyword)}
    for node in tree.find_all(nodes.Node):
        for words, what, remedy in chain(
            _strange_names(node, names | own | macros | FUNCTIONS, FIELDS | keywords), _refused(node, macros)
        ):
            yield Fault(place(node.lineno, words), what, remedy)


def _strange_names(
    node: nodes.Node, names: frozenset[str], known: frozenset[str]
) -> Iterator[tuple[str, str, str]]:
    words = _words(node)
    match node:
        case nodes.Name() if node.name not in names:
            yield words, f'không có trường "{words}"', nearest(words, names)
        case nodes.Getattr() if node.attr not in known | METHODS and not node.attr.startswith("_"):
            yield words, f'không có trường "{words}"', nearest(node.attr, known)
        case nodes.Filter() if node.name not in KNOWN_FILTERS | REFUSED_FILTERS:
            yield node.name, f'không có bộ lọc "{node.name}"', nearest(node.name, KNOWN_FILTERS)


def _refused(node: nodes.Node, macros: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield what reaches further than to the fields: the sandbox would not let it run, but nobody means well."""
    match node:
        case nodes.Getattr() if node.attr.startswith("_"):
            yield _words(node), f'"{_words(node)}" chạm tới bên trong chương trình', TAKE_OUT
        case nodes.Const() if isinstance(node.value, str) and "__" in node.value:
            yield node.value, f'"{node.value[:40]}" chạm tới bên trong chương trình', TAKE_OUT
        case nodes.Call(node=nodes.Name() as called) if called.name not in macros | FUNCTIONS:
            yield called.name, f'thẻ gọi hàm "{called.name}"', TAKE_OUT
        case nodes.Call(node=nodes.Getattr() as called) if called.attr not in METHODS:
            yield _words(called), f'thẻ gọi hàm "{_words(called)}"', TAKE_OUT
        case nodes.Filter() if node.name in REFUSED_FILTERS:
            yield node.name, f'bộ lọc "{node.name}" không được dùng trong mẫu', TAKE_OUT
        case _ if tag := REFUSED.get(type(node)):
            yield tag.strip("{%} "), f"thẻ {tag} không được dùng trong mẫu", TAKE_OUT


def _words(node: nodes.Node) -> str:
    """Return `letterhead.parent` for what names a field, empty for what names nothing."""
    if isinstance(node, nodes.Getattr):
        return f"{_words(node.node)}.{node.attr}".lstrip(".")
    return node.name if isinstance(node, nodes.Name) else ""
