"""The e-mail test of Hillstrom (2008), 64,000 customers, read in sixty looks."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from playbook.methods.monitoring.campaigning.sequential import always_valid, evidence, ranges

LOOKS = 60
pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def visits(shared_data):
    return pd.read_csv(shared_data / "hillstrom" / "hillstrom.csv", usecols=["segment", "visit"])


def looks(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Difference of two shares and its variance, pooled, at each of sixty looks at as many customers more."""
    n, m = (np.linspace(len(arm) / LOOKS, len(arm), LOOKS).astype(int) for arm in (one, other))
    a, b = one.cumsum()[n - 1], other.cumsum()[m - 1]
    pooled = (a + b) / (n + m)
    return a / n - b / m, pooled * (1 - pooled) * (1 / n + 1 / m)


def test_the_effects_on_visits_are_found_early_and_the_ranges_hold_the_published_ones(visits):
    arms = {name: visits.loc[visits["segment"] == name, "visit"].to_numpy() for name in visits["segment"].unique()}
    for name, published in (("Mens E-Mail", 0.07659), ("Womens E-Mail", 0.04523)):
        difference, variance = looks(arms[name], arms["No E-Mail"])
        assert difference[-1] == pytest.approx(published, abs=5e-6)
        p_values = always_valid(evidence(difference, variance, 0.025))
        assert (p_values <= 0.05).argmax() < 15 and p_values[-1] < 1e-6
        low, high = ranges(difference, variance, 0.025, 0.8)
        assert ((low <= published) & (published <= high)).all()


def test_customers_without_a_mail_split_by_lot_are_called_different_less_often_than_promised(visits):
    """The same arm against itself, 400 times: the usual test, looked at sixty times, calls about a third different."""
    quiet, rng = visits.loc[visits["segment"] == "No E-Mail", "visit"].to_numpy(), np.random.default_rng(1)
    ours, usual = [], []
    for _ in range(400):
        drawn = rng.permutation(quiet)
        difference, variance = looks(*np.array_split(drawn, 2))
        ours.append(always_valid(evidence(difference, variance, 0.025))[-1])
        usual.append((np.abs(difference) > norm.isf(0.025) * np.sqrt(variance)).any())
    assert np.mean(np.array(ours) <= 0.05) <= 0.05 and np.mean(usual) > 0.2
