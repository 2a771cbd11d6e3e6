"""The drawing of a chart: what it says, in what proportion, and that it harms nothing wherever it goes."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from factories_charts import SAMPLE, chart

from tracker.papers.charts import MOST_BARS, WIDENED, alternative, svg
from tracker.papers.paper import Chart
from tracker.papers.pictures import png_of
from tracker.report.charts import LOOKS

LONG = "Nâng cao chất lượng công tác chỉ đạo, điều hành của các cấp Hội về hỗ trợ, phát triển KTTT, HTX"


def drawn(found: Chart, tag: str) -> list[ET.Element]:
    return list(ET.fromstring(svg(found)).iter(f"{{http://www.w3.org/2000/svg}}{tag}"))


def texts(found: Chart) -> list[str]:
    return [each.text or "" for each in drawn(found, "text")]


def boxes(found: Chart) -> list[dict[str, float]]:
    """Return the outlines of the bars' parts, without those of the legend."""
    outlined = [each for each in drawn(found, "rect") if each.get("stroke") and float(each.attrib["height"]) > 5]
    return [{name: float(each.attrib[name]) for name in ("x", "y", "width", "height")} for each in outlined]


def height(found: Chart) -> float:
    return float(ET.fromstring(svg(found)).attrib["height"].removesuffix("mm"))


def test_it_says_every_name_every_number_and_every_sum() -> None:
    assert texts(SAMPLE) == [
        *("Hoàn thành", "Đang thực hiện", "Tạm dừng", "Chưa báo cáo"),
        *("Sở Công Thương", "2", "5", "1", "8"),
        *("Hội LHPN tỉnh", "4", "3", "3", "10"),
    ]


def test_what_is_counted_nowhere_is_not_in_the_legend() -> None:
    assert texts(chart(("A", (1, 0, 0, 2))))[:2] == ["Hoàn thành", "Chưa báo cáo"]


def test_parts_are_drawn_in_proportion_and_side_by_side() -> None:
    first = boxes(SAMPLE)[:3]
    unit = first[0]["width"] / 2
    assert [box["width"] for box in boxes(SAMPLE)] == pytest.approx(
        [unit * n for n in (2, 5, 1, 4, 3, 3)], abs=0.02
    )
    assert all(left["x"] + left["width"] == pytest.approx(right["x"], abs=0.02) for left, right in pairwise(first))


def test_a_number_too_small_for_its_part_widens_it_and_that_is_said() -> None:
    assert WIDENED not in texts(SAMPLE)
    found = chart(("A", (1, 4_000, 1, 0)), ("B", (1, 1, 1, 1)))
    assert WIDENED in texts(found)
    assert texts(found)[4:9] == ["A", "1", "4.000", "1", "4.002"]
    assert min(box["width"] for box in boxes(found)) > 3
    assert max(box["x"] + box["width"] for box in boxes(found)) <= 152.1


def test_short_names_stand_beside_their_bars_and_long_ones_above() -> None:
    [beside] = boxes(chart(("Sở Công Thương", (1, 0, 0, 0))))
    [above] = boxes(chart((LONG, (1, 0, 0, 0))))
    assert (beside["x"], above["x"]) == (60.5, 0)
    assert " ".join(texts(chart((LONG, (1, 0, 0, 0))))[1:-2]) == LONG


def test_a_chart_of_the_most_bars_with_the_longest_names_fits_a_page_with_its_caption() -> None:
    for count in (12, 13, MOST_BARS):
        assert height(chart(*((f"{n} {LONG} " * 4, (1, 2, 3, 400)) for n in range(count)))) < 235


def test_a_name_too_long_for_its_lines_is_cut_with_a_mark() -> None:
    names = texts(chart(*((f"{n} {LONG}", (1, 0, 0, 0)) for n in range(13))))
    assert names[2].endswith("…")
    assert all(name.endswith("…") for name in names if name.startswith("hỗ trợ"))


@pytest.mark.parametrize(
    "name", ["A & B <b>đậm</b>", '"><script>alert(1)</script>', "]]>", "{{ 7*7 }}", "#set page()", "x" * 500]
)
def test_a_name_is_a_text_and_nothing_else(name: str) -> None:
    found = chart((name, (1, 0, 0, 0)))
    assert "".join(texts(found)[1:-2]).replace(" ", "").rstrip("…") in name.replace(" ", "")
    used = {each.tag.partition("}")[2] for each in ET.fromstring(svg(found)).iter()}
    assert used <= {"svg", "g", "rect", "text", "path"}
    assert name in alternative(found)


def test_letters_that_the_font_lacks_are_boxes_in_the_drawing_and_whole_in_the_words_for_it() -> None:
    found = chart(("Xong 🎉\x00", (1, 0, 0, 0)))
    assert "Xong □" in texts(found)
    assert "Xong 🎉: 1" in alternative(found)


def test_the_words_for_the_drawing_hold_every_number() -> None:
    assert alternative(SAMPLE) == (
        "Biểu đồ thanh ngang. Sở Công Thương: 8 (hoàn thành 2, đang thực hiện 5, tạm dừng 1); "
        "Hội LHPN tỉnh: 10 (hoàn thành 4, đang thực hiện 3, chưa báo cáo 3)."
    )


def test_only_the_first_bars_are_drawn_where_it_is_said_so() -> None:
    found = chart(("A", (1, 0, 0, 0)), ("B", (0, 2, 0, 0)), drawn=1)
    assert "B" not in texts(found)
    assert "B:" not in alternative(found)


def test_a_chart_without_bars_and_a_bar_of_noughts_are_drawn() -> None:
    assert texts(chart()) == []
    assert texts(chart(("A", (0, 0, 0, 0)))) == ["A", "0"]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_numbers_are_legible_on_their_parts_and_parts_differ_without_colour() -> None:
    plain = [each for each in LOOKS.values() if not each.hatched]
    for each in LOOKS.values():
        low, high = sorted((luminance(each.fill), luminance(each.ink)))
        assert (high + 0.05) / (low + 0.05) >= 7
    greys = sorted(luminance(each.fill) for each in plain)
    assert all(lighter - darker > 0.2 for darker, lighter in pairwise(greys))


def test_the_hatching_stays_within_the_drawing() -> None:
    [hatch, *_] = drawn(chart(("A", (0, 0, 2, 0))), "path")
    numbers = [float(n) for n in re.findall(r"[ML]([\d.]+) ", hatch.attrib["d"])]
    assert min(numbers) >= 0
    assert max(numbers) <= 165


def test_a_picture_is_as_wide_as_the_memo_s_text_and_the_same_each_time() -> None:
    first, second = png_of([svg(SAMPLE), svg(chart(("A", (1, 0, 0, 0))))])
    for picture in (first, second):
        assert picture.startswith(b"\x89PNG")
        assert int.from_bytes(picture[16:20]) == pytest.approx(165 / 25.4 * 300, abs=2)
    assert [first, second] == png_of([svg(SAMPLE), svg(chart(("A", (1, 0, 0, 0))))])
    assert png_of([]) == []
