"""Elsewhere: who got something of their own in these weeks is no comparison, and that is said."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Intervention
from playbook.methods.evaluation.measuring.by_regions import comparable
from playbook.methods.evaluation.measuring.elsewhere import Elsewhere, elsewhere, spoiled
from playbook.methods.evaluation.measuring.measure import Sales, measure

FIRST, WEEKS, START, PER = date(2024, 1, 1), 60, 48, 30  # a Monday
BEGIN, AS_OF = FIRST + timedelta(weeks=START), FIRST + timedelta(weeks=WEEKS, days=-1)


def sales(lifted, regions=8, memberships=None, seed=3):
    """Customers of ``regions`` with Poisson orders of 40; those with ``lifted`` (by number) buy 30 percent more from BEGIN on."""
    rng = np.random.default_rng(seed)
    count = regions * PER
    rate = 1.5 * (1 + 0.2 * np.sin(np.arange(WEEKS) / 8)) * (1 + 0.3 * np.outer(lifted, np.arange(WEEKS) >= START))
    orders = rng.poisson(rate)
    who, week = np.nonzero(orders)
    ids = np.array([f"c{n:03d}" for n in range(count)])
    customers = pd.DataFrame({"customer_id": ids, "region": [f"R{n // PER}" for n in range(count)]})
    totals = pd.DataFrame({"customer_id": ids[who], "week": pd.Timestamp(FIRST) + pd.to_timedelta(7 * week, unit="D")})
    totals = totals.assign(order_id=range(len(totals)), day=totals["week"], revenue=40.0 * orders[who, week])
    region_weeks = totals.merge(customers).groupby(["region", "week"])["revenue"].sum().reset_index()
    weeks = totals.groupby("week")["revenue"].sum().reset_index()
    return Sales(
        order_totals=totals, weeks=weeks, customers=customers, region_weeks=region_weeks, memberships=memberships
    )  # fmt: skip


def depot(n):
    return Intervention(id=f"depot-{n}", name=f"Depot {n}", start=BEGIN, end=AS_OF, regions=(f"R{n}",))


def test_regions_with_a_rollout_of_their_own_are_left_out_of_the_mix():
    """A rollout to five regions, written as five interventions: each is compared with the seven that got nothing."""
    shop = sales(np.arange(12 * PER) < 5 * PER, regions=12)
    five = [depot(n) for n in range(5)]
    each = [measure(one, shop, AS_OF, None, five) for one in five]
    assert [(one.of, one.verdict) for one in each] == [(8, "likely")] * 5
    assert np.mean([one.effect for one in each]) == pytest.approx(0.3, abs=0.05)
    found = each[0]
    assert "Left out of the mix, for something of their own began or ended there: R1, R2, R3 and R4." in found.note
    alone = measure(five[0], shop, AS_OF, None, five[:1])
    assert alone.of == 12 and alone.effect < found.effect and "Left out" not in alone.note


def test_where_too_few_regions_are_left_customers_are_compared_and_it_is_an_indication_at_most():
    shop = sales(np.arange(8 * PER) < 5 * PER)
    five = [depot(n) for n in range(5)]
    found = measure(five[0], shop, AS_OF, None, five)
    assert (found.design, found.verdict, found.n_control) == ("other customers", "indicative", 3 * PER)
    assert "had nothing begin or end there" in found.why
    assert "Left out of the comparison are 120 customers who got Depot 1, Depot 2, Depot 3 and Depot 4" in found.note


def test_what_changed_in_the_weeks_fitted_is_left_out_unless_too_few_remain():
    weekly = sales(np.zeros(8 * PER)).region_weeks
    long_ago = [(("R1",), FIRST - timedelta(days=90), AS_OF + timedelta(days=90))]  # there all the time: nothing changes
    earlier = [((f"R{n}",), FIRST + timedelta(weeks=20), FIRST + timedelta(weeks=24)) for n in (2, 3)]
    got = lambda others: comparable(weekly, ("R0",), BEGIN, AS_OF, others).columns[1:].tolist()  # noqa: E731
    assert got(long_ago) == [f"R{n}" for n in range(1, 8)]
    assert got(earlier) == ["R1", "R4", "R5", "R6", "R7"]
    many = [((f"R{n}",), FIRST + timedelta(weeks=20), FIRST + timedelta(weeks=24)) for n in (2, 3, 4, 5)]
    assert got(many) == [f"R{n}" for n in range(1, 8)]  # three would be too few: what is over is put up with
    assert got([*many, (("R7",), BEGIN, AS_OF)]) == [f"R{n}" for n in range(1, 7)]


def listed(id, numbers):
    return pd.DataFrame({"intervention_id": id, "customer_id": [f"c{n:03d}" for n in numbers], "group": "treated"})


CALL, VISIT = (Intervention(id=id, name=id.title(), start=BEGIN, end=AS_OF) for id in ("call", "visit"))


def test_customers_who_got_something_else_are_no_comparison():
    """Sixty got a call, 120 others a visit that works as well, 60 nothing."""
    numbers = np.arange(8 * PER)
    rng = np.random.default_rng(1)
    kind = rng.permutation(np.repeat(["call", "visit", "none"], [60, 120, 60]))
    members = pd.concat([listed("call", numbers[kind == "call"]), listed("visit", numbers[kind == "visit"])])
    shop = sales(kind != "none", memberships=members)
    found = measure(CALL, shop, AS_OF, None, (CALL, VISIT))
    assert (found.design, found.n_treated, found.n_control) == ("other customers", 60, 60)
    assert found.low < 0.3 < found.high and found.low > 0
    assert "Left out of the comparison are 120 customers who got Visit in these weeks." in found.note
    assert measure(CALL, shop, AS_OF, None).effect < found.effect / 2  # two in three of the others did as well


def test_where_most_others_got_something_it_is_said_and_doubted():
    numbers = np.arange(8 * PER)
    members = pd.concat([listed("call", numbers[::4]), listed("visit", numbers[numbers % 4 > 0][:170])])
    found = measure(CALL, sales(numbers % 4 == 0, memberships=members), AS_OF, None, (CALL, VISIT))
    assert found.n_control == 180 and found.verdict == "indicative"
    assert "Most of the others got Visit in these weeks" in found.note


@pytest.mark.parametrize(("mine", "theirs", "out"), [(0, 5, 5), (3, 5, 0), (1, 5, 5), (10, 0, 0)])
def test_what_came_to_both_groups_stays(mine, theirs, out):
    """Ten treated and ten others: left out where the others got it more than twice as often."""
    treated = pd.Series([True] * 10 + [False] * 10, [f"c{n}" for n in range(20)])
    got = pd.Index([f"c{n}" for n in (*range(mine), *range(10, 10 + theirs))])
    one = Elsewhere("Visit", BEGIN, AS_OF, got)
    left, labels = spoiled([one], treated, BEGIN, AS_OF)
    assert len(left) == out and labels == (("Visit",) if out else ())
    assert spoiled([one], treated, AS_OF + timedelta(days=1), AS_OF + timedelta(days=9))[1] == ()


def test_who_got_what_is_read_from_lists_and_regions_and_what_everybody_got_is_none():
    shop = sales(np.zeros(8 * PER), memberships=listed("visit", range(5)))
    tv = Intervention(id="tv", start=BEGIN)
    future = Intervention(id="later", start=AS_OF + timedelta(days=1), regions=("R1",))
    found = elsewhere("call", (CALL, VISIT, tv, depot(1), future), shop.memberships, shop.order_totals, shop.customers, AS_OF)
    assert [(one.label, len(one.customers), one.regions) for one in found] == [("Visit", 5, ()), ("Depot 1", PER, ("R1",))]
