import numpy as np
import pandas as pd
import pytest

from playbook.methods.strategy.whatif.business import Business
from playbook.methods.strategy.whatif.ranges import ASSUMED, OTHERWISE, WIDTH, driver_ranges


def _shop(history: pd.DataFrame, **more) -> Business:
    return Business("shop", {name: 1.0 for name in history} or {"orders": 1.0}, history, 100.0, **more)


def _moving(n: int, together: float, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    common, own = rng.normal(0, 0.05, n), rng.normal(0, 0.05, (n, 2))
    logs = together * common[:, None] + np.sqrt(1 - together**2) * own
    season = np.sin(np.arange(n) * np.pi / 6)[:, None]
    return pd.DataFrame(np.exp(logs + season), columns=["customers", "order_value"])


def test_changes_on_the_year_before_give_range_and_correlation_free_of_the_season():
    found = driver_ranges(_shop(_moving(240, 0.9)))
    assert found.basis == {"customers": "years", "order_value": "years"}
    spread = np.sqrt(np.diag(found.covariance))
    assert spread == pytest.approx([0.05 * np.sqrt(2)] * 2, rel=0.25)
    assert found.covariance[0, 1] / spread.prod() == pytest.approx(0.81, abs=0.1)


def test_few_months_and_none():
    assert driver_ranges(_shop(_moving(10, 0))).basis == {"customers": "months", "order_value": "months"}
    found = driver_ranges(_shop(_moving(3, 0), margin=0.3))
    assert set(found.basis.values()) == {"assumed"}
    low, high = found.edges("customers")
    assert high == pytest.approx(1 + OTHERWISE) and low == pytest.approx(1 / (1 + OTHERWISE))
    assert found.edges("cost")[1] == pytest.approx(1 + ASSUMED["cost"])


def test_revenue_scatters_as_the_forecast_says():
    found = driver_ranges(_shop(_moving(60, 0.5), margin=0.3), spread=0.02)
    drawn = found.draw(40_000, np.random.default_rng(0))
    assert np.log(drawn["customers"] * drawn["order_value"]).std() == pytest.approx(0.02, rel=0.02)
    assert found.edges("cost")[1] == pytest.approx(1 + ASSUMED["cost"])  # what is assumed is not rescaled
    inside = (drawn["customers"] >= found.edges("customers")[0]) & (drawn["customers"] <= found.edges("customers")[1])
    assert inside.mean() == pytest.approx(0.8, abs=0.01)


def test_wild_empty_and_zero_months_do_no_harm():
    wild = pd.DataFrame({"customers": [1e-6, 1e6] * 20, "order_value": [0.0] * 40})
    found = driver_ranges(_shop(wild))
    assert np.isfinite(found.covariance).all()
    assert found.edges("customers")[1] < np.exp(WIDTH * 0.51)
    assert found.basis["order_value"] == "assumed"
    assert driver_ranges(_shop(pd.DataFrame())).basis == {"orders": "assumed"}
