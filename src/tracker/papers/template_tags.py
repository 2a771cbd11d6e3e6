"""The tags of a Jinja template, read without running them: what they name, and what they may not do."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jinja2 import TemplateSyntaxError, meta, nodes
from jinja2.filters import FILTERS as DEFAULT_FILTERS
from jinja2.tests import TESTS as DEFAULT_TESTS

from tracker.errors import TemplateFault, nearest
from tracker.templating import sandbox

HARMLESS_METHODS = frozenset(
    ("capitalize", "endswith", "join", "lower", "replace", "split", "splitlines", "startswith", "strip", "upper")
)
LOOP = frozenset(("first", "index", "index0", "last", "length", "nextitem", "previtem", "revindex", "revindex0"))
REFUSED: Mapping[type[nodes.Node], str] = {
    nodes.Import: "{% import %}",
    nodes.FromImport: "{% from … import %}",
    nodes.Include: "{% include %}",
    nodes.Extends: "{% extends %}",
    nodes.ScopedEvalContextModifier: "{% autoescape %}",
}
NAMESPACE = "namespace"
"""Jinja's own way to keep a value through a loop."""
REFUSED_FILTERS = frozenset(("attr", "safe", "pprint", "format"))
TAKE_OUT = "bỏ thẻ này; mẫu chỉ được in các trường có sẵn"

Found = tuple[str, str, str]
"""The words of a tag, what is wrong with them, and the way out."""
Place = Callable[[int, str], str]
"""From the line in the template and the words of the tag to where a person looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What the tags of a template may name."""

    names: Mapping[str, frozenset[str] | None]
    """What a tag may begin with; the fields under it, None where it has none of its own."""
    fields: frozenset[str]
    """Every field of anything that a tag may reach."""
    functions: frozenset[str] = frozenset()
    filters: frozenset[str] = frozenset()
    """Those beside Jinja's own."""


@dataclass(frozen=True, slots=True)
class Tags:
    """What a template names: `nation`, `letterhead.parent`, and each field as `.parent` too; and its faults."""

    used: frozenset[str]
    faults: tuple[TemplateFault, ...]
    legible: bool = True
    """Whether the tags could be read at all; where not, nothing is known of what the template names."""


def read_tags(source: str, known: Vocabulary, place: Place) -> Tags:
    """Return what the tags of the Jinja template `source` name and what is wrong with them; nothing of it runs."""
    environment = sandbox()
    try:
        tree = environment.parse(source)
        # What looks for undeclared names stumbles over filters and tests that are not there; those are told below.
        environment.filters.update(dict.fromkeys([node.name for node in tree.find_all(nodes.Filter)], str))
        environment.tests.update(dict.fromkeys([node.name for node in tree.find_all(nodes.Test)], str.isalpha))
        strangers = meta.find_undeclared_variables(tree) - known.names.keys() - known.functions - {NAMESPACE}
    except TemplateSyntaxError as error:
        return Tags(frozenset(), (_misspelt(source, error, place),), legible=False)
    known, strangers = (
        _with_its_own(tree, known),
        strangers - {each.name for each in tree.find_all(nodes.Name) if each.ctx == "store"},
    )
    functions = known.functions | {NAMESPACE} | {macro.name for macro in tree.find_all(nodes.Macro)}
    found = [
        TemplateFault(place(node.lineno, words), what, remedy)
        for node in tree.find_all(nodes.Node)
        for words, what, remedy in _faults(node, known, strangers, functions)
    ]
    used = {name for node in tree.find_all((nodes.Name, nodes.Getattr, nodes.Getitem)) for name in _names(node)}
    used |= {f".{name}" for node in tree.find_all(nodes.Filter) for name in _attributes(node)}
    return Tags(frozenset(used), tuple(found))


def _with_its_own(tree: nodes.Template, known: Vocabulary) -> Vocabulary:
    """Return `known` with the fields that the template keeps for itself in a `namespace(…)`."""
    calls = [each for each in tree.find_all(nodes.Call) if _dotted(each.node) == NAMESPACE]
    own = {pair.key for call in calls for pair in call.kwargs}
    return replace(known, fields=known.fields | own)


