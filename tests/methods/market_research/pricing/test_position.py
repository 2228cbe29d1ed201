"""Price position: indices and steps worked out by hand, and the competitors planted in a generated client."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.engagement import open_engagement
from playbook.generate.planted import COMPETITORS
from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.market_research.pricing.panel import ONE_GROUP
from playbook.methods.market_research.pricing.position import price_position
from playbook.methods.market_research.pricing.steps import price_steps, step_gain

WEEKS = pd.date_range("2026-01-05", periods=3, freq="7D")


def own(*rows: tuple[str, str, int, float]) -> pd.DataFrame:
    """Rows of product, group, number of the week, price."""
    return pd.DataFrame(
        [(p, g, WEEKS[w], 2.0, 2 * price) for p, g, w, price in rows],
        columns=["product_id", "category", "week", "units", "revenue"],
    )


def theirs(*rows: tuple[str, str, int, float]) -> pd.DataFrame:
    return pd.DataFrame([(p, c, WEEKS[w], x) for p, c, w, x in rows], columns=["product_id", "competitor", "week", "price"])


def test_index_by_hand():
    # a: 12 against 10 and b: 10 against 12 make a geometric mean of exactly 1; the group of a alone stands at 1.2.
    found = price_position(
        own(("a", "x", 0, 12), ("b", "y", 0, 10), ("c", "y", 0, 5)), theirs(("a", "Rival", 0, 10), ("b", "Rival", 0, 12))
    )
    months = found.months.set_index("category")
    assert months["index"].to_dict() == pytest.approx({ONE_GROUP: 1.0, "x": 1.2, "y": 10 / 12})
    assert months["products"].to_dict() == {ONE_GROUP: 2, "x": 1, "y": 1}  # c is sold by nobody else
    against = found.products.set_index("product_id")
    assert against["against"].to_dict() == pytest.approx({"a": 1.2, "b": 10 / 12})
    assert against.loc["a", ["cheaper", "dearer"]].tolist() == [1, 0]


def test_own_price_of_the_last_week_with_a_sale():
    found = price_position(own(("a", "x", 0, 10)), theirs(("a", "Rival", 2, 8)))
    assert found.products["against"].tolist() == pytest.approx([10 / 8])
    assert price_position(own(("a", "x", 2, 10)), theirs(("a", "Rival", 0, 8))) is None  # never from the future


def test_products_count_alike_however_often_they_are_seen():
    prices = theirs(("a", "Rival", 0, 10), ("a", "Rival", 1, 10), ("a", "Rival", 2, 10), ("b", "Rival", 0, 20))
    found = price_position(own(("a", "x", 0, 10), ("b", "x", 0, 40)), prices)
    assert found.months["index"].tolist() == pytest.approx([np.sqrt(2)])


def test_prices_of_other_things_are_left_out():
    found = price_position(
        own(("a", "x", 0, 10), ("b", "x", 0, 10)), theirs(("a", "Rival", 0, 1000), ("b", "Rival", 0, 9), ("b", "Low", 0, 0))
    )
    assert found.odd == 1
    assert found.products["product_id"].tolist() == ["b"]
    assert price_position(own(("a", "x", 0, 10)), theirs(("a", "Rival", 0, 1000))) is None
    assert price_position(own(("a", "x", 0, 10)), None) is None
    assert price_position(own(("a", "x", 0, 10)), theirs()) is None


def test_planted_competitors_of_the_generated_client():
    tables = open_tables(open_engagement("aurora-audio"))
    found = price_position(FRAMES["product_weeks"].build(tables), FRAMES["competitor_weeks"].build(tables))
    # Competitors were planted at these levels of the list prices; what is paid is some 2 percent lower for promotions.
    year = np.exp(np.log(found.months.query("category == @ONE_GROUP")["index"]).groupby(found.months["competitor"]).mean())
    for rival, (level, _) in COMPETITORS.items():
        assert year[rival] == pytest.approx(1 / level, abs=0.04)


def test_gain_of_a_step_by_hand():
    # 100 units at 10, cost 6: margin 400. At 10.50 and elasticity -2 there are 100 / 1.1025 = 90.70 units at 4.50: 408.16.
    assert step_gain(100, 10, 6, -2, 0.05) == pytest.approx(8.163, abs=0.001)
    # Lerner: at a margin of one half an elasticity of -2 is right, and no step pays.
    assert step_gain(100, 10, 5, -2, 0.05) < 0 > step_gain(100, 10, 5, -2, -0.05)


@given(st.floats(0.05, 0.95), st.floats(-6, -0.1))
def test_steps_point_to_the_price_of_lerner(margin, elasticity):
    tiny, product = 1e-4, elasticity * margin
    up, down = (step_gain(1.0, 1.0, 1 - margin, elasticity, s) for s in (tiny, -tiny))
    if abs(1 + product) > 0.01:
        assert (up > down) == (1 + product > 0)


def response(elasticity: float, low: float, high: float):
    row = {
        "product": [0], "product_id": ["a"], "category": ["x"], "elasticity": [elasticity], "low": [low], "high": [high],
        "price_low": [8.0], "price_high": [11.0],
    }  # fmt: skip
    return SimpleNamespace(products=pd.DataFrame(row))


def panel(price: float, weeks: int = 52):
    rows = pd.DataFrame({"week": pd.date_range("2025-01-06", periods=weeks, freq="7D"), "product": 0, "promotion": 0.0})
    rows = rows.assign(price=price, units=2.0, revenue=2 * price, week_code=range(weeks))
    return SimpleNamespace(rows=rows)


def test_steps_stay_within_the_prices_seen():
    costs = pd.DataFrame({"product_id": ["a"], "cost": [5.0]})
    step = price_steps(response(-1.2, -1.4, -1.0), panel(10.0), costs, None).iloc[0]
    assert (step["step"], step["verdict"], step["stated"]) == (0.05, "could cost more", True)
    assert step["gain"] == pytest.approx(step_gain(104, 10, 5, -1.2, 0.05))
    assert step["gain_low"] < step["gain"] < step["gain_high"]
    edge = price_steps(response(-1.2, -1.4, -1.0), panel(10.7), costs, None).iloc[0]
    assert edge["step"] == pytest.approx(11 / 10.7 - 1)  # no price above 11 was ever seen
    over = price_steps(response(-1.2, -1.4, -1.0), panel(11.0), costs, None).iloc[0]
    assert over["verdict"] == "no room"


def test_verdicts():
    costs = pd.DataFrame({"product_id": ["a"], "cost": [5.0]})
    assert price_steps(response(-4, -4.5, -3.5), panel(10.0), costs, None)["verdict"].tolist() == ["costs too much"]
    assert price_steps(response(-2, -2.2, -1.8), panel(10.0), costs, None)["verdict"].tolist() == ["about right"]
    unsure = price_steps(response(-1.0, -2.4, 0.4), panel(10.0), costs, None).iloc[0]
    assert unsure["verdict"] == "not clear" and np.isnan(unsure["gain"])


def test_costs_stated_or_by_the_margin():
    by_margin = price_steps(response(-1.2, -1.4, -1.0), panel(10.0), None, 0.4).iloc[0]
    assert (by_margin["cost"], by_margin["stated"]) == (pytest.approx(6.0), False)
    assert price_steps(response(-1.2, -1.4, -1.0), panel(10.0), None, None).empty
    pallets = pd.DataFrame({"product_id": ["a"], "cost": [500.0]})
    assert price_steps(response(-1.2, -1.4, -1.0), panel(10.0), pallets, None).empty  # the cost of another unit


def test_a_short_history_counts_as_a_year():
    half = price_steps(response(-1.2, -1.4, -1.0), panel(10.0, weeks=26), None, 0.4).iloc[0]
    assert half["revenue_year"] == pytest.approx(1040)
