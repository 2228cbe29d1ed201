"""Rows of a week add up to its revenue, whatever has a product, a group or a count of units."""

import pandas as pd
import pytest

from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables

LINES = """order,day,sum,who,what,pieces
A1,2026-01-05 10:00,10,C1,P1,2
A1,2026-01-06 10:00,4,C1,P2,1
A2,2026-01-11 23:59,20,C2,P1,4
A3,2026-01-12,-5,C1,P1,-1
A4,2026-01-13,3,,,1
"""
COLUMNS = {"order_id": "order", "order_date": "day", "revenue": "sum", "customer_id": "who", "product_id": "what"}
GOODS = {"path": "raw/p.csv", "columns": {"product_id": "id", "category": "group"}}


@pytest.fixture
def build(make_client):
    def build(columns: dict, **sources) -> pd.DataFrame:
        raw = {"orders.csv": LINES, "p.csv": "id,group\nP1,tea\n"}
        client = make_client(raw, {"columns": columns}, keys={"as_of": "2026-01-18"}, **sources)
        return FRAMES["product_net_weeks"].build(open_tables(client))

    return build


def test_products_by_week_net_of_returns_and_lines_without_a_product(build):
    frame = build(COLUMNS | {"quantity": "pieces"}, products=GOODS)
    assert frame.groupby("week")["revenue"].sum().to_dict() == {pd.Timestamp("2026-01-05"): 34, pd.Timestamp("2026-01-12"): -2}
    first = frame[frame["week"] == "2026-01-05"].set_index("product_id")
    assert first.loc["P1", ["category", "revenue", "units"]].tolist() == ["tea", 30, 6]
    assert first.loc["P2", "category"] == "not assigned"
    loose = frame[frame["product_id"].isna()]
    assert loose["revenue"].tolist() == [3] and loose["units"].isna().all()


def test_without_units_and_groups_there_are_still_products(build):
    frame = build(COLUMNS)
    assert frame["units"].isna().all() and set(frame["category"]) == {"not assigned"}
    assert frame["revenue"].sum() == 32


def test_the_smaller_products_are_one_row_a_group(build, monkeypatch):
    monkeypatch.setattr("playbook.intake.frames.net_weeks.MOST_PRODUCTS", 1)
    frame = build(COLUMNS | {"quantity": "pieces"}, products=GOODS)
    assert frame["product_id"].dropna().unique().tolist() == ["P1"] and frame["revenue"].sum() == 32
