"""Stock: how often points cover the demand that then came, and with how much safety stock, beside the textbook's rule."""

import numpy as np
import pandas as pd
from scipy.stats import norm

from measure import cpu
from playbook.methods.strategy.holding.demand import quantile
from playbook.methods.strategy.holding.forecast import forecast
from playbook.methods.strategy.holding.policy import REVIEW_WEEKS, over_lead

LEVEL, LEAD, WEEKS, PRODUCTS, YEAR = 0.95, 3.0, 156, 400, 52


def season(week):
    return np.exp(0.4 * np.cos(2 * np.pi * week * 7 / 365.25))


SHOPS = {
    "steady": lambda week, size: size,
    "season": lambda week, size: size * season(week),
    "growth": lambda week, size: size * (0.5 + week / WEEKS),
    "slow (0.1 to 1 a week)": lambda week, size: 0.1 + 0.9 * (size - size.min()) / np.ptp(size),
}


def sold(mean, overdispersion=1.5, seed=4):
    rng, size = np.random.default_rng(seed), np.geomspace(1, 40, PRODUCTS)
    means = np.array([mean(week, size) for week in range(WEEKS)])
    spread = means / (overdispersion - 1)
    index = pd.date_range("2023-10-02", periods=WEEKS, freq="W-MON")
    return pd.DataFrame(rng.negative_binomial(spread, 1 / overdispersion).astype(float), index, range(PRODUCTS))


def textbook(units, week, time):
    """Mean and standard deviation of the last year, z sigma root L, normal (Silver, Pyke & Thomas 2017, ch. 6)."""
    year = units.iloc[week - YEAR : week]
    return np.ceil(year.mean() * time + norm.ppf(LEVEL) * year.std() * np.sqrt(time)).to_numpy()


def ours(found, units, week):
    lead = pd.Series(LEAD, units.columns)
    ahead = over_lead(found, week, lead, lead * 0)
    return quantile(LEVEL, ahead["expected"].to_numpy(), ahead["uncertain"].to_numpy())


def test_points_cover_what_was_asked(note):
    time = int(LEAD + REVIEW_WEEKS)
    for name, mean in SHOPS.items():
        units = sold(mean)
        found, spent = cpu(lambda units=units: forecast(units))
        weeks = range(WEEKS - YEAR, WEEKS - time, 2)
        asked = np.array([units.iloc[week : week + time].sum() for week in weeks])
        mine = np.array([ours(found, units, week) for week in weeks])
        theirs = np.array([textbook(units, week, time) for week in weeks])
        held, usual = (asked <= mine).mean(axis=1), (asked <= theirs).mean(axis=1)
        note(
            f"{name}: cycles covered (asked {LEVEL}), worst month", f"{held.mean():.3f}, {held.min():.3f}",
            "mean and deviation of the year", f"{usual.mean():.3f}, {usual.min():.3f}",
        )  # fmt: skip
        note(f"{name}: units held beyond what came", f"{(mine - asked).mean():.1f}", "", f"{(theirs - asked).mean():.1f}")
        assert abs(held.mean() - LEVEL) < 0.03 and held.min() > usual.min() - 0.03
    note(f"forecast of {PRODUCTS} products, {WEEKS} weeks", f"{spent.cpu:.2f} s")
