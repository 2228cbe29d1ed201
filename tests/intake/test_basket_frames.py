"""Pairs of products and answers about spending, counted by hand."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import open_engagement
from playbook.generate.shop import COMPANIONS
from playbook.intake.frames import FRAMES, lacking
from playbook.intake.tables import open_tables
from playbook.methods.market_research.pairing.rules import FALSE_SHARE, pair_rules

COLUMNS = {"order_id": "order", "order_date": "day", "revenue": "sum", "customer_id": "who", "product_id": "what"}
QUANTITY = {"orders": {"columns": COLUMNS | {"quantity": "n"}}}


def lines(baskets: list[tuple[str, str, str]], price: float = 2.0) -> str:
    """CSV of orders from (order, customer, items as letters), one a day from 2026-01-01, and from there again after 90 days."""
    days = (pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(len(baskets)) % 90, "D")).strftime("%Y-%m-%d")
    rows = [f"{o},{d},{price},{who},{item},1" for (o, who, items), d in zip(baskets, days, strict=True) for item in items]
    return "order,day,sum,who,what,n\n" + "\n".join(rows) + "\n"


@pytest.fixture
def build(make_client):
    def build(name: str, raw: dict, keys: dict | None = None, **sources) -> pd.DataFrame:
        return FRAMES[name].build(open_tables(make_client(raw, keys=keys, **(QUANTITY | sources))))

    return build


SHOP = [(f"o{i}", f"c{i % 3}", "AB") for i in range(6)] + [("o6", "", "AB"), ("o7", "c1", "A"), ("o8", "c1", "BC")]
SHOP += [(f"q{i}", "c4", "CD") for i in range(6)]


def test_pairs_by_hand(build):
    row, other = build("item_pairs", {"orders.csv": lines(SHOP)}).to_dict("records")
    assert (row["product_a"], row["product_b"], row["both"], row["a"], row["b"]) == ("A", "B", 7, 8, 8)
    assert (other["product_a"], other["product_b"], other["both"], other["a"], other["b"]) == ("C", "D", 6, 7, 6)
    assert (row["baskets"], row["several"], row["items"], row["baskets_year"], row["days"]) == (15, 14, 4, 15, 15)
    assert row["customers"] == 4  # c0, c1, c2 and an order that names nobody
    assert (row["price_a"], row["order_value"], row["item"]) == (2.0, 29 * 2 / 15, "product")
    # Of the 28 places in baskets of two, 7 hold A and 8 hold B (the more frequent): 7 x 8 x (14 x 2 x 1 / 28) / (28 - 8) = 2.8.
    assert row["expected"] == pytest.approx(2.8)


def test_returns_gifts_and_lines_without_a_product_are_no_purchases(build):
    more = (
        "r,2026-01-20,-2,c0,A,-1\nr,2026-01-20,-2,c0,B,-1\ng,2026-01-20,0,c0,A,1\ng,2026-01-20,0,c0,B,1\nn,2026-01-20,5,c0,,1\n"
    )
    plain = build("item_pairs", {"orders.csv": lines(SHOP)})
    pd.testing.assert_frame_equal(
        plain.drop(columns="days"), build("item_pairs", {"orders.csv": lines(SHOP) + more}).drop(columns="days")
    )


def test_a_product_twice_in_a_basket_counts_once_and_an_order_number_of_two_customers_is_two_baskets(build):
    twice = lines(SHOP) + "o0,2026-01-01,2,c0,A,1\no0,2026-01-01,2,other,A,1\n"
    row = build("item_pairs", {"orders.csv": twice}).iloc[0]
    assert (row["both"], row["a"], row["baskets"]) == (7, 9, 16) and row["price_a"] == pytest.approx(20 / 9)


def test_the_last_year_is_counted_apart(build):
    old = lines(SHOP).replace("2026-", "2023-").split("\n", 1)[1].replace("o", "x").replace("q", "y")
    row = build("item_pairs", {"orders.csv": lines(SHOP) + old}).iloc[0]
    assert (row["both"], row["both_year"], row["a"], row["a_year"]) == (14, 7, 16, 8)
    assert (row["baskets"], row["baskets_year"], row["days"], row["order_value"]) == (30, 15, 365, 58 / 15)


def test_names_and_groups_of_products(build):
    products = {"path": "raw/p.csv", "columns": {"product_id": "id", "name": "name", "category": "group"}}
    told = build("item_pairs", {"orders.csv": lines(SHOP), "p.csv": "id,name,group\nA,Amp,x\nC,Cable,y\n"}, products=products)
    assert told[["name_a", "name_b", "category_a"]].iloc[0].tolist() == ["Amp", "B", "x"]
    assert told[["name_a", "category_a", "name_b"]].iloc[1].tolist() == ["Cable", "y", "D"] and told["category_b"].isna().all()


def test_where_products_share_names_the_name_is_the_item(build):
    # Milk in four sorts: no sort is often enough, the milks together are.
    sorts = [(f"o{i}", f"c{i}", "ABCD"[i % 4] + "Z") for i in range(8)] + [(f"p{i}", f"c{i}", "GH") for i in range(9)]
    products = {"path": "raw/p.csv", "columns": {"product_id": "id", "name": "name"}}
    raw = {
        "orders.csv": lines(sorts),
        "p.csv": "id,name\nA,Milk\nB,Milk\nC,Milk\nD,Milk\nE,Bread\nZ,Bread\nG,Tea\nJ,Tea\nH,Jam\nK,Jam\n",
    }
    row = build("item_pairs", raw, products=products).iloc[0]
    assert (row["product_a"], row["product_b"], row["both"], row["item"]) == ("Bread", "Milk", 8, "name")


@pytest.mark.parametrize("baskets", [[("o1", "c1", "A")], [("o1", "c1", "AB")], [(f"o{i}", "c", "A") for i in range(9)]])
def test_few_baskets_give_an_empty_frame_with_all_columns(build, baskets):
    frame = build("item_pairs", {"orders.csv": lines(baskets)})
    assert frame.empty and {"product_a", "both", "expected", "several", "order_value", "item"} <= set(frame)


def random_baskets(rng: np.random.Generator) -> list[tuple[str, str, str]]:
    """Items drawn on their own, some far more popular than others, into baskets of very different sizes."""
    popularity, sizes = rng.dirichlet(np.full(20, 0.6)), rng.geometric(0.25, 900)
    drawn = [set(rng.choice(20, size, p=popularity)) for size in sizes]
    return [(f"o{i}", f"c{i}", "".join(sorted(chr(65 + item) for item in items))) for i, items in enumerate(drawn)]


def test_counts_equal_those_of_a_loop_and_chance_shows_nothing(build):
    rng, shown = np.random.default_rng(5), 0
    for _ in range(6):
        baskets = random_baskets(rng)
        frame = build("item_pairs", {"orders.csv": lines(baskets)})
        counts = pd.Series([pair for _, _, items in baskets for pair in combinations(items, 2)]).value_counts()
        for row in frame.itertuples():
            assert row.both == counts.get((row.product_a, row.product_b), 0)
        shown += pair_rules(frame)["shown"].any()
    assert shown <= 6 * FALSE_SHARE + 1


def test_planted_companions_are_the_farthest_from_chance():
    frame = FRAMES["item_pairs"].build(open_tables(open_engagement("aurora-audio")))
    top = frame.assign(times=frame["both"] / frame["expected"]).nlargest(10, "times")
    assert {frozenset(p) for p in top[["name_a", "name_b"]].to_numpy()} == {frozenset(p) for p in COMPANIONS.items()}


SURVEYS = {"path": "raw/s.csv", "columns": {"date": "day", "customer_id": "who", "total_spend": "all"}}


def test_wallets_take_the_latest_answer_and_the_year_before_it(build):
    orders = (
        "order,day,sum,who,what,n\na,2024-01-01,1,zz,P,1\nb,2025-01-10,50,c1,P,1\nc,2025-12-31,30,c1,P,1\nd,2026-01-01,7,c1,P,1\n"
        "e,2025-06-01,40,c2,P,1\nf,2025-07-01,-10,c2,P,-1\ng,2024-02-01,5,c3,P,1\n"
    )
    answers = "day,who,all\n2025-01-05,c1,900\n2025-12-31,c1,200\n2025-12-31,c1,300\n2025-08-01,c2,100\n"
    answers += "2024-02-10,c3,20\n2025-01-01,c4,\n"
    frame = build("wallets", {"orders.csv": orders, "s.csv": answers}, surveys=SURVEYS).set_index("customer_id")
    assert frame["total_spend"].to_dict() == {"c1": 250.0, "c2": 100.0, "c3": 20.0}
    assert frame["own"].to_dict() == {"c1": 80.0, "c2": 30.0, "c3": 5.0}  # c3 answered early: the first year of data stands in
    assert frame["days"].eq(365).all() and frame["customers"].eq(2).all()


def test_wallets_of_a_short_history_say_so(build):
    orders = "order,day,sum,who,what,n\na,2026-01-01,10,c1,P,1\nb,2026-04-10,20,c1,P,1\n"
    frame = build("wallets", {"orders.csv": orders, "s.csv": "day,who,all\n2026-02-01,c1,90\n"}, surveys=SURVEYS)
    assert frame[["own", "days"]].to_numpy().tolist() == [[30.0, 100]]


def test_what_wallets_and_pairs_need(make_client):
    assert lacking(FRAMES["wallets"], open_tables(make_client())) == ("surveys (date, customer_id, total_spend)",)
    bare = make_client(orders={"columns": {c: COLUMNS[c] for c in ("order_id", "order_date", "revenue")}})
    assert lacking(FRAMES["item_pairs"], open_tables(bare)) == ("orders (product_id)",)
