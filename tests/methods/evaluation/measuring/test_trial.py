"""Trials: ratios and earlier revenue by hand and by bootstrap, Hillstrom's mails, sizes of groups, customers needed."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.power import tt_ind_solve_power

from playbook.methods.evaluation.measuring.did import difference
from playbook.methods.evaluation.measuring.estimate import Estimate
from playbook.methods.evaluation.measuring.trial import contrast, needed, same_loss, sample_ratio


def _shop(rng: np.random.Generator, n: int = 400, lift: float = 0.0) -> pd.DataFrame:
    """Customers with earlier revenue, orders and revenue; the first half is treated, ``lift`` more orders."""
    rate = rng.gamma(2.0, 0.8, n)
    treated = np.arange(n) < n // 2
    orders = rng.poisson(rate * (1 + lift * treated))
    value = rng.lognormal(3.5, 0.4, n)
    before = rng.poisson(rate) * value * rng.lognormal(0, 0.2, n)
    return pd.DataFrame({"treated": treated, "orders": orders, "revenue": orders * value, "before": before})


def test_a_ratio_by_hand():
    # Order value: treated (30 + 50) / (1 + 3) = 20, others (10 + 20) / (1 + 2) = 10; each customer's linearised value is
    # (revenue - ratio x orders) / orders a customer: treated +-10 / 2, others +-0 / 1.5
    revenue, orders = pd.Series([30.0, 50, 10, 20]), pd.Series([1, 3, 1, 2])
    found = contrast(revenue, pd.Series([True, True, False, False]), orders)
    assert (found.treated, found.control, found.effect, found.relative) == (20, 10, 10, 1)
    assert found.se == pytest.approx(np.sqrt(np.var([5, -5], ddof=1) / 2))


def test_a_mean_is_the_plain_comparison():
    shop = _shop(np.random.default_rng(1))
    found = contrast(shop["revenue"], shop["treated"])
    other = difference(shop["revenue"] * 0, shop["revenue"], shop["treated"])
    assert (found.effect, found.se, found.df) == pytest.approx((other.effect, other.se, other.df))
    assert (found.relative_low, found.relative_high) == pytest.approx((other.relative_low, other.relative_high))


def test_earlier_revenue_gives_the_same_as_analysis_of_covariance():
    shop = _shop(np.random.default_rng(2), lift=0.2)
    found = contrast(shop["revenue"], shop["treated"], before=shop["before"])
    other = difference(shop["before"], shop["revenue"], shop["treated"], adjusted=True)
    assert (found.effect, found.se) == pytest.approx((other.effect, other.se))
    assert 0.2 < found.explained < 0.9
    plain = contrast(shop["revenue"], shop["treated"])
    assert (found.se / plain.se) ** 2 == pytest.approx(1 - found.explained, abs=0.02)


def test_the_delta_method_agrees_with_the_bootstrap():
    rng = np.random.default_rng(3)
    shop = _shop(rng, 600)
    found = contrast(shop["revenue"], shop["treated"], shop["orders"])
    revenue, orders = shop["revenue"].to_numpy(), shop["orders"].to_numpy()
    drawn = [rng.integers(0, 300, (2000, 300)) + side for side in (0, 300)]
    one, other = (revenue[rows].sum(axis=1) / orders[rows].sum(axis=1) for rows in drawn)
    assert found.se == pytest.approx((one - other).std(), rel=0.06)


@pytest.mark.parametrize("ratio", [False, True])
def test_without_effect_the_level_is_held(ratio):
    rng, held, rejected = np.random.default_rng(5), [], []
    for _ in range(400):
        shop = _shop(rng, 300)
        found = contrast(shop["revenue"], shop["treated"], shop["orders"] if ratio else None, shop["before"])
        low, high = found.range(0.90)
        held.append(low <= 0 <= high)
        rejected.append(found.p < 0.05)
    assert np.mean(held) == pytest.approx(0.90, abs=0.045)  # three standard errors of 400 draws
    assert np.mean(rejected) == pytest.approx(0.05, abs=0.033)


def test_sizes_of_groups():
    # 1,050 to 950 of 2,000 at one half each: chi-square 50^2 / 1000 x 2 = 5, p .0253
    assert sample_ratio(1050, 950, 0.5) == pytest.approx(0.02535, abs=1e-5)
    assert sample_ratio(900, 100, 0.1) == 1
    assert sample_ratio(5200, 4800, 0.5) < 1e-4


def test_losses():
    assert same_loss((600, 600), (590, 588)) > 0.5
    assert same_loss((600, 600), (590, 540)) < 1e-6
    assert same_loss((10, 10), (10, 10)) == 1


def test_customers_needed():
    # A difference of a tenth of a standard deviation: 1,570 in each group (Cohen 1988, table 2.4.1: 1,571)
    found = Estimate(0.0, 1.0 * np.sqrt(1 / 50 + 1 / 50), 98)
    assert needed(found, 50, 50, 0.1) == pytest.approx(tt_ind_solve_power(0.1, alpha=0.05, power=0.8), abs=2)
    assert needed(found, 50, 50, 10.0) == 2  # ten times the scatter: two of each show it
    assert needed(found, 50, 50, 0.0) is None
    assert needed(Estimate(0.0, 0.0, 98), 50, 50, 0.1) is None


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match="1 treated and 2 other"):
        contrast(pd.Series([1.0, 2, 3]), pd.Series([True, False, False]))
    with pytest.raises(ValueError, match="above zero in both groups"):
        contrast(pd.Series([1.0] * 4), pd.Series([True, True, False, False]), pd.Series([1, 1, 0, 0]))


@pytest.mark.realdata
def test_hillstrom(shared_data):
    # 64,000 customers drawn by lot: men's mail, women's mail, none (MineThatData challenge 2008)
    mails = pd.read_csv(shared_data / "hillstrom" / "hillstrom.csv")
    told = {
        ("visit", "Mens E-Mail"): (0.0766, 0.0034), ("visit", "Womens E-Mail"): (0.0452, 0.0032),
        ("conversion", "Mens E-Mail"): (0.0068, 0.0009), ("conversion", "Womens E-Mail"): (0.0031, 0.0008),
        ("spend", "Mens E-Mail"): (0.7698, 0.1452), ("spend", "Womens E-Mail"): (0.4244, 0.1303),
    }  # fmt: skip
    for (metric, mail), (effect, se) in told.items():
        part = mails[mails["segment"].isin([mail, "No E-Mail"])]
        found = contrast(part[metric], part["segment"].eq(mail))
        one, other = part.loc[part["segment"].eq(mail), metric], part.loc[part["segment"].ne(mail), metric]
        assert found.se == pytest.approx(np.sqrt(one.var() / len(one) + other.var() / len(other)))
        assert (round(found.effect, 4), round(found.se, 4)) == (effect, se), (metric, mail)
    sizes = mails["segment"].value_counts()
    assert sample_ratio(sizes["Mens E-Mail"], sizes["No E-Mail"], 0.5) > 0.5
    part = mails[mails["segment"] != "Womens E-Mail"]
    adjusted = contrast(part["spend"], part["segment"].eq("Mens E-Mail"), before=part["history"])
    assert adjusted.effect == pytest.approx(0.77, abs=0.01)
    assert 0 <= adjusted.explained < 0.001  # what was spent the year before hardly tells who spends in two weeks
