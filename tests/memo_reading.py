"""What a memo's sentences of counts say for given counts, written down apart from the template that says them."""

from collections.abc import Iterable

from tracker.papers.paper import Paper

STANDINGS = (
    "đã hoàn thành",
    "đang thực hiện",
    "chưa triển khai",
    "tạm dừng hoặc không thực hiện",
    "chưa có báo cáo",
)


def two_digits(count: int) -> str:
    """Return `count` as the memo's prose writes it."""
    return f"{count:02}" if count < 10 else f"{count:,}".replace(",", ".")


def share(part: int, whole: int) -> str:
    """Return which per cent of `whole` the `part` is, with one decimal where it has one."""
    tenths = (2000 * part + whole) // (2 * whole)
    whole_part, rest = divmod(tenths, 10)
    return f"{whole_part},{rest}%" if rest else f"{whole_part}%"


def who_reported(asked: int, told: int, late: int, day: str = "", due: str = "29/10/2024") -> str:
    """Return the sentence on reports at the end of section I; where `day` is given, from its beginning."""
    every = "cả " if asked > 1 else ""
    if not told:
        said = f"chưa có báo cáo về {every}{two_digits(asked)} hoạt động phải báo cáo; hạn báo cáo là ngày {due}."
    else:
        of_all = f"{two_digits(told)}/{two_digits(asked)} hoạt động ({share(told, asked)})"
        said = f"đã có báo cáo về {of_all if told < asked else f'{every}{two_digits(asked)} hoạt động'}"
        each = "đều " if told > 1 else ""
        if late in (0, told):
            said += f", {each}{'sau' if late else 'đúng'} hạn ngày {due}."
        else:
            said += f", trong đó {two_digits(late)} hoạt động báo cáo sau hạn ngày {due}."
    return f"Về chế độ báo cáo, đến ngày {day} {said}" if day else said


def standing(counts: Iterable[int]) -> str:
    """Return the sum of section IV: `counts` are done, under way, not started, stopped, and not told of."""
    counts = list(counts)
    parts = (
        f"{two_digits(n)} {words} ({share(n, sum(counts))})"
        for n, words in zip(counts, STANDINGS, strict=True)
        if n
    )
    return f"Tính chung {two_digits(sum(counts))} hoạt động: {', '.join(parts)}."


def texts(paper: Paper) -> list[str]:
    """Return the paragraphs of `paper`, each behind its label."""
    return [f"{block.label} {block.text}".strip() for block in paper.body]
