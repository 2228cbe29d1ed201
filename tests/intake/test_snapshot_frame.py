import numpy as np
import pandas as pd
import pytest

from playbook.intake.frames import FRAMES, lacking
from playbook.intake.frames.snapshots import HORIZON, MOST_CUT_OFFS
from playbook.intake.tables import open_tables

ORDERS = """order,day,sum,who,what,off
A1,2025-01-01,100,A,P1,0
A2,2025-06-01,30,A,P1,10
A2,2025-06-01,20,A,P2,
A2,2025-06-20,-20,A,P2,
A3,2025-08-01,30,A,P1,0
B1,2025-07-04,40,B,P2,0
C1,2025-05-01,-5,C,P1,0
N1,2025-05-01,77,,P1,0
"""
COLUMNS = {
    "order_id": "order", "order_date": "day", "revenue": "sum", "customer_id": "who", "product_id": "what", "discount": "off",
}  # fmt: skip
SOURCE = {"path": "raw/o.csv", "columns": COLUMNS}
FIRST, SECOND, LAST = (pd.Timestamp(d) for d in ("2025-07-04", "2025-10-02", "2025-12-31"))


@pytest.fixture
def snapshots(make_client):
    def build(orders: str = ORDERS, as_of: str = "2025-12-31", columns: dict = COLUMNS, raw: dict | None = None, **sources):
        source = {"path": "raw/o.csv", "columns": columns}
        client = make_client({"o.csv": orders, **(raw or {})}, orders=source, keys={"as_of": as_of}, **sources)
        return FRAMES["customer_snapshots"].build(open_tables(client))

    return build


def _row(frame, customer, day):
    return frame[(frame["customer_id"] == customer) & (frame["cut_off"] == day)].iloc[0]


def test_every_cut_off_knows_what_was_known_on_its_day(snapshots):
    frame = snapshots()
    # Cut-offs are 90 days apart, and the first order of anybody lies 180 days before the earliest of them; C never bought.
    assert list(zip(frame["cut_off"], frame["customer_id"], strict=True)) == [
        (day, who) for day in (FIRST, SECOND, LAST) for who in ("A", "B")
    ]
    a = _row(frame, "A", FIRST)
    assert a[["recency_days", "tenure_days", "orders_90", "orders_365", "orders_all"]].tolist() == [33, 184, 1, 2, 2]
    assert a[["revenue_90", "revenue_365", "order_value", "gap_days"]].tolist() == [30, 130, 75, 151]
    assert a["returned_share_365"] == pytest.approx(20 / 150) and a["discount_share_365"] == pytest.approx(10 / 160)
    assert a["products_365"] == 2
    assert a[["orders_next_90", "revenue_next_90"]].tolist() == [1, 30]


def test_an_order_of_the_day_itself_is_known_and_not_an_outcome(snapshots):
    b = _row(snapshots(), "B", FIRST)
    assert b[["recency_days", "tenure_days", "orders_all", "revenue_90"]].tolist() == [0, 0, 1, 40]
    assert np.isnan(b["gap_days"]) and b["orders_next_90"] == 0 and b["revenue_next_90"] == 0


def test_the_as_of_day_has_no_outcome_yet(snapshots):
    frame = snapshots()
    assert frame.loc[frame["cut_off"] == LAST, ["orders_next_90", "revenue_next_90"]].isna().all(axis=None)
    assert frame.loc[frame["cut_off"] < LAST, ["orders_next_90", "revenue_next_90"]].notna().all(axis=None)


def test_a_young_client_has_the_as_of_day_alone(snapshots):
    frame = snapshots(as_of="2025-06-15")
    assert frame["cut_off"].unique().tolist() == [pd.Timestamp("2025-06-15")] and frame["customer_id"].tolist() == ["A"]


def test_nobody_who_bought_makes_an_empty_frame(snapshots):
    frame = snapshots("order,day,sum,who,what,off\nC1,2025-05-01,5,,P1,0\n")
    assert frame.empty and {"customer_id", "cut_off", "orders_next_90"} <= set(frame.columns)


