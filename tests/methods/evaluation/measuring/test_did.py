"""Difference in differences: by hand, against statsmodels, and on published studies."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from playbook.methods.evaluation.measuring.did import difference, event_study, imbalance, pre_trend
from playbook.methods.evaluation.measuring.windows import customer_windows
from playbook.result.formats import LEVEL


def _flags(*values: bool) -> pd.Series:
    return pd.Series(values)


def test_effect_by_hand():
    # changes: treated +4, +6; others +1, +3  ->  5 - 2 = 3; variances 2 and 2, so se = sqrt(2/2 + 2/2)
    found = difference(pd.Series([10, 20, 5, 7]), pd.Series([14, 26, 6, 10]), _flags(True, True, False, False))
    assert found.effect == pytest.approx(3)
    assert found.se == pytest.approx(np.sqrt(2))
    assert found.df == pytest.approx(2)
    assert found.expected == pytest.approx(20 - 3)
    assert found.relative == pytest.approx(3 / 17)
    assert (found.low + found.high) / 2 == pytest.approx(3)


def _panel(seed: int = 1, units: int = 40, periods: int = 6) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(seed)
    treated = pd.Series(np.arange(units) % 2 == 0)
    values = rng.normal(20, 4, (units, 1)) + rng.normal(0, 3, (units, periods)) + np.arange(periods)
    values[treated, periods // 2 :] += 2
    return pd.DataFrame(values), treated


def test_equals_two_way_fixed_effects_with_clustered_errors():
    wide, treated = _panel()
    found = difference(wide.loc[:, :2].mean(axis=1), wide.loc[:, 3:].mean(axis=1), treated)
    long = wide.rename_axis("unit").melt(ignore_index=False, var_name="period").reset_index()
    long["d"] = (long["unit"].map(treated) & (long["period"] >= 3)).astype(float)
    fit = smf.ols("value ~ d + C(unit) + C(period)", long).fit(
        cov_type="cluster", cov_kwds={"groups": long["unit"], "use_correction": False}
    )
    assert found.effect == pytest.approx(fit.params["d"], abs=1e-9)
    # statsmodels' uncorrected cluster variance divides by n where Welch divides by n - 1; both groups have 20 units
    assert found.se == pytest.approx(fit.bse["d"] * np.sqrt(20 / 19), rel=1e-9)


def test_adjusted_equals_regression_on_the_earlier_value():
    wide, treated = _panel(seed=3)
    before, during = wide[0], wide[4]
    fit = smf.ols("y ~ t + x", pd.DataFrame({"y": during, "x": before, "t": treated.astype(float)})).fit()
    found = difference(before, during, treated, adjusted=True)
    assert found.effect == pytest.approx(fit.params["t"])
    assert found.carry_over == pytest.approx(fit.params["x"])


@pytest.mark.parametrize("seed", range(6))
def test_relative_range_excludes_zero_exactly_when_the_effects_does(seed):
    wide, treated = _panel(seed=seed)
    found = difference(wide[1], wide[4], treated)
    assert (found.low > 0) == (found.relative_low > 0)
    assert (found.high < 0) == (found.relative_high < 0)


@pytest.mark.parametrize("adjusted", [False, True])
def test_ranges_hold_their_share_on_skewed_revenue_without_effect(adjusted):
    rng = np.random.default_rng(11)
    held = []
    for _ in range(400):
        rate = rng.gamma(1.0, 1.0, 200)
        spend = rng.poisson(rate[:, None], (200, 2)) * rng.lognormal(3, 0.6, (200, 2))
        found = difference(pd.Series(spend[:, 0]), pd.Series(spend[:, 1]), pd.Series(np.arange(200) < 90), adjusted=adjusted)
        held.append(found.low <= 0 <= found.high)
    assert np.mean(held) == pytest.approx(LEVEL, abs=0.06)  # three standard errors of 400 draws


def test_pre_trend_sees_groups_that_drift_apart():
    rng = np.random.default_rng(2)
    treated = pd.Series(np.arange(200) < 100)
    level = rng.normal(10, 2, (200, 8))
    assert pre_trend(pd.DataFrame(level), treated) > 0.05
    assert pre_trend(pd.DataFrame(level + np.outer(treated, np.arange(8) * 0.5)), treated) < 0.001
    assert np.isnan(pre_trend(pd.DataFrame(level[:, :3]), treated))


def test_pre_trend_sees_courses_that_differ_without_a_slope():
    rng = np.random.default_rng(7)
    treated = pd.Series(np.arange(200) < 100)
    level = rng.normal(10, 2, (200, 8))
    level[treated, 3:5] += 2  # up and back again
    assert pre_trend(pd.DataFrame(level), treated) < 0.001


def test_pre_trend_rejects_at_its_level_on_skewed_revenue():
    rng, rejected = np.random.default_rng(8), []
    treated = pd.Series(np.arange(160) < 70)
    for _ in range(400):
        rate = rng.gamma(1.0, 1.0, 160)
        rejected.append(pre_trend(pd.DataFrame(rng.poisson(rate[:, None], (160, 12)) * 1.0), treated) < 0.05)
    assert 0.01 < np.mean(rejected) < 0.05 + 0.033  # doubling the smaller p-value keeps it on the safe side


def test_event_study_by_hand():
    # Means: treated 2 and 4 before, 9 since; others 1 and 1 before, 2 since. Reference: 3 and 1
    weekly = pd.DataFrame([[1.0, 3, 8], [3, 5, 10], [0, 0, 1], [2, 2, 3]], columns=[-2, -1, 0])
    found = event_study(weekly, _flags(True, True, False, False)).set_index("week")
    assert found["effect"].to_dict() == {-2: pytest.approx(-1), -1: pytest.approx(1), 0: pytest.approx(6 - 1)}
    assert found.loc[0, "low"] <= 5 <= found.loc[0, "high"]


def test_event_study_ranges_hold_their_share():
    rng, held = np.random.default_rng(9), []
    treated = pd.Series(np.arange(100) < 40)
    for _ in range(200):
        values = rng.gamma(1.0, 1.0, (100, 1)) * rng.gamma(1.0, 1.0, (100, 8))
        found = event_study(pd.DataFrame(values, columns=range(-5, 3)), treated).iloc[-1]
        held.append(found["low"] <= 0 <= found["high"])
    assert np.mean(held) == pytest.approx(LEVEL, abs=0.085)  # three standard errors of 200 draws


def test_too_few_units_are_refused():
    with pytest.raises(ValueError, match="1 treated and 1 other"):
        difference(pd.Series([1, 2]), pd.Series([1, 2]), _flags(True, False))


def test_no_variance_at_all():
    found = difference(pd.Series([1.0] * 4), pd.Series([1.0] * 4), _flags(True, True, False, False))
    assert (found.effect, found.se, found.p) == (0, 0, 1)
    assert imbalance(pd.Series([1.0] * 4), _flags(True, True, False, False)) == 0


def test_windows_by_hand():
    orders = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b", "b", "c", None],
            "day": pd.to_datetime(["2026-01-05", "2026-03-02", "2026-02-23", "2026-03-10", "2026-03-03", "2026-03-04"]),
            "revenue": [40.0, 70.0, 20.0, 30.0, 99.0, 99.0],
        }
    )
    found = customer_windows(orders, date(2026, 3, 2), date(2026, 3, 11))  # ten days from a Monday: one week and three days
    assert (found.weeks_before, found.weeks_during) == (4, pytest.approx(10 / 7))
    assert found.before.to_dict() == {"b": 5.0}  # a ordered too long ago, c not before the start, one order has no customer
    assert found.during.to_dict() == {"b": pytest.approx(21.0)}
    assert found.weekly.loc["b"].tolist() == [0, 0, 0, 20, 0, pytest.approx(70)]  # three days stand for a week
    listed = customer_windows(orders, date(2026, 3, 2), date(2026, 3, 11), pd.Index(["a", "b", "c"]), already=pd.Index(["c"]))
    assert listed.before.index.tolist() == ["a", "b", "c"]


@pytest.mark.realdata
def test_proposition_99(shared_data):
    # California's tobacco law of 1989; -27.3 in Arkhangelsky et al. (2021), table 1
    sales = pd.read_csv(shared_data / "prop99" / "california_prop99_synthdid.csv", sep=";")
    wide = sales.pivot(index="State", columns="Year", values="PacksPerCapita")
    treated = pd.Series(wide.index == "California", wide.index)
    found = difference(wide.loc[:, :1988].mean(axis=1), wide.loc[:, 1989:].mean(axis=1), treated)
    assert found.effect == pytest.approx(-27.349, abs=5e-4)
    assert found.n_control == 38
    assert np.isfinite([found.se, found.low, found.relative_low]).all()


@pytest.mark.realdata
def test_hillstrom_mens_mail(shared_data):
    # Spend after the men's e-mail against none: +.770, se .145 (MineThatData challenge, 64,000 customers drawn by lot)
    mails = pd.read_csv(shared_data / "hillstrom" / "hillstrom.csv").query("segment != 'Womens E-Mail'")
    found = difference(mails["spend"] * 0, mails["spend"], mails["segment"].eq("Mens E-Mail"))
    assert found.effect == pytest.approx(0.770, abs=5e-4)
    assert found.se == pytest.approx(0.145, abs=5e-4)
    assert found.p < 1e-6
