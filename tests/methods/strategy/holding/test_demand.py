"""Demand until the next delivery: textbook figures by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, poisson

from playbook.methods.strategy.holding.classes import abc, xyz
from playbook.methods.strategy.holding.demand import demand_table, expected_short, quantile, weekly
from playbook.methods.strategy.holding.policy import eoq, reorder


def test_safety_stock_is_z_sigma_root_l_for_fast_movers():
    # 100 a week, standard deviation 10, lead and review 4 weeks: 400 + 1.645 x 10 x 2 (Silver, Pyke & Thomas 2017, ch. 6)
    point = quantile(0.95, np.array([400.0]), np.array([400.0]))
    assert point[0] == np.ceil(400 + norm.ppf(0.95) * 10 * np.sqrt(4))


def test_slow_movers_are_poisson_and_wilder_ones_need_more():
    assert quantile(0.95, np.array([2.0]), np.array([2.0]))[0] == poisson.ppf(0.95, 2.0) == 5
    assert quantile(0.95, np.array([2.0]), np.array([8.0]))[0] > 5
    assert quantile(0.95, np.array([0.0]), np.array([0.0]))[0] == 0


def test_units_missing_in_a_cycle_by_hand():
    # Poisson with mean 1 and one unit: P(2) x 1 + P(3) x 2 + ... = 1 - (1 - P(0)) = e^-1
    assert expected_short(np.array([1.0]), np.array([1.0]), np.array([1.0]))[0] == pytest.approx(np.exp(-1))
    # normal, at the mean: sigma x phi(0)
    assert expected_short(np.array([100.0]), np.array([100.0]), np.array([25.0]))[0] == pytest.approx(5 * norm.pdf(0))


def test_square_root_of_harris():
    assert eoq(np.array([1200.0]), 50.0, np.array([3.0]))[0] == pytest.approx(200.0)  # sqrt(2 x 1200 x 50 / 3)


def test_weeks_without_stock_teach_nothing():
    weeks = pd.date_range("2026-01-05", periods=4, freq="W-MON")
    sold = pd.DataFrame({"product_id": "a", "week": weeks[:3], "units": [4.0, 6.0, 1.0]})
    counts = pd.DataFrame({"date": weeks, "product_id": "a", "on_hand": [9, 9, 0, 9]})
    units = weekly(sold, counts, ["a"], weeks[-1], 4)
    assert units["a"].isna().tolist() == [False, False, True, False]
    assert demand_table(units).loc["a", "mean"] == pytest.approx(10 / 3) and not demand_table(units).loc["a", "known"]


def test_orders_come_in_boxes_and_what_does_not_sell_is_not_ordered():
    demand = {"mean": [10.0, 0.0], "expected": [20.0, 0.0], "uncertain": [20.0, 0.0]}
    table = pd.DataFrame(demand | {"cost": [2.0, 2.0], "smallest": [48.0, 6.0]})
    found = reorder(table, 0.95, None, None)
    assert found["quantity"].tolist() == [96.0, 0.0] and found["fill"].iloc[0] > 0.95
    assert reorder(table, 0.99, None, None)["point"].iloc[0] > found["point"].iloc[0]


def test_classes_by_hand():
    earned = pd.Series({"a": 80.0, "b": 15.0, "c": 5.0, "d": -1.0})
    assert abc(earned).to_dict() == {"a": "A", "b": "B", "c": "C", "d": "C"}
    assert xyz(pd.Series([10.0, 10.0, 10.0, 0.0]), pd.Series([4.0, 64.0, 400.0, 0.0])).tolist() == ["X", "Y", "Z", "Z"]
