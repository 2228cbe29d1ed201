"""Discounts: the planted best is found and lies in the range; deals that cannot be right are named; limits hold."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from pipelines import AS_OF, best_for_all, pipeline

from playbook.engagement import Assumptions
from playbook.methods.strategy.setting_prices.deal_margins import add_up, best_discount, margins, walk_away
from playbook.methods.strategy.setting_prices.discounts import discount_guide, known_deals
from playbook.methods.strategy.setting_prices.win_model import WinModel

FREE = Assumptions(gross_margin=0.4)


@pytest.fixture(scope="module")
def guide():
    return discount_guide(pipeline(3)[0], AS_OF, Assumptions(least_margin=0.3, largest_discount=0.2))


def test_the_planted_best_is_found_with_a_range_that_covers():
    # 80 percent of ranges should hold it; of these ten, at least six. make bench does a hundred.
    held, errors = [], []
    for seed in range(10):
        table, truth = pipeline(seed)
        found = discount_guide(table, AS_OF, FREE)
        best = min(best_for_all(table, truth), found.largest)
        held.append(found.low - 0.0025 <= best <= found.high + 0.0025)
        errors.append(found.best - best)
        assert found.raw.coefficients[1] < found.model.coefficients[1]  # hard deals got more
    assert np.sum(held) >= 6 and abs(np.mean(errors)) < 0.02 and np.abs(errors).max() < 0.05


def test_what_is_left_out_and_why():
    table = pd.DataFrame(
        [("ok", "Won", 90.0, 0.10, 40.0), ("no cost", "Lost", 90.0, 0.10, np.nan), ("none", "Lost", 90.0, np.nan, 40.0),
         ("open", "Proposal", 90.0, np.nan, 40.0), ("percent", "Won", 90.0, 15.0, 40.0), ("free", "Won", 0.0, 0.1, 40.0),
         ("loss", "Lost", 90.0, 0.1, 400.0), ("all", "Won", 90.0, 1.0, 40.0), ("zero", "Won", 90.0, 0.1, 0.0)],
        columns=["opportunity_id", "stage", "amount", "discount", "cost"],
    )  # fmt: skip
    deals, left_out = known_deals(table, AS_OF, None)
    assert deals["opportunity_id"].tolist() == ["ok", "open"]
    assert deals["list_price"].tolist() == pytest.approx([100.0, 90.0])  # net of ten percent; nothing offered yet
    assert left_out.to_dict() == {
        "a discount below 0 or of all of the price": 2, "no cost, and no gross margin in client.yml": 2, "no amount": 1,
        "no discount noted": 1, "a cost above the list price": 1,
    }  # fmt: skip
    deals, left_out = known_deals(table, AS_OF, 0.4)
    # 100 list, a tenth given on average, forty percent of the net price left: cost 54
    assert deals.set_index("opportunity_id")["cost"].to_dict() == {"ok": 40.0, "no cost": 54.0, "open": 40.0, "zero": 54.0}


def test_without_columns_or_enough_deals_there_is_no_guide():
    table = pipeline(1, n=400)[0]
    for column in ("discount", "amount"):
        assert discount_guide(table.drop(columns=column), AS_OF, FREE) is None
    assert discount_guide(table.drop(columns="cost"), AS_OF, Assumptions()) is None
    assert discount_guide(table[table["stage"] != "Lost"], AS_OF, FREE) is None
    assert discount_guide(table.assign(discount=0.1), AS_OF, FREE) is None
    assert discount_guide(table.head(40), AS_OF, FREE) is None
    assert discount_guide(table[["opportunity_id", "stage", "amount", "discount"]], AS_OF, FREE) is not None


def test_limits_hold(guide):
    assert guide.limit == "allowed" and guide.largest == pytest.approx(0.2) and guide.best <= 0.2
    assert (guide.guide["target"] <= 0.2 + 1e-9).all() and (guide.guide["walk_away"] <= 0.2 + 1e-9).all()
    assert (guide.open["target"] >= guide.open["offered"]).all()  # an offer is not taken back
    more = guide.open[guide.open["gain"] > 0]
    left = 1 - more["cost"] / (more["list_price"] * (1 - more["target"]))
    assert len(more) and (left >= 0.3 - 1e-9).all() and (more["target"] <= more["walk_away"] + 1e-9).all()
    assert (more["gain_low"] <= more["gain"]).all() and (more["gain"] <= more["gain_high"]).all()
    assert guide.open["gain"].sum() == pytest.approx(guide.open_gain[0])


def test_the_guide_is_never_worse_than_what_was_given_by_its_own_model():
    found = discount_guide(pipeline(5, n=600)[0], AS_OF, FREE)
    assert (found.gains.mean(axis=1) > 0).all()
    sizes = found.guide[found.guide["kind"] == "size"]
    assert len(sizes) == 3 and sizes["deals"].sum() == 600 and set(found.guide["product"].dropna()) == {"Basic", "Plus", "Pro"}
    assert found.curve["margin"].max() == pytest.approx(
        found.curve.loc[found.curve["discount"].sub(found.best).abs().idxmin(), "margin"]
    )


def test_margins_and_walk_away_by_hand():
    one = WinModel(np.zeros(3), np.zeros(3), np.array([[0.0, 0.5, 0.0]] * 2), 0.0, 1.0, {})  # half a log odd per tenth
    deals = pd.DataFrame({"list_price": [100.0], "cost": [60.0], "discount": [0.1], "cell": [0]})
    grid = np.array([0.0, 0.1, 0.2])
    chance = 1 / (1 + np.exp(-np.array([0.0, 0.5, 1.0])))
    _, seen, margin, leaves = next(margins(deals, one, grid, 0.0))
    assert seen[0, :, 0] == pytest.approx(chance) and margin[0, :, 0] == pytest.approx(chance * [40, 30, 20])
    assert leaves.all()
    totals, gains, _ = add_up(deals, one, grid, 0.0)
    assert best_discount(totals[0], grid) == (0.0, 0.0, 0.0)
    assert gains[0] == pytest.approx([chance[0] * 40 - chance[1] * 30] * 2)
    assert walk_away(deals, 0.2, 0.5)[0] == pytest.approx(0.25)  # 60 / 0.8 = 75
    assert walk_away(deals, 0.2, 0.2)[0] == 0.2 and walk_away(deals.assign(cost=99.0), 0.2, 0.2)[0] == 0.0
    assert not next(margins(deals, one, grid, 0.3))[3][0, 2]  # 80 - 60 is a quarter of 80


def test_the_same_input_gives_the_same_answer_and_stays_as_it_was():
    table = pipeline(2, n=400)[0]
    before = table.copy()
    first, second = (discount_guide(table, date(2026, 10, 31), FREE) for _ in range(2))
    pd.testing.assert_frame_equal(table, before)
    pd.testing.assert_frame_equal(first.open, second.open)
    assert first.best == second.best and (first.gains == second.gains).all()


def test_money_is_that_of_a_year_however_few_deals_it_had_and_open_ones_count_once():
    table = pipeline(4, n=900, opened=10)[0]
    closed = table["stage"] != "Proposal"
    of_year = table["closed_on"] > pd.Timestamp(AS_OF) - pd.Timedelta(days=365)
    gains = {}
    for recent in (40, 29, 12, 5):
        some = table[~closed | (closed & ~of_year) | table.index.isin(table.index[of_year][:recent])]
        found = discount_guide(some, AS_OF, FREE)
        assert found.closed == recent and found.yearly == max(0, recent - 10)
        gains[recent] = found.gains.sum(axis=0).mean()
    assert found.shape > 400 and gains[5] == 0  # older deals tell the shape, and no money
    assert 0.2 < gains[29] / 19 / (gains[40] / 30) < 5 and gains[12] / 2 == pytest.approx(gains[29] / 19, rel=0.1)
    undated = table.drop(columns=["closed_on", "created_on"])
    assert discount_guide(undated, AS_OF, FREE).undated == 900
