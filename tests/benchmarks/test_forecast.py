"""The forecast engine on all 714 monthly series of the M3 competition (Makridakis and Hibon 2000), horizon 18.

Published on these series (sMAPE): Naive2 16.341, automatic Box-Jenkins 14.388, ForecastPro 13.750, Theta 13.600.

The rules of combination and range were chosen on M3. On monthly series that had no part in that, every second one of at least 28
months, measured once with statsmodels' Theta beside it (sMAPE, MASE, share inside the range): M1 competition, 309 series, 13.88
and 1.038 (Theta 16.45, 1.094), 77 %; tourism competition, 183 series, 19.04 and 1.486 (Theta 20.74, 1.687), 82 %. Of yearly
sums of the M3 series 80 % lay inside their range.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from peers import peer_python, run_peer
from statsmodels.tsa.forecasting.theta import ThetaModel

from measure import cpu
from playbook.engagement import open_engagement
from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.market_research.demand import demand
from playbook.methods.market_research.forecasting.forecast import forecast
from playbook.result.formats import LEVEL, Formats

SEASON = 12
PEER = Path(__file__).parent / "forecast_peer.py"


@pytest.fixture(scope="module")
def observations(shared_data) -> Path:
    return shared_data / "m3_monthly" / "observations.parquet"


@pytest.fixture(scope="module")
def series(observations) -> list[tuple[np.ndarray, np.ndarray]]:
    """What may be learned from, and the 18 months to forecast."""
    table = pd.read_parquet(observations).sort_values(["series", "t"])
    parts = {key: rows["y"].to_numpy() for key, rows in table.groupby(["series", "split"])}
    return [(parts[name, "train"], parts[name, "test"]) for name in sorted(table["series"].unique())]


def theta_model(history: np.ndarray, horizon: int) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # statsmodels on the fits of single series
        return ThetaModel(history, period=SEASON).fit().forecast(horizon).to_numpy()


def smape(actual: np.ndarray, expected: np.ndarray) -> float:
    return float(np.mean(200 * np.abs(actual - expected) / (np.abs(actual) + np.abs(expected))))


def mase(history: np.ndarray, actual: np.ndarray, expected: np.ndarray) -> float:
    return float(np.mean(np.abs(actual - expected)) / np.mean(np.abs(history[SEASON:] - history[:-SEASON])))


@pytest.mark.realdata
def test_forecast_of_m3_against_theta_and_statsforecast(note, series, observations):
    paths, cost = cpu(lambda: [forecast(pd.Series(history), len(test), SEASON).path for history, test in series])
    points = [path["value"].to_numpy() for path in paths]
    ours = {
        "sMAPE": np.mean([smape(t, p) for (_, t), p in zip(series, points, strict=True)]),
        "MASE": np.mean([mase(h, t, p) for (h, t), p in zip(series, points, strict=True)]),
    }
    inside = np.mean([np.mean((p["low"] <= t) & (t <= p["high"])) for p, (_, t) in zip(paths, series, strict=True)])
    theta, theta_cost = cpu(lambda: [theta_model(history, len(test)) for history, test in series])
    peers = json.loads(run_peer(peer_python("statsforecast", "statsforecast==2.1.1", "pyarrow"), PEER, str(observations)))
    rivals = {
        "statsmodels Theta": {
            "smape": np.mean([smape(t, p) for (_, t), p in zip(series, theta, strict=True)]),
            "mase": np.mean([mase(h, t, p) for (h, t), p in zip(series, theta, strict=True)]),
            "seconds": theta_cost.cpu,
        },
        **{f"statsforecast {name}": found for name, found in peers.items()},
    }
    for rival, found in rivals.items():
        for measure, mine in ours.items():
            their = found[measure.lower()]
            note(f"forecast, {measure}, {len(series)} M3 series", f"{mine:.3f}", rival, f"{their:.3f}", mine / their)
        note("  a series, ours with its test and range", f"{cost.cpu / len(series):.3f} s", rival,
             f"{found['seconds'] / len(series):.3f} s", cost.cpu / found["seconds"])  # fmt: skip
    note("  share of months inside the range", f"{inside:.1%}", "meant to be", f"{LEVEL:.0%}")
    assert ours["sMAPE"] <= 13.15 and ours["MASE"] <= 0.825
    assert 0.77 <= inside <= 0.83


@pytest.mark.parametrize("client", ["aurora-audio", "complete-journey"])
def test_demand_of_a_bundled_client(note, client):
    engagement = open_engagement(client)
    tables = open_tables(engagement)
    names = ["category_months", "product_months", "product_weeks", "product_list"]
    names += ["competitor_weeks"] if "competitors" in tables.rows else []
    frames = {name: FRAMES[name].build(tables) for name in names}
    months, fmt = FRAMES["months"].build(tables), Formats(engagement.currency)
    result, cost = cpu(lambda: demand(months, fmt, tables.as_of, engagement.objectives, **frames))
    note(f"demand of {client}: {len(result.items)} series", f"{cost.cpu:.1f} s")
    assert len(result.products) > len(result.groups) > 0
