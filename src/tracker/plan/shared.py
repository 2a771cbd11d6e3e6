"""Agencies and groups that several plans share, in a file beside the plan files: plans name them by their ids.

What a plan uses of it is taken into the plan as it is read, so that every version that is applied stays whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tracker.errors import Faults, FileTrouble
from tracker.plan import rules
from tracker.plan.agencies import Agency, Group
from tracker.plan.fields import plan_field
from tracker.plan.seen import Seen, names_of
from tracker.plan.tree import Fault, Listing, Mapped, Node, Place, Scalar, read_tree
from tracker.plan.walk import Walk
from tracker.plan.write import as_lines

LARGEST = 5_000_000
"""Bytes; 20,000 agencies fit."""
SECTIONS = ("agencies", "groups")


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFile:
    """What the file may hold."""

    agencies: Mapping[str, Agency] = plan_field("cơ quan", "Các cơ quan dùng chung.", MappingProxyType({}))
    groups: Mapping[str, Group] = plan_field("nhóm", "Các nhóm dùng chung.", MappingProxyType({}))


def read_shared(path: Path) -> Mapped | None:
    """Return the tree of the shared file at `path`, each place with the file's name; None where there is no file.

    Raises Faults naming all that is wrong in it, whichever plan uses it.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileTrouble(f"{path}: không mở được ({error.strerror}); kiểm tra quyền đọc tệp") from error
    if len(raw) > LARGEST:
        raise FileTrouble(f"{path}: tệp lớn hơn {LARGEST // 1_000_000} MB; đây có đúng là tệp cơ quan không?")
    tree, faults = read_tree(raw, path.name)
    if tree is not None:
        walk = Walk(path.name, faults)
        value = walk.value(SharedFile, tree, (), {})
        seen = Seen(path.name, value if isinstance(value, dict) else {}, walk.places)
        faults += walk.unknown_names(names_of(seen.sections))
        faults += rules.agency_faults(seen)
    if faults:
        raise Faults(
            fault.as_fault() for fault in sorted(set(faults), key=lambda fault: (fault.place, fault.what))
        )
    return _placed(tree, path.name) if isinstance(tree, Mapped) else None


def with_shared(tree: Node, shared: Mapped, file: str) -> tuple[Node, Mapped, list[Fault]]:
    """Return a plan's tree with what it uses of `shared`, that alone, and notes on ids that stand in both."""
    if not isinstance(tree, Mapped):
        return tree, Mapped(Place(1, 1), {}, {}), []
    known: dict[str, tuple[str, Node, Place]] = {}
    for section in SECTIONS:
        if isinstance(part := shared.items.get(section), Mapped):
            known |= {name: (section, node, part.keys[name]) for name, node in part.items.items()}
    own = {section: tree.items.get(section) for section in SECTIONS}
    there = {name: part for part in own.values() if isinstance(part, Mapped) for name in part.items}
    used: dict[str, None] = {}
    queue = [text for text in _texts(tree) if text in known]
    while queue:
        name = queue.pop()
        if name in there or name in used:
            continue
        used[name] = None
        queue += [text for text in _texts(known[name][1]) if text in known]
    taken = Mapped(shared.place, {}, {})
    for name in (name for name in known if name in used):
        section, node, place = known[name]
        part = taken.items.setdefault(section, Mapped(shared.items[section].place, {}, {}))
        taken.keys.setdefault(section, shared.keys[section])
        if isinstance(part, Mapped):
            part.items[name], part.keys[name] = node, place
    notes = [
        Fault(file, part.keys[name], name, f"cũng có trong {known[name][2].file}; kế hoạch này dùng bản ghi ở đây",
              "xóa ở một tệp, trừ khi cố ý ghi khác")
        for name, part in there.items() if name in known
    ]  # fmt: skip
    return _joined(tree, taken), taken, notes


def whole_text(text: str, tree: Node, taken: Mapped) -> str:
    """Return the text of a plan with what it uses of the shared file in it, so that it stands for itself."""
    for section, part in taken.items.items():
        own = tree.items.get(section) if isinstance(tree, Mapped) else None
        if own is None:
            text = "\n".join([text.rstrip("\n"), "", *as_lines({section: as_values(part)}), ""])
        elif isinstance(own, Mapped) and isinstance(tree, Mapped) and own.place.line > tree.keys[section].line:
            lines = text.replace("\r\n", "\n").split("\n")
            at = lines.index(next(line for line in lines if line.startswith(f"{section}:")))
            lines[at + 1 : at + 1] = as_lines(as_values(part), own.place.column - 1)
            text = "\n".join(lines)
        else:  # written as {…} on one line
            return "\n".join([*as_lines(as_values(_joined(tree, taken))), ""])
    return text


def as_values(node: Node) -> Any:
    """Return a tree as plain values, all of them texts."""
    if isinstance(node, Mapped):
        return {key: as_values(each) for key, each in node.items.items()}
    return [as_values(each) for each in node.items] if isinstance(node, Listing) else node.text


def _joined(tree: Node, taken: Mapped) -> Node:
    if not isinstance(tree, Mapped):
        return tree
    items, keys = dict(tree.items), dict(tree.keys)
    for section, part in taken.items.items():
        own = items.get(section)
        if own is None or (isinstance(own, Scalar) and not own.text):
            items[section], keys[section] = part, taken.keys[section]
        elif isinstance(own, Mapped) and isinstance(part, Mapped):
            items[section] = Mapped(own.place, own.items | part.items, own.keys | part.keys)
    return Mapped(tree.place, items, keys, tree.two_rows)


def _texts(node: Node) -> Iterator[str]:
    """Yield all texts in a tree but its keys."""
    queue = [node]
    while queue:
        each = queue.pop()
        if isinstance(each, Scalar):
            yield each.text.strip()
        else:
            queue += each.items.values() if isinstance(each, Mapped) else each.items


def _placed(node: Any, file: str) -> Any:
    """Return a tree whose places say that they are in `file`."""
    place = Place(node.place.line, node.place.column, file)
    if isinstance(node, Scalar):
        return Scalar(place, node.text, node.quoted)
    if isinstance(node, Listing):
        return Listing(place, [_placed(each, file) for each in node.items])
    keys = {key: Place(at.line, at.column, file) for key, at in node.keys.items()}
    return Mapped(place, {key: _placed(each, file) for key, each in node.items.items()}, keys)
