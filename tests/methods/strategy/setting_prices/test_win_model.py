"""Win model: as statsmodels finds it, confounding taken out, and what separates winners fully does no harm."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import expit

from playbook.methods.strategy.setting_prices.win_model import TENTH, fit_wins


def deals(n=4000, seed=1):
    rng = np.random.default_rng(seed)
    owner = rng.choice(["Ana", "Ben"], n)
    hard = np.where(owner == "Ben", 1.0, 0.0)  # Ben gets the hard deals, and gives more
    table = pd.DataFrame({"owner": owner, "list_price": rng.lognormal(9, 0.7, n)})
    table["discount"] = np.clip(0.08 + 0.08 * hard + rng.normal(0, 0.04, n), 0, 0.4)
    table["won"] = rng.random(n) < expit(-0.5 - 2.0 * hard + 8.0 * table["discount"])
    return table


def test_agrees_with_statsmodels_where_data_are_many():
    table = deals()
    model = fit_wins(table)
    size = np.log(table["list_price"])
    x = np.column_stack(
        [
            np.ones(len(table)),
            table["discount"] / TENTH,
            (size - size.mean()) / size.std(ddof=0),
            (table["owner"] == "Ben").astype(float),
        ]
    )
    peer = sm.Logit(table["won"].to_numpy(dtype=float), x.astype(float)).fit(disp=0)
    assert model.coefficients[1:3] == pytest.approx(peer.params[1:3], abs=0.01)
    assert model.error[1] == pytest.approx(peer.bse[1], rel=0.02)
    assert model.draws.mean(axis=0) == pytest.approx(model.coefficients)  # mirrored
    assert model.draws[:, 1].std() == pytest.approx(model.error[1], rel=0.12)


def test_discounts_for_hard_deals_seem_useless_until_deals_alike_are_compared():
    table = deals()
    assert fit_wins(table, ()).coefficients[1] < 0.3 < 0.6 < fit_wins(table).coefficients[1] == pytest.approx(0.8, abs=0.15)


def test_chances_by_hand():
    table = deals()
    model = fit_wins(table)
    chance = model.chance(table.head(2), np.array([0.0, 0.1]))
    assert chance.shape == (2, 2, len(model.draws))
    odds = np.log(chance / (1 - chance))
    assert odds[:, 1] - odds[:, 0] == pytest.approx(np.tile(model.draws[:, 1], (2, 1)))
    each = model.chance(table.head(2), np.array([[0.1], [0.0]]))
    assert each[0, 0] == pytest.approx(chance[0, 1]) and each[1, 0] == pytest.approx(chance[1, 0])


def test_full_separation_strangers_and_equal_sizes():
    table = deals(200)
    table["won"] = table["discount"] > table["discount"].median()
    table["list_price"] = 100.0
    model = fit_wins(table)
    assert np.isfinite(model.coefficients).all() and model.coefficients[1] > 0
    stranger = table.head(1).assign(owner="New")
    assert np.isfinite(model.chance(stranger, np.array([0.1]))).all()
    assert np.isfinite(fit_wins(table.drop(columns="owner")).error).all()
