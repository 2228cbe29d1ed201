"""By silence: a win-back is compared with customers who were silent as long, and says so when there are none."""

from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions, Intervention
from playbook.methods.evaluation.impact import impact
from playbook.methods.evaluation.measuring.measure import Sales, measure
from playbook.result.formats import Formats

START, AS_OF = date(2026, 3, 2), date(2026, 3, 29)
BACK = Intervention(id="back", name="Win-back", start=START, end=AS_OF, cost=10)


def shop(lift=0.0, listed=100, silent=300, active=200, per_order=40.0, seed=4):
    """``silent`` customers whose last order lies 60 to 299 days back, each the less likely to return the longer that is; those
    long silent got the mail more often. ``active`` ones buy every week. The mail adds ``lift`` to the chance to come back."""
    rng = np.random.default_rng(seed)
    days = rng.integers(60, 300, silent)
    got = np.zeros(silent, dtype=bool)
    got[rng.choice(silent, listed, replace=False, p=days / days.sum())] = True
    back = rng.random(silent) < 30 / days + lift * got
    last = [pd.Timestamp(START) - pd.Timedelta(days=int(d)) for d in days]
    rows = [(f"s{n:03d}", day) for n, day in enumerate(last)]
    rows += [(f"s{n:03d}", pd.Timestamp(START) + pd.Timedelta(days=int(rng.integers(28)))) for n in np.flatnonzero(back)]
    rows += [(f"a{n:03d}", day) for n in range(active) for day in pd.date_range("2025-03-03", AS_OF, freq="7D")]
    totals = pd.DataFrame(rows, columns=["customer_id", "day"]).assign(revenue=per_order)
    totals["order_id"] = range(len(totals))
    members = pd.DataFrame(
        {"intervention_id": "back", "customer_id": [f"s{n:03d}" for n in np.flatnonzero(got)], "group": "treated"}
    )
    weeks = totals.groupby(totals["day"].dt.to_period("W").dt.start_time.rename("week"))["revenue"].sum().reset_index()
    return Sales(order_totals=totals, weeks=weeks, memberships=members)


def test_a_win_back_is_compared_with_others_as_long_silent():
    found = measure(BACK, shop(lift=0.4), AS_OF, 0.5)
    assert (found.design, found.verdict) == ("other customers", "likely")
    assert found.n_treated == 100 and 150 < found.n_control <= 200
    assert found.revenue_low < 0.4 * 40 * 100 < found.revenue_high and found.revenue_low > 0
    assert found.why.startswith("Those who got it had not bought in the 8 weeks before")
    assert {"treated", "control", "week"} == set(found.course) and found.course["treated"].iloc[:8].eq(0).all()
    assert found.needed is not None and found.payoff == "always"


def test_its_range_holds_what_was_planted_as_often_as_it_says():
    """Those mailed are the longer silent ones, who return less: beside all the silent, the mail would seem to do harm."""
    hits = []
    for seed in range(40):
        found = measure(BACK, shop(seed=seed, active=1), AS_OF, None)
        hits.append(found.revenue_low < 0 < found.revenue_high)
    assert 0.65 < np.mean(hits) <= 0.95


def test_too_few_as_long_silent_is_the_reason_told():
    found = measure(BACK, shop(listed=290), AS_OF, None)
    assert found.verdict == "too little data"
    assert "had not bought in the 8 weeks before" in found.note and "set some of them aside by lot" in found.note


def test_those_who_bought_differently_before_are_an_indication_at_most():
    sales = shop(lift=0.5)
    orders, mine = sales.order_totals, sales.memberships["customer_id"]
    more = orders[orders["customer_id"].isin(mine) & (orders["day"] < pd.Timestamp(START))].copy()
    more["day"] -= pd.Timedelta(days=20)
    more["revenue"] = np.random.default_rng(1).gamma(2, 50, len(more))
    found = measure(BACK, Sales(**{**vars(sales), "order_totals": pd.concat([orders, more])}), AS_OF, None)
    assert found.verdict == "indicative" and "Before they fell silent" in found.note


def test_the_few_who_still_bought_are_left_out_and_counted():
    sales = shop(lift=0.4)
    still = pd.DataFrame({"intervention_id": "back", "customer_id": [f"a{n:03d}" for n in range(12)], "group": "treated"})
    listed = Sales(**{**vars(sales), "memberships": pd.concat([sales.memberships, still])})
    found = measure(BACK, listed, AS_OF, None)
    assert found.n_treated == 100 and "12 who still bought in the weeks before are left out." in found.note


def test_the_report_tells_it():
    sales = shop(lift=0.4)
    found = impact(
        sales.order_totals, sales.weeks, (BACK,), Assumptions(gross_margin=0.5), AS_OF, Formats("EUR"), sales.memberships
    )
    assert found.findings[0].sentence.startswith("Win-back probably brought") and len(found.figures()) == 2
