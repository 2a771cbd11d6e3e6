"""Texts that people, or people who mean harm, might type: the same ones on every run."""

import random

VIETNAMESE = (
    "Đã tổ chức 02 hội nghị kết nối cung cầu cho 18 hợp tác xã",
    "Ủy ban nhân dân tỉnh",
    "nghiêng ngả",
    "khuỷu đường",
    "Kinh phí còn hạn chế; đề nghị bổ sung 1.250,5 triệu đồng.",
    "ỡ ợ ụ ủ ữ ỵ ỷ ỹ Ẵ Ặ Ễ Ộ Ỗ Ự",
    "“trích dẫn” – ghi chú…",
    "nửa đầu năm đạt 80,5 %",
    "1.\u00a0Hỗ trợ",
    "e\u0302\u0301 (tổ hợp)",
    "văn bản\nhai dòng\n\nba dòng",
)
EMOJI = ("👍", "👍🏽", "👨‍👩‍👧", "🇻🇳", "❤️", "1️⃣", "🏴‍☠️", "🎉 xong")
OTHER_SCRIPTS = ("漢字かな", "नमस्ते", "Ελληνικά", "Привет", "ไทย", "a\u200bb\u2060c", "mềm\u00admại")
RIGHT_TO_LEFT = ("שלום עולם", "مرحبا بالعالم", "abc שלום 12 def", "\u202eabc\u202c")
MARKUP = (
    "<b>đậm</b>",
    "&amp; & &lt;",
    "]]>",
    "</w:t></w:r>",
    "<!-- x -->",
    "<?xml?>",
    '"><script>alert(1)</script>',
    "</td>",
    "{{ 7*7 }}",
    "{% x %}",
    "{# x #}",
    "{_{ x }_}",
    "%}",
    "}}",
    "{{ paper.__class__ }}",
    "{{p table(x) }}",
    "{%p endfor %}",
    "#set page(fill: red)",
    '#eval("1+1")',
    "*sao* _gạch_",
    "$x^2$",
    "@nhãn <nhãn>",
    "`mã`",
    "= Đề mục",
    "- mục",
    "+ mục",
    "/ Từ: nghĩa",
    "// chú thích",
    "/* x */",
    "\\ \\u{1f600} ~ --- ...",
    '#read("/etc/passwd")',
    '#import "@preview/x:1.0.0"',
    "https://vi.example/a?b=c#d",
    "mailto:a@b.example",
    "internal:Sheet1!A1",
    "_x0041_",
    "\\n \\t %s {0}",
    "' OR 1=1 --",
)
FORMULAS = (
    "=1+2",
    '=HYPERLINK("http://x.example")',
    "+1+2",
    "-1+2",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    "{=1+2}",
    "'=1",
)
ENDLESS = ("x" * 300, "Đường" * 60, "1234567890" * 30, "👍" * 60)
KINDS = (VIETNAMESE, EMOJI, OTHER_SCRIPTS, RIGHT_TO_LEFT, MARKUP, FORMULAS)


def generated_texts(count: int) -> list[str]:
    """Return `count` texts, each of one to six pieces of any kind, some of them glued together."""
    chance = random.Random(305)
    texts = [piece for kind in (*KINDS, ENDLESS) for piece in kind]
    while len(texts) < count:
        pieces = [chance.choice(chance.choice(KINDS)) for _ in range(chance.randint(1, 6))]
        texts.append(chance.choice((" ", " ", "", "\n")).join(pieces))
    return texts[:count]
