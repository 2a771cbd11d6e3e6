"""Drafts of several pages at once: what each changed is laid beside what the others did, field by field."""

from answering import PATIENT
from hypothesis import given
from hypothesis import strategies as st

from tracker.answers.drafts import fill_marks, merged_draft

NAMES = [f"II.{n}.{field}" for n in (1, 2) for field in ("result", "percent", "nothing")]
VALUES = st.sampled_from(["", "cũ", "mới", "khác", "yes"])
EDITS = st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(NAMES), VALUES), max_size=8)


@PATIENT
@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["cũ", "yes"])), EDITS)
def test_a_field_holds_what_was_typed_last_or_whoever_typed_later_is_told(
    start: dict[str, str], edits: list[tuple[str, str, str]]
) -> None:
    held: dict[str, object] = dict(start)
    writers: dict[str, set[str]] = {}
    for page, name, value in edits:
        before = held.get(name, "")
        typed = {"page": page, "partial": "1", "filled": fill_marks(start), name: value}
        held, refused = merged_draft(held, typed)
        if refused:
            assert writers[name] - {page}
            assert (refused, held.get(name, "")) == ([name], before)
        else:
            assert held[name] == value
            writers.setdefault(name, set()).add(page)
    assert all(held.get(name, "") == start.get(name, "") for name in set(NAMES) - set(writers))


def test_an_entry_that_two_typed_over_different_answers_rests_on_the_older_one() -> None:
    hers = {"page": "A", "partial": "1", "II.1.result": "của Hoa", "II.1.revision": "9"}
    his = {"page": "B", "partial": "1", "II.1.percent": "40", "II.1.revision": "10"}
    held, _ = merged_draft({}, hers)
    held, refused = merged_draft(held, his)
    assert refused == []
    assert held["II.1.revision"] == "9"  # so that both are told of the answer that came between


def test_without_script_a_box_that_is_ticked_no_more_is_ticked_no_more() -> None:
    filled = fill_marks({"II.1.nothing": "yes", "II.1.reason": "mưa"})
    held, _ = merged_draft({}, {"filled": filled, "II.1.reason": "mưa", "II.1.revision": "0"})
    assert held["II.1.nothing"] == ""
    assert "II.1.reason" not in held
