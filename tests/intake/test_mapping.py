from datetime import date, datetime

import ibis
import pytest
from babel.numbers import format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.engagement import Source
from playbook.errors import EngagementError, IntakeError
from playbook.intake.mapping import canonical, mapping_problems, unreadable
from playbook.intake.schema import TABLES
from playbook.intake.sent import open_sources
from playbook.intake.sources import FILE, ROW, RawTable, connect

COLUMNS = {"order_id": "id", "order_date": "day", "revenue": "sum", "customer_id": "who", "flagged": "flag"}
CONNECTION = connect()  # one for all examples


def read(cells: dict[str, list[str | None]], **settings) -> tuple[dict, dict]:
    """The canonical columns, and how many cells of each could not be read."""
    size = len(next(iter(cells.values())))
    filled = {header: ["1"] * size for header in COLUMNS.values()} | cells
    types = dict.fromkeys(filled, "string") | {ROW: "int64", FILE: "string"}
    rows = ibis.memtable({**filled, ROW: list(range(size)), FILE: ["f.csv"] * size}, schema=ibis.schema(types))
    source = Source(path="raw/f.csv", columns=COLUMNS, **settings)
    raw = RawTable("orders", rows, "f.csv")
    got = CONNECTION.to_pyarrow(canonical(raw, source).order_by(ROW)).to_pydict()
    asked = [c for c, header in COLUMNS.items() if header in cells]
    lost = {c: CONNECTION.execute(unreadable(raw, source, TABLES["orders"].column(c)).count()) for c in asked}
    return got, lost


@pytest.mark.parametrize(
    ("written", "settings", "meant"),
    [
        ("1234.50", {}, 1234.5),
        (" 7 ", {}, 7.0),
        ("-3.5", {}, -3.5),
        ("1e3", {}, 1000.0),
        ("1.234,50", {"decimal": ",", "thousands": "."}, 1234.5),
        ("1 234,50", {"decimal": ",", "thousands": " "}, 1234.5),
        ("12'345.67", {"thousands": "'"}, 12345.67),
        ("1,234,567", {"thousands": ","}, 1234567.0),
        ("0,5", {"decimal": ","}, 0.5),
    ],
)
def test_amounts_are_read_as_client_yml_says(written, settings, meant):
    got, lost = read({"sum": [written]}, **settings)
    assert got["revenue"] == [meant]
    assert lost["revenue"] == 0


@pytest.mark.parametrize("written", ["12,x", "1,234.50", "NaN", "inf", "-inf", "€ 5", "1.2.3", "--1", "O", "1 000"])
def test_what_is_no_amount_is_null_and_counted(written):
    got, lost = read({"sum": [written, "", None, "  "]})
    assert got["revenue"] == [None] * 4
    assert lost["revenue"] == 1


@pytest.mark.parametrize(
    ("written", "form", "meant"),
    [
        ("2026-01-05", None, datetime(2026, 1, 5)),
        ("2026-01-05 14:30:01", None, datetime(2026, 1, 5, 14, 30, 1)),
        ("2026-01-05T14:30:01", None, datetime(2026, 1, 5, 14, 30, 1)),
        ("05.01.2026", "%d.%m.%Y", datetime(2026, 1, 5)),
        ("1/5/2026 2:30 PM", "%m/%d/%Y %I:%M %p", datetime(2026, 1, 5, 14, 30)),
        ("20260105", "%Y%m%d", datetime(2026, 1, 5)),
    ],
)
def test_dates_are_read_as_client_yml_says(written, form, meant):
    got, lost = read({"day": [written]}, date_format=form)
    assert got["order_date"] == [meant]
    assert lost["order_date"] == 0


@pytest.mark.parametrize(
    ("written", "form"), [("05.01.2026", None), ("2026-02-30", None), ("soon", None), ("13/13/2026", "%d/%m/%Y")]
)
def test_what_is_no_date_is_null_and_counted(written, form):
    got, lost = read({"day": [written, ""]}, date_format=form)
    assert got["order_date"] == [None, None]
    assert lost["order_date"] == 1


