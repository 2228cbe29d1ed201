"""By customers: everybody, at once or in stages, and what counts as begun together."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Assumptions, Intervention
from playbook.methods.evaluation.impact import impact
from playbook.methods.evaluation.measuring.by_customers import _together
from playbook.methods.evaluation.measuring.measure import Sales, measure
from playbook.methods.evaluation.measuring.staggered import NEVER, staggered
from playbook.result.formats import Formats

FIRST, WEEKS, START = date(2024, 1, 1), 120, 108
AS_OF = FIRST + timedelta(weeks=WEEKS, days=-1)
APP = Intervention(id="app", name="App", start=FIRST + timedelta(weeks=START), end=AS_OF, cost=100)


def shop(begin, lift=0.5, seed=7):
    """Customers with Poisson orders of 40 a week, ``lift`` more from the week in ``begin`` on; all of them listed."""
    rng = np.random.default_rng(seed)
    week = np.arange(WEEKS)
    orders = rng.poisson(1.0 * (1 + lift * (week >= np.asarray(begin)[:, None])))
    who, when = np.nonzero(orders)
    ids = np.array([f"c{n:03d}" for n in range(len(begin))])
    totals = pd.DataFrame({"customer_id": ids[who], "day": pd.Timestamp(FIRST) + pd.to_timedelta(7 * when, unit="D")})
    totals = totals.assign(order_id=range(len(totals)), revenue=40.0 * orders[who, when])
    weeks = totals.groupby(totals["day"].rename("week"))["revenue"].sum().reset_index()
    started = [pd.Timestamp(FIRST) + pd.Timedelta(weeks=int(w)) for w in begin]
    members = pd.DataFrame({"intervention_id": "app", "customer_id": ids, "group": "treated", "started_on": started})
    return Sales(order_totals=totals, weeks=weeks, memberships=members)


def test_a_rollout_to_everybody_in_stages_is_measured_by_those_who_wait():
    sales = shop(np.repeat([108, 111, 114, 117], 75), seed=1)
    found = measure(APP, sales, AS_OF, 0.5)
    assert (found.design, found.verdict, found.n_treated, found.n_control) == ("other customers", "likely", 300, 0)
    assert found.low < 0.5 < found.high and found.needed is None
    told = impact(
        sales.order_totals, sales.weeks, (APP,), Assumptions(gross_margin=0.5), AS_OF, Formats("EUR"), sales.memberships
    )
    assert "measured against the customers who did not have it yet." in told.findings[0].sentence
    assert len(told.figures()) == 3
    basis = next(t for t in told.tables if t.caption == "How each effect was measured").frame
    assert basis["customers"].tolist() == ["300, one after the other"]


def test_a_handful_who_wait_are_no_comparison():
    sales = shop(np.repeat([108, 117], [285, 15]))
    found = measure(APP, sales, AS_OF, None)
    assert found.verdict == "too little data" and found.note == "Too few customers were left without it to compare with."
    panel = pd.DataFrame(np.random.default_rng(1).normal(size=(30, 12)), columns=range(-4, 8))
    first = pd.Series(np.repeat([0.0, 4.0], [15, 15]))
    assert staggered(panel, first, fewest=15) is not None and staggered(panel, first, fewest=16) is None


def test_everybody_at_once_is_compared_with_the_weeks_before():
    sales = shop(np.repeat(108, 300))
    found = measure(APP, sales, AS_OF, None)
    assert found.design == "own past" and found.low < 0.5 < found.high
    assert found.why.startswith("Nearly every customer is listed as having got it")


REGION = pd.DataFrame({"customer_id": range(160), "region": np.repeat(list("abcdefgh"), 20)})


@pytest.mark.parametrize(
    ("first", "together"),
    [
        (np.tile([0.0, 4.0] + [NEVER] * 18, 8), False),  # one in ten of every region, one by one: nothing began together
        (np.repeat([0.0, 4.0] + [NEVER] * 6, 20), True),  # two regions, one after the other
        (np.repeat([0.0, 4.0, 0.0, 4.0] * 2, 20), True),  # all of them
        (np.concatenate([np.repeat([0.0], 20), np.tile([4.0] * 10 + [NEVER] * 10, 7)]), False),
        (np.full(160, NEVER), False),
    ],
)
def test_whole_regions_began_together_where_they_did(first, together):
    found = _together(pd.Series(first, range(160)), REGION)
    assert (found is not None) == together


def test_who_was_picked_one_by_one_counts_one_by_one():
    begin = np.full(240, WEEKS)
    begin[::10], begin[5::20] = 108, 112
    sales = shop(begin, lift=1.0)
    members = sales.memberships[begin < WEEKS]
    people = pd.DataFrame({"customer_id": [f"c{n:03d}" for n in range(240)], "region": np.repeat(list("abcdefgh"), 30)})
    found = measure(APP, Sales(**{**vars(sales), "memberships": members, "customers": people}), AS_OF, None)
    assert "goes by regions" not in found.note and found.by_week is not None
