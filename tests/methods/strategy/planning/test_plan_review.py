"""Reviews of a plan: Mondays, stop rules and detectable gains by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.methods.strategy.planning.plan_review import detectable, next_monday, review_finding, stop_rule
from playbook.result.formats import Formats

FMT = Formats("EUR")
ACTION = {
    "segment": "Loyal",
    "name": "points",
    "basis": "year",
    "basis_value": 200.0,
    "break_even": 0.0125,
    "reach": 1.0,
    "amount": 9.0,
}


@given(st.dates(max_value=date(9990, 1, 1)))
def test_mondays(day):
    monday = next_monday(day)
    assert monday.weekday() == 0 and 0 <= (monday - day).days < 21
    assert not (monday.month == 12 and monday.day >= 21 or monday.month == 1 and monday.day <= 3)


def test_a_stop_rule_names_the_gain_that_pays_and_asks_for_more_than_one_figure():
    on = date(2027, 5, 31)
    assert "It pays from 1.2% more revenue" in stop_rule(ACTION, on, FMT)
    assert "Stop on 31 May 2027 if the whole 80% range" in stop_rule(ACTION, on, FMT)
    assert "0.5 more orders per 100" in stop_rule(ACTION | {"basis": "order", "break_even": 0.005}, on, FMT)
    assert "€5 of revenue a year from new" in stop_rule(ACTION | {"basis": "average", "break_even": 0.025}, on, FMT)
    assert "beyond what chance explains" in stop_rule(ACTION | {"break_even": np.nan}, on, FMT)


def test_detectable_by_hand_and_by_simulation():
    revenue = pd.Series([50.0, 150.0] * 500)  # coefficient of variation 0.5
    least = detectable(revenue)
    assert least == pytest.approx((1.959964 + 0.841621) * 0.5 * np.sqrt(1 / 900 + 1 / 100))
    rng = np.random.default_rng(1)
    treated = rng.choice(revenue, (4000, 900)).mean(axis=1) * (1 + least)
    control = rng.choice(revenue, (4000, 100)).mean(axis=1)
    error = 50 * np.sqrt((1 + least) ** 2 / 900 + 1 / 100)
    assert np.mean(treated - control > 1.959964 * error) == pytest.approx(0.80, abs=0.03)


@pytest.mark.parametrize("revenue", [[], [5.0], [0.0] * 40, [-1.0] * 40])
def test_where_nothing_can_be_seen(revenue):
    assert detectable(pd.Series(revenue, dtype=float)) == np.inf


def test_the_finding_speaks_only_where_the_gain_that_pays_is_hidden():
    alike = pd.DataFrame({"segment": "Loyal", "revenue": [99.0, 101.0] * 500})
    unlike = pd.DataFrame({"segment": "Loyal", "revenue": [1.0, 199.0] * 500})
    assert review_finding([ACTION], alike, FMT) is None
    told = review_finding([ACTION, ACTION | {"amount": 1.0, "name": "mail"}, ACTION | {"basis": "order"}], unlike, FMT)
    assert told.n == 2 and "points for Loyal" in told.sentence and "1 more" in told.sentence
    assert review_finding([], unlike, FMT) is None and review_finding([ACTION], unlike.head(0), FMT) is None
