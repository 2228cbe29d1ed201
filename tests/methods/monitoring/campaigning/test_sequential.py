"""Evidence that may be looked at every day: by hand, and by what quiet campaigns raise under daily looks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from playbook.methods.monitoring.campaigning.first_orders import first_orders
from playbook.methods.monitoring.campaigning.sequential import always_valid, evidence, ranges


def test_the_evidence_is_the_likelihood_ratio_averaged_over_the_effects_worth_finding():
    estimate, variance, mixing = 0.3, 0.04, 0.5
    mean, _ = quad(lambda d: norm.pdf(estimate, d, variance**0.5) * norm.pdf(d, 0, mixing), -6, 6)
    by_hand = np.log(mean / norm.pdf(estimate, 0, variance**0.5))
    assert evidence(np.array([estimate]), np.array([variance]), mixing)[0] == pytest.approx(by_hand)


def test_p_values_never_rise_again_and_start_at_one():
    assert always_valid(np.log([0.5, 10, 2, 40])).tolist() == pytest.approx([1, 0.1, 0.1, 0.025])


@given(estimate=st.floats(-3, 3), variance=st.floats(1e-4, 10), mixing=st.floats(0.01, 3), level=st.sampled_from([0.8, 0.95]))
def test_the_range_holds_just_the_effects_that_the_test_does_not_rule_out(estimate, variance, mixing, level):
    low, high = ranges(np.array([estimate]), np.array([variance]), mixing, level)
    for end, out in ((low[0], -1), (high[0], 1)):
        for step, kept in ((-1e-3, True), (1e-3, False)):
            effect = end + out * step * (high[0] - low[0])
            p_value = always_valid(evidence(np.array([estimate - effect]), np.array([variance]), mixing))[0]
            assert (p_value > 1 - level) == kept


def test_sixty_daily_looks_call_hardly_any_quiet_campaign_unusual_where_the_usual_test_calls_a_third():
    """A click in thirty orders, 200 clicks a day in each of two arms, 2,000 campaigns (the benchmark has more)."""
    rng, looks, clicks, rate = np.random.default_rng(5), 60, 200, 1 / 30
    one, other = (rng.binomial(clicks, rate, (2000, looks)).cumsum(axis=1) for _ in range(2))
    cases = clicks * np.arange(1, looks + 1)
    pooled = (one + other) / (2 * cases)
    difference, variance = (one - other) / cases, np.maximum(2 * pooled * (1 - pooled) / cases, 1e-12)
    ours = always_valid(evidence(difference, variance, 0.25 * rate).max(axis=1, keepdims=True).T)
    final = np.exp(-np.maximum(evidence(difference, variance, 0.25 * rate), 0).max(axis=1))
    usual = (np.abs(difference) / np.sqrt(variance) > norm.isf(0.025)).any(axis=1)
    assert ours.shape == (1, 2000) and (final <= 0.05).mean() <= 0.05 and (final <= 0.2).mean() <= 0.2
    assert usual.mean() > 0.25
    low, high = ranges(difference, variance, 0.25 * rate, 0.8)
    assert ((low <= 0) & (high >= 0)).all(axis=1).mean() >= 0.8


def bought(days: list[str], treated: list[bool]) -> pd.DataFrame:
    return pd.DataFrame({"day": pd.to_datetime(days), "treated": treated})


DAYS = pd.date_range("2026-03-02", periods=3)


def test_one_buyer_of_two_is_no_evidence_and_counts_are_of_all_days_so_far():
    found = first_orders(bought(["2026-03-03"], [True]), 1, 1, DAYS).days
    assert found["treated"].tolist() == [0, 1, 1] and found["control"].tolist() == [0, 0, 0]
    assert found["p_value"].iloc[-1] > 0.9
    assert found["low"].iloc[0] == 0 and np.isinf(found["high"].iloc[0])  # nothing known before the first order


def test_twice_as_many_first_orders_from_equal_groups_are_shown_and_the_odds_are_two():
    first = ["2026-03-02"] * 300
    found = first_orders(bought(first, [True] * 200 + [False] * 100), 2000, 2000, DAYS).days.iloc[-1]
    assert found["p_value"] < 0.001
    assert found["best"] == pytest.approx((200 / 1800) / (100 / 1900), rel=0.03)  # the sample odds ratio
    assert 1.4 < found["low"] < found["best"] < found["high"] < 3.2


def test_equal_groups_of_customers_who_differ_hold_the_level_at_all_looks():
    """Customers order at rates that differ tenfold: days are not independent of each other, the draw of each day is."""
    rng, days = np.random.default_rng(3), pd.date_range("2026-03-02", periods=60)
    treated = np.arange(400) < 200
    p_values, held = [], []
    for _ in range(60):
        day = rng.geometric(np.clip(rng.gamma(1, 0.02, 400), 1e-5, 0.99))
        came = day <= 60
        found = first_orders(bought(days[day[came] - 1], treated[came].tolist()), 200, 200, days).days
        p_values.append(found["p_value"].iloc[-1])
        held.append(((found["low"] <= 1) & (found["high"] >= 1)).all())
    assert np.mean(np.array(p_values) <= 0.2) <= 0.2 and np.mean(held) >= 0.8
