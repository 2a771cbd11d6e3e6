"""`tracker plan new` writes an empty plan file, which `check` takes once it is filled in."""

from office import Office

FILLED = {
    "code:": "code: 12/KH-UBND", "title:": "title: Triển khai việc mới", "issuer:": "issuer: UBND TỈNH MẪU",
    "issued:": "issued: 2026-01-15", "name:": "name: Sở Mẫu", "short:": "short: Sở Mẫu",
    "time:": "time: Quý II/2026",
    "symbol:": "symbol: BC-SM", "place:": "place: Mẫu", "signed_title:": "signed_title: GIÁM ĐỐC",
}  # fmt: skip


def test_an_empty_plan_names_every_line_to_fill_and_is_taken_once_they_are(office: Office) -> None:
    file = office.folder / "moi.yaml"
    assert "tracker check" in office.well("plan", "new", str(file))
    status, _, err = office.run("check", str(file))
    assert status == 1
    assert err.count("để trống") >= 10
    lines = []
    for line in file.read_text(encoding="utf-8").splitlines():
        key = line.split("#")[0].strip()
        lines.append(line.replace(key, FILLED[key], 1) if key in FILLED else line)
    text = "\n".join(lines).replace("years: []", "years: [2026]").replace("to: }", "to: a@so.example}")
    text = text.replace("title: ,", "title: Nội dung một,").replace("addressees: []", "addressees: [UBND tỉnh]")
    file.write_text(text, encoding="utf-8")
    assert office.well("check", str(file)).startswith("12/KH-UBND: 1 hoạt động")


def test_a_file_that_is_there_stays_as_it_is(office: Office) -> None:
    file = office.folder / "moi.yaml"
    file.write_text("của tôi", encoding="utf-8")
    assert office.run("plan", "new", str(file))[2] == f"{file}: đã có tệp này; chọn tên khác\n"
    assert file.read_text(encoding="utf-8") == "của tôi"
