"""Charts to print in tests; every number in them is made up."""

from tracker.papers.paper import Bar, Block, Chart, Series

SERIES = (
    Series(name="Hoàn thành", fill="#1f4e79", ink="#ffffff"),
    Series(name="Đang thực hiện", fill="#7fb0dc"),
    Series(name="Tạm dừng", fill="#ffffff", hatched=True),
    Series(name="Chưa báo cáo", fill="#ffffff"),
)


def chart(*bars: tuple[str, tuple[int, ...]], drawn: int | None = None) -> Chart:
    """Return a chart of `bars`, each a name and its counts of the four series; all drawn, or the first `drawn`."""
    made = tuple(Bar(label=label, counts=counts) for label, counts in bars)
    return Chart(of="Cơ quan", series=SERIES, bars=made, drawn=len(made) if drawn is None else drawn)


SAMPLE = chart(("Sở Công Thương", (2, 5, 1, 0)), ("Hội LHPN tỉnh", (4, 3, 0, 3)))
CAPTION = Block(kind="chart", label="Biểu đồ 1:", text="Tình hình theo cơ quan (số hoạt động).", chart=SAMPLE)
