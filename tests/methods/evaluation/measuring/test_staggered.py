"""Staggered start: by hand, against a saturated regression, where one dummy for all goes wrong, and its level."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from playbook.methods.evaluation.measuring.staggered import NEVER, staggered


def _panel(rng: np.random.Generator, units: int = 90, periods: int = 8, growth: float = 0.0) -> tuple[pd.DataFrame, pd.Series]:
    """A third starts in period 3, a third in 5, a third never; the effect is ``growth`` times the periods since the start."""
    first = pd.Series(np.resize([3.0, 5.0, NEVER], units))
    time = np.arange(periods)
    since = np.clip(time - first.to_numpy()[:, None] + 1, 0, None)
    since[~np.isfinite(first)] = 0
    values = rng.normal(10, 3, (units, 1)) + rng.normal(0, 1, (units, periods)) + time + growth * since
    return pd.DataFrame(values, columns=time), first


def test_effects_by_hand():
    # Start 1: (5, 6) against the late (1, 2) and never (2, 2); start 2 only against never. Level before: period 0, period 1
    panel = pd.DataFrame([[1.0, 5, 6], [1, 5, 6], [1, 1, 4], [1, 3, 6], [2, 2, 2], [2, 2, 4]])
    found = staggered(panel, pd.Series([1, 1, 2, 2, NEVER, NEVER]))
    effects = found.effects.set_index(["start", "period"])["effect"]
    assert effects[1, 1] == pytest.approx(4 - (0 + 2 + 0 + 0) / 4)
    assert effects[1, 2] == pytest.approx(5 - (0 + 2) / 2)
    assert effects[2, 2] == pytest.approx(3 - (0 + 2) / 2)
    assert effects[2, 0] == pytest.approx(-(0 + 2) / 2)
    assert found.estimate.effect == pytest.approx((3.5 + 4 + 2) / 3)
    assert found.treated_periods == 6
    assert found.expected == pytest.approx((5 + 6 + 5) / 3 - found.estimate.effect)
    assert found.by_time.set_index("time")["effect"].to_dict() == pytest.approx(
        {-2: -1.0, -1: 0.0, 0: (3.5 + 2) / 2, 1: 4.0}, abs=1e-12
    )


def test_two_groups_and_two_periods_are_the_plain_difference_with_clustered_errors():
    rng = np.random.default_rng(2)
    panel = pd.DataFrame(rng.normal(5, 2, (40, 2)))
    first = pd.Series(np.resize([1.0, NEVER], 40))
    found = staggered(panel, first)
    long = panel.rename_axis("unit").melt(ignore_index=False, var_name="period", value_name="y").reset_index()
    long["d"] = ((long["period"] == 1) & long["unit"].map(np.isfinite(first))).astype(float)
    fit = smf.ols("y ~ d + C(unit) + C(period)", long).fit(
        cov_type="cluster", cov_kwds={"groups": long["unit"], "use_correction": False}
    )
    assert found.estimate.effect == pytest.approx(fit.params["d"])
    assert found.estimate.se == pytest.approx(fit.bse["d"] * np.sqrt(40 / 39))


def test_clusters_count_as_one():
    rng = np.random.default_rng(3)
    panel = pd.DataFrame(np.repeat(rng.normal(5, 2, (10, 2)), 8, axis=0))  # eight units that move as one
    first, cluster = pd.Series(np.repeat(np.resize([1.0, NEVER], 10), 8)), pd.Series(np.repeat(np.arange(10), 8))
    alone, together = staggered(panel, first), staggered(panel, first, clusters=cluster)
    assert together.estimate.effect == alone.estimate.effect
    assert together.estimate.se == pytest.approx(alone.estimate.se * np.sqrt(8) * np.sqrt(10 / 9 * 79 / 80))
    assert together.estimate.df == 9


def test_growing_effects_do_not_turn_round():
    panel, first = _panel(np.random.default_rng(4), units=300, growth=1.0)
    truth = np.mean([*range(1, 6), *range(1, 4)])  # five periods for those who started in 3, three for the others
    found = staggered(panel, first)
    low, high = found.estimate.range(0.99)
    assert low < truth < high
    long = panel.rename_axis("unit").melt(ignore_index=False, var_name="period", value_name="y").reset_index()
    long["d"] = (long["period"] >= long["unit"].map(first)).astype(float)
    one_dummy = smf.ols("y ~ d + C(unit) + C(period)", long).fit().params["d"]
    assert one_dummy < low  # what the plain regression makes of it
    by_time = found.by_time.set_index("time")["effect"]
    assert by_time[[0, 1, 2, 3, 4]].tolist() == pytest.approx([1, 2, 3, 4, 5], abs=0.45)


@pytest.mark.parametrize("base", [1, 3])
def test_without_effect_the_level_is_held(base):
    rng, held, rejected = np.random.default_rng(5), [], []
    for _ in range(300):
        found = staggered(*_panel(rng, units=60), base=base).estimate
        low, high = found.range(0.90)
        held.append(low <= 0 <= high)
        rejected.append(found.p < 0.05)
    assert np.mean(held) == pytest.approx(0.90, abs=0.052)  # three standard errors of 300 draws
    assert np.mean(rejected) == pytest.approx(0.05, abs=0.038)


def test_nobody_to_compare_with():
    panel = pd.DataFrame(np.ones((4, 3)))
    assert staggered(panel, pd.Series([1.0] * 4)) is None
    assert staggered(panel, pd.Series([0.0, 0.0, NEVER, NEVER])) is None  # no period before the start
