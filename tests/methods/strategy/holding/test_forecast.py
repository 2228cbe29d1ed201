"""Forecasts of demand: figures by hand, a season and a rise that are found, and points that serve what they promise."""

import numpy as np
import pandas as pd
import pytest

from playbook.methods.strategy.holding.forecast import forecast
from playbook.methods.strategy.holding.policy import over_lead, replay


def shop(mean, weeks=156, products=40, seed=1):
    """Poisson demand about ``mean`` (a function of the week)."""
    rng = np.random.default_rng(seed)
    means = np.array([mean(week) for week in range(weeks)])[:, None] * np.linspace(0.5, 1.5, products)
    index = pd.date_range("2023-10-02", periods=weeks, freq="W-MON")
    return pd.DataFrame(rng.poisson(means).astype(float), index, [f"p{i}" for i in range(products)])


def test_steady_demand_is_its_mean_with_the_doubt_of_a_mean():
    units = pd.DataFrame({"a": [4.0, 6.0] * 13})
    found = forecast(units)
    mean, variance = found.ahead(26, np.array([3.0]))
    assert found.alpha == 0.0 and not found.seasonal and mean[0] == pytest.approx(15.0)
    # three weeks share the error of the mean of 26: mean of (1 + (3 - j) / 26)^2, by hand
    grown = (1 + (1 + 1 / 26) ** 2 + (1 + 2 / 26) ** 2) / 3
    assert variance[0] == pytest.approx(15.0 * grown)  # errors are smaller than Poisson's, which is the least


def test_a_rise_is_followed_and_unseen_weeks_change_nothing():
    found = forecast(shop(lambda week: 10 if week < 120 else 25))
    assert found.alpha >= 0.06 and found.level[-1].mean() == pytest.approx(25, rel=0.05)
    units = shop(lambda week: 10)
    units.iloc[-10:, 0] = np.nan
    assert forecast(units).level[-1, 0] == forecast(units).level[-11, 0]


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_product_that_was_never_in_stock_changes_nothing_for_the_others():
    units = pd.DataFrame({"a": np.arange(40.0) % 7})
    both, alone = forecast(units.assign(never=np.nan)), forecast(units)
    assert both.alpha == alone.alpha and both.level[:, 0].tolist() == alone.level[:, 0].tolist() and not both.level[:, 1].any()


def test_a_season_is_counted_in_where_there_is_one():
    units = shop(lambda week: 20 * np.exp(0.5 * np.cos(2 * np.pi * week * 7 / 365.25)))
    found = forecast(units)
    assert found.seasonal and found.season[:52].max() / found.season[:52].min() == pytest.approx(np.e, rel=0.1)
    assert not forecast(shop(lambda week: 20)).seasonal or found.season.std() > 5 * forecast(shop(lambda week: 20)).season.std()


@pytest.mark.parametrize(
    "mean", [lambda week: 3.0, lambda week: 12.0, lambda week: 10 * np.exp(0.5 * np.cos(2 * np.pi * week * 7 / 365.25))]
)
def test_points_cover_what_they_promise(mean):
    """Of the demand over lead time and review, seen afterwards, about 95 percent lies at or below the point."""
    units, time = shop(mean), 3
    found, covered = forecast(units), []
    lead, varies = pd.Series(2.0, units.columns), pd.Series(0.0, units.columns)
    for week in range(104, 153):
        ahead = over_lead(found, week, lead, varies)
        seen = units.iloc[week : week + time].sum().to_numpy()
        covered.append((seen <= ahead["expected"] + 1.645 * np.sqrt(ahead["uncertain"])).mean())
    assert 0.92 <= np.mean(covered) <= 0.98


def test_the_replay_looks_at_no_week_to_come():
    units = shop(lambda week: 10, weeks=80, products=5)
    table = pd.DataFrame({"quantity": 40.0, "lead": 2.0, "lead_variance": 0.0}, units.columns)
    start = pd.Series(30.0, units.columns)
    served, stock, weeks = replay(units, forecast(units), table, 0.95, start)
    assert weeks == 52 and 0.97 < served <= 1 and 5 * 10 < stock < 5 * 80
    level = forecast(pd.DataFrame({"a": [10.0] * 60 + [1000.0]})).level[:, 0]
    assert level[60] == 10 and level[61] > 20