def _misspelt(source: str, error: TemplateSyntaxError, place: Place) -> TemplateFault:
    line = source.splitlines()[error.lineno - 1] if error.lineno <= len(source.splitlines()) else ""
    remedy = "xem lại dấu ngoặc của thẻ và các cặp if – endif, for – endfor"
    return TemplateFault(place(error.lineno, line), f"thẻ viết chưa đúng ({error.message})", remedy)


def _faults(
    node: nodes.Node, known: Vocabulary, strangers: set[str], functions: frozenset[str]
) -> Iterator[Found]:
    match node:
        case nodes.Name() if node.name in strangers:
            yield node.name, f'không có trường "{node.name}"', nearest(node.name, known.names.keys() | functions)
        case nodes.Getattr() | nodes.Getitem():
            yield from _field_faults(node, known)
        case nodes.Const() if isinstance(node.value, str) and "__" in node.value:
            yield node.value, f'thẻ chứa "{node.value[:40]}", dùng để chạm tới bên trong chương trình', TAKE_OUT
        case nodes.Call():
            yield from _call_faults(node, functions)
        case nodes.Filter():
            yield from _filter_faults(node, known)
        case nodes.Test() if node.name not in DEFAULT_TESTS:
            yield node.name, f'không có phép thử "{node.name}"', nearest(node.name, DEFAULT_TESTS)
        case _ if type(node) in REFUSED:
            tag = REFUSED[type(node)]
            yield tag.strip("{%} "), f"thẻ {tag} không được dùng trong mẫu", "chép phần cần dùng vào thẳng mẫu này"


def _filter_faults(node: nodes.Filter, known: Vocabulary) -> Iterator[Found]:
    valid = known.filters | DEFAULT_FILTERS.keys()
    if node.name in REFUSED_FILTERS:
        yield node.name, f'bộ lọc "{node.name}" không được dùng trong mẫu', TAKE_OUT
    elif node.name not in valid:
        yield node.name, f'không có bộ lọc "{node.name}"', nearest(node.name, valid)
    for name in _attributes(node):
        if name not in known.fields:
            yield name, f'không có trường "{name}"', nearest(name, known.fields)


def _field_faults(node: nodes.Getattr | nodes.Getitem, known: Vocabulary) -> Iterator[Found]:
    name = _field(node)
    if name is None:
        return
    words = _dotted(node) or name
    if name.startswith("_") or name == "mro":
        yield words, f'"{words}" chạm tới bên trong chương trình', TAKE_OUT
        return
    root = known.names.get(node.node.name) if isinstance(node.node, nodes.Name) else None
    valid = root or known.fields
    if name not in valid | LOOP | HARMLESS_METHODS:
        yield words, f'không có trường "{words}"', nearest(name, valid)


def _call_faults(call: nodes.Call, functions: frozenset[str]) -> Iterator[Found]:
    called = call.node
    if isinstance(called, nodes.Name) and called.name in functions:
        return
    if isinstance(called, nodes.Getattr) and called.attr in HARMLESS_METHODS:
        return
    words = called.name if isinstance(called, nodes.Name) else _dotted(called) or "(…)"
    names = ", ".join(f"{name}(…)" for name in sorted(functions))
    yield words, f'thẻ gọi hàm "{words}"', f"mẫu chỉ được gọi: {names}" if names else TAKE_OUT


def _names(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Name):
        yield node.name
        return
    name = _field(node)
    if name is not None:
        yield f".{name}"
        yield _dotted(node) or f".{name}"


def _field(node: nodes.Node) -> str | None:
    """Return the name of the field that `node` takes, None where it takes none by name."""
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        return node.arg.value
    return None


def _dotted(node: Any) -> str | None:
    """Return `letterhead.parent` for what takes a field of a name, or of such a field; else None."""
    if isinstance(node, nodes.Name):
        return node.name
    name = _field(node)
    before = _dotted(node.node) if name is not None else None
    return f"{before}.{name}" if before else None


def _attributes(node: nodes.Filter) -> Iterator[str]:
    """Yield the fields that a filter such as `selectattr("said")` or `sum(attribute="width")` names in a text."""
    named = [pair.value for pair in node.kwargs if pair.key == "attribute"]
    if node.name in ("selectattr", "rejectattr", "groupby", "unique"):
        named += node.args[:1]
    for value in named:
        if isinstance(value, nodes.Const) and isinstance(value.value, str):
            yield from value.value.split(".")
