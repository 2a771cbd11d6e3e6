"""What the rooms say: what happened, to which letter or period, and nothing that is anybody's own."""

import json
import logging
import re

import pytest
from office import DAY, Office

from tracker.log import log_of, start_log, tell

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.")
TOKEN = re.compile(r"[A-Za-z0-9_-]{30,}")


def test_a_season_is_told_by_keys_and_counts_without_a_token_an_address_or_a_word(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tracker")
    words = "Đã tổ chức hội nghị bí mật"
    office.well("apply", "--on", DAY)
    office.well("remind", "--on", DAY)
    office.say("II.10")
    office.run("return", "2024", "II.10", "--comment", words, "--on", DAY)
    office.say("II.10")
    office.well("accept", "2024", "--on", DAY)
    office.well("collect", "--on", DAY)
    office.well("report", "2024", "--on", DAY, "--formats", "html")
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("tracker.")]
    rooms = {record.name.removeprefix("tracker.") for record in caplog.records}
    assert rooms >= {"inbox", "letters", "remind", "report", "review"}
    for line in (
        "letter queued key=remind:2024:so-tttt:before-10 plan=305/KH-UBND period=2024 agency=so-tttt",
        "letter sent key=remind:2024:so-tttt:before-10 agency=so-tttt tries=1",
        "answers accepted count=1",
    ):
        assert line in lines
    whole = "\n".join(lines)
    assert not ADDRESS.search(whole)
    assert not [found for found in TOKEN.findall(whole) if not found.startswith("before")]
    assert words not in whole
    assert not re.search("[ạảãàáâậầấẩẫăắằặẳẵóòọõỏôộổỗồốơờớợởỡéèẻẹẽêếềệểễúùụủũưựữửừứíìịỉĩýỳỷỵỹđ]", whole)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_line_has_its_fields_in_both_forms(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    start_log(form)
    tell(log_of("letters"), "letter sent", key="remind:2024:a:b", agency="a", period=None)
    [line] = capsys.readouterr().err.splitlines()
    if form == "json":
        said = json.loads(line)
        assert (said["room"], said["says"], said["key"]) == ("tracker.letters", "letter sent", "remind:2024:a:b")
        assert "period" not in said
    else:
        assert line.endswith("INFO tracker.letters: letter sent key=remind:2024:a:b agency=a")
