"""Segment tree: sentences that are true as written, counted with the bounds they state."""

import numpy as np
import pandas as pd
import pytest

from playbook.methods.market_research.grouping.tree import DEPTH, explain
from playbook.result.formats import Formats

FMT = Formats("EUR")


def _customers(n: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "recency_days": rng.integers(1, 400, n),
            "orders": rng.integers(1, 30, n),
            "revenue": rng.uniform(5, 5000, n).round(2),
            "silence": rng.uniform(0, 9, n),
            "orders_per_year": rng.uniform(1, 40, n),
        }
    )


def test_planted_rules_come_back_in_words():
    customers = _customers(2000)
    names = pd.Series(np.where(customers["recency_days"] > 90, "Gone", np.where(customers["orders"] >= 10, "Often", "Seldom")))
    found = explain(customers, names, FMT)
    assert found.right == 1 and found.sentences["right"].eq(1).all() and found.sentences["customers"].sum() == len(customers)
    texts = dict(zip(found.sentences["segment"], found.sentences["rule"], strict=True))
    assert texts["Gone"].startswith("last order more than ") and texts["Gone"].endswith(" days ago")
    assert "at least 10 orders" in texts["Often"] and "at most 9 orders" in texts["Seldom"]
    assert texts["Often"].startswith("last order within ")


def test_bounds_stated_are_the_bounds_counted():
    customers = _customers()
    names = pd.Series(np.where(customers["revenue"] > 1234.56, "Much", "Little"))
    found = explain(customers, names, FMT).sentences.set_index("segment")
    bound = float(found.at["Much", "rule"].split("€")[1].replace(",", ""))
    assert found.at["Much", "customers"] == (customers["revenue"] > bound).sum()
    assert found["right"].min() > 0.97


def test_one_segment_is_one_sentence_and_noise_is_admitted():
    customers = _customers()
    same = explain(customers, pd.Series("All", index=customers.index), FMT)
    assert same.sentences[["rule", "customers", "right"]].to_numpy().tolist() == [["any orders", len(customers), 1.0]]
    noise = pd.Series(np.random.default_rng(0).choice(list("abcd"), len(customers)))
    found = explain(customers, noise, FMT)
    assert found.right < 0.6 and len(found.sentences) <= 2**DEPTH
    assert found.sentences["customers"].sum() == len(customers)


@pytest.mark.parametrize(
    ("values", "sentence"), [([1] * 20 + [2] * 20, "only one order"), ([2] * 20 + [3] * 20, "at most 2 orders")]
)
def test_one_order_is_not_one_orders(values, sentence):
    customers = pd.DataFrame({"orders": values, "recency_days": 5, "revenue": 9.0})
    found = explain(customers, pd.Series(["few"] * 20 + ["more"] * 20), FMT)
    assert sentence in found.sentences["rule"].tolist()


def test_measures_of_rules_are_told_in_their_units():
    customers = _customers()
    names = pd.Series(np.where(customers["silence"] > 3, "Silent", np.where(customers["orders_per_year"] > 12, "Often", "Other")))
    found = explain(customers, names, FMT, ("orders", "orders_per_year", "silence"))
    text = " | ".join(found.sentences["rule"])
    assert "silence in usual pauses over 3" in text.lower() and "orders a year over 1" in text.lower()


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        ([0] * 20 + [1] * 20, {"last order on the last day", "last order before the last day"}),
        ([0, 1] * 10 + [2] * 20, {"last order within 1 day", "last order more than 1 day ago"}),
        (
            [1] * 20 + [3] * 20 + [9] * 20,
            {"last order within 2 days", "last order 3 to 6 days ago", "last order more than 6 days ago"},
        ),
    ],
)
def test_days_are_counted_as_one_would_say_it(ago, words):
    customers = pd.DataFrame({"orders": 2, "recency_days": ago, "revenue": 9.0})
    names = pd.Series([f"s{place}" for place in range(len(ago) // 20) for _ in range(20)])
    assert set(explain(customers, names, FMT).sentences["rule"]) == words


def test_small_bounds_are_counted_with_the_decimals_that_are_written():
    customers = pd.DataFrame({"orders": 2, "recency_days": 5, "revenue": np.linspace(0.01, 0.4, 40)})
    names = pd.Series(["little"] * 12 + ["much"] * 28)
    found = explain(customers, names, FMT).sentences.set_index("segment")
    bound = float(found.at["much", "rule"].split("€")[1])
    assert found.at["much", "customers"] == (customers["revenue"] > bound).sum()
