"""Elasticity: published numbers, the planted truth within its ranges, and the fits against libraries that take their time."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.discrete.truncated_model import TruncatedLFPoisson

from playbook.generate import generate_client
from playbook.methods.market_research.pricing.cross_prices import answer_to_rivals, cross_groups, cross_pairs
from playbook.methods.market_research.pricing.elasticity import measure_response
from playbook.methods.market_research.pricing.panel import price_panel
from playbook.methods.market_research.pricing.panel_fit import cluster_covariance, fit_counts, fit_logs, lagged_covariance
from playbook.methods.market_research.pricing.shrinkage import between_variance, pool, stand_out

WEEKS = pd.date_range("2024-01-01", periods=120, freq="7D")


def shop(products=8, elasticity=-2.0, mean=12.0, seed=1, groups=2, cross=None, lift=0.0) -> pd.DataFrame:
    """Product weeks of a shop whose prices move in steps and promotions; ``cross``: {(product, other): elasticity}."""
    rng = np.random.default_rng(seed)
    n = len(WEEKS)
    steps = np.where(rng.random((n, products)) < 1 / 20, rng.normal(0, 0.12, (n, products)), 0).cumsum(axis=0)
    promoted = rng.random((n, products)) < 0.15
    log_price = steps - 0.2 * promoted
    season = 0.3 * np.sin(np.arange(n) / 52 * 2 * np.pi)[:, None]
    rate = np.log(mean) + season + elasticity * log_price + lift * promoted
    for (product, other), value in (cross or {}).items():
        rate[:, product] += value * log_price[:, other]
    units = rng.poisson(np.exp(rate))
    table = pd.DataFrame(
        {
            "product_id": np.tile([f"p{i}" for i in range(products)], n),
            "category": np.tile([f"group {i % groups}" for i in range(products)], n),
            "week": np.repeat(WEEKS, products), "units": units.ravel().astype(float), "orders": units.ravel(),
            "revenue": (units * 50 * np.exp(log_price)).ravel(), "discounted_units": (units * promoted).ravel().astype(float),
        }
    )  # fmt: skip
    return table[table["units"] > 0].reset_index(drop=True)


def planted(seed: int, customers: int):
    """What the frame of product weeks would hold for a generated client, and its planted elasticities."""
    client = generate_client(seed=seed, customers=customers)
    lines = client.tables["orders"]
    lines = lines[(lines["quantity"] > 0) & (lines["revenue"] > 0)]
    monday = lines["order_date"].dt.normalize() - pd.to_timedelta(lines["order_date"].dt.day_of_week, "D")
    lines = lines.assign(week=monday, discounted=lines["quantity"].where(lines["discount"] > 0, 0))
    table = lines.groupby(["product_id", "week"], as_index=False).agg(
        units=("quantity", "sum"),
        revenue=("revenue", "sum"),
        orders=("order_id", "nunique"),
        discounted_units=("discounted", "sum"),
    )
    whole = table["week"].between("2023-11-06", "2026-10-19")
    category = client.tables["products"].set_index("product_id")["category"]
    table = table[whole].assign(category=table["product_id"].map(category)).dropna(subset=["category"])
    return table, client.truth.values["elasticity"]


@pytest.mark.realdata
def test_cheese_as_published(shared_data):
    # bayesm, cheese: log volume on log price and display, with retailer effects (-2.3883, se .0332; .9142), without (-1.2576)
    cheese = pd.read_csv(shared_data / "cheese" / "bayesm_cheese.csv")
    slopes, y = np.column_stack([np.log(cheese["PRICE"]), cheese["DISP"]]), np.log(cheese["VOLUME"]).to_numpy()
    retailer = pd.factorize(cheese["RETAILER"])[0]
    fit = fit_logs(y, slopes, [retailer])
    assert fit.coefficients == pytest.approx([-2.3883, 0.9142], abs=5e-5)
    assert fit.errors[0] == pytest.approx(0.0332, abs=5e-5)
    assert fit_logs(y, slopes, [np.zeros(len(y), dtype=int)]).coefficients[0] == pytest.approx(-1.2576, abs=5e-5)
    dummies = np.hstack([slopes, np.eye(retailer.max() + 1)[retailer]])
    robust = sm.OLS(y, dummies).fit(cov_type="cluster", cov_kwds={"groups": retailer})
    assert np.sqrt(np.diag(cluster_covariance(fit, retailer))) == pytest.approx(robust.bse[:2], rel=1e-6)
    assert np.sqrt(cluster_covariance(fit, retailer)[0, 0]) > 3 * fit.errors[0]  # weeks of one retailer hang together


@pytest.fixture(scope="module")
def small():
    rng = np.random.default_rng(5)
    unit, time = np.repeat(np.arange(6), 40), np.tile(np.arange(40), 6)
    x = rng.normal(size=240)
    counts = rng.poisson(np.exp(0.4 + 0.1 * unit + 0.2 * np.sin(time) - 0.5 * x))
    dummies = np.hstack([x[:, None], np.eye(6)[unit], np.eye(40)[time][:, 1:]])
    return x, counts.astype(float), unit, time, dummies


def test_counts_as_in_statsmodels(small):
    x, counts, unit, time, dummies = small
    plain = fit_counts(counts, x[:, None], [unit, time], truncated=False)
    theirs = sm.GLM(counts, dummies, family=sm.families.Poisson()).fit(scale="X2")
    assert plain.coefficients[0] == pytest.approx(theirs.params[0], abs=1e-6)
    assert plain.errors[0] == pytest.approx(theirs.bse[0], rel=1e-5)
    clustered = sm.GLM(counts, dummies, family=sm.families.Poisson()).fit(cov_type="cluster", cov_kwds={"groups": unit})
    ours = np.sqrt(cluster_covariance(plain, unit)[0, 0])
    assert ours == pytest.approx(clustered.bse[0], rel=1e-4)


def test_truncated_counts_as_in_statsmodels(small):
    x, counts, unit, _, _ = small
    sold = counts > 0
    ours = fit_counts(counts[sold], x[sold, None], [unit[sold]])
    dummies = np.hstack([x[sold, None], np.eye(6)[unit[sold]]])
    theirs = TruncatedLFPoisson(counts[sold], dummies, truncation=0).fit(disp=0, maxiter=200)
    assert ours.coefficients[0] == pytest.approx(theirs.params[0], abs=1e-4)


def test_lagged_errors_as_in_statsmodels(small):
    x, counts, unit, time, _ = small
    one = unit == 0
    fit = fit_logs(np.log1p(counts[one]), x[one, None], [np.zeros(40, dtype=int)])
    theirs = sm.OLS(np.log1p(counts[one]), sm.add_constant(x[one])).fit(
        cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": True}
    )
    assert np.sqrt(lagged_covariance(fit, unit[one], time[one], 4)[0, 0]) == pytest.approx(theirs.bse[1], rel=1e-6)


def test_a_slope_that_the_effects_explain_is_refused():
    unit = np.repeat(np.arange(3), 5)
    with pytest.raises(ValueError, match="cannot be told apart"):
        fit_logs(np.arange(15.0), np.zeros((15, 1)), [unit])


def test_shrinkage_by_hand():
    # Two estimates 1 and 3 with variance 1: squares (1 + 1) / (1 + t) = 1 at t = 1; weights equal, mean 2.
    assert between_variance([1, 3], [1, 1]) == pytest.approx(1)
    assert between_variance([1, 1.1], [1, 1]) == 0
    result = pool(np.array([1.0, 3.0]), np.ones(2), np.zeros(2, dtype=int), 0.8)
    assert result.mean == pytest.approx([2])
    assert result.value == pytest.approx([1.5, 2.5])  # half own, half group
    # Error of the mean: sqrt(1 / (2 / (1 + 1))) = 1; 80 percent of a normal lie within 1.2816.
    assert result.high - result.mean == pytest.approx([stats.norm.ppf(0.9)])
    alone = pool(np.array([-2.0]), np.array([0.25]), np.zeros(1, dtype=int), 0.8)
    assert (alone.value[0], alone.value_error[0]) == pytest.approx((-2.0, 0.5))
    sure = pool(np.array([0.0, 5.0]), np.array([1e-6, 1.0]), np.zeros(2, dtype=int), 0.8)
    assert sure.value[0] == pytest.approx(0.0, abs=1e-4)  # who is sure keeps what it found


def test_the_extremes_of_many_groups_are_not_the_luckiest():
    rng = np.random.default_rng(3)
    found = rng.normal(-2, 0.8, 200)  # the truth is -2 in each of 200 groups of one product
    drawn = pool(found, np.full(200, 0.64), np.arange(200), 0.8)
    assert found.min() < -3.5 < drawn.mean.min() and drawn.mean == pytest.approx(-2, abs=0.3)
    assert np.mean((drawn.low < -2) & (drawn.high > -2)) > 0.8
    # Means -3 -1 1 3 with errors of 1: squares 20 / (1 + t) = 3 at t = 17/3; drawn by 1/3 x 1 / (1 + 17/3) = .05 to the mean 0.
    apart = pool(np.array([-3.0, -1, 1, 3]), np.ones(4), np.arange(4), 0.8)
    assert apart.mean == pytest.approx([-2.85, -0.95, 0.95, 2.85])


def test_only_what_chance_cannot_explain_stands_out():
    assert stand_out(np.array([0.001, 0.02, 0.9, 0.5])).tolist() == [True, True, False, False]
    assert stand_out(np.full(100, 0.04)).sum() == 100  # 100 tests all below the share
    assert stand_out(np.linspace(0.01, 1, 100)).sum() == 0  # what chance gives
    assert stand_out(np.array([])).tolist() == []


def test_planted_elasticity_promotion_and_kind():
    table = shop(products=12, elasticity=-2.0, lift=0.25)
    response = measure_response(price_panel(table), 0.9)
    assert response.kind == "counts"
    assert response.groups["elasticity"].to_numpy() == pytest.approx([-2, -2], abs=0.35)
    assert response.promotion == pytest.approx(0.25, abs=0.12)
    assert (response.groups["low"] < -2).all() and (response.groups["high"] > -2).all()
    large = measure_response(price_panel(shop(products=12, mean=400)), 0.9)
    assert large.kind == "logs"
    assert large.groups["elasticity"].to_numpy() == pytest.approx([-2, -2], abs=0.1)


def test_weeks_without_a_sale_do_not_weaken_the_answer():
    panels = [price_panel(shop(products=20, elasticity=-2.0, mean=0.9, seed=seed, groups=1)) for seed in range(6)]
    assert min(panel.empty for panel in panels) > 0.2
    counted = [measure_response(panel, 0.8).groups["elasticity"][0] for panel in panels]
    logged = [measure_response(panel, 0.8, kind="logs").groups["elasticity"][0] for panel in panels]
    assert np.mean(counted) == pytest.approx(-2, abs=0.25)
    assert np.mean(logged) > -1.3  # logs of the weeks that sold: what the method must not do here


@pytest.mark.parametrize(("customers", "held", "off"), [(3000, 0.85, 0.12), (800, 0.70, 0.20)])
def test_planted_truth_lies_within_the_ranges(customers, held, off):
    # Three clients of 20 in tests/benchmarks/test_elasticity.py: 7 groups each. With 800 customers ten clients held 79 percent,
    # with estimates .15 too far from zero on average.
    inside, errors = [], []
    for seed in range(1, 4):
        table, truth = planted(seed, customers)
        groups = measure_response(price_panel(table), 0.9).groups
        true = groups["category"].map(truth)
        inside.extend(groups["low"].le(true) & groups["high"].ge(true))
        errors.extend(groups["elasticity"] - true)
    assert np.mean(inside) >= held
    assert abs(np.mean(errors)) < off


def test_what_cannot_be_measured_is_named():
    table = shop(products=6, groups=1)
    odd = table["product_id"].map({"p0": "still", "p1": "weighed", "p2": "new", "p3": "rare"})
    still = odd == "still"
    table.loc[still, "revenue"] = table.loc[still, "units"] * 9.9
    table["unit_low"], table["unit_high"] = 10.0, np.where(odd == "weighed", 14.0, 10.0)
    table = table[(odd != "new") | (table["week"] >= WEEKS[-20])].copy()
    rare = odd.reindex(table.index) == "rare"
    table.loc[rare, "orders"] = 1
    left = price_panel(table).left_out.set_index("product_id")["reason"]
    assert sorted(left.index) == ["p0", "p1", "p2", "p3"]
    assert "hardly moved" in left["p0"] and "no price per unit" in left["p1"]
    assert "fewer than 26 weeks" in left["p2"] and "once a week" in left["p3"]


def test_a_price_out_of_all_proportion_is_left_out():
    table = shop(products=12)
    clean = measure_response(price_panel(table), 0.8).groups["elasticity"]
    table.loc[[5, 50, 500], "units"] *= 1000  # units in grams, once
    panel = price_panel(table)
    assert panel.odd == 3
    assert measure_response(panel, 0.8).groups["elasticity"].to_numpy() == pytest.approx(clean.to_numpy(), abs=0.05)


def test_nothing_to_tell_is_said():
    table = shop(products=2)
    assert measure_response(price_panel(table[:0]), 0.8) is None
    assert measure_response(price_panel(table.assign(revenue=table["units"] * 5)), 0.8) is None
    one = measure_response(price_panel(shop(products=1, mean=40, groups=1)), 0.8)  # weeks of one product: by quarters
    assert one.groups["elasticity"][0] == pytest.approx(-2, abs=0.4)
    assert one.season == "shop"


def test_units_in_an_order_answer_too():
    table = shop(products=12, mean=20)
    price = np.log(table["revenue"] / table["units"] / 50)
    more = np.exp(0.5 - 0.5 * price)  # units per order, elasticity -0.5 on top of the orders' -2
    table = table.assign(
        units=table["orders"] * more, revenue=table["revenue"] * more, discounted_units=table["discounted_units"] * more
    )
    response = measure_response(price_panel(table), 0.9)
    assert response.groups["elasticity"].to_numpy() == pytest.approx([-2.5, -2.5], abs=0.35)


def test_cross_prices_where_there_are_some_and_none_where_not():
    quiet = price_panel(shop(products=12, mean=30))
    assert not cross_pairs(quiet, "counts", 0.8)["stands_out"].any()
    assert not cross_groups(quiet, "counts", 0.8)["stands_out"].any()
    loud = price_panel(shop(products=12, mean=60, cross={(0, 2): 1.5, (1, 3): -1.0}))
    named = cross_pairs(loud, "counts", 0.8).query("stands_out")
    found = {(r.product_id, r.other_id): r.cross for r in named.itertuples()}
    assert found[("p0", "p2")] == pytest.approx(1.5, abs=0.5)
    assert found[("p1", "p3")] == pytest.approx(-1.0, abs=0.5)
    assert len(found) <= 3


def test_customers_switch_within_a_group():
    even = {(i, j): 0.4 for i in range(0, 12, 2) for j in range(0, 12, 2) if i != j}  # five neighbours of 0.4 each: 2 in all
    table = cross_groups(price_panel(shop(products=12, mean=60, cross=even, groups=2, seed=4)), "counts", 0.8).set_index(
        "category"
    )
    assert table.loc["group 0", "cross"] == pytest.approx(2, abs=0.8)
    assert table["stands_out"].to_dict() == {"group 0": True, "group 1": False}


def test_answer_to_competitors():
    table = shop(products=12, mean=40)
    rng = np.random.default_rng(8)
    seen = pd.MultiIndex.from_product([sorted(table["product_id"].unique()), WEEKS], names=["product_id", "week"])
    moves = pd.Series(rng.normal(0, 0.1, len(seen)), index=seen)
    pull = table.join(moves.rename("move"), on=["product_id", "week"])["move"]
    orders = rng.poisson(table["orders"] * np.exp(0.8 * pull))
    price = table["revenue"] / table["units"]
    told = table.assign(orders=orders, units=orders.astype(float), revenue=orders * price, discounted_units=0.0)
    rivals = (50 * np.exp(moves)).rename("price").reset_index().assign(competitor="Rival")
    found = answer_to_rivals(price_panel(told[orders > 0]), rivals, "counts", 0.8)
    assert found.elasticity == pytest.approx(0.8, abs=0.25)
    assert found.low > 0
    assert answer_to_rivals(price_panel(told[orders > 0]), rivals.head(50), "counts", 0.8) is None
    assert answer_to_rivals(price_panel(told[orders > 0]), None, "counts", 0.8) is None
