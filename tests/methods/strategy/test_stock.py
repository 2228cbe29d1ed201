"""Stock: what was planted in the generated shop is found; what is missing is said."""

from datetime import date

import pandas as pd
import pytest
from ruamel.yaml import YAML

from playbook import open_engagement
from playbook.engagement import Assumptions
from playbook.methods.strategy.stock import stock
from playbook.result.contract import Locked
from playbook.result.formats import Formats
from playbook.run.gathered import gathered

AS_OF, FMT = date(2026, 10, 31), Formats("EUR")
WEEKS = pd.date_range("2025-11-03", periods=51, freq="W-MON")


def shop(on_hand=5, **changes):
    """One product that sells ten a week, with so many left today."""
    sold = pd.DataFrame({"product_id": "a", "week": WEEKS, "units": 10.0, "revenue": 100.0})
    levels = pd.DataFrame({"date": WEEKS, "product_id": "a", "on_hand": [40.0] * 50 + [on_hand], "lead_time_days": 14.0})
    listed = pd.DataFrame({"product_id": ["a"], "name": ["Ä-Box"], "cost": [6.0]})
    given = {"stock_levels": levels, "stocked_weeks": sold, "product_list": listed}
    return stock(parameters=Assumptions(gross_margin=0.4), as_of=AS_OF, fmt=FMT, **(given | changes))


def test_a_product_below_its_point_is_ordered_and_one_above_is_not():
    row = shop().products.iloc[0]
    assert row["point"] >= 30 and row["order"] >= row["point"] - 5  # ten a week over two weeks of lead and one to the next count
    assert shop(on_hand=400).products.iloc[0]["order"] == 0
    assert shop().worklists[0].frame["pays"].iloc[0] == row["order"] * 6


def test_an_empty_shelf_costs_margin_and_a_full_one_holds_money():
    levels = pd.DataFrame({"date": WEEKS, "product_id": "a", "on_hand": [0.0, 40.0] * 25 + [5000.0]})
    result = shop(stock_levels=levels)
    row = result.products.iloc[0]
    assert row["out"] == pytest.approx(25 / 51)
    assert row["dead"] == pytest.approx(5000 - 52 * 10) and row["tied"] == pytest.approx(row["dead"] * 6)
    assert {p.id for p in result.proposals} == {"reorder-points", "clear-stock"}


def test_products_counted_on_other_days_lie_there_together_and_an_old_count_orders_nothing():
    one = pd.DataFrame({"date": WEEKS, "product_id": "a", "on_hand": 40.0, "lead_time_days": 14.0})
    other = one.assign(product_id="b", date=WEEKS + pd.Timedelta(days=2), on_hand=60.0)
    sold = pd.DataFrame({"product_id": "a", "week": WEEKS, "units": 10.0, "revenue": 100.0})
    both = shop(stock_levels=pd.concat([one, other]), stocked_weeks=pd.concat([sold, sold.assign(product_id="b")]))
    assert both.lay == pytest.approx(100, rel=0.02)
    stale = shop(stock_levels=pd.concat([one.head(30).assign(on_hand=1.0), other]))
    assert stale.products.set_index("product_id").loc["a", ["stale", "order"]].tolist() == [True, 0.0]
    assert any("not been counted for weeks" in a.text for a in stale.assumptions)


def test_one_count_says_nothing_of_a_year():
    one = pd.DataFrame({"date": WEEKS[-1:], "product_id": "a", "on_hand": 0.0, "lead_time_days": 14.0})
    result = shop(stock_levels=one)
    assert result.products["missed"].iloc[0] == 0 and result.products["order"].iloc[0] > 0
    assert not {"stock-missed"} & {f.id for f in result.findings} and "As it was" not in result.findings[-1].sentence


def test_the_planted_shelf_is_found_again(root):
    engagement = open_engagement("aurora-audio", root=root)
    truth = YAML(typ="safe").load((root / "data" / "aurora-audio" / "truth" / "truth.yml").read_text("utf-8"))["stock"]
    frames = {name: gathered(engagement, name)[0] for name in ("stock_levels", "stocked_weeks", "product_list")}
    products = stock(parameters=engagement.parameters, as_of=AS_OF, fmt=FMT, **frames).products.set_index("product_id")
    known = [p for p in truth["out_of_stock"] if p in products.index]
    assert (products.loc[known, "out"] > 0).all()
    dead = set(products.index[products["dead"] > 0])
    assert {*truth["left_over"], *(p for p in truth["overstocked"] if p in products.index)} <= dead


def test_without_names_costs_and_margin_orders_are_still_told():
    result = shop(product_list=None)
    assert result.products["order"].iloc[0] > 0 and "working capital" not in result.findings[0].sentence


@pytest.mark.parametrize("weeks", [0, 5])
def test_too_few_weeks(weeks):
    sold = pd.DataFrame({"product_id": "a", "week": WEEKS[:weeks], "units": 10.0, "revenue": 100.0})
    assert isinstance(shop(stocked_weeks=sold), Locked)


def test_the_same_twice_and_nothing_changed():
    assert shop().figure().svg == shop().figure().svg
