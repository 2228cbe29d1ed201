"""Purchases and the items to offer, counted by hand."""

import pandas as pd
import pytest

from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables

COLUMNS = {
    "order_id": "order", "order_date": "day", "revenue": "sum", "customer_id": "who", "product_id": "what", "quantity": "n",
}  # fmt: skip
# 81 days up to the as-of day: a period is an eighth, ten days. The last is 12 to 21 March, the one before 2 to 11 March.
LINES = """order,day,sum,who,what,n
A1,2026-01-01,10.10,c1,P1,1
A1,2026-01-01,5,c1,P2,1
A2,2026-03-01,10.20,c1,P1,2
A3,2026-03-02,20,c2,P1,2
A3,2026-03-02,20,c2,P1,1
A4,2026-03-11,5,c2,P2,1
A5,2026-03-12,10,c1,P1,1
A6,2026-03-21,5,c1,P2,1
A7,2026-03-22,99,c3,P1,1
R1,2026-03-20,-10,c1,P1,-1
G1,2026-03-20,0,c2,P3,1
N1,2026-03-20,7,,P3,1
"""
STORE = """what,label,kind,brand,says,price
P1,Tea cup,kitchen,X,red,4
P2,Çay,kitchen,,,
P9,New chair,garden,Y,of wood,30
"""
SOURCES = {
    "products": {
        "path": "raw/p.csv",
        "columns": {
            "product_id": "what", "name": "label", "category": "kind", "brand": "brand", "description": "says", "cost": "price",
        },
    },
    "stock": {"path": "raw/s.csv", "columns": {"product_id": "what", "date": "day", "on_hand": "left"}},
}  # fmt: skip
STOCK = "what,day,left\nP1,2026-03-01,9\nP1,2026-03-20,4\nP2,2026-03-10,0\n"


@pytest.fixture
def build(make_client):
    def build(name: str, lines: str = LINES, columns: dict = COLUMNS, raw: dict | None = None, **sources) -> pd.DataFrame:
        client = make_client({"orders.csv": lines, **(raw or {})}, {"columns": columns}, keys={"as_of": "2026-03-21"}, **sources)
        return FRAMES[name].build(open_tables(client))

    return build


def test_orders_by_period(build):
    frame = build("purchases")
    rows = frame.set_index(["customer_id", "item"])[["early", "middle", "late"]]
    assert rows.to_dict("index") == {
        ("c1", "P1"): {"early": 2, "middle": 0, "late": 1},  # what came back counts as bought
        ("c1", "P2"): {"early": 1, "middle": 0, "late": 1},
        ("c2", "P1"): {"early": 0, "middle": 1, "late": 0},  # two lines of an order are one
        ("c2", "P2"): {"early": 0, "middle": 1, "late": 0},
    }  # nothing of the day after, of a gift, or of a buyer without a name
    assert (frame["days"] == 10).all()
    assert frame["last"].tolist() == list(pd.to_datetime(["2026-03-12", "2026-03-21", "2026-03-02", "2026-03-11"]))


def test_a_period_is_a_quarter_at_most_and_a_day_at_least(build):
    assert build("purchases", LINES + "A0,2020-01-01,5,c1,P1,1\n")["days"].unique().tolist() == [91]
    assert build("purchases", "order,day,sum,who,what,n\nA1,2026-03-21,5,c1,P1,1\n")["days"].unique().tolist() == [1]


def test_items_with_what_is_said_of_them(build):
    frame = build("offer_items", raw={"p.csv": STORE, "s.csv": STOCK}, **SOURCES).set_index("item")
    assert frame.index.tolist() == ["P1", "P2", "P9"]
    assert frame["buyers"].tolist() == [2, 2, 0]
    assert frame["units"].tolist() == [7, 3, 0] and frame["revenue"].tolist() == [70.3, 15, 0]
    assert frame["name"].tolist() == ["Tea cup", "Çay", "New chair"] and frame["cost"].tolist()[::2] == [4, 30]
    assert frame["on_hand"].tolist()[:2] == [4, 0] and pd.isna(frame.loc["P9", "on_hand"])  # the latest count of each
    assert frame["listed"].all() and pd.isna(frame.loc["P9", "first"])


def test_without_further_tables_or_quantities(build):
    frame = build("offer_items", columns={k: v for k, v in COLUMNS.items() if k != "quantity"})
    assert frame.columns.tolist() == ["item", "buyers", "units", "revenue", "first"]
    assert frame.set_index("item")["units"].to_dict() == {"P1": 5, "P2": 3}  # lines


def test_products_that_share_a_name_are_one_item(build):
    store = "what,label\nP1,Cup\nP2,Cup\nP3,Chair\nP4,Chair\nP5,Table\nP6,Table\n"
    sources = {"products": {"path": "raw/p.csv", "columns": {"product_id": "what", "name": "label"}}}
    frame = build("purchases", raw={"p.csv": store}, **sources)
    assert frame["item"].unique().tolist() == ["Cup"] and frame["early"].sum() == 2  # one order held both
    items = build("offer_items", raw={"p.csv": store}, **sources)
    assert items["item"].tolist() == ["Chair", "Cup", "Table"] and "name" not in items
    assert items.set_index("item")["buyers"].to_dict() == {"Chair": 0, "Cup": 2, "Table": 0}


def test_the_same_lines_in_another_order_give_the_same_frames(build):
    head, *lines = LINES.splitlines()
    other = "\n".join([head, *lines[::-1]]) + "\n"
    for name in ("purchases", "offer_items"):
        pd.testing.assert_frame_equal(build(name), build(name, other))


def test_a_client_of_whom_nobody_is_known(build):
    nobody = "order,day,sum,who,what,n\nA1,2026-03-20,5,,P1,1\n"
    assert build("purchases", nobody).empty
    assert build("offer_items", nobody).empty
