"""What an agency may say of one activity, checked: the same rules whichever way it comes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from tracker.errors import Fault
from tracker.language import N_, SOURCE, spoken, wording
from tracker.progress import STATUSES, TEXTS, UpdateStatus
from tracker.words import CONTROL, SPREAD, composed_lines, number_words

LONGEST = 5_000
"""Letters in one text: about two pages of a memo."""
LARGEST_FIGURE = Decimal(1_000_000_000)
WHOLE = N_("số nguyên")

NOTHING_NEW = N_("Không có phát sinh trong kỳ")
NO_STATUS = N_("chọn trạng thái của hoạt động này")
COUNTED = frozenset({"htx", "tht", "hợp tác xã", "tổ hợp tác", "người", "phụ nữ", "lao động", "hộ", "lớp", "cuộc"})
"""Units, in small letters, of which there is no half."""
Faults = dict[str, Fault]
"""What is wrong, by field; whoever knows which entry it is about says so with `Fault.of`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One activity's report, ready to be recorded. `percent` is 0 to 100, None where nobody gave one."""

    status: UpdateStatus
    percent: int | None
    result: str
    difficulties: str
    causes: str
    proposals: str


def check_answer(typed: Mapping[str, str]) -> tuple[Answer | None, Faults]:
    """Return the answer in `typed` (texts by field name) and its faults.

    The answer is None where there are faults, and also where nothing was typed at all: that is no fault, the
    activity is simply still owed.
    """
    faults: Faults = {}
    texts = {name: clean_text(typed.get(name, ""), faults, name) for name in TEXTS}
    percent = _percent(typed.get("percent", ""), faults)
    chosen = typed.get("status", "").strip()
    if not chosen:
        if any(texts.values()) or percent is not None or faults:
            faults.setdefault("status", Fault(("", "status"), "", wording(NO_STATUS)))
        return None, faults
    if chosen not in set(UpdateStatus):
        return None, {
            **faults,
            "status": Fault(("", "status"), "", wording("chọn một trong các trạng thái có sẵn")),
        }
    status = UpdateStatus(chosen)
    faults |= _disagreements(status, percent, texts) if not faults else {}
    if faults:
        return None, faults
    if percent is None:
        percent = STATUSES[status].percent
    return Answer(status=status, percent=percent, **texts), {}


def check_nothing_new(status: str, percent: str, reason: str) -> tuple[Answer | None, Faults]:
    """Return the answer that nothing has happened in the period, and its faults; the reason is a must.

    `status` and `percent` are as they stand on the page; where no status was chosen, nothing was begun.
    """
    faults: Faults = {}
    reason = clean_text(reason, faults, "reason")
    if not reason:
        faults["reason"] = Fault(("", "reason"), "", wording("ghi lý do không có phát sinh"))
    if faults:
        return None, faults
    status = status.strip() or UpdateStatus.NOT_STARTED
    sentence = wording("{nothing}. Lý do: {reason}", nothing=wording(NOTHING_NEW), reason=reason)
    typed = {"status": status, "percent": percent, "result": sentence}
    if status in set(UpdateStatus) and STATUSES[UpdateStatus(status)].needs == "causes":
        typed |= {"result": f"{wording(NOTHING_NEW)}.", "causes": reason}
    answer, faults = check_answer(typed)
    if "result" in faults:  # the sentence alone made it too long
        faults["reason"] = faults.pop("result")
    return answer, faults


def clean_text(typed: str, faults: Faults, name: str) -> str:
    """Return `typed` in NFC with one kind of line break; notes a fault under `name` for what cannot be kept.

    What is far too long is not looked at: it comes back as it was typed.
    """
    text = composed_lines(typed) if len(typed) <= SPREAD * LONGEST else typed
    if len(text) <= SPREAD * LONGEST and (found := CONTROL.search(text)):
        what = wording("có ký tự không in được ({sign})", sign=f"U+{ord(found[0]):04X}")
        faults[name] = Fault(("", name), what, wording("xóa rồi gõ lại chỗ đó"))
    elif len(text) > LONGEST:
        what = wording("dài {count} ký tự", count=number_words(len(text)))
        remedy = wording("rút gọn còn tối đa {count} ký tự", count=number_words(LONGEST))
        faults[name] = Fault(("", name), what, remedy)
    return text


def recorded_text(typed: str) -> str:
    """Return `typed` as it would be recorded, so that texts can be compared."""
    return clean_text(typed, {}, "")


def overtaken_by(who: str, field: str) -> Fault:
    """Return the fault of a text that was written while somebody else sent another."""
    what = wording("trong khi trang này đang mở, {who} đã gửi nội dung khác (xem bên dưới)", who=who)
    return Fault(("", field), what, wording("sửa lại cho thống nhất rồi gửi lần nữa"))


def check_figure(typed: str, unit: str) -> tuple[Decimal | None, Fault | None]:
    """Return the number of `unit` in `typed`, written as `number_words` writes it, and what is wrong with it."""
    text = typed.strip() if spoken() == SOURCE else typed.strip().translate(str.maketrans(",.", ".,"))
    if unit == "%":
        text = text.removesuffix("%").strip()
    if not text:
        return None, None
    wrong = Fault(("", "value"), "", wording("ghi một số từ 0 trở lên, ví dụ 12 hoặc 1.253 hoặc 12,5"))
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+(,[0-9]{1,4})?|[0-9]+(,[0-9]{1,4})?", text):
        return None, wrong
    try:
        value = Decimal(text.replace(".", "").replace(",", "."))
    except InvalidOperation:
        return None, wrong
    if value > LARGEST_FIGURE:
        return None, Fault(("", "value"), wording("số quá lớn"), wording("kiểm tra lại đơn vị tính"))
    limit = limit_of(unit)
    if (unit == "%" and value > 100) or (limit == wording(WHOLE) and value % 1):
        remedy = wording("đơn vị tính là {unit}: ghi {limit}", unit=unit, limit=limit)
        return None, Fault(("", "value"), "", remedy)
    return value, None


def limit_of(unit: str) -> str:
    """Return which numbers of `unit` there are, in words; empty where that is not certain."""
    if unit == "%":
        return wording("số từ 0 đến 100")
    return wording(WHOLE) if unit.casefold() in COUNTED else ""


def _percent(typed: str, faults: Faults) -> int | None:
    text = typed.strip().removesuffix("%").strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,3}", text) or int(text) > 100:
        faults["percent"] = Fault(("", "percent"), "", wording("ghi số nguyên từ 0 đến 100"))
        return None
    return int(text)


def _disagreements(status: UpdateStatus, percent: int | None, texts: Mapping[str, str]) -> Faults:
    faults: Faults = {}
    rule = STATUSES[status]
    if rule.needs and not texts[rule.needs]:
        faults[rule.needs] = Fault(("", rule.needs), "", wording(rule.needs_remedy))
    if rule.percent is not None and percent not in {None, rule.percent}:
        what = wording("{counted} thì tỷ lệ là {percent}", counted=wording(rule.counted), percent=rule.percent)
        faults["percent"] = Fault(("", "percent"), what, wording(rule.percent_remedy))
    return faults
