"""Basket rules: measures by hand, published rules of a real shop, and verdicts that hold when nothing is there."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from playbook.methods.market_research.pairing.rules import false_discovery, pair_rules, seldom_together


def counts(*rows: tuple, **columns) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["product_a", "product_b", "both", "a", "b"])
    return frame.assign(**{"baskets": 100, **columns})


def test_measures_by_hand():
    # Of 100 baskets 20 hold bread, 10 butter, 8 both: support .08, confidence .4 and .8, lift .08 / (.2 x .1) = 4.
    rules = pair_rules(counts(("bread", "butter", 8, 20, 10))).set_index("antecedent")
    bread, butter = rules.loc["bread"], rules.loc["butter"]
    assert (bread["support"], bread["confidence"], butter["confidence"]) == (0.08, 0.4, 0.8)
    assert bread["lift"] == pytest.approx(4) == butter["lift"] and bread["leverage"] == pytest.approx(0.08 - 0.2 * 0.1)
    assert butter["conviction"] == pytest.approx((1 - 0.2) / (1 - 0.8)) and bread["chance"] == 2 and bread["times"] == 4
    assert bread["p"] == pytest.approx(stats.fisher_exact([[8, 12], [2, 78]], alternative="greater").pvalue)
    assert bread["q"] == bread["p"] and bread["shown"] and bread["low"] < 4 < bread["high"]
    assert butter["low"] == pytest.approx(stats.beta.ppf(0.1, 8.5, 2.5) / 0.2)


def test_all_pairs_that_could_have_been_found_count_as_tests():
    alone = pair_rules(counts(("a", "b", 5, 20, 10)))
    among = pair_rules(counts(("a", "b", 5, 20, 10), items=1000))
    assert alone["shown"].all() and not among["shown"].any() and (among["p"] == alone["p"]).all()


def test_large_baskets_alone_tie_nothing():
    # As often together as baskets of these sizes bring (8), though four times what independence would.
    rules = pair_rules(counts(("a", "b", 8, 20, 10), expected=8.0))
    assert rules["lift"].iloc[0] == pytest.approx(4) and rules["times"].iloc[0] == 1 and not rules["shown"].any()


def test_one_customer_who_repeats_a_basket_shows_nothing():
    row = ("a", "b", 40, 50, 45)
    many, one = pair_rules(counts(row, baskets=400, customers=40)), pair_rules(counts(row, baskets=400, customers=1))
    assert many["shown"].all() and not one["shown"].any() and one["low"].iloc[0] < many["low"].iloc[0]


@pytest.mark.parametrize("tests", [40, 900, 5000])
def test_false_discovery_is_that_of_scipy(tests):
    p = np.random.default_rng(1).beta(0.2, 3, 40)
    whole = np.concatenate([p, np.ones(tests - 40)])
    assert false_discovery(p, tests) == pytest.approx(stats.false_discovery_control(whole, method="by")[:40], rel=1e-6)


def test_nothing_gives_nothing():
    empty = counts().astype({"both": "int64", "a": "int64", "b": "int64"})
    assert pair_rules(empty).empty and len(false_discovery(np.zeros(0), 5)) == 0
    assert seldom_together(empty, pair_rules(empty)).empty


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_measures_stay_within_bounds(data):
    baskets = data.draw(st.integers(1, 5000))
    a, b = data.draw(st.integers(1, baskets)), data.draw(st.integers(1, baskets))
    both = data.draw(st.integers(max(0, a + b - baskets), min(a, b)))
    rules = pair_rules(counts(("a", "b", both, a, b), baskets=baskets))
    assert rules[["support", "confidence", "p", "q"]].stack().between(0, 1).all()
    assert (rules["low"] <= rules["lift"] + 1e-9).all() and (rules["high"] >= rules["lift"] - 1e-9).all()
    assert (rules["leverage"].abs() <= 0.25 + 1e-9).all()


def test_seldom_together_are_goods_of_one_group_only():
    row, same = ("large eggs", "small eggs", 2, 40, 45), {"category_a": "eggs", "items": 10}
    frame = counts(row, baskets=60, **same, category_b="eggs", expected=40.0)
    found = seldom_together(frame, pair_rules(frame))
    assert found["both"].tolist() == [2] and found["chance"].tolist() == [30]  # the smaller of 40 x 45 / 60 and 40
    other = frame.assign(category_b="milk")
    assert seldom_together(other, pair_rules(other)).empty
    assert seldom_together(frame.drop(columns="category_a"), pair_rules(frame)).empty


def test_goods_that_come_with_a_companion_are_not_called_alternatives():
    frame = counts(("cable", "charger", 0, 45, 45), ("charger", "phone", 40, 45, 50), baskets=200, items=3)
    frame = frame.assign(category_a="x", category_b="x")
    rules = pair_rules(frame)
    assert rules.set_index(["antecedent", "consequent"]).at[("charger", "phone"), "shown"]
    assert seldom_together(frame, rules).empty and len(seldom_together(frame, rules.head(0))) == 1