def test_flags_ids_and_words():
    got, lost = read(
        {"flag": ["Yes", "0", "ja", "maybe", ""], "who": [" C1 ", "007", "", "x", "C 1"]},
        values={"flagged": {"ja": "yes"}, "customer_id": {"x": "C9"}},
    )
    assert got["flagged"] == [True, False, True, None, None]
    assert got["customer_id"] == ["C1", "007", None, "C9", "C 1"]
    assert lost["flagged"] == 1


def test_ids_kept_as_floats_are_the_whole_numbers_they_mean():
    table = ibis.memtable(
        {"id": [1042.0, float("nan"), 7.5], "day": ["2026-01-01"] * 3, "sum": [1.0] * 3, ROW: [1, 2, 3], FILE: ["f"] * 3}
    )
    source = Source(path="raw/f.parquet", columns={"order_id": "id", "order_date": "day", "revenue": "sum"})
    rows = canonical(RawTable("orders", table, "f"), source).order_by(ROW)
    assert CONNECTION.to_pyarrow(rows)["order_id"].to_pylist() == ["1042", None, "7.5"]


amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False, allow_infinity=False)


@settings(max_examples=8, deadline=None)
@given(st.lists(amounts, min_size=1, max_size=50), st.sampled_from([("en", ".", ","), ("de", ",", "."), ("de_CH", ".", "’")]))
def test_amounts_survive_being_written_by_a_locale(values, habit):
    locale, decimal, thousands = habit
    written = [format_decimal(v, "#,##0.00", locale=locale).replace("’", "'") for v in values]
    got, lost = read({"sum": written}, decimal=decimal, thousands=thousands.replace("’", "'"))
    assert got["revenue"] == [float(v) for v in values]
    assert lost["revenue"] == 0


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.dates(date(1000, 1, 1), date(2200, 1, 1)), min_size=1, max_size=50),
    st.sampled_from(["%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d"]),
)
def test_days_survive_being_written_in_a_format(days, form):
    got, lost = read({"day": [d.strftime(form) for d in days]}, date_format=form)
    assert [moment.date() for moment in got["order_date"]] == days
    assert lost["order_date"] == 0


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12), min_size=1, max_size=50)
)
def test_any_text_in_any_column_is_read_or_counted_never_an_error(words):
    got, lost = read({header: words for header in COLUMNS.values()})
    empty = sum(not w.strip() for w in words)
    assert lost["revenue"] <= sum(v is None for v in got["revenue"])
    assert got["order_id"].count(None) <= len(words)
    assert empty <= got["revenue"].count(None)


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ({"order": {"path": "raw/o.csv", "columns": {}}}, "sources > order: there is no such table. Did you mean 'orders'?"),
        ({"orders": {"path": "raw/orders.csv", "columns": {"order_id": "order"}}}, "order_date, revenue must be mapped"),
        ({"customers": {"path": "raw/c.csv", "columns": {"customer_id": "id"}}}, "orders or pipeline is needed"),
    ],
)
def test_a_mapping_that_cannot_work_is_told_before_any_file_is_opened(make_client, sources, said):
    engagement = make_client(**({"orders": None} | sources))
    assert said in "\n".join(mapping_problems(engagement))
    with pytest.raises(EngagementError) as raised:
        open_sources(engagement)
    assert said in str(raised.value)


def test_a_misspelled_column_is_named_with_the_close_one(make_client):
    engagement = make_client(
        orders={"columns": {"order_id": "order", "order_date": "day", "revenue": "sum", "custmer_id": "who"}}
    )
    assert "custmer_id: unknown column. Did you mean 'customer_id'?" in "\n".join(mapping_problems(engagement))


def test_a_header_that_is_not_in_the_file_is_named_with_the_close_one(make_client):
    engagement = make_client(orders={"columns": {"order_id": "order", "order_date": "date", "revenue": "summe"}})
    with pytest.raises(IntakeError) as raised:
        open_sources(engagement)
    assert len(raised.value.problems) == 2
    assert "no column 'summe' in orders.csv. Did you mean 'sum'? It has: order, day, sum, who, what." in str(raised.value)
