"""Groups: who stands in both counts in neither, everywhere alike."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Intervention
from playbook.methods.evaluation.measuring.groups import crossed_words, members_of
from playbook.methods.evaluation.measuring.measure import Sales, measure
from playbook.methods.evaluation.returning.worth import worth_by_group
from playbook.methods.monitoring.campaigning.trials import follow_trials

START, AS_OF = date(2026, 3, 2), date(2026, 3, 29)
MAIL = Intervention(id="mail", name="Mail", start=START, end=AS_OF)


def listing(crossed):
    """150 treated and 150 set aside, of whom ``crossed`` are also listed as treated."""
    rows = [("mail", f"c{n:03d}", "treated" if n < 150 else "control") for n in range(300)]
    rows += [("mail", f"c{n:03d}", "treated") for n in range(150, 150 + crossed)]
    return pd.DataFrame(rows, columns=["intervention_id", "customer_id", "group"])


def orders():
    rng = np.random.default_rng(2)
    days = pd.date_range(START - timedelta(weeks=12), AS_OF, freq="7D")
    bought = rng.poisson(1.0, (300, len(days)))
    bought[:, 0] = 1
    who, week = np.repeat(np.argwhere(bought > 0), bought[bought > 0], axis=0).T
    return pd.DataFrame(
        {"order_id": range(len(who)), "customer_id": [f"c{n:03d}" for n in who], "day": days[week], "revenue": 50.0}
    )


def test_campaigns_impact_and_worth_count_the_same_customers():
    totals, members = orders(), listing(50)
    (trial,) = follow_trials((MAIL,), members, totals, AS_OF)
    weeks = totals.groupby(totals["day"].rename("week"))["revenue"].sum().reset_index()
    found = measure(MAIL, Sales(order_totals=totals, weeks=weeks, memberships=members), AS_OF, None)
    during = totals[totals["day"] >= pd.Timestamp(START)].drop_duplicates("customer_id")["customer_id"]
    first = [int(during.between(*span).sum()) for span in (("c000", "c149"), ("c200", "c299"))]
    assert trial.last[["treated", "control"]].tolist() == first and (found.n_treated, found.n_control) == (150, 100)
    values = pd.DataFrame({"customer_id": [f"c{n:03d}" for n in range(300)], "value": np.arange(300.0)})
    (worth,) = worth_by_group(
        pd.DataFrame({"id": ["mail"], "label": "Mail", "design": "control group"}), members, values
    ).itertuples()
    assert worth.n == 250


@pytest.mark.parametrize(("crossed", "kept"), [(0, True), (5, True), (50, False)])
def test_the_number_is_told_and_many_are_a_lot_that_was_not_kept(crossed, kept):
    totals = orders()
    late = totals["day"].ge(pd.Timestamp(START)) & totals["customer_id"].lt("c150")
    totals = totals.assign(revenue=totals["revenue"].where(~late, 100.0))  # those who got it spend twice as much
    sales = Sales(order_totals=totals, weeks=pd.DataFrame(), memberships=listing(crossed))
    found = measure(MAIL, sales, AS_OF, None)
    assert found.verdict == ("shown" if kept else "indicative")
    assert (f"{crossed} customers stand in both groups and count in neither." in found.note) == (crossed > 0)
    assert ("The lot was not kept." in found.note) != kept


def test_words_and_what_is_left():
    assert (crossed_words(0), crossed_words(1)) == ("", "One customer stands in both groups and counts in neither.")
    only = pd.DataFrame({"intervention_id": ["m"] * 2, "customer_id": ["a"] * 2, "group": ["treated", "control"]})
    assert members_of("m", only) == (None, 1) and members_of("m", None) == (None, 0)
    twice = pd.DataFrame({"intervention_id": ["m"] * 2, "customer_id": ["a"] * 2, "group": "treated"})
    dated = twice.assign(started_on=pd.to_datetime(["2026-02-01", "2026-01-01"]))
    assert members_of("m", dated)[0].loc["a", "started_on"] == pd.Timestamp("2026-01-01")
