"""The forecast engine on a fixed sample of the M3 competition's monthly series (Makridakis and Hibon 2000)."""

import warnings

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.forecasting.theta import ThetaModel

from measure import cpu
from playbook.methods.market_research.forecast import forecast
from playbook.methods.market_research.forecast_candidates import seasonal_naive
from playbook.result.formats import LEVEL

SEASON, SERIES = 12, 40


@pytest.fixture(scope="module")
def sample(shared_data) -> list[tuple[np.ndarray, np.ndarray]]:
    """Forty series in even steps through the list: what may be learned from, and the 18 months to forecast."""
    table = pd.read_parquet(shared_data / "m3_monthly" / "observations.parquet").sort_values(["series", "t"])
    names = sorted(table["series"].unique())
    chosen = [names[i] for i in np.linspace(0, len(names) - 1, SERIES).round().astype(int)]
    parts = {key: rows["y"].to_numpy() for key, rows in table[table["series"].isin(chosen)].groupby(["series", "split"])}
    return [(parts[name, "train"], parts[name, "test"]) for name in chosen]


def theta_model(history: np.ndarray, horizon: int) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # statsmodels on the fits of single series
        return ThetaModel(history, period=SEASON).fit().forecast(horizon).to_numpy()


def smape(actual: np.ndarray, expected: np.ndarray) -> float:
    return float(np.mean(200 * np.abs(actual - expected) / (np.abs(actual) + np.abs(expected))))


def mase(history: np.ndarray, actual: np.ndarray, expected: np.ndarray) -> float:
    return float(np.mean(np.abs(actual - expected)) / np.mean(np.abs(history[SEASON:] - history[:-SEASON])))


@pytest.mark.realdata
def test_forecast_against_theta_and_naive(note, sample):
    ours, cost = cpu(lambda: [forecast(pd.Series(history), len(test), SEASON).path for history, test in sample])
    theta, theta_cost = cpu(lambda: [theta_model(history, len(test)) for history, test in sample])
    rivals = {"statsmodels Theta": theta, "seasonal naive": [seasonal_naive(h, len(t), SEASON) for h, t in sample]}
    tests, points = [test for _, test in sample], [path["value"].to_numpy() for path in ours]
    for rival, paths in rivals.items():
        for measure, score in (("sMAPE", lambda h, t, p: smape(t, p)), ("MASE", mase)):
            mine, their = (
                float(np.mean([score(h, t, p) for (h, t), p in zip(sample, given, strict=True)])) for given in (points, paths)
            )
            note(f"forecast, {measure}, {SERIES} M3 series", f"{mine:.2f}", rival, f"{their:.2f}", mine / their)
    inside = np.mean([np.mean((p["low"] <= t) & (t <= p["high"])) for p, t in zip(ours, tests, strict=True)])
    note("  share of months inside the range", f"{inside:.0%}", "meant to be", f"{LEVEL:.0%}")
    note(
        "  a series",
        f"{cost.cpu / SERIES:.2f} s",
        "statsmodels Theta",
        f"{theta_cost.cpu / SERIES:.3f} s",
        cost.cpu / theta_cost.cpu,
    )
    assert np.isfinite(points[0]).all() and 0 < inside < 1
