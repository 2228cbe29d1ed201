"""Price tests: weeks by the formula, lots that halve, and a simulation in which tests of that length find the answer."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from playbook.methods.strategy.setting_prices.choice import Limits
from playbook.methods.strategy.setting_prices.endings import Endings
from playbook.methods.strategy.setting_prices.price_test import by_lot, price_tests, weeks_needed

LIMITS = Limits(None, 0.15, Endings(()))


def table(verdict="unclear", value_based=11.0, advised=10.0, **columns):
    row = {
        "product_id": "p", "category": "x", "price": 10.0, "paid": 10.0, "units": 5200.0, "dispersion": 2.0,
        "cost": 6.0, "moved": 1.0,
    }  # fmt: skip
    today = pd.DataFrame([{**row, **columns}])
    return today, pd.DataFrame({"verdict": [verdict], "value_based": [value_based], "advised": [advised]})


def test_weeks_by_hand():
    # (1.9600 + 0.8416)^2 = 7.849
    assert weeks_needed([0.1]) == pytest.approx(78.49, abs=0.01)
    assert weeks_needed([0.1, 0.1, np.nan]) == pytest.approx(39.24, abs=0.01)
    assert weeks_needed([100.0]) == 4.0 and np.isinf(weeks_needed([])) and np.isinf(weeks_needed([0.0]))


def test_information_by_hand():
    today, choice = table()
    row = price_tests(today, np.array([-1.0]), choice, LIMITS).iloc[0]
    assert (row["kind"], row["test_price"], row["units"]) == ("unclear", 11.0, 100.0)
    even = np.log(4 / 5) / np.log(1.1)  # the elasticity at which 5 x 1.1^e = 4: -2.341
    assert row["information"] == pytest.approx(((-1.0 - even) * np.log(1.1)) ** 2 * 100 / 8)


def test_tests_of_that_length_find_the_answer():
    # Half of the weeks at 11.00 instead of 10.00, units with twice the variance of a count: four of five tests must tell
    # that -1.2 is not the elasticity at which the step just pays.
    today, choice = table()
    row = price_tests(today, np.array([-1.2]), choice, LIMITS).iloc[0]
    weeks, even = weeks_needed([row["information"]]), np.log(4 / 5) / np.log(1.1)
    rng, runs = np.random.default_rng(5), 4000
    mean = np.array([100.0, 100.0 * 1.1**-1.2]) * weeks / 2
    sold = rng.negative_binomial(mean, 0.5, (runs, 2))  # mean as asked, variance twice the mean
    found = np.log(sold[:, 1] / sold[:, 0])
    z = (found - even * np.log(1.1)) / np.sqrt(2 * (1 / sold).sum(axis=1))
    assert np.mean(np.abs(z) > norm.ppf(0.975)) == pytest.approx(0.80, abs=0.04)


def test_direction_floor_and_who_is_tested():
    down = price_tests(*(lambda t, c: (t, np.array([-6.0]), c, LIMITS))(*table(value_based=9.0)))
    assert down["test_price"][0] == 9.0
    beyond = price_tests(*(lambda t, c: (t, np.array([-1.2]), c, LIMITS))(*table("no room", 10.0)))
    assert (beyond["kind"][0], beyond["test_price"][0]) == ("beyond", 11.0)
    unknown = price_tests(*(lambda t, c: (t, np.array([np.nan]), c, LIMITS))(*table("no answer", np.nan)))
    assert unknown["test_price"][0] == 11.0 and unknown["information"][0] > 0
    change = price_tests(*(lambda t, c: (t, np.array([-1.2]), c, LIMITS))(*table("raise", 12.0, 11.5)))
    assert (change["kind"][0], change["test_price"][0]) == ("change", 11.5)
    today, choice = table(value_based=9.0)
    assert price_tests(today, np.array([-6.0]), choice, Limits(0.39, 0.15, Endings(()))).empty  # 9.00 leaves too little
    for verdict in ("about right", "no cost", "no unit price", "price war", "floor"):
        assert price_tests(today, np.array([-2.0]), choice.assign(verdict=verdict), LIMITS).empty


def test_lots_halve_every_group_and_stay_the_same():
    groups = pd.Series(list("aaaabbbbbc"))
    halves = by_lot(groups)
    counts = pd.crosstab(groups, halves)
    assert counts.loc["a"].tolist() == [2, 2] and sorted(counts.loc["b"]) == [2, 3]
    assert halves.equals(by_lot(groups)) and by_lot(groups[:0]).empty
