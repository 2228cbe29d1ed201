"""Chance: ranges, tests and grades against published values and the library."""

import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from playbook.methods.needs_analysis.chance import evidence_of, holm, share_p_value, share_range


def test_the_range_is_wilsons():
    # Wilson's 95 % interval of 15 in 50: 0.1910 to 0.4375 (statsmodels' and R's prop.test without correction agree).
    assert share_range(15, 50, 0.95) == pytest.approx((0.19105, 0.43752), abs=1e-4)
    assert all(map(pd.isna, share_range(0, 0)))
    assert all(share_range(n, n)[1] == 1 and share_range(0, n)[0] == 0 for n in range(1, 100))  # to the last digit


def test_a_test_without_cases_or_without_a_difference_shows_nothing():
    assert share_p_value(0, 0, 3, 5) == 1
    assert share_p_value(5, 5, 9, 9) == 1
    assert share_p_value(90, 100, 10, 100) < 1e-6


def test_grades_of_evidence():
    assert [evidence_of(p) for p in (0.05, 0.06, 0.19, 0.21)] == ["shown", "likely", "likely", "not shown"]
    assert evidence_of(0.5, otherwise="indicative") == "indicative"


# Few cases: the library's version is slow.
@pytest.mark.parametrize("p_values", [[0.01, 0.04, 0.03, 0.5], [0.2], [0.02, 0.02], [1.0, 0.0, 0.9], [0.3, 0.3, 1e-12]])
def test_holm_is_the_librarys(p_values):
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])
    assert len(holm([])) == 0
