import numpy as np
import pandas as pd
import pytest
from scipy.special import gammaln

from playbook.methods.market_research.lifetime.gamma_gamma import draw_spend, expected_value, fit_spend
from playbook.methods.market_research.lifetime.purchase_histories import purchase_histories


def _published_likelihood(estimates, x, z) -> float:
    """Fader & Hardie (2013), equation 3, summed."""
    p, q, v = estimates
    own = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v) + (p * x - 1) * np.log(z) + p * x * np.log(x)
    return float((own - (p * x + q) * np.log(v + x * z)).sum())


@pytest.fixture(scope="module")
def repeaters(shared_data) -> pd.DataFrame:
    """The 946 CDNOW customers with a repeat purchase in 39 weeks: number and mean value of repeat purchases."""
    names = ["master", "customer_id", "day", "units", "revenue"]
    rows = pd.read_csv(shared_data / "cdnow" / "CDNOW_sample.txt", sep=r"\s+", header=None, names=names)
    rows = rows.assign(day=pd.to_datetime(rows["day"].astype(str)))
    days = rows[rows["day"] <= "1997-09-30"].groupby(["customer_id", "day"])["revenue"].sum().reset_index()
    back = days[days.groupby("customer_id").cumcount() > 0]
    return back.groupby("customer_id")["revenue"].agg(["size", "mean"])


@pytest.mark.realdata
def test_cdnow_as_published(repeaters):
    x, z = repeaters["size"].to_numpy(), repeaters["mean"].to_numpy()
    fit = fit_spend(x, z)
    # Fader & Hardie (2013): 6.25, 3.74, 15.44, LL -4055.92; E[M] 35.17 (NUMBERS).
    assert len(repeaters) == 946 and fit.estimates.round(2).tolist() == [6.25, 3.74, 15.44]
    assert fit.log_likelihood == pytest.approx(-4055.92, abs=0.005)
    assert expected_value(fit.estimates, np.array([0]), np.array([np.nan])) == pytest.approx(35.17, abs=0.005)
    # The run in NUMBERS (6.2488, 3.7446, 15.4477) stopped where the likelihood is flat, a hair below its top.
    assert fit.estimates == pytest.approx([6.2488, 3.7446, 15.4477], rel=5e-4)
    assert fit.log_likelihood == pytest.approx(_published_likelihood(fit.estimates, x, z))
    assert _published_likelihood([6.2488, 3.7446, 15.4477], x, z) < fit.log_likelihood


def test_expected_value_lies_between_own_and_all():
    # p 2, q 3, v 20: all (2 x 20) / 2 = 20. Two orders of 50 each: 2 (20 + 100) / (4 + 2) = 40. None: 20.
    found = expected_value(np.array([2.0, 3.0, 20.0]), np.array([0, 2, 2000]), np.array([np.nan, 50.0, 50.0]))
    assert found == pytest.approx([20, 40, 50], rel=1e-3)


@pytest.mark.parametrize("single", [False, True])
def test_what_was_planted_comes_back(single):
    rng = np.random.default_rng(3)
    rates = rng.gamma(4.0, 1 / 60.0, 4000)
    orders = rng.integers(1, 9, 4000)
    values = [rng.gamma(2.5, 1 / rate, n) for rate, n in zip(rates, orders, strict=True)]
    means, logs = np.array([v.mean() for v in values]), np.array([np.log(v).mean() for v in values])
    fit = fit_spend(orders, means, logs if single else None)
    moves = np.log((fit.estimates - [0, 1.05, 0]) / [2.5, 2.95, 60])
    assert np.all(np.abs(moves) < 3.5 * np.sqrt(np.diag(fit.covariance)))
    drawn = draw_spend(fit, 4000, np.random.default_rng(0))
    assert drawn.std(axis=0) == pytest.approx(fit.errors, rel=0.1)


def test_single_orders_tell_more_than_means():
    rng = np.random.default_rng(5)
    values = rng.gamma(2.0, 1 / rng.gamma(4.0, 1 / 60.0, 500)[:, None], (500, 3))
    orders, means, logs = np.full(500, 3), values.mean(axis=1), np.log(values).mean(axis=1)
    assert fit_spend(orders, means, logs).errors[0] < fit_spend(orders, means).errors[0] / 3


def test_scale_of_money_does_not_matter():
    rng = np.random.default_rng(5)
    orders, means = rng.integers(1, 9, 300), rng.gamma(3.0, 10.0, 300)
    small, large = fit_spend(orders, means), fit_spend(orders, means * 1e6)
    assert large.estimates == pytest.approx(small.estimates * [1, 1, 1e6], rel=1e-3)
    assert large.log_likelihood == pytest.approx(small.log_likelihood - 300 * np.log(1e6), rel=1e-6)


def test_values_that_are_all_the_same_are_that_value():
    fit = fit_spend(np.full(50, 3), np.full(50, 20.0), np.full(50, np.log(20.0)))
    assert fit.at_bound and np.isfinite(fit.errors).all()
    assert expected_value(fit.estimates, np.array([0, 3]), np.array([0.0, 20.0])) == pytest.approx([20, 20], rel=0.01)


def test_customers_without_value_are_left_out():
    assert fit_spend(np.array([1, 2, 0, 3]), np.array([5.0, 8.0, 4.0, 0.0])).customers == 2
    with pytest.raises(ValueError, match="no order values"):
        fit_spend(np.array([1]), np.array([5.0]))


def test_histories_of_nothing_do_not_fit():
    orders = pd.DataFrame({"customer_id": ["a"], "day": [pd.Timestamp("2026-01-01")], "revenue": [-5.0]})
    assert purchase_histories(orders, pd.Timestamp("2026-02-01")).empty
