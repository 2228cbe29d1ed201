import numpy as np
import pandas as pd
import pytest

from playbook.methods.monitoring.drifting.sales import channel_rows, mix_rows, price_rows, shares, weekly_orders, windows

WEEKS = pd.date_range("2024-11-04", periods=80, freq="W-MON")


def sold(mix=1.0, price=1.0, seed=0, weeks=WEEKS):
    """Ten products in two groups; ``mix``: units of group b in the last 13 weeks, ``price``: prices then, as factors."""
    rng = np.random.default_rng(seed)
    rows = []
    for k, week in enumerate(weeks):
        late = k >= len(weeks) - 13
        for product in range(10):
            group = "a" if product < 5 else "b"
            units = rng.poisson(200 * (mix if late and group == "b" else 1))
            paid = (10 + product) * np.exp(rng.normal(0, 0.01)) * (price if late else 1)
            rows.append((product, group, week, float(units), units * paid))
    return pd.DataFrame(rows, columns=["product_id", "category", "week", "units", "revenue"]).astype({"category": "category"})


def test_the_same_weeks_a_year_before_where_there_is_a_year():
    found = windows(pd.Series(WEEKS))
    assert found.seasonal and found.now[0] - found.before[0] == pd.Timedelta(weeks=52)
    short = windows(pd.Series(WEEKS[:30]))
    assert not short.seasonal and short.before[-1] == short.now[0] - pd.Timedelta(weeks=1)
    assert windows(pd.Series(WEEKS[:25])) is None


def test_a_shift_of_the_mix_is_found_and_named():
    row = mix_rows(sold(mix=2.0))[0]
    assert row["level"] in {"a", "b"} and row["chance"] <= 0.01
    assert row["size"] - row["noise"] > 0.05
    table = shares(sold(mix=2.0), "category", "revenue")
    assert table["before"].sum() == pytest.approx(1) and table.loc["b", "change"] > 0.1


def test_a_rise_of_prices_is_found_without_the_mix():
    row = price_rows(sold(mix=2.0, price=1.05))[0]
    assert row["now"] == pytest.approx(1.05, abs=0.005)
    assert row["chance"] < 0.01


def test_chance_alone_is_chance():
    chances = [mix_rows(sold(seed=s))[0]["chance"] for s in range(25)]
    assert np.mean(np.array(chances) < 0.2) <= 0.45
    assert price_rows(sold())[0]["now"] == pytest.approx(1, abs=0.005)


def test_unchanged_prices_are_no_change():
    flat = sold().assign(revenue=lambda f: f["units"] * 10.0)
    assert price_rows(flat)[0]["chance"] == 1.0


def test_channels_count_orders_of_complete_weeks():
    day = pd.date_range("2025-01-01", periods=400, freq="D")
    orders = pd.DataFrame({"day": np.repeat(day, 4), "revenue": 1.0, "channel": ["web", "web", "shop", None] * 400})
    weekly = weekly_orders(orders)
    assert weekly.groupby("week").size().eq(28).all() and set(weekly["channel"]) == {"web", "shop", "not known"}
    assert channel_rows(weekly)[0]["size"] == pytest.approx(0)
    late = weekly["week"] > weekly["week"].max() - pd.Timedelta(weeks=13)
    moved = weekly.assign(channel=weekly["channel"].mask(late & (weekly["channel"] == "shop"), "web"))
    assert channel_rows(moved)[0]["chance"] <= 0.01
    assert channel_rows(weekly.assign(channel="web")) == []
