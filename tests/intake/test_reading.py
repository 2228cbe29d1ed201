"""Cells and columns: what is empty, too large, below 0 too often, written with a currency, or read twice."""

import io
from datetime import date, timedelta

import openpyxl
import pandas as pd
import pytest

from playbook.intake.checks import audit

GOOD = [f"A{i},{date(2026, 1, 1) + timedelta(days=i)},10,C{i % 5},P{i % 3}" for i in range(60)]


@pytest.fixture
def checks(make_client):
    """``checks(lines, ...)``: what the audit of these order lines, after 60 good ones of 10 each, finds, by rule."""

    def run(*lines: str, raw: dict | None = None, **more) -> dict:
        text = "order,day,sum,who,what\n" + "\n".join([*GOOD, *lines]) + "\n"
        found = audit(make_client({"orders.csv": text, **(raw or {})}, **more), date(2026, 6, 30)).checks
        return {check.rule: check for check in found}

    return run


def expect(found: dict, rule: str, level: str, rows: int, column: str, example: str):
    check = found[rule]
    assert (check.level, check.rows, check.column) == (level, rows, column)
    assert example in check.examples[0]


@pytest.mark.parametrize("written", ["99999999999999999999", "-1e16", "9007199254740992"])
def test_an_amount_too_large_to_add_up_is_a_stop_beside_all_others(checks, written):
    found = checks(f"B1,2026-03-01,{written},C1,P1", "B2,2126-03-01,5,C1,P1")
    expect(found, "too-large", "stop", 1, "revenue", f"orders.csv line 62: '{written}'")
    assert "“sum” is larger than any amount we can add up exactly" in found["too-large"].reason
    assert found["future-date"].level == "stop"
    assert "too-large" not in checks("B1,2026-03-01,9007199254740991,C1,P1")


def test_a_number_of_any_other_column_may_be_too_large_in_any_kind_of_file(checks):
    stock = {"path": "raw/s.parquet", "columns": {"date": "day", "product_id": "what", "on_hand": "left"}}
    frame = pd.DataFrame({"day": [date(2026, 1, 1)] * 2, "what": [1e20, 2.0], "left": [5.0, 1e20]})
    found = checks(raw={"s.parquet": frame.to_parquet(index=False)}, stock=stock)
    expect(found, "too-large", "stop", 1, "on_hand", "s.parquet row 2: '1e+20'")


def test_a_column_without_any_value_is_a_caution(checks):
    customers = {"path": "raw/c.csv", "columns": {"customer_id": "id", "region": "where", "age_group": "age"}}
    raw = {"c.csv": "id,where,age\n" + "".join(f"C{i},,{'old' if i else ''}\n" for i in range(5))}
    check = checks(raw=raw, customers=customers)["empty-column"]
    assert (check.level, check.table, check.column, check.rows, check.of) == ("caution", "customers", "region", 5, 5)
    assert "Column “where” of c.csv: 5 of 5 cells are empty" in check.reason and "“where” is the right column" in check.remedy


def test_formulas_that_were_never_worked_out_are_named_as_the_likely_reason(checks):
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in (["id", "where"], *([f"C{i}", f'=IF(A{i + 2}="","","North")'] for i in range(5))):
        book.active.append(row)
    book.save(content)
    customers = {"path": "raw/c.xlsx", "columns": {"customer_id": "id", "region": "where"}}
    check = checks(raw={"c.xlsx": content.getvalue()}, customers=customers)["empty-column"]
    assert "Column “where” of c.xlsx: 5 of 5 cells are empty" in check.reason
    assert "formulas, open the file in Excel and save it" in check.remedy
    customers["columns"] = {"customer_id": "where", "region": "id"}
    check = checks(raw={"c.xlsx": content.getvalue()}, customers=customers)["empty-value"]
    assert check.level == "stop" and "formulas, open the file in Excel and save it" in check.remedy


@pytest.mark.parametrize(
    ("lines", "amount", "level"),
    [(30, "-1", "note"), (31, "-1", "caution"), (1, "-300", "note"), (1, "-301", "caution")],
)  # 30 of 90 rows are a third; so are -300 of all the money, beside 600 above 0
def test_too_many_amounts_below_nothing_are_no_returns(checks, lines, amount, level):
    found = checks(*(f"B{i},2026-03-01,{amount},C1,P{i}" for i in range(lines)))
    expect(found, "unusual-value", level, lines, "revenue", f"line 62: {amount}")
    assert ("perhaps the sign is turned" in found["unusual-value"].reason) == (level == "caution")


@pytest.mark.parametrize(("written", "signs"), [(["$ 19.80"], "($)"), (["14.50 €", "USD 3", "2 €"], "(USD, €)")])
def test_the_sign_of_a_currency_is_named(checks, written, signs):
    check = checks(*(f"B{i},2026-03-01,{cell},C1,P1" for i, cell in enumerate(written)))["unreadable-value"]
    assert check.level == "stop" and f"the sign of a currency {signs}" in check.remedy
    assert "must not be mixed" in check.remedy


def test_two_names_for_one_column_are_noted(checks):
    columns = {"order_id": "order", "order_date": "day", "revenue": "sum", "customer_id": "who", "channel": "who"}
    check = checks(orders={"columns": columns})["shared-column"]
    assert (check.level, check.table) == ("note", "orders")
    assert check.reason == "The column “who” is read more than once: as customer_id, channel."


def test_a_table_that_ends_early_has_no_rows_that_are_wrong(checks):
    found = checks("B1,2026-03-01,-5,C1,P1", keys={"as_of": "2026-06-15"})
    assert found["late-table"].extent == "" and found["unusual-value"].extent == "1 of 61 rows"