def test_late_deliveries_tickets_kinds_and_use_where_the_client_has_them(snapshots):
    orders = (
        "order,day,sum,who,what,due,came\n"
        "A1,2025-01-01,100,A,P1,2025-01-05,2025-01-04\n"
        "A2,2025-06-01,50,A,P2,2025-06-05,2025-06-09\n"
        "A3,2025-07-03,50,A,P2,2025-07-08,\n"
    )
    columns = {
        "order_id": "order", "order_date": "day", "revenue": "sum", "customer_id": "who", "product_id": "what",
        "promised_on": "due", "delivered_on": "came",
    }  # fmt: skip
    use = "who,month,visits\n" + "".join(f"A,2025-{m:02d}-01,{v}\n" for m, v in enumerate((1, 2, 3, 4, 5, 6, 70), start=1))
    raw = {
        "p.csv": "sku,kind\nP1,cables\nP2,lamps\n",
        "t.csv": "id,day,text,who\nT1,2025-06-30,Where is it?,A\nT2,2025-01-30,Hello,A\n",
        "u.csv": use,
    }
    frame = snapshots(
        orders, columns=columns, raw=raw,
        products={"path": "raw/p.csv", "columns": {"product_id": "sku", "category": "kind"}},
        tickets={
            "path": "raw/t.csv", "columns": {"ticket_id": "id", "created_at": "day", "question": "text", "customer_id": "who"},
        },
        activity={"path": "raw/u.csv", "columns": {"customer_id": "who", "period": "month"}, "features": ["visits"]},
    )  # fmt: skip
    a = _row(frame, "A", FIRST)
    assert a["late_share_365"] == pytest.approx(1 / 2)  # A3 is promised for a later day: not due yet
    assert a["tickets_90"] == 1 and a["categories_365"] == 2
    # July is not over on its fourth day: April to June against January to March.
    assert a["feature: visits (mean of 3 months)"] == 5 and a["feature: visits (change in 3 months)"] == 3
    assert _row(frame, "A", SECOND)["late_share_365"] == pytest.approx(2 / 3)  # A3 never came


def test_random_orders_against_a_plain_count(snapshots):
    rng = np.random.default_rng(3)
    n = 400
    rows = pd.DataFrame(
        {
            "order": [f"O{i}" for i in range(n)],
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 900, n), "D"),
            "sum": rng.integers(1, 9_999, n) / 100, "who": rng.choice(list("ABCDEFGH"), n), "what": "P", "off": 0,
        }
    )  # fmt: skip
    frame = snapshots(rows.to_csv(index=False), as_of="2026-06-18")
    assert frame["cut_off"].nunique() == MOST_CUT_OFFS
    for row in frame.itertuples():
        own = rows[rows["who"] == row.customer_id]
        past, year = own[own["day"] <= row.cut_off], own["day"] > row.cut_off - pd.Timedelta(days=365)
        ahead = own[(own["day"] > row.cut_off) & (own["day"] <= row.cut_off + pd.Timedelta(days=HORIZON))]
        assert row.orders_all == len(past) and row.orders_365 == (year & own.index.isin(past.index)).sum()
        assert row.recency_days == (row.cut_off - past["day"].max()).days
        assert row.revenue_365 == pytest.approx(own.loc[year & own.index.isin(past.index), "sum"].sum())
        if row.cut_off < frame["cut_off"].max():
            assert row.orders_next_90 == len(ahead) and row.revenue_next_90 == pytest.approx(ahead["sum"].sum())


def test_what_is_missing_is_named(make_client):
    columns = {k: v for k, v in COLUMNS.items() if k != "customer_id"}
    tables = open_tables(make_client({"o.csv": ORDERS}, orders={"path": "raw/o.csv", "columns": columns}))
    assert lacking(FRAMES["customer_snapshots"], tables) == ("orders (customer_id)",)
