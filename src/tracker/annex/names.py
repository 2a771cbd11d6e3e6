"""The agencies that an annex names, by the names and aliases that are known; what is not known is proposed."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from tracker.plan.model import Plan
from tracker.words import decomposed

HEADS = (
    "Sở|Ban|UBND|Ủy ban|Uỷ ban|Hội|Công an|Bộ|Chi cục|Ngân hàng|Liên minh|Liên đoàn|Trung tâm|Văn phòng|Đài|Báo|"
    "Trường|Viện|Cục|Tổng|Tỉnh|Thành|Mặt trận|Đoàn|Thanh tra|Kho bạc|Bảo hiểm|Quỹ|Tòa|VKS|HĐND|UBMTTQ"
)
"""How the names of bodies begin."""
BODY = re.compile(rf"(?:các )?(?:{HEADS})\b", re.IGNORECASE)
APART = re.compile(rf"\s*[;\n,+]\s*|\s+[-–]\s+|\s+và\s+(?=\S)|\s*/\s*|(?<=\S)\s+(?=(?:{HEADS})\s)")
"""What may stand between two names, and also within one: `Sở Nông nghiệp và PTNT`."""
FIRMLY = re.compile(rf"\s*[;\n]\s*|(?:\s*,|\s+và|\s+[-–])\s+(?=(?:các )?(?:{HEADS})\b)")
"""What stands between two names for certain: the next word begins the name of a body."""
SEVERAL = re.compile(
    r"(các|sở, ngành|sở ngành|ubnd (các )?(huyện|xã)|ubnd cấp|cơ quan, đơn vị|địa phương)\b", re.IGNORECASE
)
LONGEST, MOST_PIECES = 160, 60
LIKELY, ALIKE, LONG_ENOUGH = 0.85, 0.75, 10
"""How much of a name must be that of a known one to be meant, or to be doubted; and how long it must be: of short
names like Sở KHĐT and Sở KHCN each letter counts."""
MOST_COMPARED = 300
"""Unknown names that are held against the known ones; comparing is slow."""


@dataclass(slots=True)
class NewBody:
    """An agency or group that only the annex names."""

    id: str
    name: str
    place: str
    is_group: bool


@dataclass(slots=True)
class Names:
    """All names by their folded words, and what was found to be new."""

    by_words: dict[str, str] = field(default_factory=dict)
    new: dict[str, NewBody] = field(default_factory=dict)
    doubtful: dict[str, str] = field(default_factory=dict)
    """What is doubtful of a new body, by its id: it is said of every row that names it."""
    compared: int = 0

    def known(self, plans: Iterable[Plan]) -> "Names":
        """Take the names of agencies and groups from `plans`; of two equal ones the first counts."""
        for plan in plans:
            for agency in plan.agencies.values():
                for name in (agency.name, agency.short, *agency.aliases):
                    self.by_words.setdefault(fold(name), agency.id)
            for group in plan.groups.values():
                for name in (group.name, *group.aliases):
                    self.by_words.setdefault(fold(name), group.id)
        return self

    def read(self, text: str, place: str) -> tuple[list[str], list[str]]:
        """Return the ids of those whom `text` names, each once, and what is doubtful about that."""
        text = re.sub(r"^[-–+•*]\s*", "", text.strip())
        if not text:
            return [], []
        found = self._all_known(text)
        doubts: list[str] = []
        if found is None:
            found = []
            for part in FIRMLY.split(text):
                part = re.sub(r"^[-–+•*]\s*", "", part).strip(" .,;")
                known = self._all_known(part)
                found += known if known is not None else self._propose(part, place, doubts)
        doubts += [self.doubtful[one] for one in found if one in self.doubtful]
        return list(dict.fromkeys(found)), list(dict.fromkeys(doubts))

    def _all_known(self, text: str) -> list[str] | None:
        """Return the ids of the fewest known names that make up the whole of `text`; None where there are none."""
        breaks = [
            (0, 0),
            *((found.start(), found.end()) for found in APART.finditer(text)),
            (len(text), len(text)),
        ]
        if len(breaks) > MOST_PIECES:
            return None
        best: dict[int, list[str]] = {len(breaks) - 1: []}
        for start in range(len(breaks) - 2, -1, -1):
            for end in range(len(breaks) - 1, start, -1):
                name = self.by_words.get(fold(text[breaks[start][1] : breaks[end][0]]))
                if name is not None and end in best:
                    ids = [name, *best[end]]
                    if start not in best or len(ids) < len(best[start]):
                        best[start] = ids
        return best.get(0)

    def _propose(self, part: str, place: str, doubts: list[str]) -> list[str]:
        """Return the id that an unknown name is read as: of one that is nearly so called, or a new one."""
        if not part:
            return []
        if len(part) > LONGEST or not re.search(r"[^\W\d_]{2}", part):
            doubts.append(f'"{part[:60]}" không phải tên cơ quan')
            return []
        near, how = self._nearest(fold(part))
        if how >= LIKELY and len(part) >= LONG_ENOUGH:
            doubts.append(f'"{part}" đọc là {near}, vì gần giống tên đã biết')
            return [near]
        is_group = bool(SEVERAL.match(part))
        body = NewBody(self._fresh_id(part), part, place, is_group)
        if how >= ALIKE or not (BODY.match(part) or is_group):
            self.doubtful[body.id] = f'"{part[:60]}" chưa rõ là cơ quan nào, tạm ghi là cơ quan mới'
        elif (
            "(" in part
            or ("," in part and not is_group)
            or any(fold(one) in self.by_words for one in APART.split(part))
        ):
            self.doubtful[body.id] = f'"{part[:60]}" có thể là nhiều cơ quan, tạm ghi là một'
        self.new[body.id] = body
        self.by_words[fold(part)] = body.id
        return [body.id]

    def _nearest(self, words: str) -> tuple[str, float]:
        self.compared += 1
        if self.compared > MOST_COMPARED:
            return "", ALIKE  # not looked at, so it is doubted
        matcher = difflib.SequenceMatcher(b=words, autojunk=False)
        best, how = "", 0.0
        for known, name in self.by_words.items():
            matcher.set_seq1(known)
            if min(matcher.real_quick_ratio(), matcher.quick_ratio()) > how and matcher.ratio() > how:
                best, how = name, matcher.ratio()
        return best, how

    def _fresh_id(self, name: str) -> str:
        base = slug(name)[:36].strip("-") or "co-quan"
        taken = set(self.by_words.values())
        return next(one for one in (base, *(f"{base}-{number}" for number in range(2, 9_999))) if one not in taken)


def fold(name: str) -> str:
    """Return a name by which it is found again: small letters, plain dashes and spaces, no mark at its ends."""
    text = re.sub(r"\s*[-–—]\s*", "-", " ".join(name.casefold().split()))
    return re.sub(r"\s*&\s*", "&", text).strip(" .,;:-")


def slug(name: str) -> str:
    """Return an id made from a name: so-tai-chinh."""
    plain = decomposed(name.casefold().replace("đ", "d"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
