"""What is wrong with the periods of a plan file."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tracker.plan.period_rules import PeriodRule, Span
from tracker.plan.reporting import Reporting
from tracker.plan.seen import Path, Seen
from tracker.plan.tree import Fault

ORDER = "các ngày không theo thứ tự mở, hạn, khóa", "sửa để opens trước due và due không sau closes"
KEYS = ("annual", "phase_review", "periods")


def period_faults(seen: Seen, reporting: Reporting) -> Iterator[Fault]:
    """Yield what is wrong with the periods, each fault at its rule."""
    if not any(("reporting", key) in seen.places for key in KEYS):
        yield seen.say(("reporting",), "reporting", 'thiếu khóa "annual"', "thêm dòng annual: … hoặc periods: …")
    for number, rule in enumerate(reporting.periods or (), 1):
        path: Path = ("reporting", "periods", number)
        for what, remedy in _unusable(rule) if rule else ():
            yield seen.say(path, ".".join(map(str, path)), what, remedy)
    years = [year for year in getattr(seen.sections.get("plan"), "years", None) or () if year]
    codes: dict[str, Path] = {}
    for path, spans in _spans(reporting, years) if years else ():
        named = ".".join(map(str, path))
        if not all(span.in_order for span in spans):
            yield seen.say(path, named, *ORDER)
        if twice := next((span.code for span in spans if codes.setdefault(span.code, path) != path), None):
            own = (*path, "code")
            what = "mã trùng với mã kỳ hằng năm" if twice.isdecimal() else f"mã kỳ {twice} đã có ở một nhịp khác"
            at = own if own in seen.places else path
            yield seen.say(at, ".".join(map(str, at)), what, "chọn mã khác")


def _spans(reporting: Reporting, years: Sequence[int]) -> Iterator[tuple[Path, list[Span]]]:
    """Yield each rule's path and periods, of those that could be read."""
    none = replace(reporting, annual=None, phase_review=None, periods=())
    if (annual := reporting.annual) and all((annual.opens, annual.due, annual.closes)):
        yield ("reporting", "annual"), list(replace(none, annual=annual).spans(years))
    if (review := reporting.phase_review) and all(review.days().values()):
        yield ("reporting", "phase_review"), list(replace(none, phase_review=review).spans(years))
    for number, rule in enumerate(reporting.periods or (), 1):
        if rule and _whole(rule) and not list(_unusable(rule)):
            yield ("reporting", "periods", number), list(replace(none, periods=(rule,)).spans(years))


def _whole(rule: PeriodRule) -> bool:
    """Say whether all that a rule's periods are made of could be read."""
    parts = (rule.opens, rule.due, rule.closes, rule.only)
    return None not in (rule.every, rule.cut_off, *parts) and not any(None in part for part in parts)


def _unusable(rule: PeriodRule) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the keys of one rule."""
    lists = {name: getattr(rule, name) or () for name in ("opens", "due", "closes")}
    days = [day for each in lists.values() for day in each]
    if rule.every == "once":
        if not (rule.code and rule.title and len(days) == len(lists) and all(day and day.year for day in days)):
            remedy = "ghi code, title, và opens, due, closes là NĂM-THÁNG-NGÀY"
            yield "báo cáo một lần thiếu mã, tên hoặc ngày", remedy
        return
    for name, each in lists.items():
        if each and rule.every and len(each) != rule.count:
            what = f"{name} có {len(each)} ngày, mà nhịp này có {rule.count} kỳ mỗi năm"
            yield what, "ghi mỗi kỳ một ngày, theo thứ tự"
    if any(day and day.year for day in days):
        yield "ngày của nhịp lặp lại mà ghi cả năm", "viết THÁNG-NGÀY, ví dụ 06-14"
    if rule.due and rule.due_after is not None:
        yield "ghi cả due và due_after", "giữ một trong hai"
    if rule.every and any(number and number > rule.count for number in rule.only or ()):
        yield "only có số lớn hơn số kỳ của một năm", f"chọn từ 1 đến {rule.count}"
