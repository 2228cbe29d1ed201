"""Reviews of a plan: Mondays and detectable gains by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.methods.strategy.planning.plan_review import detectable, next_monday, review_finding
from playbook.result.contract import LINES, Proposal
from playbook.result.formats import Formats

FMT = Formats("EUR")


@given(st.dates(max_value=date(9990, 1, 1)))
def test_mondays(day):
    monday = next_monday(day)
    assert monday.weekday() == 0 and 0 <= (monday - day).days < 21
    assert not (monday.month == 12 and monday.day >= 21 or monday.month == 1 and monday.day <= 3)


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
    alike, unlike = (pd.Series(values * 500, [f"c{i}" for i in range(1000)]) for values in ([99.0, 101.0], [1.0, 199.0]))
    # 1,250 of cost against 0.5 x 100,000 of margin: it pays from 2.5 percent
    points = offer("points", list(alike.index), 1.25)
    assert review_finding([points], alike, 0.5, FMT) is None
    told = review_finding([points, offer("mail", ["c0", "c1"], 0.1), offer("tax", ["x"], 1.0)], unlike, 0.5, FMT)
    assert told.n == 2 and "“points” for Loyal" in told.sentence and "it already pays at 2.5%" in told.sentence
    assert review_finding([], unlike, 0.5, FMT) is None and review_finding([points], unlike.head(0), 0.5, FMT) is None
    assert review_finding([points], unlike, None, FMT) is None
    assert (
        "it already pays at 12%" in review_finding([replace(points, days=73)], unlike, 0.5, FMT).sentence
    )  # a fifth of the revenue


def offer(name, keys, cost):
    lines = pd.DataFrame([(k, cost, 1.0, 2.0, 3.0) for k in keys], columns=list(LINES))
    return Proposal(
        id=name, name=name, action="x", whom="Loyal", owner="sales", kpi="x", stop_rule="x", pool="purchases", lines=lines,
        lead_days=1, review_days=1,
    )  # fmt: skip
