"""Whoever may edit a template may change words, but not run anything: one sandbox for all of them."""

from pathlib import Path

import pytest
from answering import ROOT
from factories_papers import sample_paper

from tracker.errors import FileTrouble
from tracker.papers.html import html_bytes
from tracker.templating import rendered, sandbox, templates_in

ESCAPES = [
    "{{ cycler.__init__.__globals__.os.popen('touch ' ~ mark).read() }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ namespace.__init__.__globals__['__builtins__'] }}",
    "{{ lipsum.__globals__ }}",
    "{{ '{0.__class__.__init__.__globals__}'.format(lipsum) }}",
    "{{ lipsum|attr('__globals__')|attr('keys') }}",
    "{{ self.__init__.__globals__ }}",
    "{% set _ = facts.append(1) %}",
    "{{ facts.clear() }}",
]


@pytest.mark.parametrize("escape", ESCAPES)
@pytest.mark.parametrize(
    "name",
    [
        "letters/remind/body.txt",
        "letters/remind/body.html",
        "web/form.html.j2",
        "workbook/guide.txt",
        "memo/cong-van.txt",
    ],
)
def test_no_template_reaches_out_of_its_sandbox(tmp_path: Path, name: str, escape: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.write_text(f"Kính gửi\n{escape}\n", encoding="utf-8")
    mark = tmp_path / "ran"
    with pytest.raises(FileTrouble) as caught:
        rendered(templates_in(file.parent), file.name, {"mark": str(mark), "facts": [1]})
    assert str(caught.value).startswith(f"{file}:2: lời văn có lỗi")
    assert not mark.exists()


@pytest.mark.parametrize("escape", ESCAPES)
def test_the_memo_s_page_stands_in_the_same_sandbox(tmp_path: Path, escape: str) -> None:
    file = tmp_path / "memo.html.j2"
    file.write_text(f"<p>\n{escape}\n", encoding="utf-8")
    with pytest.raises(FileTrouble) as caught:
        html_bytes(sample_paper(), file)
    assert str(caught.value).startswith(f"{file}:2: ")


def test_environments_are_made_in_one_place() -> None:
    texts = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "src").rglob("*.py")}
    makers = ("SandboxedEnvironment", "jinja2.Environment(", "import Environment")
    assert [name for name, text in texts.items() if any(maker in text for maker in makers)] == ["templating.py"]


def test_nothing_undefined_is_printed() -> None:
    with pytest.raises(Exception, match="undefined"):
        sandbox().from_string("{{ nothing }}").render()
