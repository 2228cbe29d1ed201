"""What a consultant is told of text that does not fall into the columns that client.yml names."""

import gzip

import openpyxl
import pytest

from playbook.errors import IntakeError
from playbook.intake.sent import open_sources

COLUMNS = {"order_id": "order", "order_date": "day", "revenue": "sum"}
HEAD = "order;day;sum\n"
LINE = "A1;2026-01-05;7\n"
SEMICOLON = {"delimiter": ";", "columns": COLUMNS}


def problems(engagement) -> tuple[str, ...]:
    with pytest.raises(IntakeError) as raised:
        open_sources(engagement)
    return raised.value.problems


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_header_that_stands_twice_is_a_stop_where_it_is_mapped(make_client, encoding, packed):
    content = f'order;day;sum;"sum";Straße\n{LINE.strip()};70;A\n'.encode(encoding)
    name = "o.csv.gz" if packed else "o.csv"
    source = SEMICOLON | {"path": f"raw/{name}", "encoding": "utf-8" if encoding == "utf-8-sig" else encoding}
    (said,) = problems(make_client({name: gzip.compress(content) if packed else content}, orders=source))
    assert said == (
        f"orders: {name} has the header 'sum' twice (columns 3 and 4): we cannot know which one is meant. Rename one."
    )


def test_a_header_that_stands_twice_and_is_not_mapped_is_none_of_our_business(make_client):
    sent = open_sources(make_client({"orders.csv": "order,day,sum,x,x\nA1,2026-01-05,7,1,2\n"}, orders={"columns": COLUMNS}))
    assert sent["orders"].rows.revenue.to_pandas().tolist() == [7.0]


def test_each_file_and_each_sheet_is_looked_at(make_client, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["sum", "order", " sum", "day", "sum"])
    book.active.append([1, "A1", 2, "2026-01-05", 3])
    book.save(tmp_path / "o.xlsx")
    (said,) = problems(
        make_client({"o.xlsx": (tmp_path / "o.xlsx").read_bytes()}, orders={"path": "raw/o.xlsx", "columns": COLUMNS})
    )
    assert "o.xlsx has the header 'sum' 3 times (columns 1, 3 and 5)" in said
    raw = {"o_1.csv": HEAD + LINE, "o_2.csv": "order;sum;day;day\nA1;7;2026-01-05;2026-01-06\n"}
    (said,) = problems(make_client(raw, orders=SEMICOLON | {"path": "raw/o_*.csv"}))
    assert "o_2.csv has the header 'day' twice (columns 3 and 4)" in said


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + LINE * 11 + "A2;2026-01-06;7;5;5\n" + LINE, "o.csv line 13 has 5 fields, the header has 3. "),
        (HEAD + LINE * 2 + "A2;2026-01-06\n" + LINE, "o.csv line 4 has 2 fields, the header has 3. "),
        (HEAD + "A2\n" + LINE * 9 + "A2;;;\n" * 4, "line 2 has 1 field, the header has 3; o.csv line 12 has 4 fields"),
        (HEAD + LINE + '"A2;2026-01-06;7\n' + LINE * 9, "o.csv line 3 has 1 field and goes on to line 12, the header has 3"),
        (HEAD + "A1;2026-01-05;7;x\n" * 9, "o.csv line 2 has 4 fields, the header has 3; o.csv line 3"),
    ],
)  # fmt: skip
def test_lines_that_are_too_long_or_too_short_are_placed(make_client, text, said, encoding):
    (told,) = problems(make_client({"o.csv": text}, orders=SEMICOLON | {"path": "raw/o.csv", "encoding": encoding}))
    assert said in told
    assert "delimiter" not in told and told.count("o.csv line") <= 3


def test_an_uneven_line_far_down_in_the_file_is_placed_too(make_client):
    text = HEAD + LINE * 60_000 + "A2;2026-01-06;7;5\n"
    (told,) = problems(make_client({"o.csv": text}, orders=SEMICOLON | {"path": "raw/o.csv"}))
    assert "o.csv line 60002 has 4 fields, the header has 3" in told


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize(
    ("sign", "given", "written"), [(";", ",", '";"'), (";", None, '";"'), ("\t", ";", '"\\t"'), (",", ";", '","')]
)
def test_another_sign_between_the_columns_is_one_message(make_client, sign, given, written, encoding):
    text = "order,day,sum\nA1,05.01.2026,x\n".replace(",", sign) + "A1,05.01.2026,x".replace(",", sign) + ",50\n"
    (told,) = problems(
        make_client({"o.csv": text}, orders={"path": "raw/o.csv", "columns": COLUMNS, "delimiter": given, "encoding": encoding})
    )
    assert "the columns of o.csv seem to be divided by " in told
    assert f"write delimiter: {written}." in told


@pytest.mark.parametrize("title", ["Export 2026", "Export 2026, Berlin", "Export, order, all"])
def test_a_title_above_the_headers_is_no_trouble_and_hides_none(make_client, title):
    sent = open_sources(make_client({"o.csv": f"{title}\n{HEAD}{LINE * 9}"}, orders=SEMICOLON | {"path": "raw/o.csv"}))
    assert sent["orders"].rows.revenue.to_pandas().tolist() == [7.0] * 9
    twice = f"{title}\norder;day;sum;sum\n" + "A1;2026-01-05;7;8\n" * 9
    (told,) = problems(make_client({"o.csv": twice}, orders=SEMICOLON | {"path": "raw/o.csv"}))
    assert "o.csv has the header 'sum' twice (columns 3 and 4)" in told
    source = SEMICOLON | {"path": "raw/o.csv", "encoding": "cp1252"}
    (told,) = problems(make_client({"o.csv": f"{title}\n{HEAD}{LINE * 9}"}, orders=source))
    assert "o.csv line 1 has 1 field, the header has 3" in told


def test_a_line_far_down_that_is_not_utf8_is_told_as_such(make_client):
    text = (HEAD + LINE * 70_000 + "Ä1;2026-01-06;7\n").encode("cp1252")
    (told,) = problems(make_client({"o.csv": text}, orders=SEMICOLON | {"path": "raw/o.csv"}))
    assert "Line: 70002. It is not UTF-8 text there; name its encoding in client.yml." in told


def test_the_tab_that_the_message_names_can_be_written(make_client):
    sent = open_sources(
        make_client({"o.csv": (HEAD + LINE).replace(";", "\t")}, orders=SEMICOLON | {"path": "raw/o.csv", "delimiter": "\t"})
    )
    assert sent["orders"].rows.revenue.to_pandas().tolist() == [7.0]
