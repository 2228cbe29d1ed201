"""Measure: the strongest comparison is chosen, says why, finds what was planted, and refuses what it cannot tell."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Intervention
from playbook.methods.evaluation.measuring.by_regions import comparable, regions_of
from playbook.methods.evaluation.measuring.measure import Sales, measure

FIRST = date(2024, 1, 1)  # a Monday
WEEKS, START = 60, 48
REGIONS = [f"R{n}" for n in range(8)]


def _day(week: float) -> date:
    return FIRST + timedelta(days=round(7 * week))


DEPOT = Intervention(id="depot", name="Depot", start=_day(START), end=_day(WEEKS) - timedelta(days=1), cost=1000)


def _sales(lift: float = 0.0, regions: int = 8, per_region: int = 30, seed: int = 3, starts=(START,)) -> Sales:
    """Customers of several regions with Poisson orders of 40 a week; those of R0 and R1 get ``lift`` more from their start on."""
    rng = np.random.default_rng(seed)
    home = np.repeat(np.arange(regions), per_region)
    start = np.where(home < 2, np.resize(starts, len(home)), WEEKS)
    common = 1 + 0.2 * np.sin(np.arange(WEEKS) / 8)
    rate = 1.5 * common * (1 + lift * (np.arange(WEEKS) >= start[:, None]))
    orders = rng.poisson(rate)
    who, week = np.nonzero(orders)
    ids = np.array([f"c{n:03d}" for n in range(len(home))])
    totals = pd.DataFrame({"customer_id": ids[who], "day": pd.Timestamp(FIRST) + pd.to_timedelta(7 * week + 2, unit="D")})
    totals = totals.assign(order_id=range(len(totals)), revenue=40.0 * orders[who, week])
    customers = pd.DataFrame({"customer_id": ids, "region": [f"R{r}" for r in home]})
    by_week = totals.assign(week=totals["day"] - pd.Timedelta(days=2)).merge(customers, on="customer_id")
    region_weeks = by_week.groupby(["region", "week"])["revenue"].sum().reset_index()
    weeks = by_week.groupby("week")["revenue"].sum().reset_index()
    return Sales(order_totals=totals, weeks=weeks, customers=customers, region_weeks=region_weeks)


def _members(sales: Sales, starts=None) -> pd.DataFrame:
    treated = sales.customers[sales.customers["region"].isin(["R0", "R1"])]
    found = treated[["customer_id"]].assign(intervention_id="depot", group="treated")
    return found if starts is None else found.assign(started_on=[pd.Timestamp(_day(s)) for s in np.resize(starts, len(found))])


def _with(sales: Sales, **changes) -> Sales:
    return Sales(**{**vars(sales), **changes})


AS_OF = _day(WEEKS) - timedelta(days=1)


def test_named_regions_are_compared_with_a_mix_of_others():
    sales = _sales(lift=0.3)
    found = measure(DEPOT.model_copy(update={"regions": ("R0", "R1")}), sales, AS_OF, 0.5)
    assert (found.design, found.verdict, found.of, found.weeks) == ("other regions", "likely", 7, 12)
    assert found.low < 0.3 < found.high
    assert found.rank == 1
    assert found.why.startswith("It was rolled out to 2 regions")
    truth = 2 * 30 * 12 * 1.5 * 40 * 0.3  # customers, weeks, orders, money, lift
    assert found.revenue_low < truth * 1.1 and found.revenue_high > truth * 0.9
    assert found.second == pytest.approx(found.effect, abs=0.1)
    assert len(found.gaps) == WEEKS and found.gaps.shape[1] == 1 + 7
    during = found.course[found.course["week"] >= pd.Timestamp(DEPOT.start)]
    assert (during["actual"] - during["expected"]).sum() == pytest.approx(found.revenue)


def test_regions_are_seen_in_the_list_of_customers():
    sales = _sales(lift=0.3)
    listed = _with(sales, memberships=_members(sales))
    assert measure(DEPOT, listed, AS_OF, None).design == "other regions"
    few = _members(sales).iloc[::3]  # a third of the customers there: chosen one by one, not by region
    assert measure(DEPOT, _with(sales, memberships=few), AS_OF, None).design == "other customers"
    group = few.set_index("customer_id")[["group"]]
    assert regions_of(group, sales.order_totals, sales.customers, DEPOT.start) == ()


def test_without_effect_regions_show_none():
    found = measure(DEPOT.model_copy(update={"regions": ("R0", "R1")}), _sales(), AS_OF, None)
    assert found.verdict == "not shown"


def test_too_few_regions_give_an_indication_at_most():
    found = measure(DEPOT.model_copy(update={"regions": ("R0", "R1")}), _sales(lift=0.5, regions=4), AS_OF, None)
    assert (found.design, found.verdict) == ("other customers", "indicative")
    assert "Fewer than 4 other regions" in found.why and "Fewer than 4 other regions" in found.note


def test_a_region_nobody_knows_is_named():
    found = measure(DEPOT.model_copy(update={"regions": ("R0", "R11")}), _sales(), AS_OF, None)
    assert found.verdict == "too little data"
    assert found.note.startswith("No order comes from R11. Did you mean 'R1'? Regions: R0, R1,")


def test_regions_without_customers_regions_fall_back_on_the_past_and_say_so():
    found = measure(
        DEPOT.model_copy(update={"regions": ("R0",)}), _with(_sales(), region_weeks=None, customers=None), AS_OF, None
    )
    assert found.design == "own past"
    assert "customers carry none" in found.why


def test_weeks_treated_in_part_are_left_out_and_small_regions_too():
    sales = _sales()
    weekly = sales.region_weeks
    weekly = weekly[~((weekly["region"] == "R7") & (weekly["week"] < pd.Timestamp(_day(20))))]
    panel = comparable(weekly, ("R0", "R1"), _day(START + 0.4), _day(WEEKS - 1.5))
    assert panel.columns.tolist() == ["where it was rolled out", *(f"R{n}" for n in range(2, 7))]
    assert pd.Timestamp(_day(START)) not in panel.index and pd.Timestamp(_day(START + 1)) in panel.index
    assert panel.index[-1] == pd.Timestamp(_day(WEEKS - 3))
    assert panel.loc[: pd.Timestamp(_day(START - 1))].mean().tolist() == pytest.approx([1] * 6)


def test_several_starts_are_measured_each_by_its_own():
    starts = (START, START + 4)
    sales = _sales(lift=0.5, starts=starts)
    members = _members(sales, starts)
    extra = sales.customers.query("region == 'R2'").head(10)[["customer_id"]].assign(
        intervention_id="depot", group="treated", started_on=pd.Timestamp(_day(WEEKS - 1))
    )  # fmt: skip
    listed = _with(sales, memberships=pd.concat([members.iloc[:50], extra]))
    found = measure(DEPOT, listed, AS_OF, 0.5)
    assert found.design == "other customers"
    assert found.why.startswith("It began on 3 different days")
    assert found.low < 0.5 < found.high and found.verdict == "likely"
    assert found.weeks == pytest.approx((25 * 12 + 25 * 8 + 10 * 1) / 60)
    assert found.by_week["time"].min() < 0 <= found.by_week["time"].max() == 11
    one = measure(DEPOT, _with(listed, memberships=listed.memberships.assign(started_on=pd.NaT)), AS_OF, 0.5)
    assert one.effect < found.effect  # taking all as treated from the first day waters the effect down


def test_regions_that_begin_one_after_the_other_count_as_one_case_each():
    sales = _sales(lift=0.5, regions=12)
    begin = {"R0": START, "R1": START + 4, "R2": START + 6, "R3": START + 6}
    listed = sales.customers[sales.customers["region"].isin(begin)]
    days = [pd.Timestamp(_day(w)) for w in listed["region"].map(begin)]
    members = listed[["customer_id"]].assign(intervention_id="depot", group="treated", started_on=days)
    found = measure(DEPOT, _with(sales, memberships=members), AS_OF, 0.5)
    assert found.design == "other customers" and "goes by regions" in found.note
    mixed = members.assign(customer_id=members["customer_id"].sample(frac=1, random_state=1).to_numpy())
    assert "goes by regions" not in measure(DEPOT, _with(sales, memberships=mixed), AS_OF, 0.5).note


def _trial(sales: Sales, treated: int) -> Sales:
    ids = sales.customers["customer_id"]
    group = np.where(np.arange(len(ids)) < treated, "treated", "control")
    return _with(sales, memberships=pd.DataFrame({"intervention_id": "depot", "customer_id": ids, "group": group}))


def test_a_trial_tells_what_moved_and_how_many_customers_it_takes():
    found = measure(DEPOT, _trial(_sales(), 120), AS_OF, 0.5)
    assert (found.design, found.verdict) == ("control group", "not shown")
    assert found.metrics["metric"].tolist() == ["bought", "order_value", "revenue"]
    revenue = found.metrics.set_index("metric").loc["revenue"]
    assert (revenue["effect"], revenue["low"], revenue["high"]) == (found.effect, found.low, found.high)
    assert revenue["treated"] / revenue["control"] - 1 == pytest.approx(found.effect, abs=0.02)
    assert found.pays_from == pytest.approx(1000 / 0.5 / (found.revenue / found.effect))
    assert 0 < found.needed < 10_000


def test_a_lot_that_was_not_kept_gives_an_indication_at_most():
    sales = _trial(_sales(lift=0.5, seed=5), 60)  # a quarter treated, and that is where the effect was planted
    kept = measure(DEPOT.model_copy(update={"control_share": 0.75}), sales, AS_OF, None)
    assert kept.verdict == "shown" and "lot" not in kept.note
    broken = measure(DEPOT.model_copy(update={"control_share": 0.5}), sales, AS_OF, None)
    assert broken.verdict == "indicative"
    assert "The control group holds 180 of 240 customers" in broken.note


def test_losses_of_one_group_only_are_a_broken_lot():
    sales = _trial(_sales(lift=0.5), 120)
    late = set(sales.customers["customer_id"].iloc[120:150])  # a quarter of the control group first ordered after the start
    orders = sales.order_totals
    gone = orders["customer_id"].isin(late) & (orders["day"] < pd.Timestamp(DEPOT.start))
    found = measure(DEPOT, _with(sales, order_totals=orders[~gone], customers=None), AS_OF, None)
    assert found.verdict == "indicative"
    assert found.note.startswith("Far more customers of one group")
