"""Files that are not what their name or client.yml says, and files that are not there."""

import io

import openpyxl
import pytest

from playbook.errors import IntakeError
from playbook.intake.sent import open_sources

COLUMNS = {"order_id": "order", "order_date": "day", "revenue": "sum"}


def workbook() -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["order", "day", "sum"])
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("o.csv", workbook(), "o.csv is an Excel workbook and no text, whatever its name says: call it o.xlsx"),
        ("o.tsv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "whatever its name says: call it o.xls,"),
        ("o.xlsx", b"order,day,sum\nA1,2026-01-05,7\n", "is text and no Excel workbook, whatever its name says: call it o.csv"),
        ("o.xls", b"<table><tr><td>order</td></tr></table>", "open it in Excel and save it as a workbook"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_file_that_is_not_what_its_name_says(make_client, name, content, said, encoding):
    with pytest.raises(IntakeError, match="The tables of acme cannot be read") as raised:
        open_sources(make_client({name: content}, orders={"path": f"raw/{name}", "columns": COLUMNS, "encoding": encoding}))
    (told,) = raised.value.problems
    assert said in told


def test_of_two_encodings_that_fit_the_more_common_one_is_named(make_client):
    for word in ("Müller Köln", "Ä1", "Größe 50 €", "façade"):
        text = f"order,day,sum,from\nA1,2026-01-05,1,{word}\n"
        with pytest.raises(IntakeError, match=f"encoding: cp1252 a line reads 'A1,2026-01-05,1,{word}'"):
            open_sources(make_client({"orders.csv": text.encode("cp1252")}, orders={"columns": COLUMNS}))
    for encoding, words in (("cp1250", "Kaťa Žáčková z Ťapešova ťuká Ť"), ("gb18030", "上海耳机旗舰店 客户编号 发货")):
        text = "order,day,sum,from\n" + f"A1,2026-01-05,1,{words}\n" * 50  # Ť has no place in cp1252
        with pytest.raises(IntakeError, match=f"encoding: {encoding}"):
            open_sources(make_client({"orders.csv": text.encode(encoding)}, orders={"columns": COLUMNS}))


def test_a_missing_file_comes_with_what_lies_in_the_folder(make_client):
    raw = {f"part_{n:02d}.csv": "x\n" for n in range(11)}
    with pytest.raises(
        IntakeError, match=r"no file 'raw/sales_\*\.csv'\..* raw/ holds orders\.csv, part_00\.csv, .*, part_08\.csv and 2 more\."
    ):
        open_sources(make_client(raw, orders={"path": "raw/sales_*.csv"}))
    with pytest.raises(IntakeError, match=r"There is no folder rwa/\."):
        open_sources(make_client(orders={"path": "rwa/other.csv"}))
    with pytest.raises(IntakeError, match=r"acme/ holds client\.yml, raw\."):
        open_sources(make_client(orders={"path": "umsatz.csv"}))
