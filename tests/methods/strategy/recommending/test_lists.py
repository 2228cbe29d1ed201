import numpy as np
import pandas as pd
import pytest

from playbook.methods.strategy.recommending.lists import Rates, fresh_items, offers, rates
from playbook.methods.strategy.recommending.measures import Ranking
from playbook.methods.strategy.recommending.tastes import tastes
from playbook.methods.strategy.recommending.trial import BLEND, EASE, KNN, POPULAR, Chosen, Settings, try_ways

ITEMS = np.array(["a", "b", "c", "d"], dtype=object)
SETTINGS = Settings(0.0, 20, 1.0, {EASE: 1.0})
RATE = Rates(0.5, 0.1, np.array([0.4, 0.2, 0.1, 0.1]))
PERIODS = ["customer_id", "item", "early", "middle", "late"]


def _purchases() -> pd.DataFrame:
    """u0 to u5 bought a and b; v has a, w has c; only v bought in the last period."""
    rows = [(f"u{i}", item, 1, 0, 0) for i in range(6) for item in "ab"] + [("v", "a", 0, 0, 1), ("w", "c", 1, 1, 0)]
    return pd.DataFrame(rows, columns=PERIODS).assign(days=73)


def test_matrices_by_period():
    frame = _purchases()
    before = frame.copy()
    found = tastes(frame, ITEMS)
    assert found.customers.tolist() == [*(f"u{i}" for i in range(6)), "v", "w"]
    assert found.ever.toarray()[6:].tolist() == [[1, 0, 0, 0], [0, 0, 1, 0]]
    assert found.before.getnnz() == 13 and found.late.getnnz() == 1 and found.middle.getnnz() == 1
    assert frame.equals(before)
    some = tastes(frame, ITEMS[2:])
    assert some.customers.tolist() == ["w"] and some.items.tolist() == ["c", "d"]
    none = tastes(frame.iloc[:0], ITEMS)
    assert none.ever.shape == (0, 4) and try_ways(none, [""] * 4) is None


def _offers(free=(True,) * 4, brings=(1.0, 1.0, 1.0, 1.0)) -> pd.DataFrame:
    chosen = Chosen(SETTINGS, pd.DataFrame(), {}, np.empty(0), None)
    return offers(tastes(_purchases(), ITEMS), chosen, [""] * 4, np.array(free), np.array(brings), RATE, 73)


def test_nothing_bought_before_is_named_and_the_reason_is_what_speaks_for_it():
    found = _offers()
    v = found[found["customer_id"] == "v"]
    assert v["item"].iloc[0] == 1 and v["because"].iloc[0] == 0  # b because of a
    assert 0 not in v["item"].tolist() and v["place"].tolist() == [0, 1, 2]
    assert (v["because"].iloc[1:] == -1).all()
    held = {(c, "abcd".index(i)) for c, i in zip(_purchases()["customer_id"], _purchases()["item"], strict=True)}
    assert not held & set(zip(found["customer_id"], found["item"], strict=True))


def test_chances_of_a_year_by_hand():
    found = _offers().set_index(["customer_id", "place"])["chance"]
    # Five periods of 73 days; v bought lately: something new with 0.5, the first item with 0.4 of that. The others: 0.1 x 0.4.
    assert found["v", 0] == pytest.approx(1 - 0.8**5)
    assert found["w", 0] == pytest.approx(1 - 0.96**5)


def test_the_three_that_bring_most_and_only_what_may_be_offered():
    found = _offers(brings=(1.0, 1.0, 1.0, 50.0))
    assert found[found["customer_id"] == "v"]["item"].iloc[0] == 3
    assert np.allclose(found["brings"], found["chance"] * np.where(found["item"] == 3, 50.0, 1.0))
    few = _offers(free=(False, True, False, False))
    assert set(few["item"]) == {1} and set(few["customer_id"]) == {"v", "w"}
    assert _offers(free=(False,) * 4).empty


def test_rates_by_hand():
    p, q = [("p", "a", 1, 1, 0), ("p", "b", 0, 0, 1)], [("q", "a", 1, 1, 1)]
    frame = pd.DataFrame([*p, *q, ("r", "a", 1, 0, 0), ("r", "c", 0, 0, 1), ("s", "b", 1, 0, 0)], columns=PERIODS)
    one = np.ones(2)
    ranking = Ranking(one, one, one > 0, 1.0, 1.0, np.zeros((2, 2)), np.array([[True, False], [False, False]]))
    found = rates(tastes(frame, ITEMS), Chosen(SETTINGS, pd.DataFrame(), {BLEND: ranking}, np.empty(0), None))
    # Of p and q, who bought in the period before, p bought something new; of r and s, who did not, r.
    assert (found.active, found.quiet) == (0.5, 0.5) and found.by_rank.tolist() == [0.5, 0]


def test_new_items_find_buyers_of_what_is_described_alike():
    items = pd.DataFrame({"item": ITEMS, "name": ["red tea cup", "chair", "table", "lamp"]})
    fresh = pd.DataFrame({"item": ["n", "o"], "name": ["blue tea cup", "zzz qqq"]})
    found = fresh_items(tastes(_purchases(), ITEMS), items, fresh, items["name"].tolist(), fresh["name"].tolist())
    cup = found[found["item"] == "n"]
    assert cup["like"].unique().tolist() == ["red tea cup"] and cup["customer_id"].iloc[0] == "v"  # who bought a and nothing else
    assert cup["place"].tolist() == list(range(1, len(cup) + 1))
    assert fresh_items(tastes(_purchases(), ITEMS), items, fresh.iloc[:0], items["name"].tolist(), []).empty


def test_chosen_on_one_period_and_judged_on_the_next():
    rng = np.random.default_rng(0)
    periods, rows = [(1, 0, 0)] * 3 + [(0, 1, 0)] + [(0, 0, 1)] * 2, []
    for i in range(200):  # everybody keeps to a half of the items
        own = rng.permutation(10) + 10 * (i % 2)
        rows += [(f"c{i}", f"i{n:02}", *period) for n, period in zip(own[:6], periods, strict=True)]
    taste = tastes(pd.DataFrame(rows, columns=PERIODS), np.array([f"i{n:02}" for n in range(20)], dtype=object))
    words = [f"{'kitchen' if n < 10 else 'garden'} thing {n}" for n in range(20)]
    found = try_ways(taste, words)
    table = found.table.set_index("way")
    assert len(found.judged) == 200
    assert table.loc[[EASE, KNN, BLEND], "ndcg"].min() > table.loc[POPULAR, "ndcg"] + 0.1
    assert (table["ndcg_low"] <= table["ndcg"]).all() and (table["ndcg"] <= table["ndcg_high"]).all()
    pd.testing.assert_frame_equal(try_ways(taste, words).table, found.table)
    assert found.fallback["found"] > found.fallback["chance"]
