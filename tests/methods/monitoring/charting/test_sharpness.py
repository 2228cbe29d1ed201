import numpy as np
import pandas as pd
import pytest

from playbook.methods.monitoring.charting.findings import noticing
from playbook.methods.monitoring.charting.limits import control_limits
from playbook.methods.monitoring.charting.sharpness import sharpness
from playbook.result.formats import Formats


def noisy(spread: float, seed: int = 3):
    values = 1000 * np.exp(np.random.default_rng(seed).normal(0, spread, 60))
    return control_limits(pd.Series(values, index=pd.date_range("2025-01-06", periods=60, freq="W-MON")))


def test_the_noisier_the_weeks_the_later_a_fall_is_noticed():
    calm, usual, wild = (sharpness(noisy(s)) for s in (0.02, 0.10, 0.25))
    assert calm.weeks == 1 and calm.weeks_most == 1
    assert calm.weeks < usual.weeks < wild.weeks
    assert usual.weeks < usual.weeks_most
    assert calm.false_alarms == pytest.approx(usual.false_alarms, abs=0.25)  # the rate is of chance alone


def test_weeks_to_notice_are_those_that_it_takes():
    """Noise of a tenth, a fall of 15 percent on the log scale: about 1.6 standard deviations."""
    limits = noisy(0.10)
    assert limits.shift(-0.15).mean() == pytest.approx(np.log(0.85) / np.hypot(limits.noise, limits.drift), rel=1e-6)


def test_what_a_chart_cannot_see_is_said():
    def told(weeks, most):
        return noticing(pd.Series({"weeks": weeks, "weeks_most": most}), Formats("EUR"))

    assert told(1.0, 3.0).endswith("show after 1 week in half of all cases, within 3 weeks in four out of five.")
    assert told(20.0, np.nan).endswith("; in at least one case in five it would take more than a year.")
    assert "drown in the usual noise" in told(np.nan, np.nan)


def test_it_repeats():
    assert sharpness(noisy(0.1)) == sharpness(noisy(0.1))


def test_values_below_nothing_are_judged_in_their_own_unit():
    values = pd.Series([-1.0, 1.0, 0.0] * 20, index=pd.date_range("2025-01-06", periods=60, freq="W-MON")) + 0.5
    limits = control_limits(values)
    assert not limits.logged and np.isfinite(limits.shift(-0.15)).all()
